/**
 * Names of files and folders that belong to one process, so that another can tell when their owner is gone
 * (even by SIGKILL) and remove them: `<pid>.<start time>-<random>`.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { uptime } from 'node:os';
import { join } from 'node:path';

const OWNED = /^(\d+)\.(\d+)-[0-9a-f]{8}(\.[a-z0-9]+)?$/;

/** A fresh name that this process owns. */
export function ownedName(): string {
  ownStartTime ??= startTimeOf(process.pid) ?? '0';
  return `${process.pid}.${ownStartTime}-${randomBytes(4).toString('hex')}`;
}

let ownStartTime: string | undefined;

/** Names this process for good, on this boot of the host and after: `<pid>.<start time>.<boot>`. */
export function processIdentity(): string {
  ownStartTime ??= startTimeOf(process.pid) ?? '0';
  return `${process.pid}.${ownStartTime}.${hostBootId()}`;
}

/** Whether the process that a processIdentity() names still runs. False for what is none. */
export function isIdentityAlive(identity: string): boolean {
  const match = /^(\d{1,10})\.(\d{1,20})\.([0-9a-f-]{1,64})$/.exec(identity);
  if (match === null || match[3] !== hostBootId()) return false;
  return startTimeOf(Number(match[1])) === match[2];
}

/** Names this boot of the host: what a record of another boot says runs does not run. */
export function hostBootId(): string {
  ownBootId ??= readBootId();
  return ownBootId;
}

let ownBootId: string | undefined;

function readBootId(): string {
  if (process.platform === 'linux') {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  }
  // No id is told: the minute of the boot, which clock corrections move rarely.
  return Math.round((Date.now() / 1000 - uptime()) / 60).toString(16);
}

/** Whether a name is one of ownedName's, of whatever process. */
export function isOwnedName(name: string): boolean {
  return OWNED.test(name);
}

/** Whether the process that made the name with ownedName() still runs. False for other names. */
export function isOwnerAlive(name: string): boolean {
  const match = OWNED.exec(name);
  return match !== null && startTimeOf(Number(match[1])) === match[2];
}

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
