/**
 * The host's cgroup of a container: where QEMU, the supervisor and the host process are, so that who looks at the
 * container's pid (the runc shim for `docker stats`, a monitoring agent) sees what the VM costs the host. Nothing is
 * limited here: limits are the guest's (a VM needs more than what runs in it), so of cgroup v1 only hierarchies that
 * count are used. Where no hierarchy is mounted or may be written there is none.
 */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { OciFailure } from './failure.ts';

/** Controllers of cgroup v1 that count what processes use. */
const COUNTING = new Set(['cpu', 'cpuacct', 'memory', 'pids', 'blkio', 'hugetlb']);
/** And of cgroup v2, as cgroup.subtree_control has them. */
const CONTROLLERS = ['+cpu', '+memory', '+pids', '+io'];
/** An ended process leaves its cgroup a moment after it was reaped. */
const BUSY_MS = 2_000;
const AGAIN_MS = 10;

/** A mounted hierarchy. */
export interface Hierarchy {
  readonly mount: string;
  readonly version: 1 | 2;
  /** Of cgroup v1. */
  readonly controllers: readonly string[];
}

/** Where cgroups can be made: cgroup v1's counting hierarchies, else cgroup v2's one. */
export function hierarchies(
  mountinfo: string = readFileSync('/proc/self/mountinfo', 'utf8'),
): Hierarchy[] {
  const one: Hierarchy[] = [];
  const two: Hierarchy[] = [];
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const mount = before.split(' ')[4];
    const [type, , options = ''] = after.split(' ');
    if (mount === undefined) continue;
    const path = mount.replace(/\\(\d{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    if (type === 'cgroup2') two.push({ mount: path, version: 2, controllers: [] });
    if (type !== 'cgroup') continue;
    const controllers = options.split(',').filter((each) => COUNTING.has(each));
    if (controllers.length > 0) one.push({ mount: path, version: 1, controllers });
  }
  return one.length > 0 ? one : two.slice(0, 1);
}

/**
 * The folder's path below a hierarchy's mount, "/docker/<id>"; undefined where none was asked for.
 * @throws OciFailure for a path that leads out of the hierarchy
 */
export function cgroupBelow(cgroupsPath: string): string | undefined {
  if (cgroupsPath === '') return undefined;
  if (cgroupsPath.includes('\0') || cgroupsPath.length > 4096) {
    throw new OciFailure('invalid config.json: linux.cgroupsPath holds a NUL or is too long');
  }
  if (cgroupsPath.split('/').includes('..')) {
    throw new OciFailure(`invalid config.json: linux.cgroupsPath "${cgroupsPath}" has ".." in it`);
  }
  const path = normalize(`/${cgroupsPath}`).replace(/\/$/, '');
  return path === '' ? undefined : path;
}

export interface EnteredCgroup {
  /** Folders that were made, and are to be removed. */
  readonly made: readonly string[];
  /** This process goes back to where it was. Never throws. */
  readonly leave: () => void;
}

/**
 * Makes the cgroup in each hierarchy and moves this process into it: what it spawns from now on is there.
 * @param say told of hierarchies that cannot be written
 */
export function enterCgroup(
  below: string,
  say: (text: string) => void,
  where: readonly Hierarchy[] = hierarchies(),
  own: string = readFileSync('/proc/self/cgroup', 'utf8'),
): EnteredCgroup {
  const made: string[] = [];
  const before: string[] = [];
  for (const hierarchy of where) {
    const { mount, version } = hierarchy;
    const folder = join(mount, below);
    try {
      // Node makes folders below one that the kernel has no place for again and again.
      if (!existsSync(mount)) throw new Error('it is not mounted');
      const isNew = !existsSync(folder);
      mkdirSync(folder, { recursive: true, mode: 0o755 });
      if (isNew) made.push(folder);
      if (version === 2) delegate(mount, folder);
      enter(folder);
      before.push(ownFolder(hierarchy, own));
    } catch (error) {
      say(`no cgroup ${folder}: ${(error as Error).message}`);
    }
  }
  return { made, leave: () => leaveTo(before) };
}

function enter(folder: string): void {
  writeFileSync(join(folder, 'cgroup.procs'), String(process.pid));
}

/** Where /proc/self/cgroup says that this process is in a hierarchy. */
function ownFolder({ mount, version, controllers }: Hierarchy, own: string): string {
  for (const line of own.split('\n')) {
    const [, names = '', path = '/'] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    const isIt =
      version === 2
        ? line.startsWith('0::')
        : names.split(',').some((each) => controllers.includes(each));
    const folder = join(mount, path);
    if (isIt && existsSync(folder)) return folder;
  }
  return mount;
}

function leaveTo(folders: readonly string[]): void {
  for (const folder of folders) {
    try {
      enter(folder);
    } catch {
      // It was removed meanwhile: ours ends soon.
    }
  }
}

/** Has the controllers count in the folders above; those that are not there are left. */
function delegate(mount: string, folder: string): void {
  const above: string[] = [];
  for (let at = dirname(folder); at.startsWith(mount); at = dirname(at)) above.unshift(at);
  for (const each of above) {
    for (const controller of CONTROLLERS) {
      try {
        writeFileSync(join(each, 'cgroup.subtree_control'), controller);
      } catch {
        // Not a controller of this host's, or it has processes of its own.
      }
    }
  }
}

/** Removes cgroups once their processes are gone. @returns those that are still in use, or not ours to remove */
export async function removeCgroups(folders: readonly string[]): Promise<string[]> {
  const deadline = Date.now() + BUSY_MS;
  let left = folders.filter((folder) => !removed(folder));
  // cgroup v1 tells nobody when a cgroup empties.
  while (left.length > 0 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    left = left.filter((folder) => !removed(folder));
  }
  return left;
}

function removed(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}
