/**
 * What a new supervisor must know of a task to go on with it: `<run>/pod/<pod>/task/<id>.json`. A record is written
 * before anybody relies on it, whole or not at all; one that is garbage counts as absent, and that is logged.
 */
import { mkdirSync } from 'node:fs';
import { open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../errors.ts';
import { sweepTemporaryFiles, temporaryName } from '../rootfs/temporary-file.ts';
import type { TaskExit } from './process-io.ts';
import { decodeTaskRecord } from './task-record-shape.ts';
import type { TaskMount } from './task-service.ts';

export const TASK_RECORD_VERSION = 1;

/** A record beyond this is not one of ours: a thousand execs that wait for their start fit. */
const RECORD_BYTES_MAX = 64 << 20;

export interface ProcessRecord {
  readonly terminal: boolean;
  readonly stdin: string;
  readonly stdout: string;
  readonly stderr: string;
  /** 0 until known. */
  pid: number;
  /** Its start was told. */
  started: boolean;
  /** Present once it was told, or is about to be. */
  exit?: TaskExit;
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
  /** Resolves when the record, as it is at some moment after the call, is on disk. Never writes two at once. */
  save(record: TaskRecord): Promise<void>;
  remove(id: string): Promise<void>;
}

interface Writing {
  record: TaskRecord;
  /** The write under way. */
  current: Promise<void>;
  /** The one after it, for those who asked meanwhile. */
  next: Promise<void> | undefined;
}

export class TaskRecordFolder implements TaskRecords {
  readonly #folder: string;
  readonly #writing = new Map<string, Writing>();

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** Every record that is one. */
  async load(log: (text: string) => void): Promise<TaskRecord[]> {
    sweepTemporaryFiles(this.#folder);
    const records: TaskRecord[] = [];
    for (const name of await readdir(this.#folder)) {
      if (!name.endsWith('.json')) continue;
      try {
        const record = decodeTaskRecord(JSON.parse(await readBounded(join(this.#folder, name))));
        if (`${record.id}.json` !== name) throw new Error(`it is of ${JSON.stringify(record.id)}`);
        records.push(record);
      } catch (error) {
        log(`task record ${join(this.#folder, name)} counts as absent: ${messageOf(error)}`);
      }
    }
    return records;
  }

  save(record: TaskRecord): Promise<void> {
    const known = this.#writing.get(record.id);
    if (known === undefined) {
      const writing: Writing = { record, current: this.#write(record), next: undefined };
      this.#writing.set(record.id, writing);
      this.#forgetAfter(writing);
      return writing.current;
    }
    known.record = record;
    known.next ??= known.current
      .catch(() => {})
      .then(() => {
        known.current = this.#write(known.record);
        known.next = undefined;
        this.#forgetAfter(known);
        return known.current;
      });
    return known.next;
  }

  async remove(id: string): Promise<void> {
    for (let known = this.#writing.get(id); known; known = this.#writing.get(id)) {
      await (known.next ?? known.current).catch(() => {});
    }
    await rm(this.#path(id), { force: true });
  }

  #forgetAfter(writing: Writing): void {
    const forget = (): void => {
      const idle = writing.next === undefined;
      if (idle && this.#writing.get(writing.record.id) === writing) {
        this.#writing.delete(writing.record.id);
      }
    };
    writing.current.then(forget, forget);
  }

  #path(id: string): string {
    return join(this.#folder, `${id}.json`);
  }

  async #write(record: TaskRecord): Promise<void> {
    const path = this.#path(record.id);
    const temporary = temporaryName(this.#folder);
    // Not synced, unlike what must outlive a power cut: the VM does not, and an exit waits for this.
    try {
      await writeFile(temporary, `${JSON.stringify(record)}\n`, { mode: 0o600, flag: 'wx' });
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }
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
