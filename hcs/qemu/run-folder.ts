/**
 * The folder of one compute system under the run directory: 0700, named for the system, gone when the
 * system is. It holds the record, the monitors' and ports' sockets, and the 9P export.
 */
import { isSystemId } from '../document/system-id.ts';
import { chmod, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { HcsError } from '../hcs-error.ts';
import { isAlive, readRecord, writeRecordIn, type SystemRecord } from './record.ts';

/** Prefix of folders that are being prepared; no id can begin so. The maker's pid follows. */
const PREPARING = '.new-';
/** A folder on its way out; the remover's pid follows. */
const LEAVING = '.dead-';
const TRANSIENT = /^\.(?:new|dead)-(\d+)-/;

/**
 * Makes the folder of a new system with its record in it, in one step: nobody ever sees it without.
 * A folder that a dead system left behind is replaced.
 * @throws HcsError HCS_E_SYSTEM_ALREADY_EXISTS
 */
export async function makeFolder(runDirectory: string, record: SystemRecord): Promise<string> {
  const folder = join(runDirectory, record.id);
  const preparing = join(runDirectory, `${PREPARING}${uniqueName()}`);
  try {
    await mkdir(preparing, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await mkdir(runDirectory, { recursive: true, mode: 0o700 });
    await mkdir(preparing, { mode: 0o700 });
  }
  try {
    // mkdir's mode is cut by the umask, which may take too much.
    await chmod(preparing, 0o700);
    writeRecordIn(preparing, record);
    for (let attempt = 0; ; attempt += 1) {
      try {
        await rename(preparing, folder);
        return folder;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOTDIR') throw error;
        if (attempt > 2 || !(await removeIfDead(runDirectory, record.id))) {
          const Message = `a compute system with the id ${JSON.stringify(record.id)} exists`;
          throw new HcsError(`create compute system ${record.id}`, 'HCS_E_SYSTEM_ALREADY_EXISTS', [
            { Message, Source: folder },
          ]);
        }
      }
    }
  } catch (error) {
    await rm(preparing, { recursive: true, force: true });
    throw error;
  }
}

/** Removes a system's folder. Already gone is not an error. */
export async function removeFolder(folder: string): Promise<void> {
  // Renamed first: a new system may take the name while this one is being removed.
  const leaving = join(dirname(folder), `${LEAVING}${uniqueName()}`);
  try {
    await rename(folder, leaving);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  await rm(leaving, { recursive: true, force: true });
}

function uniqueName(): string {
  return `${process.pid}-${randomBytes(6).toString('hex')}`;
}

/** The ids that have a folder. A missing run directory has none. */
export async function listIds(runDirectory: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(runDirectory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return names.filter(isSystemId).sort();
}

/**
 * Removes the folders of systems whose QEMU is gone and, where none was started yet, whose creator is.
 * Systems that live are left alone, whoever owns them. Returns the ids removed.
 */
export async function sweepDead(runDirectory: string): Promise<string[]> {
  const removed: string[] = [];
  for (const id of await listIds(runDirectory)) {
    if (await removeIfDead(runDirectory, id)) removed.push(id);
  }
  for (const name of await readdir(runDirectory).catch(() => [])) {
    const pid = Number(TRANSIENT.exec(name)?.[1] ?? 0);
    if (pid > 0 && !isAlive({ pid })) {
      await rm(join(runDirectory, name), { recursive: true, force: true });
    }
  }
  return removed;
}

async function removeIfDead(runDirectory: string, id: string): Promise<boolean> {
  const folder = join(runDirectory, id);
  const record = readRecord(folder);
  // Folders appear with their record: one without is none of ours.
  if (record === undefined || isAlive(record.vmm ?? record.creator)) return false;
  await removeFolder(folder);
  return true;
}
