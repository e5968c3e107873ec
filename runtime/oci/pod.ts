/**
 * The pod of a container that an OCI caller asked for: a VM of its own, or that of its group. Its supervisor knows nothing
 * of OCI callers; the last container's `delete` ends it.
 */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import {
  CONTAINER_RECORD_VERSION,
  type PodRecord,
  type PodShape,
} from '../container/container-record.ts';
import { connectSupervisor, podEnded, startSupervisor } from '../supervisor/connect.ts';
import type { SupervisorClient } from '../supervisor/supervisor-client.ts';
import { isCode } from './failure.ts';
import type { OciRecord } from './record.ts';

/** Which group a container is of: containerd's own annotation, CRI's, CRI-O's and podman's. The first present one counts. */
const GROUP_ANNOTATIONS = [
  'io.containerd.runc.v2.group',
  'io.kubernetes.cri.sandbox-id',
  'io.kubernetes.cri-o.SandboxID',
];

/** The pod's id: the same for all containers of a group under one root, and for no other. */
export function podOf(
  root: string,
  id: string,
  annotations: Readonly<Record<string, string>>,
): string {
  const group = GROUP_ANNOTATIONS.map((name) => annotations[name]).find((value) => value) ?? id;
  const digest = createHash('sha256')
    .update(JSON.stringify([resolve(root), group]))
    .digest('hex');
  return `oci-${digest.slice(0, 16)}`;
}

/** Boots the pod's VM, or joins it where it is there. Resolves before the VM is up. */
export function openPod(
  record: OciRecord,
  shape: PodShape,
  signal: AbortSignal,
): Promise<SupervisorClient> {
  const pod: PodRecord = {
    version: CONTAINER_RECORD_VERSION,
    id: record.pod,
    createdAt: record.created,
    // It is ended by who deletes its last container.
    lone: false,
    labels: { 'io.lcow.oci.container': record.id },
    shape,
  };
  return startSupervisor(record.where, pod, { signal });
}

/** The pod's supervisor; undefined where pod and VM are gone. */
export async function findPod(record: OciRecord): Promise<SupervisorClient | undefined> {
  try {
    return await connectSupervisor(record.where, record.pod);
  } catch (error) {
    if (isCode(error, 'not-found')) return undefined;
    throw error;
  }
}

/** Ends the VM with everything in it. Resolves when nothing of the pod is left. */
export async function endPod(
  record: OciRecord,
  client: SupervisorClient | undefined,
): Promise<void> {
  try {
    await client?.stopPod(0);
  } catch (error) {
    // It went meanwhile.
    if (!isCode(error, 'unavailable', 'not-found')) throw error;
  }
  await podEnded(record.where, record.pod);
}
