/**
 * The numbers of pods that are over: `<data>/metrics/counters.json`, to which a supervisor adds its own when its pod has
 * ended, so that what is told of a host only grows. A pod's stand in its folder meanwhile, for a supervisor that takes over.
 *
 * They are written after the fact and never waited for: a supervisor that is killed takes a few seconds' numbers with it.
 * A pod's are taken away before they are added, so that nothing is counted twice.
 */
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Directories } from '../directories.ts';
import { replaceFileSync } from '../replace-file.ts';
import { addCounters, type Counters, newCounters } from '../telemetry/counters.ts';
import { podUnlocked, takePodLock } from './pod-lock.ts';

const FILE = 'counters.json';
/** Ours have some kilobytes. */
const FILE_BYTES_MAX = 1 << 20;
/** For others who add theirs. */
const LOCK_MS = 2000;

/** Of all pods that are over. */
export function readHostCounters({ data }: Pick<Directories, 'data'>): Counters {
  const counters = newCounters();
  addCounters(counters, readCounters(join(data, 'metrics', FILE)));
  return counters;
}

/** Changes whenever a pod's are added. */
export function hostCountersStamp({ data }: Pick<Directories, 'data'>): string {
  const stat = statSync(join(data, 'metrics', FILE), { throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.ino}-${stat.mtimeMs}-${stat.size}`;
}

/** What an earlier supervisor of the pod counted; undefined where there is none. */
export function readPodCounters(folder: string): unknown {
  return readCounters(join(folder, FILE));
}

/** For a later supervisor of the pod. A folder that is gone, or a full disk, costs the numbers. */
export function writePodCounters(folder: string, counters: Counters): void {
  try {
    replace(folder, counters);
  } catch {
    // Nobody waits for it.
  }
}

/** Adds a pod's to the host's. Never rejects: what cannot be written is lost. */
export async function addToHost(
  { data }: Pick<Directories, 'data'>,
  folder: string,
  counters: unknown,
): Promise<void> {
  const hosts = join(data, 'metrics');
  try {
    rmSync(join(folder, FILE), { force: true });
    mkdirSync(hosts, { recursive: true, mode: 0o700 });
    await using lock = await takeHostLock(join(hosts, 'counters'));
    if (lock === undefined) return;
    const sum = readHostCounters({ data });
    addCounters(sum, counters);
    replace(hosts, sum);
  } catch {
    // As above.
  }
}

async function takeHostLock(path: string): Promise<AsyncDisposable | undefined> {
  const limit = AbortSignal.timeout(LOCK_MS);
  for (;;) {
    const lock = await takePodLock(path);
    if (lock !== undefined || limit.aborted) return lock;
    await podUnlocked(path, limit);
  }
}

function replace(folder: string, counters: Counters): void {
  const temporary = join(folder, `.${FILE}-${process.pid}`);
  try {
    writeFileSync(temporary, JSON.stringify(counters), { mode: 0o600 });
    replaceFileSync(temporary, join(folder, FILE));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function readCounters(path: string): unknown {
  try {
    const text = readFileSync(path, 'utf8');
    return text.length > FILE_BYTES_MAX ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
