/**
 * The folder of one pod under the run folder: what is in it and how it comes and goes. It appears whole, with
 * `pod.json` and a mark of who makes it, and goes by a rename, so that its name is free at once.
 */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { PodRecord } from '../container/container-record.ts';
import { readRecord } from '../container/record-file.ts';
import { decodePodRecord } from '../container/record-shape.ts';
import type { Directories } from '../directories.ts';
import { messageOf, RuntimeError } from '../errors.ts';
import { isOwnedName, isOwnerAlive, ownedName, removeOrphans } from '../ownership.ts';
import { moveFolder, placeFolderSync, removeTree } from '../replace-file.ts';

const POD_FILE = 'pod.json';
/** Who is starting a supervisor for the folder; the supervisor removes it once it has the lock. */
const STARTING_FILE = 'starting';
/** A folder of files that are named for containers. */
const TAKEN_BACK = 'taken-back';
const REMOVING = '.removing-';
const STDERR = '.stderr-';
const POD_ID = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;

export function podsFolder({ run }: Directories): string {
  return join(run, 'pod');
}

/** @throws RuntimeError invalid-argument for what cannot be a pod's id */
export function podFolder(where: Directories, pod: string): string {
  if (!POD_ID.test(pod)) {
    const what = `"${pod.slice(0, 140)}" is not 1 to 128 of A-Z a-z 0-9 _ . - with a letter or digit first`;
    throw new RuntimeError('invalid-argument', 'name a pod', what);
  }
  return join(podsFolder(where), pod);
}

/** The socket that the supervisor serves; on Windows the file that tells its named pipe (socket-address.ts). */
export function taskSocket(folder: string): string {
  return join(folder, 'task.sock');
}

export function supervisorLog(folder: string): string {
  return join(folder, 'supervisor.log');
}

/**
 * Where the supervisor's stderr goes, for what V8 says last: to its log. On Windows, where a folder with an open file
 * in it cannot be removed and a process cannot close its stderr, to a file beside the pods' folders.
 */
export function supervisorStderr(folder: string): string {
  if (process.platform !== 'win32') return supervisorLog(folder);
  return join(dirname(folder), `${STDERR}${basename(folder)}`);
}

/** Makes the folder of a new pod. False: there is one of that name. */
export function createPodFolder(where: Directories, record: PodRecord): boolean {
  const folder = podFolder(where, record.id);
  const preparing = join(podsFolder(where), ownedName());
  mkdirSync(podsFolder(where), { recursive: true, mode: 0o700 });
  mkdirSync(preparing, { mode: 0o700 });
  try {
    chmodSync(preparing, 0o700);
    writeSynced(join(preparing, POD_FILE), `${JSON.stringify(record)}\n`);
    writeFileSync(join(preparing, STARTING_FILE), ownedName(), { mode: 0o600 });
    if (placeFolderSync(preparing, folder)) return true;
    rmSync(preparing, { recursive: true, force: true });
    return false;
  } catch (error) {
    rmSync(preparing, { recursive: true, force: true });
    throw error;
  }
}

/** What the pod was asked to be; undefined where its file is missing, or is broken and was put aside. */
export function readPodRecord(
  folder: string,
  say: (line: string) => void = () => undefined,
): PodRecord | undefined {
  return readOrPutAside(join(folder, POD_FILE), decodePodRecord, say);
}

/**
 * The record in a file. One that cannot be read (a bad disk, a hand that edited it) is renamed to `*.broken` and said:
 * it never stops a command.
 */
export function readOrPutAside<T>(
  path: string,
  decode: (value: unknown) => T,
  say: (line: string) => void,
): T | undefined {
  try {
    return readRecord(path, decode);
  } catch (error) {
    try {
      renameSync(path, `${path}.broken`);
      say(`${messageOf(error)}; it was put aside as ${path}.broken`);
    } catch {
      // Somebody else did, or the file system is read-only: it stays unread.
    }
    return undefined;
  }
}

function writeSynced(path: string, text: string): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** The ids of the pods that have a folder, whatever is in it. */
export function listPodIds(where: Directories): string[] {
  return namesIn(podsFolder(where)).filter((name) => POD_ID.test(name) && !isOwnedName(name));
}

/** Whether a process that lives made the folder and its supervisor has not begun yet. */
export function isBeingStarted(folder: string): boolean {
  try {
    return isOwnerAlive(readFileSync(join(folder, STARTING_FILE), 'latin1'));
  } catch {
    return false;
  }
}

/**
 * A holder (runtime/holder) starts the folder's supervisors, now and whenever one dies: nobody else is to, as long as it
 * lives.
 */
export function markHeld(folder: string, holderPid: number): void {
  const path = join(folder, STARTING_FILE);
  const temporary = `${path}.new`;
  try {
    writeFileSync(temporary, ownedName(holderPid), { mode: 0o600 });
    renameSync(temporary, path);
  } catch (error) {
    // The holder, its supervisor, and with it the pod have ended already.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/**
 * Containerd took the end of its connection for the end of a container, and tells of that end itself: whoever removes
 * the container for it (runtime/shim/delete.ts) marks it, so that its exit is not told twice.
 */
export function markTakenBack(folder: string, containerId: string): void {
  try {
    mkdirSync(join(folder, TAKEN_BACK), { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // The pod has ended: its folder is not to come back.
    if (code === 'ENOENT') return;
    if (code !== 'EEXIST') throw error;
  }
  writeFileSync(join(folder, TAKEN_BACK, containerId), '', { mode: 0o600 });
}

/** Whether markTakenBack() was called for it since it was created. */
export function isTakenBack(folder: string, containerId: string): boolean {
  return existsSync(join(folder, TAKEN_BACK, containerId));
}

/** A container of that name is created anew. */
export function clearTakenBack(folder: string, containerId: string): void {
  rmSync(join(folder, TAKEN_BACK, containerId), { force: true });
}

/** The supervisor has the lock: from now on that says whose the folder is. */
export function markStarted(folder: string): void {
  rmSync(join(folder, STARTING_FILE), { force: true });
}

/**
 * The pod is over: nobody is to dial the address that containerd has of it. Of a Unix socket the file is removed, who is
 * connected stays; a pipe has none. To be called while the folder is there: later the name may be another pod's.
 */
export function leaveAddress({ containerd }: Pick<PodRecord, 'containerd'>): void {
  if (containerd === undefined || process.platform === 'win32') return;
  try {
    rmSync(containerd.address, { force: true });
  } catch {
    // Its holder says so, if it lives and cannot either.
  }
}

/** Removes the folder: out of the way at once, then its content. Already gone is not an error. */
export async function removePodFolder(folder: string): Promise<void> {
  const removing = join(
    dirname(folder),
    `${REMOVING}${basename(folder).slice(0, 64)}-${randomBytes(4).toString('hex')}`,
  );
  try {
    await moveFolder(folder, removing);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  await removeTree(removing);
}

/** The pod is over, and its supervisor about to end: its stderr has nothing more to tell. */
export function removeSupervisorStderr(folder: string): void {
  // On Windows the name goes with the process, which has the file open.
  if (process.platform === 'win32') rmSync(supervisorStderr(folder), { force: true });
}

/** Folders that somebody who is gone was making or removing. @returns what was removed */
export async function sweepPodFolders(where: Directories): Promise<string[]> {
  const folder = podsFolder(where);
  const swept = await removeOrphans(folder);
  for (const name of namesIn(folder).filter((each) => each.startsWith(REMOVING))) {
    await removeTree(join(folder, name));
    swept.push(name);
  }
  for (const name of namesIn(folder).filter((each) => each.startsWith(STDERR))) {
    if (existsSync(join(folder, name.slice(STDERR.length)))) continue;
    rmSync(join(folder, name), { force: true });
    swept.push(name);
  }
  return swept;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
