/**
 * How far a process's output was handed on, in a file of the pod's folder: what a supervisor that comes after a crash
 * goes on from. One pwrite(2) for each part that the kernel took, without fsync: the file outlives the supervisor, not
 * the host, and neither does the VM.
 *
 * The two calls are not one. A supervisor that is killed between a write to a FIFO and this file's hands that part on
 * again: nothing is lost, and at most one write's bytes come twice. The gap is two system calls, but the first wakes the
 * reader, who may run before the second; who kills because of what it has just read meets it often. Files are exact:
 * their size tells how much of the last write is in them.
 */
import { closeSync, openSync, readFileSync, readSync, rmSync, writeSync } from 'node:fs';
import type { OutputStream } from '../task/process-io.ts';

const DIGITS = 16;
/** Of the record; what follows it is written once. */
const RECORD_BYTES = 105;
const NOTES_BYTES_MAX = 4096;
const RECORD = /^(\d{16}) (\d{16}) ([01])([01]) (\d{16}) (\d{16}) (\d{16}) (\d{16})\n/;

export interface HandedOnState {
  stdout: number;
  stderr: number;
  /** CloseIO came. */
  stdinClosed: boolean;
  /** All output was handed on: nothing is to be opened again for it. */
  outputEnded: boolean;
  /** Writes to files that were of `sizeBytes` before, not known to be over; length 0: none. */
  readonly writing: Readonly<Record<OutputStream, FileWrite>>;
}

interface FileWrite {
  sizeBytes: number;
  length: number;
}

export class HandedOn {
  readonly #path: string;
  readonly state: HandedOnState;
  /** By name: processes as startTimeOf tells them apart. */
  readonly #notes: Record<string, string>;
  #fd: number | undefined;
  #lent = false;

  private constructor(
    path: string,
    fd: number,
    state: HandedOnState,
    notes: Record<string, string>,
  ) {
    this.#path = path;
    this.#fd = fd;
    this.state = state;
    this.#notes = notes;
  }

  /** Of a process that begins. @throws the system's error */
  static create(path: string): HandedOn {
    const fd = openSync(path, 'w+', 0o600);
    const state = {
      ...{ stdout: 0, stderr: 0, stdinClosed: false, outputEnded: false },
      writing: { stdout: { sizeBytes: 0, length: 0 }, stderr: { sizeBytes: 0, length: 0 } },
    };
    const made = new HandedOn(path, fd, state, {});
    made.save();
    return made;
  }

  /** Of a process that runs; undefined where there is none, or none that can be read. */
  static reopen(path: string): HandedOn | undefined {
    let text: string;
    try {
      text = readFileSync(path, 'latin1');
    } catch {
      return undefined;
    }
    const found = RECORD.exec(text);
    if (found === null) return undefined;
    const [stdout, stderr, closed, ended, ...writes] = found.slice(1).map(Number);
    const write = (at: number): FileWrite => ({
      sizeBytes: writes[at] ?? 0,
      length: writes[at + 1] ?? 0,
    });
    const state: HandedOnState = {
      stdout: stdout ?? 0,
      stderr: stderr ?? 0,
      stdinClosed: closed === 1,
      outputEnded: ended === 1,
      writing: { stdout: write(0), stderr: write(2) },
    };
    return new HandedOn(path, openSync(path, 'r+'), state, notesOf(text.slice(RECORD_BYTES)));
  }

  /**
   * The record itself, for a program that carries stdout and writes its field; undefined after `close`. Until `takeBack`
   * the field is that program's.
   */
  lend(): number | undefined {
    this.#lent = this.#fd !== undefined;
    return this.#fd;
  }

  /** That program has ended. Returns how far stdout was handed on. */
  takeBack(): number {
    if (this.#lent && this.#fd !== undefined) {
      const field = Buffer.alloc(DIGITS);
      readSync(this.#fd, field, 0, DIGITS, 0);
      this.state.stdout = Math.max(this.state.stdout, Number(field.toString('latin1')) || 0);
    }
    this.#lent = false;
    return this.state.stdout;
  }

  note(name: string): string | undefined {
    return this.#notes[name];
  }

  /** Keeps what the next supervisor has to know of `name`. */
  setNote(name: string, value: string): void {
    this.#notes[name] = value;
    const text = `${JSON.stringify(this.#notes)}\n`;
    if (Buffer.byteLength(text) <= NOTES_BYTES_MAX) this.#write(text, RECORD_BYTES);
  }

  advance(stream: OutputStream, count: number): void {
    this.state[stream] += count;
    if (this.state.writing[stream].length > 0) {
      this.state.writing[stream].length = 0;
      this.save();
      return;
    }
    // On the way of every piece of output: its own field alone.
    this.#write(digits(this.state[stream]), stream === 'stdout' ? 0 : DIGITS + 1);
  }

  /** Writes the record. A disk that is full stops nothing: the next supervisor hands on more of it again. */
  save(): void {
    const { stdout, stderr, stdinClosed, outputEnded, writing } = this.state;
    const flags = `${Number(stdinClosed)}${Number(outputEnded)}`;
    const writes = [writing.stdout, writing.stderr].flatMap(({ sizeBytes, length }) => [
      digits(sizeBytes),
      digits(length),
    ]);
    const rest = `${digits(stderr)} ${flags} ${writes.join(' ')}\n`;
    if (this.#lent) this.#write(rest, DIGITS + 1);
    else this.#write(`${digits(stdout)} ${rest}`, 0);
  }

  #write(text: string, position: number): void {
    if (this.#fd === undefined) return;
    try {
      writeSync(this.#fd, text, position);
    } catch {
      // As `save` says.
    }
  }

  /** Closes it; `remove` where no supervisor will ask any more. Idempotent. */
  close(remove: boolean): void {
    if (this.#fd === undefined) return;
    closeSync(this.#fd);
    this.#fd = undefined;
    if (remove) rmSync(this.#path, { force: true });
  }
}

function notesOf(text: string): Record<string, string> {
  try {
    const notes: unknown = JSON.parse(text.slice(0, text.indexOf('\n')));
    const entries = Object.entries(notes as Record<string, unknown>);
    return Object.fromEntries(
      entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
  } catch {
    return {};
  }
}

function digits(value: number): string {
  return String(value).padStart(DIGITS, '0');
}
