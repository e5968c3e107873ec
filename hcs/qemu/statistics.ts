/** What a QEMU process has used, from /proc, in HCS's units. */
import { readFileSync } from 'node:fs';
import type { Statistics } from '../document/properties.ts';

/** Linux reports times to user space in hundredths of a second on every architecture we run on. */
const UNITS_PER_TICK = 100_000;
const PAGE_BYTES = 4096;

/** Undefined when the process is gone. Storage counts what QEMU read and wrote of host files. */
export function readStatistics(pid: number): Statistics | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [user, kernel, started, resident] = [11, 12, 19, 21].map((at) => fields[at] ?? 0);
    const uptime = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
    const ageMs = uptime * 1000 - (started ?? 0) * 10;
    const io = readIo(pid);
    return {
      Timestamp: new Date().toISOString(),
      ContainerStartTime: new Date(Date.now() - ageMs).toISOString(),
      Uptime100ns: Math.max(0, Math.round(ageMs * 10_000)),
      Processor: {
        TotalRuntime100ns: ((user ?? 0) + (kernel ?? 0)) * UNITS_PER_TICK,
        RuntimeUser100ns: (user ?? 0) * UNITS_PER_TICK,
        RuntimeKernel100ns: (kernel ?? 0) * UNITS_PER_TICK,
      },
      Memory: memoryOf(pid, (resident ?? 0) * PAGE_BYTES),
      ...(io === undefined ? {} : { Storage: io }),
    };
  } catch {
    return undefined;
  }
}

/** Commit: all that is resident, shared with others or not. What cannot be told apart counts as private. */
function memoryOf(pid: number, residentBytes: number): NonNullable<Statistics['Memory']> {
  const kib = new Map<string, number>();
  try {
    for (const line of readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8').split('\n')) {
      const [, name, value] = /^(\w+): +(\d+) kB$/.exec(line) ?? [];
      if (name !== undefined) kib.set(name, Number(value));
    }
  } catch {
    // A kernel without it, or another user's process.
  }
  const own = ['Private_Clean', 'Private_Dirty'].map((name) => kib.get(name) ?? Number.NaN);
  const privateBytes = own.reduce((sum, each) => sum + each, 0) * 1024;
  return {
    MemoryUsageCommitBytes: residentBytes,
    MemoryUsagePrivateWorkingSetBytes: Number.isNaN(privateBytes) ? residentBytes : privateBytes,
  };
}

function readIo(pid: number): Statistics['Storage'] {
  try {
    const values = new Map<string, number>();
    for (const line of readFileSync(`/proc/${pid}/io`, 'utf8').split('\n')) {
      const [name = '', value] = line.split(': ');
      values.set(name, Number(value));
    }
    return {
      ReadSizeBytes: values.get('read_bytes') ?? 0,
      WriteSizeBytes: values.get('write_bytes') ?? 0,
    };
  } catch {
    return undefined;
  }
}
