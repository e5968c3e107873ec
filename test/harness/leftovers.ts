/** What a test left on the host: processes and mounts whose text names a folder of ours, and files in it. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Processes that have `word` in their command line or working folder, as "pid command". Our own process does not count. */
export function processesNaming(word: string): string[] {
  const found: string[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const text = readProc(`/proc/${name}/cmdline`).replaceAll('\0', ' ').trim();
    const cwd = text === '' ? '' : workingFolder(name);
    if (text.includes(word) || cwd.includes(word)) found.push(`${pid} ${text.slice(0, 120)}`);
  }
  return found;
}

/** Mounts of this namespace that name `word`. */
export function mountsNaming(word: string): string[] {
  return readProc('/proc/self/mountinfo')
    .split('\n')
    .filter((line) => line.includes(word));
}

/** Every file below `folder`, relative to it. A missing folder has none. */
export function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true }).map(String).sort();
  } catch {
    return [];
  }
}

function workingFolder(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}

function readProc(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The process has ended meanwhile.
    return '';
  }
}
