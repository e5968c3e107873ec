/**
 * Reads a container's log as `lcow logs` shows it: the exact bytes of the output, from its beginning or the last
 * lines, on to the end or for as long as more comes. Reads the files only; a supervisor need not be there.
 */
import { type FSWatcher, watch } from 'node:fs';
import { type FileHandle, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { OutputStream } from '../task/process-io.ts';
import { RuntimeError } from '../errors.ts';
import { linesBackwards } from './json-log-lines.ts';
import { decodeRecord, decodeRecords } from './json-log-record.ts';
import { LineBlocks, openIfThere, openLogFiles } from './log-reader-files.ts';

const NEWLINE = 10;

export interface ReadLogOptions {
  /** Records of this time or later, milliseconds since 1970. */
  readonly since?: number;
  /** Records before this time. */
  readonly until?: number;
  /** Only the last lines; 0: none but what comes. Default: all. */
  readonly tail?: number;
  /** Waits for more, until `ended` settles. Default false. */
  readonly follow?: boolean;
  /** Ends the reading, without an error. */
  readonly signal?: AbortSignal;
  /** The container has ended and its log is complete: following ends when all is read. */
  readonly ended?: Promise<unknown>;
}

export interface LogOutput {
  readonly stream: OutputStream;
  readonly bytes: Buffer;
  readonly timeMs: number;
}

/** @throws RuntimeError not-found when there is no log and none is waited for */
export async function* readLog(
  path: string,
  options: ReadLogOptions = {},
): AsyncGenerator<LogOutput, void, void> {
  for await (const batch of readLogBatches(path, options)) {
    for (const record of batch) yield record;
  }
}

/** As readLog, many records at a time: for who has much to read. No batch is empty. */
export async function* readLogBatches(
  path: string,
  options: ReadLogOptions = {},
): AsyncGenerator<LogOutput[], void, void> {
  const changes = options.follow === true ? new Changes(path, options) : undefined;
  const files = await openLogFiles(path);
  try {
    if (files.length === 0 && changes === undefined) {
      throw new RuntimeError('not-found', `read the log ${path}`, 'there is none');
    }
    const starts = await tailStarts(files, options.tail);
    let current: LineBlocks | undefined;
    for (let index = starts.length - 1; index >= 0; index -= 1) {
      const [file, start] = [files[index], starts[index]];
      if (file === undefined || start === undefined) continue;
      current = new LineBlocks(file, start);
      yield* batches(current, options);
    }
    if (changes !== undefined) yield* follow(path, files, current, changes, options);
  } finally {
    changes?.close();
    await Promise.all(files.map((file) => file.close().catch(() => {})));
  }
}

/** `files[0]` is the one that `current` reads; the files opened here are added to be closed. */
async function* follow(
  path: string,
  files: FileHandle[],
  current: LineBlocks | undefined,
  changes: Changes,
  options: ReadLogOptions,
): AsyncGenerator<LogOutput[], void, void> {
  let blocks = current;
  for (;;) {
    const last = changes.over;
    if (options.signal?.aborted === true) return;
    blocks?.rewind();
    const next = await replaced(path, files[0]);
    // What was put aside is read to its end before the file that took its place.
    if (blocks !== undefined) yield* batches(blocks, options);
    if (next !== undefined) {
      const former = files.shift();
      await former?.close();
      files.unshift(next);
      blocks = new LineBlocks(next, 0);
      continue;
    }
    if (last) return;
    await changes.wait();
  }
}

/** The file that stands at the path now, when it is another than the one being read. */
async function replaced(
  path: string,
  file: FileHandle | undefined,
): Promise<FileHandle | undefined> {
  const now = await stat(path).catch(() => undefined);
  if (now === undefined) return undefined;
  if (file === undefined) return openIfThere(path);
  const { ino } = await file.stat();
  if (ino === now.ino) return undefined;
  // Several may have been put aside since: the one after ours is next.
  const files = await openLogFiles(path);
  let next: FileHandle | undefined;
  for (const candidate of files) {
    if ((await candidate.stat()).ino === ino) break;
    next = candidate;
  }
  await Promise.all(files.filter((other) => other !== next).map((other) => other.close()));
  return next;
}

async function* batches(
  blocks: LineBlocks,
  { since = -Infinity, until = Infinity, signal }: ReadLogOptions,
): AsyncGenerator<LogOutput[], void, void> {
  for (let lines = await blocks.next(); lines !== undefined; lines = await blocks.next()) {
    if (signal?.aborted === true) return;
    const batch = decodeRecords(lines).filter(
      ({ bytes, timeMs }) => bytes.length > 0 && timeMs >= since && timeMs < until,
    );
    if (batch.length > 0) yield batch;
  }
}

/** Where the last `tail` lines begin in each file, newest first. */
async function tailStarts(
  files: readonly FileHandle[],
  tail: number | undefined,
): Promise<number[]> {
  if (tail === undefined) return files.map(() => 0);
  const starts: number[] = [];
  let lines = 0;
  let first = true;
  for (const file of files) {
    let start = 0;
    let after: number | undefined;
    let found = false;
    for await (const { position, text } of linesBackwards(file, (await file.stat()).size)) {
      after ??= position + Buffer.byteLength(text) + 1;
      const record = decodeRecord(text);
      if (record !== undefined && record.bytes.length > 0) {
        // A last line without a newline is a line too.
        if (first || record.bytes.at(-1) === NEWLINE) lines += 1;
        first = false;
        if (lines > tail) {
          start = after;
          found = true;
          break;
        }
      }
      after = position;
    }
    starts.push(start);
    if (found) break;
  }
  return starts;
}

/** Word of changes in the log's folder, by inotify; a change that comes while nobody waits is remembered. */
class Changes {
  readonly #watcher: FSWatcher;
  #changed = false;
  #over = false;
  #wake: (() => void) | undefined;

  constructor(path: string, { signal, ended }: ReadLogOptions) {
    const name = basename(path);
    const tell = (): void => {
      this.#changed = true;
      this.#wake?.();
    };
    const end = (): void => {
      this.#over = true;
      tell();
    };
    this.#watcher = watch(dirname(path), { persistent: true }, (_kind, changed) => {
      if (changed === null || changed === name) tell();
    });
    // The folder is gone: nothing more will come.
    this.#watcher.on('error', end);
    ended?.then(end, end);
    signal?.addEventListener('abort', tell, { once: true });
  }

  /** What is read after this was true is all there is. */
  get over(): boolean {
    return this.#over;
  }

  async wait(): Promise<void> {
    if (!this.#changed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#wake = undefined;
    this.#changed = false;
  }

  close(): void {
    this.#watcher.close();
  }
}
