/**
 * Renames that hold on Windows too. There a file that somebody reads cannot be replaced, and a folder in which
 * somebody has a file open cannot be renamed: readers of ours take microseconds, virus scanners and indexers longer, so
 * it is tried again for a while. Elsewhere these are plain renames.
 */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Waits between attempts, in milliseconds: three seconds in all. */
const WAITS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 300, 400, 500, 700, 700];
/** What Windows says while somebody else has the file open. */
const IN_USE: ReadonlySet<unknown> = new Set(['EPERM', 'EACCES', 'EBUSY']);

/** rename(2). @throws its error; on Windows the last one, after three seconds of the same */
export async function replaceFile(from: string, to: string): Promise<void> {
  if (process.platform !== 'win32') return rename(from, to);
  for (const waitMs of WAITS_MS) {
    try {
      return await rename(from, to);
    } catch (error) {
      if (!isInUse(error)) throw error;
    }
    await delay(waitMs);
  }
  return rename(from, to);
}

/** As replaceFile, on this thread: for small files that must be there when the call returns. */
export function replaceFileSync(from: string, to: string): void {
  retrySync(() => renameSync(from, to));
}

/** Calls what opens or renames a file again while that is in use, on Windows; once elsewhere. */
export function retrySync<T>(call: () => T): T {
  if (process.platform !== 'win32') return call();
  for (const waitMs of WAITS_MS) {
    try {
      return call();
    } catch (error) {
      if (!isInUse(error)) throw error;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, waitMs);
  }
  return call();
}

/**
 * Removes a file that somebody may have open: its name is free when this returns. On Windows a file goes with its last
 * handle only, so it is renamed out of the way first.
 */
export function removeNameSync(path: string, aside: string): void {
  if (process.platform === 'win32') {
    replaceFileSync(path, aside);
    rmSync(aside, { force: true });
  } else {
    rmSync(path);
  }
}

/**
 * Renames a folder. On Windows one in which somebody has a file open cannot be, but the file itself can: then its
 * entries move one by one, and the emptied folder goes.
 * @param to not there
 * @throws ENOENT where there is no such folder
 */
export async function moveFolder(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (process.platform !== 'win32' || !isInUse(error)) throw error;
    await moveEntries(from, to);
  }
}

async function moveEntries(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await moveFolder(source, target);
    else await replaceFile(source, target);
  }
  await removeTree(from);
}

/** Removes a folder with all that is in it, or does nothing where there is none. */
export async function removeTree(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
}

/**
 * Makes a folder appear under its name, whole.
 * @returns false where there is one of that name
 */
export function placeFolderSync(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    if (process.platform !== 'win32' || !isInUse(error)) throw error;
  }
  // Windows says the same of a folder that is there and of a scanner that has a file of ours open.
  if (existsSync(to)) return false;
  replaceFileSync(from, to);
  return true;
}

function isInUse(error: unknown): boolean {
  return IN_USE.has((error as NodeJS.ErrnoException).code);
}
