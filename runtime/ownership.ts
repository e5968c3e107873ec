/**
 * Names of files and folders that belong to one process, so that another can tell when their owner is gone
 * (even by SIGKILL) and remove them: `<pid>.<start time>-<random>`.
 *
 * On Windows, where a start time can be had by foreign calls only, a random number takes its place, and the process has
 * a file open that is named `<pid>.<number>` (exclusive-file.ts) as long as it lives.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isTakenExclusively, takeExclusively } from './exclusive-file.ts';

const OWNED = /^(\d+)\.(\d+)-[0-9a-f]{8}(\.[a-z0-9]+)?$/;

/** A fresh name that this process owns, or, on Linux, another that lives. */
export function ownedName(pid: number = process.pid): string {
  const start = pid === process.pid ? ownStart() : (startTimeOf(pid) ?? '0');
  return `${pid}.${start}-${randomBytes(4).toString('hex')}`;
}

let ownStartTime: string | undefined;

function ownStart(): string {
  ownStartTime ??= process.platform === 'win32' ? takeMark() : (startTimeOf(process.pid) ?? '0');
  return ownStartTime;
}

/** Names this process for good, on this boot of the host and after: `<pid>.<start time>.<boot>`. */
export function processIdentity(): string {
  return `${process.pid}.${ownStart()}.${hostBootId()}`;
}

/** Whether the process that a processIdentity() names still runs. False for what is none. */
export function isIdentityAlive(identity: string): boolean {
  const match = /^(\d{1,10})\.(\d{1,20})\.([0-9a-f-]{1,64})$/.exec(identity);
  if (match === null || match[3] !== hostBootId()) return false;
  return isRunning(match[1] ?? '', match[2] ?? '');
}

/**
 * Names this boot of the host: what a record of another boot says runs does not run. Always '0' on Windows, which tells
 * no id: there locks and the Host Compute Service alone say what runs.
 */
export function hostBootId(): string {
  ownBootId ??= readBootId();
  return ownBootId;
}

let ownBootId: string | undefined;

function readBootId(): string {
  if (process.platform === 'linux') {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  }
  return '0';
}

/** Whether a name is one of ownedName's, of whatever process. */
export function isOwnedName(name: string): boolean {
  return OWNED.test(name);
}

/** Whether the process that made the name with ownedName() still runs. False for other names. */
export function isOwnerAlive(name: string): boolean {
  const match = OWNED.exec(name);
  return match !== null && isRunning(match[1] ?? '', match[2] ?? '');
}

/**
 * Removes what processes that are gone own in a folder.
 * @returns the names that were removed
 */
export async function removeOrphans(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const orphans = names.filter((name) => isOwnedName(name) && !isOwnerAlive(name));
  for (const name of orphans) await rm(join(folder, name), { recursive: true, force: true });
  return orphans;
}

/** What with the pid names a process for good: field 22 of /proc/<pid>/stat, or what its mark says. */
function isRunning(pid: string, start: string): boolean {
  if (process.platform !== 'win32') return startTimeOf(Number(pid)) === start;
  if (Number(pid) === process.pid) return start === ownStartTime;
  return isTakenExclusively(join(marksFolder(), `${pid}.${start}`));
}

/** Linux: what with its pid names a process on this boot for good. Undefined when it is gone. */
export function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/** Where processes have their marks: one place for the host, whatever folders a command was given. */
function marksFolder(): string {
  return join(process.env['ProgramData'] || 'C:\\ProgramData', 'lcow', 'process');
}

/** Held until this process ends. @returns the number in its name */
function takeMark(): string {
  mkdirSync(marksFolder(), { recursive: true });
  for (;;) {
    const number = String(randomBytes(6).readUIntBE(0, 6));
    if (takeExclusively(join(marksFolder(), `${process.pid}.${number}`)) !== undefined) {
      return number;
    }
  }
}
