/**
 * What a system's folder says about it on disk, so that another process can find and adopt it.
 * Written atomically: a reader sees the old record or the new one. Synchronous because it is small and
 * because between the spawn of QEMU and its record nothing else may happen in this process.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ComputeSystemDocument } from '../document/compute-system.ts';
import type { Accelerator } from '../document/properties.ts';
import type { DeviceState } from './device-state.ts';
import type { LinkKind } from './guest-link.ts';
import type { MachineType } from './machine-type.ts';
import type { MemoryFile } from './template.ts';

export const RECORD_FILE = 'record.json';
const RECORD_VERSION = 1;
/** Documents are bounded to 1 MiB; the rest is small. */
const RECORD_BYTES_MAX = 8 * 1024 * 1024;

/** A process, told apart from a later one with the same number by when it started. */
export interface ProcessIdentity {
  pid: number;
  /** Field 22 of /proc/<pid>/stat (clock ticks since boot) and the boot's id. */
  startTime?: string;
}

/** See the module's comment. */
export interface SystemRecord {
  version: typeof RECORD_VERSION;
  id: string;
  runtimeId: string;
  creator: ProcessIdentity;
  /** QEMU; absent until it was started. */
  vmm?: ProcessIdentity;
  accelerator?: Accelerator;
  /** Absent: serial. */
  link?: LinkKind;
  /** Absent: q35. */
  machine?: MachineType;
  /** Absent: QEMU's own. */
  memory?: MemoryFile;
  document: ComputeSystemDocument;
  devices: DeviceState;
}

/** Writes the record into `folder`. */
export function writeRecordIn(folder: string, record: SystemRecord): void {
  const path = join(folder, RECORD_FILE);
  const next = `${path}.${process.pid}`;
  writeFileSync(next, JSON.stringify(record), { mode: 0o600 });
  renameSync(next, path);
}

/** The record in `folder`; undefined where there is none that can be read. */
export function readRecord(folder: string): SystemRecord | undefined {
  try {
    const text = readFileSync(join(folder, RECORD_FILE), 'utf8');
    if (text.length > RECORD_BYTES_MAX) return undefined;
    const record = JSON.parse(text) as Partial<SystemRecord> | null;
    if (record === null || record.version !== RECORD_VERSION) return undefined;
    if (typeof record.creator?.pid !== 'number' || record.document === undefined) return undefined;
    return record as SystemRecord;
  } catch {
    return undefined;
  }
}

/** The identity of a running process; undefined when there is none. */
export function identify(pid: number): ProcessIdentity | undefined {
  const startTime = startTimeOf(pid);
  return startTime === undefined ? undefined : { pid, startTime };
}

/** Whether that very process still runs; a zombie does not. */
export function isAlive(process_: ProcessIdentity): boolean {
  const startTime = startTimeOf(process_.pid);
  return (
    startTime !== undefined &&
    (process_.startTime === undefined || startTime === process_.startTime)
  );
}

let bootId: string | undefined;

/** Identifies this boot of the host. */
export function hostBootId(): string {
  bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return bootId;
}

function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name (field 2) may hold spaces and parentheses; what follows its last ')' does not.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return `${hostBootId()}:${fields[19]}`;
  } catch {
    return undefined;
  }
}
