/**
 * The OCI runtime spec of a container that a person runs: the image's configuration under the caller's
 * choices, with Docker's defaults for capabilities, mounts and masked paths. Each group of options has its
 * module beside this one, with the parser of its flags.
 *
 * The VM is the boundary, so no seccomp filter is set by default (docs/decisions/0004). The network
 * namespace is the VM's own: a pod's containers share it, as in Kubernetes.
 */
import { deviceAnnotations, type DeviceMapping } from './device-options.ts';
import { type ContainerMount, ociMounts } from './mount-options.ts';
import type { OciMount, OciSpec } from './oci-runtime-spec.ts';
import { containerProcess, INIT_PATH, type ProcessOptions } from './process-spec.ts';
import { refuse } from './refusal.ts';
import { limits, type ResourceOptions } from './resource-options.ts';
import type { SecurityOptions } from './security-options.ts';
import { MASKED_PATHS, READONLY_PATHS, standardMounts } from './standard-mounts.ts';
import { checkSysctls } from './sysctl-options.ts';

export { capabilities, DEFAULT_CAPABILITIES } from './capability-options.ts';
export { containerProcess, type ImageProcess, parseUser } from './process-spec.ts';

export interface ContainerSpecOptions
  extends Omit<ProcessOptions, 'noNewPrivileges'>,
    ResourceOptions {
  readonly id: string;
  /** Default: the first 12 characters of the id. */
  readonly hostname?: string;
  readonly readOnly?: boolean;
  /** All capabilities and devices, nothing masked or read-only: within the VM, which stays the boundary. */
  readonly privileged?: boolean;
  readonly security?: SecurityOptions;
  /** Kernel parameters of its namespaces; `net.` ones hold for the whole pod. */
  readonly sysctls?: Readonly<Record<string, string>>;
  /** Mounts beside the standard ones; binds name paths of the host. */
  readonly extraMounts?: readonly ContainerMount[];
  /** Devices of the VM. */
  readonly devices?: readonly DeviceMapping[];
  /** Bytes of /dev/shm. Default 64 MiB. */
  readonly shmSizeBytes?: number;
  /** Further lines of /etc/hosts, "name:address". */
  readonly hosts?: readonly string[];
  /** Passed on. Keys that begin with io.lcow. are the runtime's. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Tells the agent that all of the VM's devices belong in the container. */
export const PRIVILEGED_ANNOTATION = 'io.lcow.privileged';
/** Tells the runtime further lines of /etc/hosts: "name:address", separated by commas. */
export const HOSTS_ANNOTATION = 'io.lcow.hosts';
/** The agent's init, as a source of binds. */
const INIT_SOURCE = 'uvm:///init';

/** @throws RuntimeError invalid-argument, naming the option and its value */
export function containerSpec(options: ContainerSpecOptions): OciSpec {
  const { id, readOnly = false, privileged = false, security = {}, sysctls = {} } = options;
  const { noNewPrivileges = false, seccomp, unconfinedSystemPaths = false } = security;
  const open = privileged || unconfinedSystemPaths;
  const annotations = allAnnotations(options);
  return {
    ociVersion: '1.2.0',
    hostname: checkHostname(options.hostname ?? id.slice(0, 12)),
    root: { path: 'rootfs', ...(readOnly ? { readonly: true } : {}) },
    process: containerProcess({ ...options, noNewPrivileges }),
    mounts: allMounts(options),
    linux: {
      namespaces: ['pid', 'ipc', 'uts', 'mount', 'cgroup'].map((type) => ({ type })),
      cgroupsPath: `/lcow/${id}`,
      ...(open ? {} : { maskedPaths: MASKED_PATHS, readonlyPaths: READONLY_PATHS }),
      resources: {
        devices: [{ allow: privileged, access: 'rwm' }],
        ...limits(options),
      },
      ...(Object.keys(sysctls).length === 0 ? {} : { sysctl: checkSysctls(sysctls) }),
      ...(seccomp === undefined ? {} : { seccomp }),
    },
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
}

function allMounts({
  extraMounts = [],
  init = false,
  privileged = false,
  shmSizeBytes,
}: ContainerSpecOptions): OciMount[] {
  const good =
    shmSizeBytes === undefined || (Number.isSafeInteger(shmSizeBytes) && shmSizeBytes > 0);
  if (!good) refuse('size /dev/shm', shmSizeBytes, 'is not a number of bytes above 0');
  const standard = standardMounts({
    privileged,
    ...(shmSizeBytes === undefined ? {} : { shmSizeBytes }),
  });
  const options = ['bind', 'ro'];
  const own = { destination: INIT_PATH, type: 'bind', source: INIT_SOURCE, options };
  return [...ociMounts(standard, extraMounts), ...(init ? [own] : [])];
}

function allAnnotations(options: ContainerSpecOptions): Record<string, string> {
  const { annotations = {}, devices = [], hosts = [], privileged = false } = options;
  const op = 'annotate the container';
  for (const [key, value] of Object.entries(annotations)) {
    if (key === '' || key.length > 512) refuse(op, key, 'is not a key of 1 to 512 characters');
    if (key.startsWith('io.lcow.')) refuse(op, key, 'is a key of the runtime');
    if (value.length > 65_536) refuse(op, key, `has a value of ${value.length} characters`);
  }
  return {
    ...annotations,
    ...deviceAnnotations(devices),
    ...(hosts.length === 0 ? {} : { [HOSTS_ANNOTATION]: hosts.join(',') }),
    ...(privileged ? { [PRIVILEGED_ANNOTATION]: 'true' } : {}),
  };
}

function checkHostname(hostname: string): string {
  return /^[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?$/.test(hostname)
    ? hostname
    : refuse('set the hostname', hostname, 'is not 1 to 64 letters, digits, dots and hyphens');
}
