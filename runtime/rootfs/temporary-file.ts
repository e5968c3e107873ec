/**
 * Files that become visible whole or not at all: written under a temporary name in the same file system, then renamed.
 * The name tells whose it is, so that what a killed process left can be swept while others work.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { replaceFile } from '../replace-file.ts';

const PATTERN = /^\.tmp-([0-9]{1,10})-[0-9a-f]{16}$/;

/** A fresh name in `folder`, of this process. */
export function temporaryName(folder: string): string {
  return join(folder, `.tmp-${process.pid}-${randomBytes(8).toString('hex')}`);
}

export interface AtomicFileOptions {
  /** Where the file grows; same file system as `path`. Default: beside it. */
  temporaryFolder?: string;
  /** Permissions of the finished file. Default 0o600: whatever we keep may hold a user's secrets. */
  mode?: number;
}

/**
 * Let `fill` write a file, make it durable, and give it its name, replacing what is there.
 * When anything fails, nothing is left. The path's folder is made when missing.
 */
export async function writeFileAtomically<T>(
  path: string,
  fill: (file: FileHandle) => Promise<T>,
  options: AtomicFileOptions = {},
): Promise<T> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (options.temporaryFolder !== undefined) {
    await mkdir(options.temporaryFolder, { recursive: true, mode: 0o700 });
  }
  const temporary = temporaryName(options.temporaryFolder ?? folder);
  try {
    const file = await open(temporary, 'wx+', 0o600);
    let result: T;
    try {
      result = await fill(file);
      // On Windows a mode without w is the read-only attribute, which forbids to replace and to remove the file.
      if (options.mode !== undefined && process.platform !== 'win32') {
        await file.chmod(options.mode);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await renameInto(temporary, path, folder);
    return result;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Remove what processes that are no more left in `folder`. */
export function sweepTemporaryFiles(folder: string): void {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return;
  }
  for (const name of names) {
    const pid = PATTERN.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    rmSync(join(folder, name), { force: true, recursive: true });
  }
}

/** The folder may be swept away between its making and the rename: make it once more. */
async function renameInto(temporary: string, path: string, folder: string): Promise<void> {
  try {
    await replaceFile(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await replaceFile(temporary, path);
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
