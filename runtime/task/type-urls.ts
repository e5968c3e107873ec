/**
 * Names of the types inside the Any fields of containerd's messages. containerd writes them bare, without
 * `type.googleapis.com/`, and looks them up literally; a reader here takes either.
 */

/** Of ExecProcessRequest.spec: the OCI process object as JSON. */
export const PROCESS_TYPE_URL = 'types.containerd.io/opencontainers/runtime-spec/1/Process';
/** Of UpdateTaskRequest.resources: OCI LinuxResources as JSON. */
export const RESOURCES_TYPE_URL =
  'types.containerd.io/opencontainers/runtime-spec/1/LinuxResources';
/** Of StatsResponse.stats. */
export const METRICS_TYPE_URL = 'io.containerd.cgroups.v2.Metrics';
/** Of ProcessInfo.info: which exec a process is. */
export const PROCESS_DETAILS_TYPE_URL = 'containerd.runc.v1.ProcessDetails';

/** The name without a host before it: "type.googleapis.com/a.b.C" and "a.b.C" are the same. */
export function bareTypeName(typeUrl: string): string {
  return typeUrl.startsWith('type.googleapis.com/') ? typeUrl.slice(20) : typeUrl;
}
