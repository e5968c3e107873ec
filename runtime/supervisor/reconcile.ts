/**
 * Makes the records true. A container that says it runs does so only while its pod's supervisor lives, or its VM does;
 * what lost both has ended, is written down as that, and its pod is removed. A VM that lost its supervisor gets a new one;
 * one of containerd's that lost its holder too is ended, as containerd would.
 *
 * How it ended: as its task's record says, where the supervisor got as far as writing that; else it was killed with its
 * VM (137), where there was one; else nobody knows (255).
 *
 * Cheap when nothing is wrong: the state of each container, and one look at the locks that are held.
 */
import { existsSync } from 'node:fs';
import { ContainerStore } from '../container/container-store.ts';
import type { ContainerState } from '../container/container-record.ts';
import type { Directories } from '../directories.ts';
import { messageOf, RuntimeError } from '../errors.ts';
import { endSystem, removeDeadSystems } from '../host-service.ts';
import { hostBootId } from '../ownership.ts';
import { addToHost, readPodCounters } from './counter-file.ts';
import { EventJournal } from './event-journal.ts';
import { endState } from './kept-container.ts';
import {
  isBeingStarted,
  leaveAddress,
  listPodIds,
  podFolder,
  readPodRecord,
  removePodFolder,
} from './pod-folder.ts';
import { heldPodLocks, takePodLock } from './pod-lock.ts';
import type { TaskExit } from '../task/process-io.ts';
import { isPodVmAlive, podVmId } from './pod-vm.ts';
import { recordedExit } from './recorded-exit.ts';

/** docker's exit status where nobody knows a better one. */
const UNKNOWN_EXIT = 255;
/** What was in a VM when that ended was killed with it. */
const KILLED_EXIT = 137;
const ENDED_UNSEEN = 'its VM and its supervisor ended without a word';
const FORSAKEN = "it is containerd's, and its holder and its supervisor died";
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
      const exit = await exitIn(folder, id, state, cause);
      done.push(await settleState(where, store, id, state, { cause, exit }));
    }
  }
  await removeDeadSystems(where);
  // Its holder may have died with its supervisor, and left it.
  if (record !== undefined) leaveAddress(record);
  await addToHost(where, folder, readPodCounters(folder));
  await removePodFolder(folder);
  done.push(`pod ${pod}: removed, ${cause ?? ENDED_UNSEEN}`);
  if (record?.lone === false) tell(where, 'pod', 'destroy', pod, {});
  return done;
}

/**
 * Ends a pod that nobody is to adopt: its VM, then as settlePod. Does nothing when somebody has it.
 * @returns what was done, for people
 */
export async function endPod(where: Directories, pod: string, cause?: string): Promise<string[]> {
  const folder = podFolder(where, pod);
  await using lock = await takePodLock(folder);
  if (lock === undefined || !existsSync(folder) || isBeingStarted(folder)) return [];
  const vm = podVmId(folder);
  if (vm !== undefined) await endSystem(where, vm);
  return settleHeldPod(where, pod, cause);
}

async function reconcilePod(
  where: Directories,
  pod: string,
  { adopt = true }: ReconcileOptions,
): Promise<string[]> {
  const folder = podFolder(where, pod);
  if (!(await isPodVmAlive(where, folder))) return settlePod(where, pod);
  if (!adopt) return [];
  if (readPodRecord(folder)?.containerd !== undefined) return endPod(where, pod, FORSAKEN);
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

/** How a container ended, as far as is known. */
interface Ending {
  /** Why its pod is over. */
  readonly cause?: string | undefined;
  readonly exit?: TaskExit | undefined;
}

/** Writes that the container has ended, or removes it where that was asked for. */
async function settleState(
  where: Directories,
  store: ContainerStore,
  id: string,
  state: ContainerState,
  { cause = ENDED_UNSEEN, exit: recorded }: Ending = {},
): Promise<string> {
  const sameBoot = state.hostBootId === hostBootId();
  const unseen = { exitedAtMs: Date.now(), oomKilled: false };
  const exit: TaskExit = sameBoot
    ? (recorded ?? { ...unseen, code: UNKNOWN_EXIT, error: cause })
    : { ...unseen, code: UNKNOWN_EXIT, error: HOST_RESTARTED };
  const stored = store.read(id);
  const attributes = {
    ...stored.record.labels,
    name: stored.name,
    image: stored.record.image.name,
  };
  const why = exit.error === undefined ? {} : { error: exit.error };
  const line = `container ${stored.name} (${id.slice(0, 12)})`;
  const told = exit.error ?? cause;
  if (stored.record.autoRemove) await store.remove(id).catch(ignoreNotFound);
  else await store.writeState(id, endState(state, exit, 'exited'));
  tell(where, 'container', 'die', id, { ...attributes, exitCode: String(exit.code), ...why });
  if (!stored.record.autoRemove) return `${line}: exited (${exit.code}), ${told}`;
  tell(where, 'container', 'destroy', id, attributes);
  return `${line}: removed, ${told}`;
}

/**
 * As its task's record says; else it was killed with its VM, if that was there. Nothing ran of one that was to be started
 * again.
 */
async function exitIn(
  folder: string,
  id: string,
  { status }: ContainerState,
  cause = ENDED_UNSEEN,
): Promise<TaskExit | undefined> {
  const recorded = await recordedExit(folder, id);
  if (recorded !== undefined) return recorded.exit;
  if (status === 'restarting' || podVmId(folder) === undefined) return undefined;
  return { code: KILLED_EXIT, exitedAtMs: Date.now(), oomKilled: false, error: cause };
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
