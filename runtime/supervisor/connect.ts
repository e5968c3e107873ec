/**
 * The way to a pod's supervisor. Nearly always that is one dial (a millisecond). Where nobody answers, the pod's VM
 * decides: if it runs, a supervisor is started that adopts it, and of several commands that do so at once one wins and
 * all use its; if it does not, the pod is settled (reconcile.ts) and is not found.
 *
 * A pod of containerd's is its holder's to find supervisors for: it is waited for. Where that has died as well, the pod is
 * over for containerd, and no supervisor of ours could bring it back: it is ended, not adopted.
 *
 * What only starting needs is loaded then: `lcow exec` pays for a dial alone.
 */
import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { PodRecord } from '../container/container-record.ts';
import { TimeLimit } from '../deadline.ts';
import type { Directories } from '../directories.ts';
import { RuntimeError } from '../errors.ts';
import type { TaskExit } from '../task/process-io.ts';
import {
  isBeingStarted,
  podFolder,
  readPodRecord,
  supervisorLog,
  taskSocket,
} from './pod-folder.ts';
import type { SupervisorClient } from './supervisor-client.ts';
import { dialSupervisor } from './supervisor-client-ttrpc.ts';

/** For a supervisor to serve, or to be gone. It adopts under emulation on a loaded host. */
const DEADLINE_MS = 150_000;
/** A folder's watch may miss what another file system or an overflow swallowed: looked again this often. */
const LOOK_AGAIN_MS = 2_000;

export interface ConnectOptions {
  readonly signal?: AbortSignal;
}

/**
 * The supervisor of a pod that runs; a new one that adopts its VM where it died.
 * @throws RuntimeError not-found where there is no such pod, or its VM has died with its supervisor (whatever ran in it
 * is recorded as exited then); unavailable for one of containerd's that lost holder and supervisor; invalid-argument;
 * timeout; cancelled; what a supervisor says of why it cannot adopt
 */
export async function connectSupervisor(
  where: Directories,
  pod: string,
  options: ConnectOptions = {},
): Promise<SupervisorClient> {
  const op = `connect to the supervisor of pod "${pod}"`;
  const folder = podFolder(where, pod);
  let deadlineMs: number | undefined;
  for (;;) {
    const client = await dial(where, pod, folder, options);
    if (client !== undefined) return client;
    // Only now: the first look at the clock loads node:perf_hooks, two milliseconds.
    deadlineMs ??= performance.now() + DEADLINE_MS;
    if (!existsSync(folder)) throw new RuntimeError('not-found', op, 'there is none');
    await findOrReplace(op, where, pod, folder, options);
    checkTime(op, deadlineMs, options.signal);
  }
}

/**
 * Starts a new pod: its folder, its supervisor, which boots its VM. Resolves as soon as the supervisor takes calls,
 * which then wait for the VM. Where the pod exists already, its supervisor.
 * @throws RuntimeError what the supervisor says of why it cannot; nothing is left behind
 */
export async function startSupervisor(
  where: Directories,
  record: PodRecord,
  options: ConnectOptions = {},
): Promise<SupervisorClient> {
  const op = `start pod "${record.id}"`;
  const folder = podFolder(where, record.id);
  const deadlineMs = performance.now() + DEADLINE_MS;
  const { createPodFolder } = await import('./pod-folder.ts');
  for (;;) {
    if (createPodFolder(where, record)) {
      if (!(await claimed(where, record, folder, options)))
        await spawnFresh(where, folder, options);
    } else if ((await dial(where, record.id, folder, options)) === undefined) {
      await findOrReplace(op, where, record.id, folder, options);
    }
    const client = await dial(where, record.id, folder, options);
    if (client !== undefined) return client;
    checkTime(op, deadlineMs, options.signal);
  }
}

/** Resolves when the pod is no more: its supervisor has ended and its folder is removed. */
export async function podEnded(
  where: Directories,
  pod: string,
  options: ConnectOptions = {},
): Promise<void> {
  const op = `wait for the end of pod "${pod}"`;
  const folder = podFolder(where, pod);
  const deadlineMs = performance.now() + DEADLINE_MS;
  const { isPodLocked } = await import('./pod-lock.ts');
  while (existsSync(folder) || isPodLocked(folder)) {
    if (isPodLocked(folder)) await unlockedOr(folder, LOOK_AGAIN_MS, options.signal);
    else await findOrReplace(op, where, pod, folder, options);
    checkTime(op, deadlineMs, options.signal);
  }
}

async function dial(
  where: Directories,
  pod: string,
  folder: string,
  options: ConnectOptions,
): Promise<SupervisorClient | undefined> {
  try {
    return await dialSupervisor({
      pod,
      path: taskSocket(folder),
      ...options,
      // A stream that its supervisor's death cut goes on with the successor.
      lookUpExit: (containerId, execId) => recordedExit(where, containerId, execId),
      redial: (signal) => connectSupervisor(where, pod, signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (error instanceof RuntimeError && error.code === 'unavailable') return undefined;
    throw error;
  }
}

/** How a container ended, for who was attached to it when its pod went. */
async function recordedExit(
  where: Directories,
  containerId: string,
  execId: string,
): Promise<TaskExit | undefined> {
  if (execId !== '' || containerId === '') return undefined;
  const { ContainerStore } = await import('../container/container-store.ts');
  try {
    const state = new ContainerStore(where.data).readState(containerId);
    if (state.status !== 'exited' || state.exitCode === undefined) return undefined;
    return {
      code: state.exitCode,
      exitedAtMs: Date.parse(state.finishedAt ?? '') || Date.now(),
      oomKilled: state.oomKilled ?? false,
      ...(state.error === undefined ? {} : { error: state.error }),
    };
  } catch {
    return undefined;
  }
}

/** Nobody answers. Returns when that may have changed. */
async function findOrReplace(
  op: string,
  where: Directories,
  pod: string,
  folder: string,
  options: ConnectOptions,
): Promise<void> {
  const { isPodLocked } = await import('./pod-lock.ts');
  if (isPodLocked(folder)) {
    // It is about to serve, or about to be gone.
    await socketOrUnlocked(folder, options.signal);
    return;
  }
  if (isBeingStarted(folder)) {
    await folderChanges(folder, options.signal);
    return;
  }
  const { isPodVmAlive } = await import('./pod-vm.ts');
  if (await isPodVmAlive(where, folder)) {
    if (readPodRecord(folder)?.containerd !== undefined) {
      const what =
        "it is containerd's, and what held it for containerd has died: containerd ends it, or `lcow doctor --fix`";
      throw new RuntimeError('unavailable', op, what);
    }
    const { spawnSupervisor } = await import('./spawn-supervisor.ts');
    const won = await spawnSupervisor(folder, { where, adopt: true, ...options });
    if (!won) await socketOrUnlocked(folder, options.signal);
    return;
  }
  const { settlePod } = await import('./reconcile.ts');
  await settlePod(where, pod);
  if (existsSync(folder) && !isPodLocked(folder)) {
    throw new RuntimeError('internal', op, `what is left of it in ${folder} cannot be removed`);
  }
}

/** Whether a supervisor of the pool has the pod. Without a pool this is one look at a folder. */
async function claimed(
  where: Directories,
  record: PodRecord,
  folder: string,
  { signal }: ConnectOptions,
): Promise<boolean> {
  if (!existsSync(join(where.run, 'pool', 'free'))) return false;
  const [{ claimParked }, { supervisorLogger }] = await Promise.all([
    import('../pool/claim.ts'),
    import('./supervisor-log.ts'),
  ]);
  const log = supervisorLogger(supervisorLog(folder));
  const limits = signal === undefined ? {} : { signal };
  if (await claimParked(where, record, { log, ...limits })) return true;
  const { isPodLocked } = await import('./pod-lock.ts');
  // One that did not answer has it all the same: it is dialled, or waited for.
  return isPodLocked(folder);
}

async function spawnFresh(
  where: Directories,
  folder: string,
  options: ConnectOptions,
): Promise<void> {
  const [{ spawnSupervisor }, { removePodFolder }] = await Promise.all([
    import('./spawn-supervisor.ts'),
    import('./pod-folder.ts'),
  ]);
  try {
    // The folder is ours; the lock may still be with the supervisor of the pod that had the name before.
    while (!(await spawnSupervisor(folder, { where, adopt: false, ...options }))) {
      await unlockedOr(folder, LOOK_AGAIN_MS, options.signal);
    }
  } catch (error) {
    await removePodFolder(folder);
    throw error;
  }
}

/** Resolves when the socket may be there, or the lock's holder ended. */
async function socketOrUnlocked(folder: string, signal: AbortSignal | undefined): Promise<void> {
  const { podUnlocked } = await import('./pod-lock.ts');
  const over = new AbortController();
  try {
    await Promise.race([podUnlocked(folder, over.signal), folderChanges(folder, signal)]);
  } finally {
    over.abort();
  }
}

async function unlockedOr(
  folder: string,
  ms: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { podUnlocked } = await import('./pod-lock.ts');
  using limit = new TimeLimit(ms, signal);
  await podUnlocked(folder, limit.signal);
}

/** Resolves when something in the folder changes, the folder goes, or after a while. */
function folderChanges(folder: string, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const over = new AbortController();
    const done = (): void => {
      clearTimeout(timer);
      over.abort();
      resolve();
    };
    const timer = setTimeout(done, LOOK_AGAIN_MS);
    signal?.addEventListener('abort', done, { once: true });
    try {
      watch(folder, { signal: over.signal }, (_event, name) => {
        if (name === null || !name.startsWith('supervisor.log')) done();
      }).on('error', done);
      // What changed before the watch began is seen now.
      if (existsSync(taskSocket(folder))) setImmediate(done);
    } catch {
      done();
    }
  });
}

function checkTime(op: string, deadlineMs: number, signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new RuntimeError('cancelled', op, 'it was cancelled');
  if (performance.now() > deadlineMs) {
    throw new RuntimeError('timeout', op, `no answer within ${DEADLINE_MS} ms`);
  }
}
