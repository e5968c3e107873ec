/** What a container is now, as its pod's supervisor tells it, and as the runtime specification and runc say it. */
import type { SupervisorClient } from '../supervisor/supervisor-client.ts';
import type { TaskStatus } from '../task/task-service.ts';
import { isIdentityAlive } from '../ownership.ts';
import { isCode } from './failure.ts';
import { livePid } from './host-process.ts';
import { findPod } from './pod.ts';
import type { OciRecord } from './record.ts';

export type OciStatus = 'creating' | TaskStatus;

/** `state`'s document, and one of `list`. */
export interface OciState {
  readonly ociVersion: string;
  readonly id: string;
  /** Of the host process; 0 where there is none. */
  readonly pid: number;
  readonly status: OciStatus;
  readonly bundle: string;
  readonly rootfs: string;
  readonly created: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly owner: string;
}

/** @param client of its pod; undefined where there is none */
export async function statusOf(
  record: OciRecord,
  client: SupervisorClient | undefined,
): Promise<OciStatus> {
  if (record.stage === 'creating') {
    return isIdentityAlive(record.creator) ? 'creating' : 'stopped';
  }
  if (client === undefined) return 'stopped';
  // Who killed it has ended the container, as the death of an init does: the rest of it goes with `delete`.
  if (livePid(record.process) === 0) return 'stopped';
  try {
    return (await client.task.state(record.id, '')).status;
  } catch (error) {
    // Its VM has died, or a delete was killed half-way.
    if (isCode(error, 'not-found')) return 'stopped';
    throw error;
  }
}

/** Asks the pod's supervisor. */
export async function stateOf(record: OciRecord): Promise<OciState> {
  const client = record.stage === 'creating' ? undefined : await findPod(record);
  try {
    const status = await statusOf(record, client);
    return describe(record, status);
  } finally {
    await client?.[Symbol.asyncDispose]();
  }
}

function describe(record: OciRecord, status: OciStatus): OciState {
  const { ociVersion, id, bundle, rootfs, created, annotations, owner } = record;
  const isUp = status === 'created' || status === 'running' || status === 'paused';
  return {
    ...{ ociVersion, id, pid: isUp ? livePid(record.process) : 0, status },
    ...{ bundle, rootfs, created },
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    owner,
  };
}
