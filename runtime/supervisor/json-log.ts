/**
 * The log of one container, docker's json-file format: written by its supervisor alone, with one write(2) for each
 * piece of output, no fsync. A write that fails never stops the container: output is not logged until writing works
 * again, and a record tells how much is missing.
 *
 * Offsets in a log go on over the container's runs; `base` is where the present run's own numbering begins.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { OutputStream } from '../task/process-io.ts';
import { RuntimeError } from '../errors.ts';
import { removeNameSync, replaceFile } from '../replace-file.ts';
import { endOfLastLine, linesBackwards } from './json-log-lines.ts';
import {
  decodeRecord,
  encodeLostRecord,
  encodeMarkRecord,
  encodeRecords,
  type LogMark,
  type LogOffsets,
} from './json-log-record.ts';

/** A mark stands at least this often, so that reopening reads little to know both offsets. */
const MARK_EVERY_BYTES = 256 * 1024;
/** Farther back than any mark may be: a batch of 64 KiB is at most 8 MiB of lines. */
const MARK_SEARCH_BYTES = 32 * 1024 * 1024;
/** After a failed write the next is tried no sooner. */
const RETRY_MS = 1000;

export interface JsonLogOptions {
  /** The process runs already: its offsets go on where the log ends. Default: a new run begins. */
  readonly adopted?: boolean;
  /** The file is put aside as `<path>.1` before it grows beyond this. Default 0: never, as docker. */
  readonly maxBytes?: number;
  /** Files kept with the one that is written. Default 1, as docker: what was put aside is gone. */
  readonly maxFiles?: number;
  /** Logging stopped, told once until it works again (`undefined`). */
  readonly onTrouble?: (error: Error | undefined) => void;
}

export class JsonLog {
  readonly #path: string;
  readonly #maxBytes: number;
  readonly #maxFiles: number;
  readonly #onTrouble: (error: Error | undefined) => void;
  #file: FileHandle | undefined;
  #sizeBytes = 0;
  #sinceMarkBytes = MARK_EVERY_BYTES;
  #at: { stdout: number; stderr: number };
  #base: LogOffsets;
  #lost: { bytes: number; reason: string } | undefined;
  #retryAtMs = 0;
  #tail: Promise<void> = Promise.resolve();
  #closed = false;

  /** @throws RuntimeError with the system's words when the file cannot be opened */
  static async open(path: string, options: JsonLogOptions = {}): Promise<JsonLog> {
    const op = `open the log ${path}`;
    let file: FileHandle | undefined;
    try {
      file = await openLog(path);
      const found = await recover(file, path);
      const log = new JsonLog(path, options, file, found);
      if (options.adopted !== true) await log.beginRun();
      return log;
    } catch (error) {
      await file?.close().catch(() => {});
      if (error instanceof RuntimeError) throw error;
      throw new RuntimeError('unavailable', op, (error as Error).message, { cause: error });
    }
  }

  constructor(path: string, options: JsonLogOptions, file: FileHandle, found: Recovered) {
    this.#path = path;
    this.#maxBytes = options.maxBytes ?? 0;
    this.#maxFiles = Math.max(1, options.maxFiles ?? 1);
    this.#onTrouble = options.onTrouble ?? (() => {});
    this.#file = file;
    this.#sizeBytes = found.sizeBytes;
    this.#at = { ...found.mark.at };
    this.#base = found.mark.base;
  }

  get path(): string {
    return this.#path;
  }

  /** Where each stream is: the offset of the next byte. What was lost counts. */
  get at(): LogOffsets {
    return { ...this.#at };
  }

  /** The offsets at which the present run began. */
  get base(): LogOffsets {
    return this.#base;
  }

  /** The process starts anew: its output is numbered from here. */
  beginRun(): Promise<void> {
    return this.#enqueue(async () => {
      this.#base = { ...this.#at };
      if (this.#sizeBytes === 0) return;
      await this.#write(encodeMarkRecord(this.#mark(), timeNow()), 0);
    });
  }

  /**
   * Writes output whose first byte has `offset`; resolves when the kernel has it. Never rejects. Bytes that are
   * in the log already are skipped; where bytes are missing, a record says so.
   */
  append(stream: OutputStream, bytes: Buffer, offset: number): Promise<void> {
    return this.#enqueue(async () => {
      const at = this.#at[stream];
      const skip = Math.min(Math.max(0, at - offset), bytes.length);
      if (offset > at) this.#lose(offset - at, 'they were not written before the supervisor ended');
      const rest = bytes.subarray(skip);
      if (rest.length === 0) return;
      const start = offset + skip;
      const marked = this.#sinceMarkBytes >= MARK_EVERY_BYTES || this.#sizeBytes === 0;
      // The mark says where both streams are before this record.
      this.#at[stream] = start;
      const mark = marked ? { mark: this.#mark() } : {};
      this.#at[stream] = start + rest.length;
      if (this.#lost !== undefined && performance.now() < this.#retryAtMs) {
        this.#lost.bytes += rest.length;
        return;
      }
      const lines = encodeRecords({ stream, bytes: rest, offset: start, time: timeNow(), ...mark });
      if (!(await this.#write(lines, rest.length))) return;
      this.#sinceMarkBytes = marked ? lines.length : this.#sinceMarkBytes + lines.length;
    });
  }

  /** After what was appended is written. Idempotent. */
  close(): Promise<void> {
    return this.#enqueue(async () => {
      this.#closed = true;
      if (this.#lost !== undefined) {
        this.#retryAtMs = 0;
        await this.#write(Buffer.alloc(0), 0);
      }
      const file = this.#file;
      this.#file = undefined;
      await file?.close().catch(() => {});
    });
  }

  #enqueue(task: () => Promise<void>): Promise<void> {
    const done = this.#tail.then(async () => {
      if (!this.#closed) await task();
    });
    this.#tail = done.catch(() => {});
    return this.#tail;
  }

  #mark(): LogMark {
    return { at: { ...this.#at }, base: this.#base };
  }

  #lose(bytes: number, reason: string): void {
    if (this.#lost === undefined) this.#lost = { bytes, reason };
    else this.#lost.bytes += bytes;
  }

  /** Writes lines of `outputBytes` of output, after word of what was lost. Whether all of it was written. */
  async #write(lines: Buffer, outputBytes: number): Promise<boolean> {
    const lost = this.#lost;
    const words =
      lost === undefined || lost.bytes === 0
        ? undefined
        : encodeLostRecord(lost.bytes, lost.reason, timeNow());
    const all = words === undefined ? lines : Buffer.concat([words, lines]);
    let written = 0;
    try {
      const file = await this.#fileFor(all.length);
      while (written < all.length) {
        const position = this.#sizeBytes + written;
        const { bytesWritten } = await file.write(all, written, all.length - written, position);
        written += bytesWritten;
      }
      this.#sizeBytes += written;
      if (lost !== undefined) {
        this.#lost = undefined;
        if (this.#retryAtMs > 0) this.#onTrouble(undefined);
        this.#retryAtMs = 0;
      }
      return true;
    } catch (error) {
      await this.#failed(
        error as NodeJS.ErrnoException,
        all,
        written,
        words?.length ?? 0,
        outputBytes,
      );
      return false;
    }
  }

  /** Keeps the whole lines that were written, cuts the torn one, and counts the rest as lost. */
  async #failed(
    error: NodeJS.ErrnoException,
    all: Buffer,
    written: number,
    wordsBytes: number,
    outputBytes: number,
  ): Promise<void> {
    const kept = written === 0 ? 0 : all.lastIndexOf(10, written - 1) + 1;
    const told = this.#retryAtMs > 0;
    let lostBytes = outputBytes;
    if (kept >= wordsBytes && kept > 0) {
      this.#lost = undefined;
      lostBytes -= outputOf(all.subarray(wordsBytes, kept));
    }
    this.#sizeBytes += kept;
    await this.#file?.truncate(this.#sizeBytes).catch(() => {});
    this.#lose(lostBytes, error.code ?? error.message);
    // What is on disk has no word of where the streams are now: say it as soon as writing works.
    this.#sinceMarkBytes = MARK_EVERY_BYTES;
    this.#retryAtMs = performance.now() + RETRY_MS;
    if (!told) this.#onTrouble(error);
  }

  async #fileFor(bytes: number): Promise<FileHandle> {
    const full = this.#maxBytes > 0 && this.#sizeBytes > 0;
    if (full && this.#sizeBytes + bytes > this.#maxBytes) await this.#rotate();
    if (this.#file === undefined) {
      this.#file = await openLog(this.#path);
      this.#sizeBytes = await endOfLastLine(this.#file, (await this.#file.stat()).size);
    }
    return this.#file;
  }

  async #rotate(): Promise<void> {
    const aside = (number: number) => (number === 0 ? this.#path : `${this.#path}.${number}`);
    const last = aside(this.#maxFiles - 1);
    if (existsSync(last))
      removeNameSync(last, `${this.#path}.gone-${randomBytes(4).toString('hex')}`);
    for (let number = this.#maxFiles - 1; number > 0; number -= 1) {
      await replaceFile(aside(number - 1), aside(number)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
    }
    const file = this.#file;
    this.#file = undefined;
    await file?.close().catch(() => {});
    this.#sinceMarkBytes = MARK_EVERY_BYTES;
  }
}

interface Recovered {
  readonly sizeBytes: number;
  readonly mark: LogMark;
}

/** 'a' would ignore positions, 'r+' does not create; 0600: output may hold secrets. */
async function openLog(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return open(path, 'wx+', 0o600);
  }
}

/** Cuts a torn last line off and finds where the streams are, reading backwards to the last mark. */
async function recover(file: FileHandle, path: string): Promise<Recovered> {
  const { size } = await file.stat();
  const sizeBytes = await endOfLastLine(file, size);
  if (sizeBytes < size) await file.truncate(sizeBytes);
  if (sizeBytes > 0) return { sizeBytes, mark: await lastMark(file, sizeBytes) };
  // Either nothing was logged yet, or the log was put aside just before the supervisor ended.
  const aside = await open(`${path}.1`, 'r').catch(() => undefined);
  if (aside === undefined) return { sizeBytes, mark: await lastMark(file, 0) };
  try {
    return { sizeBytes, mark: await lastMark(aside, (await aside.stat()).size) };
  } finally {
    await aside.close();
  }
}

async function lastMark(file: FileHandle, sizeBytes: number): Promise<LogMark> {
  const none = { stdout: 0, stderr: 0 };
  const at: { stdout?: number; stderr?: number } = {};
  let base: LogOffsets = none;
  for await (const { position, text } of linesBackwards(file, sizeBytes)) {
    const record = decodeRecord(text);
    if (record?.offset !== undefined) at[record.stream] ??= record.offset;
    if (record?.mark !== undefined) {
      at.stdout ??= record.mark.at.stdout;
      at.stderr ??= record.mark.at.stderr;
      base = record.mark.base;
      break;
    }
    if (sizeBytes - position > MARK_SEARCH_BYTES) break;
  }
  return { at: { ...none, ...at }, base };
}

function outputOf(lines: Buffer): number {
  let bytes = 0;
  for (const line of lines.toString('utf8').split('\n')) {
    bytes += decodeRecord(line)?.bytes.length ?? 0;
  }
  return bytes;
}

function timeNow(): string {
  return new Date().toISOString();
}
