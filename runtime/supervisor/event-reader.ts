/**
 * Reads and follows the host's event journal (event-journal.ts): what was, then what comes, across rotations. A last
 * line without its end is waited for; one that is garbage is passed over.
 *
 * A follower that is more than two files (8 MiB of events) behind misses what was between.
 */
import { closeSync, fstatSync, mkdirSync, openSync, readSync, statSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import { EVENT_BYTES_MAX, type EventJournal, type JournalEvent } from './event-journal.ts';

const READ_BYTES = 64 * 1024;

export interface EventQuery {
  /** Milliseconds since 1970; only events at or after it. Default: with `follow`, those from now on, else all. */
  readonly sinceMs?: number;
  /** Only events before it; following ends then. */
  readonly untilMs?: number;
  /** Go on with what comes. Default false. */
  readonly follow?: boolean;
  /** All must hold. */
  readonly filter?: (event: JournalEvent) => boolean;
  readonly signal?: AbortSignal;
}

/** Events in the order in which they were written. */
export async function* readEvents(
  journal: Pick<EventJournal, 'path'>,
  query: EventQuery = {},
): AsyncGenerator<JournalEvent> {
  const { sinceMs, untilMs = Infinity, follow = false, filter = () => true, signal } = query;
  const waiting = new Waiting(journal.path, follow, untilMs, signal);
  const files: Tail[] = [];
  try {
    const fromNow = follow && sinceMs === undefined;
    for (const path of [`${journal.path}.1`, journal.path]) {
      const tail = Tail.open(path);
      if (tail === undefined) continue;
      if (fromNow) tail.skipToEnd();
      files.push(tail);
    }
    for (;;) {
      waiting.arm();
      for (const tail of files) {
        for (const event of tail.read()) {
          const atMs = Number(event.timeNano) / 1e6;
          if (atMs < (sinceMs ?? -Infinity) || atMs >= untilMs || !filter(event)) continue;
          yield event;
          if (signal?.aborted) return;
        }
      }
      if (openRotated(journal.path, files)) continue;
      if (!follow || !(await waiting.changed())) return;
    }
  } finally {
    for (const tail of files) tail.close();
    waiting.close();
  }
}

/** Opens files that appeared since. A writer may still end its line in the one before, which therefore stays open. */
function openRotated(path: string, files: Tail[]): boolean {
  let opened = false;
  for (const candidate of [`${path}.1`, path]) {
    const inode = statSync(candidate, { throwIfNoEntry: false })?.ino;
    if (inode === undefined || files.some((tail) => tail.inode === inode)) continue;
    const tail = Tail.open(candidate);
    if (tail === undefined || files.some(({ inode: known }) => known === tail.inode)) continue;
    files.push(tail);
    opened = true;
  }
  while (files.length > 3) files.shift()?.close();
  return opened;
}

/** One file, read from where it was left. */
class Tail {
  readonly inode: number;
  readonly #file: number;
  #at = 0;
  #rest = '';

  private constructor(file: number) {
    this.#file = file;
    this.inode = fstatSync(file).ino;
  }

  static open(path: string): Tail | undefined {
    try {
      return new Tail(openSync(path, 'r'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  skipToEnd(): void {
    this.#at = fstatSync(this.#file).size;
  }

  /** The events whose lines are complete. */
  *read(): Generator<JournalEvent> {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    for (;;) {
      const length = readSync(this.#file, buffer, 0, READ_BYTES, this.#at);
      if (length === 0) return;
      this.#at += length;
      const lines = (this.#rest + buffer.toString('latin1', 0, length)).split('\n');
      this.#rest = (lines.pop() ?? '').slice(-EVENT_BYTES_MAX);
      for (const line of lines) {
        const event = parseEvent(Buffer.from(line, 'latin1').toString('utf8'));
        if (event !== undefined) yield event;
      }
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** Waits for a change in the folder. Armed before reading, so that nothing falls between. */
class Waiting {
  readonly #abort = new AbortController();
  readonly #timer: NodeJS.Timeout | undefined;
  #changed = false;
  #wake: (() => void) | undefined;
  #over = false;

  constructor(path: string, follow: boolean, untilMs: number, signal: AbortSignal | undefined) {
    if (!follow) return;
    const folder = dirname(path);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    watch(folder, { signal: this.#abort.signal }, (_event, name) => {
      if (name === null || name.startsWith('events.jsonl')) this.#note();
    }).on('error', () => this.#end());
    signal?.addEventListener('abort', () => this.#end(), { once: true });
    if (signal?.aborted) this.#end();
    const leftMs = untilMs - Date.now();
    if (leftMs < 2 ** 31) this.#timer = setTimeout(() => this.#end(), Math.max(0, leftMs));
  }

  arm(): void {
    this.#changed = false;
  }

  /** False: nothing more is to be waited for. */
  async changed(): Promise<boolean> {
    if (!this.#changed && !this.#over) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return !this.#over;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#abort.abort();
  }

  #note(): void {
    this.#changed = true;
    this.#wake?.();
  }

  #end(): void {
    this.#over = true;
    this.#wake?.();
  }
}

function parseEvent(line: string): JournalEvent | undefined {
  try {
    const event = JSON.parse(line) as Partial<JournalEvent> | null;
    const known =
      typeof event?.type === 'string' &&
      typeof event.action === 'string' &&
      typeof event.timeNano === 'string' &&
      typeof event.actor?.id === 'string' &&
      typeof event.actor.attributes === 'object';
    return known ? (event as JournalEvent) : undefined;
  } catch {
    return undefined;
  }
}
