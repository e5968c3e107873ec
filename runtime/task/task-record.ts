/**
 * What a new supervisor must know of a task to go on with it: `<run>/pod/<pod>/task/<id>.json`. A record is written
 * before anybody relies on it, whole or not at all; one that is garbage counts as absent, and that is logged.
 */
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../errors.ts';
import { replaceFileSync } from '../replace-file.ts';
import { sweepTemporaryFiles, temporaryName } from '../rootfs/temporary-file.ts';
import type { TaskExit } from './process-io.ts';
import { decodeTaskRecord } from './task-record-shape.ts';
import type { TaskMount } from './task-service.ts';

export const TASK_RECORD_VERSION = 1;

/** A record beyond this is not one of ours: a thousand execs that wait for their start fit. */
const RECORD_BYTES_MAX = 64 << 20;
/** A file beyond this is begun anew with its last line. */
const FILE_BYTES_MAX = 1 << 20;

export interface ProcessRecord {
  readonly terminal: boolean;
  readonly stdin: string;
  readonly stdout: string;
  readonly stderr: string;
  /** In the guest; 0 until known. */
  pid: number;
  /** Of the process of the host that stands for it, where one does. */
  hostPid?: number;
  /** Its start was told. */
  started: boolean;
  /** Present once it was told, or is about to be. */
  exit?: TaskExit;
}

/** The pid that callers are told. */
export function toldPid({ pid, hostPid }: ProcessRecord): number {
  return hostPid ?? pid;
}

export interface ExecRecord extends ProcessRecord {
  /** Base64 of the OCI process object; dropped once it runs. */
  process?: string;
}

export interface TaskRecord {
  readonly version: typeof TASK_RECORD_VERSION;
  readonly id: string;
  readonly bundle: string;
  readonly rootfs: readonly TaskMount[];
  readonly options?: { readonly typeUrl: string; readonly value: string };
  /** creating: whoever wanted it was not told yet; it is cleaned, not continued. */
  phase: 'creating' | 'created';
  readonly init: ProcessRecord;
  readonly execs: Record<string, ExecRecord>;
  /** Guest's events up to this one are not its own. */
  readonly eventsAfter: number;
  /** The out-of-memory kills that were told. */
  oomKills: number;
  /** Of the backend. */
  resources?: unknown;
}

export interface TaskRecords {
  /** Resolves when the record, as it is at some moment after the call, is on disk. */
  save(record: TaskRecord): Promise<void>;
  remove(id: string): Promise<void>;
}

/** A record's file as we left it. */
interface RecordFile {
  /** Open to append; undefined on Windows, where a folder with an open file in it cannot be removed. */
  readonly descriptor: number | undefined;
  sizeBytes: number;
}

/** Every record in a folder that is one, for who does not own it: nothing is made or removed, and it may be gone. */
export async function readTaskRecords(
  folder: string,
  log: (text: string) => void,
): Promise<TaskRecord[]> {
  const records: TaskRecord[] = [];
  for (const name of await readdir(folder).catch(noneWhereGone)) {
    if (!name.endsWith('.json')) continue;
    try {
      const text = await readBounded(join(folder, name));
      const record = decodeTaskRecord(JSON.parse(lastWholeLine(text)));
      if (`${record.id}.json` !== name) throw new Error(`it is of ${JSON.stringify(record.id)}`);
      records.push(record);
    } catch (error) {
      log(`task record ${join(folder, name)} counts as absent: ${messageOf(error)}`);
    }
  }
  return records;
}

function noneWhereGone(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}

/**
 * A record's file holds it as often as it was saved, a line each, of which the last whole one counts: an exec saves
 * its task four times, and an appended line costs a fortieth of a file that is made anew and renamed.
 */
export class TaskRecordFolder implements TaskRecords {
  readonly #folder: string;
  readonly #files = new Map<string, RecordFile>();

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** Every record that is one. */
  async load(log: (text: string) => void): Promise<TaskRecord[]> {
    sweepTemporaryFiles(this.#folder);
    return readTaskRecords(this.#folder, log);
  }

  // Synchronous inside: it takes microseconds, and nothing comes between a state and its record.
  async save(record: TaskRecord): Promise<void> {
    await Promise.resolve(this.#save(record));
  }

  async remove(id: string): Promise<void> {
    this.#close(id);
    await rm(this.#path(id), { force: true });
  }

  #path(id: string): string {
    return join(this.#folder, `${id}.json`);
  }

  #save(record: TaskRecord): void {
    const line = Buffer.from(`${JSON.stringify(record)}\n`);
    const known = this.#files.get(record.id);
    // Not synced, unlike what must outlive a power cut: the VM does not, and an exit waits for this.
    if (known === undefined || known.sizeBytes + line.length > FILE_BYTES_MAX) {
      this.#writeAnew(record.id, line);
      return;
    }
    try {
      const written = this.#append(record.id, known, line);
      if (written < line.length) throw new Error('the disk took a part of the record');
      known.sizeBytes += written;
    } catch (error) {
      // What was torn is never read; the next save must not follow it in one line.
      this.#close(record.id);
      throw error;
    }
  }

  #append(id: string, { descriptor }: RecordFile, line: Buffer): number {
    if (descriptor !== undefined) return writeSync(descriptor, line);
    const file = openSync(this.#path(id), 'a');
    try {
      return writeSync(file, line);
    } finally {
      closeSync(file);
    }
  }

  #writeAnew(id: string, line: Buffer): void {
    const temporary = temporaryName(this.#folder);
    this.#close(id);
    try {
      writeFileSync(temporary, line, { mode: 0o600, flag: 'wx' });
      const descriptor = process.platform === 'win32' ? undefined : openSync(temporary, 'a');
      this.#files.set(id, { descriptor, sizeBytes: line.length });
      replaceFileSync(temporary, this.#path(id));
    } catch (error) {
      this.#close(id);
      rmSync(temporary, { force: true });
      throw error;
    }
  }

  #close(id: string): void {
    const known = this.#files.get(id);
    this.#files.delete(id);
    if (known?.descriptor !== undefined) closeSync(known.descriptor);
  }
}

/** The last line that its newline ends. @throws Error where there is none */
function lastWholeLine(text: string): string {
  const end = text.lastIndexOf('\n');
  if (end < 0) throw new Error('it is cut short');
  return text.slice(text.lastIndexOf('\n', end - 1) + 1, end);
}

async function readBounded(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size > RECORD_BYTES_MAX) throw new Error(`it has ${size} bytes`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}
