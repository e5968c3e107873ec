/**
 * What happened on this host, for `lcow events`: `<run>/events.jsonl`, a JSON line each in docker's shape. Any process
 * appends, with one O_APPEND write a line, so lines never mix. At 4 MiB the file becomes `events.jsonl.1`, and a new
 * one begins. Reading and following it is event-reader.ts.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { RuntimeError } from '../errors.ts';
import { isOwnerAlive, ownedName } from '../ownership.ts';
import { removeNameSync, replaceFileSync } from '../replace-file.ts';

/** At this size a file is kept as the old one, of which there is one. */
const ROTATE_BYTES = 4 << 20;
/** The longest line: labels are bounded by who makes containers; one longer is refused. */
export const EVENT_BYTES_MAX = 256 * 1024;

export type EventType = 'container' | 'pod' | 'image';

/** One event as docker prints it. */
export interface JournalEvent {
  readonly type: EventType;
  /** create, start, die, kill, oom, pause, unpause, restart, rename, destroy, exec_create, exec_start, exec_die, ... */
  readonly action: string;
  readonly actor: {
    readonly id: string;
    /** name, image, exitCode, execID, signal, and the container's labels. */
    readonly attributes: Readonly<Record<string, string>>;
  };
  /** Seconds since 1970. */
  readonly time: number;
  /** Nanoseconds since 1970, decimal: more than a double holds. */
  readonly timeNano: string;
}

export interface EventJournalOptions {
  /** Milliseconds since 1970. Default Date.now. */
  readonly now?: () => number;
  /** Default 4 MiB. */
  readonly rotateBytes?: number;
}

export class EventJournal {
  readonly path: string;
  readonly #folder: string;
  readonly #now: () => number;
  readonly #rotateBytes: number;

  /** @param run Directories.run */
  constructor(run: string, options: EventJournalOptions = {}) {
    this.#folder = run;
    this.path = join(run, 'events.jsonl');
    this.#now = options.now ?? Date.now;
    this.#rotateBytes = options.rotateBytes ?? ROTATE_BYTES;
  }

  /**
   * Appends an event. Microseconds, and synchronous: what comes next may depend on its having been told.
   * @param atMs when it happened; default now
   * @throws RuntimeError resource-exhausted when the disk is full, internal
   */
  append(
    type: EventType,
    action: string,
    id: string,
    attributes: Readonly<Record<string, string>> = {},
    atMs: number = this.#now(),
  ): void {
    const event: JournalEvent = {
      type,
      action,
      actor: { id, attributes },
      time: Math.floor(atMs / 1000),
      timeNano: `${Math.trunc(atMs)}000000`,
    };
    const line = Buffer.from(`${JSON.stringify(event)}\n`);
    const op = `record the event "${action}" of ${type} ${id}`;
    if (line.length > EVENT_BYTES_MAX) {
      throw new RuntimeError('invalid-argument', op, `it has ${line.length} bytes`);
    }
    try {
      this.#write(line);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const full = code === 'ENOSPC' || code === 'EDQUOT';
      throw new RuntimeError(full ? 'resource-exhausted' : 'internal', op, String(error), {
        cause: error,
      });
    }
  }

  #write(line: Buffer): void {
    let file = this.#open();
    try {
      let { size } = fstatSync(file);
      if (size + line.length > this.#rotateBytes && this.#rotate()) {
        closeSync(file);
        file = this.#open();
        ({ size } = fstatSync(file));
      }
      // A line that a full disk or a power cut tore is ended first, so that it takes no other along.
      const torn = size > 0 && lastByte(file, size) !== 0x0a;
      const whole = torn ? Buffer.concat([Buffer.from('\n'), line]) : line;
      const written = writeSync(file, whole);
      if (written < whole.length) {
        throw Object.assign(new Error('the disk took a part'), { code: 'ENOSPC' });
      }
    } finally {
      closeSync(file);
    }
  }

  #open(): number {
    try {
      return openSync(this.path, 'a+', 0o600);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      return openSync(this.path, 'a+', 0o600);
    }
  }

  /** Moves the full file aside, unless another process is about to. True: a new one may be opened. */
  #rotate(): boolean {
    const lock = join(this.#folder, '.events.lock');
    const mine = join(this.#folder, `.events-${ownedName()}`);
    writeFileSync(mine, ownedName(), { mode: 0o600 });
    try {
      linkSync(mine, lock);
    } catch {
      // Whoever has it moves the file. One who died with it is not waited for: the next line tries again.
      if (!isLockAlive(lock)) rmSync(lock, { force: true });
      return false;
    } finally {
      rmSync(mine, { force: true });
    }
    try {
      // Another may have moved it since its size was looked at.
      if (statSync(this.path).size >= this.#rotateBytes / 2) {
        const old = `${this.path}.1`;
        // A reader may have the old one open.
        if (existsSync(old)) removeNameSync(old, `${old}.gone-${ownedName()}`);
        replaceFileSync(this.path, old);
      }
      return true;
    } finally {
      rmSync(lock, { force: true });
    }
  }
}

function isLockAlive(lock: string): boolean {
  try {
    return isOwnerAlive(readFileSync(lock, 'latin1'));
  } catch {
    return true;
  }
}

function lastByte(file: number, size: number): number {
  const byte = Buffer.alloc(1);
  return readSync(file, byte, 0, 1, size - 1) === 1 ? (byte[0] as number) : 0x0a;
}
