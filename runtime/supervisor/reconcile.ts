/**
 * Makes the records true. A container that says it runs does so only while its pod's supervisor lives, or its VM does;
 * what lost both has ended (255), is written down as that, and its pod is removed. A VM that lost its supervisor gets a
 * new one.
 *
 * Cheap when nothing is wrong: the state of each container, and one look at the locks that are held.
 */
import { existsSync } from 'node:fs';
import { ContainerStore } from '../container/container-store.ts';
import type { ContainerState } from '../container/container-record.ts';
import type { Directories } from '../directories.ts';
import { messageOf, RuntimeError } from '../errors.ts';
import { removeDeadSystems } from '../host-service.ts';
import { hostBootId } from '../ownership.ts';
import { EventJournal } from './event-journal.ts';
import {
  isBeingStarted,
  leaveAddress,
  listPodIds,
  podFolder,
  readPodRecord,
  removePodFolder,
} from './pod-folder.ts';
import { heldPodLocks, takePodLock } from './pod-lock.ts';
import { isPodVmAlive } from './pod-vm.ts';

/** docker's exit status where nobody knows a better one. */
const UNKNOWN_EXIT = 255;
const ENDED_UNSEEN = 'its VM and its supervisor ended without a word';
const HOST_RESTARTED = 'the host was restarted';

export interface ReconcileOptions {
  /** Start supervisors for VMs that lost theirs, and wait until they have told what happened. Default true. */
  readonly adopt?: boolean;
}

/**
 * Reconciles every pod and every container of this host.
 * @returns what was done, for people; nothing where nothing was wrong
 */
export async function reconcile(
  where: Directories,
  options: ReconcileOptions = {},
): Promise<string[]> {
  const done: string[] = [];
  const isLocked = heldPodLocks();
  const orphaned = listPodIds(where).filter((pod) => {
    const folder = podFolder(where, pod);
    return !isLocked(folder) && !isBeingStarted(folder);
  });
  for (const pod of orphaned) done.push(...(await reconcilePod(where, pod, options)));
  const store = new ContainerStore(where.data);
  for (const id of store.ids()) {
    try {
      const state = store.readState(id);
      if (lostItsPod(where, id, state)) done.push(await settleState(where, store, id, state));
    } catch (error) {
      // Removed meanwhile, or damaged, which a listing says.
      if (!(error instanceof RuntimeError)) throw error;
    }
  }
  return done;
}

/** Makes one container's state true. @throws RuntimeError not-found, data-loss */
export async function settleContainer(where: Directories, id: string): Promise<void> {
  const store = new ContainerStore(where.data);
  const state = store.readState(id);
  if (!isLive(state)) return;
  const pod = state.pod ?? id;
  const folder = podFolder(where, pod);
  if (existsSync(folder) && !heldPodLocks()(folder) && !isBeingStarted(folder)) {
    await reconcilePod(where, pod, {});
  }
  const now = store.readState(id);
  if (lostItsPod(where, id, now)) await settleState(where, store, id, now);
}

/**
 * Writes down the end of a pod that has neither supervisor nor VM, and removes it. Does nothing when it has.
 * @returns what was done, for people
 */
export async function settlePod(where: Directories, pod: string): Promise<string[]> {
  const folder = podFolder(where, pod);
  if (!existsSync(folder)) return [];
  // Nobody starts a supervisor for it while we hold its lock.
  await using lock = await takePodLock(folder);
  if (lock === undefined || !existsSync(folder) || isBeingStarted(folder)) return [];
  return settleHeldPod(where, pod);
}

/**
 * As settlePod, for who holds the pod's lock.
 * @param cause why its containers ended, where that is known
 */
export async function settleHeldPod(
  where: Directories,
  pod: string,
  cause?: string,
): Promise<string[]> {
  const folder = podFolder(where, pod);
  if (await isPodVmAlive(where, folder)) return [];
  const done: string[] = [];
  const record = readPodRecord(folder, (line) => done.push(line));
  const store = new ContainerStore(where.data);
  for (const id of store.ids()) {
    const state = stateOf(store, id);
    if (state !== undefined && isLive(state) && (state.pod ?? id) === pod) {
      done.push(await settleState(where, store, id, state, cause));
    }
  }
  await removeDeadSystems(where);
  // Its holder may have died with its supervisor, and left it.
  if (record !== undefined) leaveAddress(record);
  await removePodFolder(folder);
  done.push(`pod ${pod}: removed, ${cause ?? ENDED_UNSEEN}`);
  if (record?.lone === false) tell(where, 'pod', 'destroy', pod, {});
  return done;
}

async function reconcilePod(
  where: Directories,
  pod: string,
  { adopt = true }: ReconcileOptions,
): Promise<string[]> {
  if (!(await isPodVmAlive(where, podFolder(where, pod)))) return settlePod(where, pod);
  if (!adopt) return [];
  try {
    const { connectSupervisor } = await import('./connect.ts');
    await using client = await connectSupervisor(where, pod);
    await client.describe();
    return [`pod ${pod}: its VM has a new supervisor`];
  } catch (error) {
    return [`pod ${pod}: ${messageOf(error)}`];
  }
}

function isLive({ status }: ContainerState): boolean {
  return status === 'running' || status === 'paused' || status === 'restarting';
}

/** It says that it runs, and there is nothing that could run it. */
function lostItsPod(where: Directories, id: string, state: ContainerState): boolean {
  if (!isLive(state)) return false;
  return state.hostBootId !== hostBootId() || !existsSync(podFolder(where, state.pod ?? id));
}

/** Writes that the container has ended, or removes it where that was asked for. */
async function settleState(
  where: Directories,
  store: ContainerStore,
  id: string,
  state: ContainerState,
  cause = ENDED_UNSEEN,
): Promise<string> {
  const error = state.hostBootId === hostBootId() ? cause : HOST_RESTARTED;
  const stored = store.read(id);
  const attributes = {
    ...stored.record.labels,
    name: stored.name,
    image: stored.record.image.name,
  };
  const { pid: _p, pod: _o, ...rest } = state;
  const line = `container ${stored.name} (${id.slice(0, 12)})`;
  if (stored.record.autoRemove) {
    await store.remove(id).catch(ignoreNotFound);
  } else {
    await store.writeState(id, {
      ...rest,
      status: 'exited',
      hostBootId: hostBootId(),
      finishedAt: new Date().toISOString(),
      exitCode: UNKNOWN_EXIT,
      error,
    });
  }
  tell(where, 'container', 'die', id, { ...attributes, exitCode: String(UNKNOWN_EXIT), error });
  if (!stored.record.autoRemove) return `${line}: exited (${UNKNOWN_EXIT}), ${error}`;
  tell(where, 'container', 'destroy', id, attributes);
  return `${line}: removed, ${error}`;
}

function tell(
  where: Directories,
  type: 'container' | 'pod',
  action: string,
  id: string,
  attributes: Record<string, string>,
): void {
  try {
    new EventJournal(where.run).append(type, action, id, attributes);
  } catch {
    // A full disk costs the line, not the truth.
  }
}

function stateOf(store: ContainerStore, id: string): ContainerState | undefined {
  try {
    return store.readState(id);
  } catch {
    return undefined;
  }
}

function ignoreNotFound(error: unknown): void {
  if (!(error instanceof RuntimeError && error.code === 'not-found')) throw error;
}
