/**
 * Names of files and folders that belong to one process, so that another can tell when their owner is gone
 * (even by SIGKILL) and remove them: `<pid>.<start time>-<random>`.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const OWNED = /^(\d+)\.(\d+)-[0-9a-f]{8}(\.[a-z0-9]+)?$/;

/** A fresh name that this process owns. */
export function ownedName(): string {
  ownStartTime ??= startTimeOf(process.pid) ?? '0';
  return `${process.pid}.${ownStartTime}-${randomBytes(4).toString('hex')}`;
}

let ownStartTime: string | undefined;

/**
 * Removes what processes that are gone own in a folder.
 * @returns the names that were removed
 */
export async function removeOrphans(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const orphans = names.filter((name) => {
    const match = OWNED.exec(name);
    return match !== null && startTimeOf(Number(match[1])) !== match[2];
  });
  for (const name of orphans) await rm(join(folder, name), { recursive: true, force: true });
  return orphans;
}

/** Field 22 of /proc/<pid>/stat, which with the pid names a process for good; undefined when it is gone. */
function startTimeOf(pid: number): string | undefined {
  if (process.platform !== 'linux') {
    try {
      process.kill(pid, 0);
      return '0';
    } catch {
      return undefined;
    }
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
