/**
 * The action `delete`: containerd calls it whenever a task's connection has ended, after an orderly Delete too, with
 * five seconds. Whatever died, nothing of the container is left when it returns.
 *
 *   the pod is gone, or ends        nothing to do: the usual case, which is to be quick
 *   its supervisor lives            the container is killed and deleted; the pod ends if it was the last
 *   its holder lives                as above, with the supervisor that the holder starts
 *   both are dead                   the VM is ended, the pod removed, with whatever else was in it: it is lost as well
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { PodRecord } from '../container/container-record.ts';
import { type Directories, directories } from '../directories.ts';
import { messageOf } from '../errors.ts';
import {
  isBeingStarted,
  listPodIds,
  markTakenBack,
  podFolder,
  readPodRecord,
} from '../supervisor/pod-folder.ts';
import { isPodLocked } from '../supervisor/pod-lock.ts';
import type { TaskExit } from '../task/process-io.ts';
import { readAddressFile } from './address-file.ts';
import type { ShimArguments } from './arguments.ts';
import { unmountRootfs } from './bundle-mounts.ts';
import { addressText, checkIdentity, podIdentity, readBundleSpec } from './pod-identity.ts';

/** Of the five seconds that containerd gives, what Node's start and end leave. */
const DEADLINE_MS = 4200;
/** What of that a living supervisor has; the rest is for ending its VM without it. */
const SUPERVISOR_MS = 3200;
/** The exit of what was killed from outside. */
const KILLED = 137;
/** containerd's, where nobody knows. */
const UNKNOWN = 255;

export interface Deleted {
  readonly pid: number;
  readonly exitStatus: number;
  readonly exitedAtMs: number;
}

/** Who asked, where that is another process than this one, which handed its command over. */
export interface DeleteCaller {
  /** What a bundle's path is relative to. Default: this process's folder. */
  readonly folder?: string;
  /** Told what failed. Default: stderr. */
  readonly say?: (text: string) => void;
}

/** @throws RuntimeError invalid-argument; what failed otherwise is said, and the rest is done */
export async function deleteContainer(
  args: ShimArguments,
  env: NodeJS.ProcessEnv = process.env,
  { folder = '.', say = sayOnStderr }: DeleteCaller = {},
): Promise<Deleted> {
  checkIdentity(args);
  const bundle = resolve(folder, args.bundle || '.');
  const { data, run } = directories(env);
  const where = { data: resolve(data), run: resolve(run) };
  const fallBack = { pid: 0, exitStatus: UNKNOWN, exitedAtMs: Date.now() };
  const pod = findPod(where, args, bundle);
  const deleting = pod === undefined ? Promise.resolve(fallBack) : deleteIn(where, pod, args.id);
  const deleted = await orLate(
    deleting.catch((error: unknown) => {
      say(`${args.id}: ${messageOf(error)}`);
      return fallBack;
    }),
    DEADLINE_MS,
  );
  if (deleted === undefined) say(`${args.id}: not everything was done in ${DEADLINE_MS} ms`);
  unmountRootfs(bundle, say);
  return deleted ?? { ...fallBack, exitStatus: KILLED };
}

/** Undefined where there is no such pod. Its bundle may be damaged: then the address that it was told says which. */
function findPod(where: Directories, args: ShimArguments, bundle: string): string | undefined {
  const told = readAddressFile(bundle);
  try {
    const { podId, address } = podIdentity(args, readBundleSpec(bundle).annotations);
    if (told === undefined || told === addressText(address) || existsSync(podFolder(where, podId)))
      return existing(where, podId);
  } catch {
    // Only the address is left to go by.
  }
  const own = podIdentity(args, {}).podId;
  return told === undefined
    ? existing(where, own)
    : listPodIds(where).find((pod) => {
        const record = pod.startsWith('ctr-') ? readPodRecord(podFolder(where, pod)) : undefined;
        return record?.containerd !== undefined && addressText(record.containerd.address) === told;
      });
}

function existing(where: Directories, pod: string): string | undefined {
  return existsSync(podFolder(where, pod)) ? pod : undefined;
}

async function deleteIn(where: Directories, pod: string, id: string): Promise<Deleted> {
  const folder = podFolder(where, pod);
  const record = readPodRecord(folder);
  if (isEnding(folder, record)) return { pid: 0, exitStatus: UNKNOWN, exitedAtMs: Date.now() };
  const { deleteOverTask } = await import('./delete-task.ts');
  const deadlineMs = performance.now() + SUPERVISOR_MS;
  const isAlive = (): boolean =>
    existsSync(folder) && (isBeingStarted(folder) || isPodLocked(folder));
  // containerd tells of the end that this answers.
  const onFound = (): void => markTakenBack(folder, id);
  const asked = await deleteOverTask({ folder, id, deadlineMs, isAlive, onFound });
  if (asked.outcome === 'deleted') return deletedOf(asked.exit, asked.pid);
  if (asked.outcome === 'not-found') {
    return { pid: 0, exitStatus: UNKNOWN, exitedAtMs: Date.now() };
  }
  return endWithoutSupervisor(where, pod, id);
}

/** The supervisor's end begins with its address. */
function isEnding(folder: string, record: PodRecord | undefined): boolean {
  const address = record?.containerd?.address;
  if (address === undefined || process.platform === 'win32') return false;
  return !existsSync(address) && isPodLocked(folder);
}

/** Nobody answers for the pod any more, or not in time. */
async function endWithoutSupervisor(where: Directories, pod: string, id: string): Promise<Deleted> {
  const [{ recordedExit }, { endPodVm }, { endPod }] = await Promise.all([
    import('../supervisor/recorded-exit.ts'),
    import('./settle-pod.ts'),
    import('../supervisor/reconcile.ts'),
  ]);
  const recorded = await recordedExit(podFolder(where, pod), id);
  // A supervisor that lives and does not answer tells the VM's end, and ends with containerd's Shutdown.
  if (isPodLocked(podFolder(where, pod))) await endPodVm(where, pod);
  else await endPod(where, pod);
  if (recorded !== undefined) return deletedOf(recorded.exit, recorded.pid);
  return { pid: 0, exitStatus: KILLED, exitedAtMs: Date.now() };
}

function deletedOf({ code, exitedAtMs }: TaskExit, pid: number): Deleted {
  return { pid, exitStatus: code, exitedAtMs };
}

async function orLate<T>(done: Promise<T>, limitMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), limitMs);
  });
  try {
    return await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}

function sayOnStderr(text: string): void {
  process.stderr.write(`${text}\n`);
}
