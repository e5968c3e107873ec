/**
 * The events that containerd is still to be told, on disk before anybody else knows of them: `<pod>/outbox.jsonl`, a line
 * an event and a line when it was taken. A later supervisor of the pod goes on with what was not, so an exit is told
 * once whatever is killed; and it sees which exits were told at all. Sending is event-forwarder.ts.
 *
 * The file need not outlive a power cut, because the VM does not: it is not synced.
 */
import { closeSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../errors.ts';
import { replaceFileSync } from '../replace-file.ts';
import type { TaskEvent } from '../task/task-event.ts';
import { encodeTaskEvent } from '../task/task-event-codec.ts';

const FILE = 'outbox.jsonl';
/** What waits at most: as containerd's own shims have it. */
export const OUTBOX_EVENTS_MAX = 2048;
/** After so many more the file is made anew, without what was taken. */
const REWRITE_BYTES = 256 * 1024;
const FILE_BYTES_MAX = 64 << 20;

/** As it goes over the wire. */
export interface OutboxEvent {
  readonly number: number;
  readonly atMs: number;
  readonly topic: string;
  readonly typeUrl: string;
  readonly value: Uint8Array;
  /** The container whose end this tells (its own exit, its deletion), which containerd may tell itself. */
  readonly endOf?: string;
}

interface Line {
  readonly n?: number;
  readonly at?: number;
  readonly topic?: string;
  readonly type?: string;
  readonly value?: string;
  /** `<container>/<exec>` of a process whose exit this tells. */
  readonly exit?: string;
  readonly endOf?: string;
  /** An event was taken. */
  readonly done?: number;
}

export class EventOutbox {
  readonly #path: string;
  readonly #log: (text: string) => void;
  readonly #pending = new Map<number, OutboxEvent & { readonly exit?: string }>();
  /** Of processes that were not deleted. */
  readonly #exits = new Set<string>();
  #descriptor: number | undefined;
  /** Appended since the file was made anew. */
  #appendedBytes = 0;
  #number = 0;
  #troubled = false;

  /**
   * @param folder the pod's
   * @param options.adopt go on with what an earlier supervisor left there
   */
  constructor(folder: string, options: { adopt: boolean; log: (text: string) => void }) {
    this.#path = join(folder, FILE);
    this.#log = options.log;
    if (options.adopt) this.#load();
  }

  /** The first event that was not taken. */
  get first(): OutboxEvent | undefined {
    const [first] = this.#pending.values();
    return first;
  }

  get length(): number {
    return this.#pending.size;
  }

  /** Takes an event in, on disk. False: it is dropped, for too many wait. */
  add(event: TaskEvent, atMs: number): boolean {
    if (this.#pending.size >= OUTBOX_EVENTS_MAX) return false;
    const { topic, typeUrl, value } = encodeTaskEvent(event);
    this.#number += 1;
    const exit = event.kind === 'exit' ? keyOf(event.containerId, event.execId) : undefined;
    const entry = {
      ...{ number: this.#number, atMs, topic, typeUrl, value },
      ...(exit === undefined ? {} : { exit }),
      ...(isEnd(event) ? { endOf: event.containerId } : {}),
    };
    this.#pending.set(entry.number, entry);
    if (exit !== undefined) this.#exits.add(exit);
    this.#append(lineOf(entry));
    return true;
  }

  /** containerd took it, or nobody ever will. */
  done(number: number): void {
    this.#pending.delete(number);
    this.#append({ done: number });
  }

  /** Whether the exit of a process was taken in. */
  hasExit(containerId: string, execId: string): boolean {
    return this.#exits.has(keyOf(containerId, execId));
  }

  /** The process is deleted; of an init, all of the container. */
  forget(containerId: string, execId: string): void {
    if (execId !== '') {
      this.#exits.delete(keyOf(containerId, execId));
      return;
    }
    const prefix = keyOf(containerId, '');
    for (const key of this.#exits) if (key.startsWith(prefix)) this.#exits.delete(key);
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #load(): void {
    for (const line of readLines(this.#path, this.#log)) {
      if (line.done !== undefined) this.#pending.delete(line.done);
      if (line.exit !== undefined) this.#exits.add(line.exit);
      if (line.n === undefined) continue;
      this.#number = Math.max(this.#number, line.n);
      const { n: number, at: atMs = 0, topic = '', type: typeUrl = '', exit, endOf } = line;
      const value = Buffer.from(line.value ?? '', 'base64');
      this.#pending.set(number, {
        ...{ number, atMs, topic, typeUrl, value },
        ...(exit === undefined ? {} : { exit }),
        ...(endOf === undefined ? {} : { endOf }),
      });
    }
    this.#rewrite();
  }

  /** What cannot be written is still told by this supervisor; only a later one does not know of it. */
  #append(line: Line): void {
    try {
      const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
      if (this.#appendedBytes + bytes.length > REWRITE_BYTES && this.#rewrite()) return;
      this.#descriptor ??= openSync(this.#path, 'a', 0o600);
      writeSync(this.#descriptor, bytes);
      this.#appendedBytes += bytes.length;
      // On Windows a folder with an open file in it cannot be removed.
      if (process.platform === 'win32') this.close();
      this.#troubled = false;
    } catch (error) {
      this.#trouble(error);
    }
  }

  /** With what still counts. False where that is too much to be worth it. */
  #rewrite(): boolean {
    const lines: Line[] = [...this.#pending.values()].map(lineOf);
    const told = new Set(this.#exits);
    for (const { exit } of this.#pending.values()) if (exit !== undefined) told.delete(exit);
    for (const exit of told) lines.unshift({ exit });
    // The last number stays taken.
    lines.push({ done: this.#number });
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    const temporary = `${this.#path}.new`;
    try {
      this.close();
      writeFileSync(temporary, text, { mode: 0o600 });
      replaceFileSync(temporary, this.#path);
      this.#appendedBytes = 0;
      return true;
    } catch (error) {
      rmSync(temporary, { force: true });
      this.#trouble(error);
      return false;
    }
  }

  #trouble(error: unknown): void {
    if (!this.#troubled) this.#log(`${this.#path} is not written: ${messageOf(error)}`);
    this.#troubled = true;
  }
}

function isEnd(event: TaskEvent): boolean {
  return event.kind === 'delete' || (event.kind === 'exit' && event.execId === '');
}

function keyOf(containerId: string, execId: string): string {
  return `${containerId}/${execId}`;
}

function lineOf(entry: OutboxEvent & { readonly exit?: string }): Line {
  const { number: n, atMs: at, topic, typeUrl: type, exit, endOf } = entry;
  const value = Buffer.from(entry.value).toString('base64');
  return {
    ...{ n, at, topic, type, value },
    ...(exit === undefined ? {} : { exit }),
    ...(endOf === undefined ? {} : { endOf }),
  };
}

/** Whole lines; one that is none counts as absent. */
function readLines(path: string, log: (text: string) => void): Line[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') log(`${path}: ${messageOf(error)}`);
    return [];
  }
  if (text.length > FILE_BYTES_MAX) {
    log(`${path} has ${text.length} bytes, and counts as absent`);
    return [];
  }
  return text.split('\n').flatMap((each) => {
    try {
      return each === '' ? [] : [decodeLine(JSON.parse(each))];
    } catch (error) {
      log(`${path}: a line counts as absent: ${messageOf(error)}`);
      return [];
    }
  });
}

function decodeLine(value: unknown): Line {
  const line = value as Record<string, unknown>;
  for (const name of ['n', 'at', 'done']) {
    if (line[name] !== undefined && !Number.isSafeInteger(line[name]))
      throw new Error(`its ${name}`);
  }
  for (const name of ['topic', 'type', 'value', 'exit', 'endOf']) {
    if (line[name] !== undefined && typeof line[name] !== 'string') throw new Error(`its ${name}`);
  }
  return value as Line;
}
