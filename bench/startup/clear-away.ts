/**
 * Takes away all that a run of the benchmark left on the host: processes, mounts, cgroups, sockets, its folder. It
 * knows them by one word, the name of the run's folder, which everything that a run starts has in its command line, its
 * environment, its working folder, its cgroup's path or its mount's. The end of a run calls it, and the guard
 * (guard.ts) where a run was killed.
 */
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmdirSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { RuntimeError } from '../../runtime/errors.ts';

/** What folders of runs are named by; what clearAway() takes no other. */
export const FOLDER_PREFIX = 'lcow-bench-';
export const CONTAINERD_SOCKET = 'c.sock';
/** Where our containerd keeps its containers' bundles: namespace/id. */
const BUNDLES = 'containerd-state/io.containerd.runtime.v2.task';

const CGROUPS = '/sys/fs/cgroup';
const SHIM_SOCKETS = '/run/containerd/s';
/** What was being started while the first look went on is found by a later one. */
const LOOKS = 40;
const LOOK_AGAIN_MS = 50;

/**
 * @param folder of a run, made by makeFolder()
 * @throws RuntimeError invalid-argument for another folder; internal naming what could not be taken away
 */
export async function clearAway(folder: string): Promise<void> {
  const op = `clear away ${folder}`;
  const name = basename(folder);
  const parent = existsSync(dirname(folder)) ? realpathSync(dirname(folder)) : '';
  if (!/^lcow-bench-\w{6}$/.test(name) || parent !== realpathSync(tmpdir())) {
    const what = `it is no folder ${FOLDER_PREFIX}XXXXXX of ${tmpdir()}`;
    throw new RuntimeError('invalid-argument', op, what);
  }
  let left: number[] = [];
  for (let look = 0; look < LOOKS; look += 1) {
    left = processesOf(folder);
    if (left.length === 0 && look > 0) break;
    for (const pid of left) kill(pid);
    if (left.length > 0 || look === 0) await delay(LOOK_AGAIN_MS);
  }
  const sockets = shimSockets(folder);
  for (const path of sockets) rmSync(path, { force: true });
  for (const path of mountsOf(folder).reverse()) spawnSync('umount', ['-l', path]);
  removeCgroups(name);
  const mounts = mountsOf(folder);
  if (mounts.length === 0) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  if (left.length === 0 && mounts.length === 0) return;
  const what = [...left.map((pid) => `process ${pid}`), ...mounts.map((path) => `mount ${path}`)];
  throw new RuntimeError('internal', op, `${what.join(', ')} did not go`);
}

/** Pids of what a run started and that lives; not our own, nor our guard. */
export function processesOf(folder: string): number[] {
  const name = basename(folder);
  const found = new Set(cgroupsOf(name).flatMap(pidsOf));
  for (const text of readdirSync('/proc')) {
    const pid = Number(text);
    if (Number.isInteger(pid) && names(pid, name)) found.add(pid);
  }
  found.delete(process.pid);
  return [...found].filter((pid) => !isGuard(pid) && isAlive(pid));
}

function names(pid: number, name: string): boolean {
  const read = (file: string): string => readText(`/proc/${pid}/${file}`);
  if (read('cmdline').includes(name) || read('environ').includes(name)) return true;
  try {
    return readlinkSync(`/proc/${pid}/cwd`).includes(name);
  } catch {
    return false;
  }
}

/** The word that the guard's command line has (guard.ts). */
export const GUARD_WORD = '__bench-guard';

function isGuard(pid: number): boolean {
  return readText(`/proc/${pid}/cmdline`).includes(GUARD_WORD);
}

/** Not gone, and no zombie, which is its parent's to reap. */
function isAlive(pid: number): boolean {
  const stat = readText(`/proc/${pid}/stat`);
  return stat !== '' && !/^\) [ZX]/.test(stat.slice(stat.lastIndexOf(')')));
}

/** Mount points below the folder, outermost first. */
export function mountsOf(folder: string): string[] {
  return readText('/proc/self/mountinfo')
    .split('\n')
    .map((line) => (line.split(' ')[4] ?? '').replaceAll('\\040', ' '))
    .filter((path) => path.startsWith(`${folder}/`));
}

/** Groups that are named for the run, in every hierarchy, outermost first. */
function cgroupsOf(name: string): string[] {
  const hierarchies = ['.', ...foldersIn(CGROUPS)];
  return hierarchies.flatMap((each) => {
    const root = join(CGROUPS, each, name);
    return existsSync(root) ? [root, ...foldersBelow(root)] : [];
  });
}

function pidsOf(cgroup: string): number[] {
  return readText(join(cgroup, 'cgroup.procs')).split('\n').filter(Boolean).map(Number);
}

function removeCgroups(name: string): void {
  for (const path of cgroupsOf(name).reverse()) {
    try {
      rmdirSync(path);
    } catch {
      // A hierarchy that is mounted twice was emptied the first time.
    }
  }
}

/** What containerd's shims name their sockets: the digest of address, namespace and id. */
function shimSockets(folder: string): string[] {
  const bundles = join(folder, BUNDLES);
  const address = join(folder, CONTAINERD_SOCKET);
  const ids = foldersIn(bundles).flatMap((namespace) =>
    foldersIn(join(bundles, namespace)).map((id) => join(namespace, id)),
  );
  return ids
    .map((id) => createHash('sha256').update(join(address, id)).digest('hex'))
    .map((digest) => join(SHIM_SOCKETS, digest))
    .filter((path) => existsSync(path));
}

function foldersBelow(folder: string): string[] {
  return foldersIn(folder).flatMap((name) => {
    const path = join(folder, name);
    return [path, ...foldersBelow(path)];
  });
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone meanwhile.
  }
}
