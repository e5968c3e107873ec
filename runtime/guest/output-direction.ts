/** Output of the guest: checks its numbering and the window, hands it on in order, knows what was taken. */
import { Readable } from 'node:stream';
import type { lcow } from '../../proto/generated/agent.js';
import { broken, CHUNK_BYTES, WINDOW_BYTES } from './stream-window.ts';

/** Output that was taken is acknowledged at once when it is this much: the guest may be waiting for room. */
const ACK_EVERY_BYTES = 256 * 1024;

/** Who takes output. */
export interface OutputSink {
  /** Bytes count as taken when this returns, or when its promise resolves. */
  take(bytes: Buffer, offset: number): void | Promise<void>;
  /** No more comes: what is still to be taken is given without waiting for anybody. Absent: it is waited for. */
  hurry?(): void;
  /** The end, after the last take: `error` when the output is incomplete. */
  end?(error?: unknown): void;
}

export class OutputDirection {
  /** Rejects when the sink refused bytes. Never resolves. */
  readonly failed: Promise<never>;
  /** The byte after the last that was taken. */
  taken = 0;
  #received = 0;
  #acknowledged = 0;
  readonly #queue: { bytes: Buffer; offset: number }[] = [];
  #busy: Promise<void> | undefined;
  #dropped = false;
  readonly #sink: OutputSink;
  readonly #onTaken: (urgent: boolean) => void;
  #fail!: (error: unknown) => void;

  /** @param onTaken told whenever bytes were taken that are not acknowledged */
  constructor(sink: OutputSink, onTaken: (urgent: boolean) => void) {
    this.#sink = sink;
    this.#onTaken = onTaken;
    this.failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    this.failed.catch(() => {});
  }

  /** The guest begins at `offset`. */
  begin(offset: number): void {
    if (this.#received !== 0) throw broken(`output begins at offset ${offset}, a second time`);
    this.#received = this.taken = this.#acknowledged = offset;
  }

  /** @throws RuntimeError data-loss for bytes that are out of order or exceed the window */
  push(data: lcow.agent.v1.Data.$Properties): void {
    const bytes = data.bytes ?? new Uint8Array(0);
    const offset = data.offset ?? 0;
    if (offset !== this.#received) {
      throw broken(`output at offset ${offset} came where ${this.#received} was next`);
    }
    if (
      bytes.length > CHUNK_BYTES ||
      this.#received + bytes.length > this.#acknowledged + WINDOW_BYTES
    ) {
      throw broken(`${bytes.length} bytes of output exceed the window of ${WINDOW_BYTES}`);
    }
    this.#received += bytes.length;
    this.#queue.push({
      bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
      offset,
    });
    this.#pump();
  }

  /** The byte after the last that came. */
  get received(): number {
    return this.#received;
  }

  /** Resolves when all that came was taken. Never rejects. */
  async idle(): Promise<void> {
    while (this.#busy !== undefined) await this.#busy;
  }

  /** Somebody else has taken what lies between, and says how far. */
  carriedTo(offset: number): void {
    this.taken = Math.max(this.taken, offset);
    this.#received = this.#acknowledged = this.taken;
  }

  /** What may be acknowledged now. */
  acknowledge(): number {
    this.#acknowledged = this.taken;
    return this.taken;
  }

  /** No more comes. Settles when all was taken; after an error, when what is under way was. */
  async end(error?: unknown): Promise<void> {
    // What nobody has begun to take stays in the guest, for the next attachment.
    if (error !== undefined && this.#sink.hurry === undefined) this.#queue.length = 0;
    this.#sink.hurry?.();
    while (this.#busy !== undefined) await this.#busy;
    this.#sink.end?.(error);
    if (error === undefined && this.#dropped) await this.failed;
  }

  #pump(): void {
    while (this.#busy === undefined) {
      const next = this.#queue.shift();
      if (next === undefined) return;
      const taking = this.#take(next.bytes, next.offset);
      if (taking === undefined) this.#took(next.bytes.length);
      else this.#busy = this.#finish(taking, next.bytes.length);
    }
  }

  #take(bytes: Buffer, offset: number): Promise<void> | undefined {
    try {
      return this.#sink.take(bytes, offset) ?? undefined;
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  async #finish(taking: Promise<void>, bytes: number): Promise<void> {
    try {
      await taking;
      this.#took(bytes);
    } catch (error) {
      this.#dropped = true;
      this.#queue.length = 0;
      this.#fail(error);
    } finally {
      this.#busy = undefined;
    }
    this.#pump();
  }

  #took(bytes: number): void {
    this.taken += bytes;
    this.#onTaken(this.taken - this.#acknowledged >= ACK_EVERY_BYTES);
  }
}

/**
 * A Readable as a sink: bytes are taken when its reader wants more than it has.
 * @param used false gives one that is at its end
 */
export function readableSink(used: boolean): { sink: OutputSink; readable: Readable } {
  let wanted: (() => void) | undefined;
  let hungry = false;
  let late = false;
  const readable = new Readable({
    highWaterMark: CHUNK_BYTES,
    read: () => {
      hungry = true;
      wanted?.();
    },
  });
  readable.on('error', () => {});
  readable.on('close', () => wanted?.());
  if (!used) readable.push(null);
  let ended = false;
  const give = (bytes: Buffer): void => {
    // Nobody reads what was destroyed; the process must not wait for that.
    if (!readable.destroyed) hungry = readable.push(bytes);
  };
  const sink: OutputSink = {
    take(bytes) {
      if (ended || hungry || readable.destroyed) {
        give(bytes);
        return;
      }
      return new Promise((resolve) => {
        wanted = () => {
          wanted = undefined;
          give(bytes);
          resolve();
        };
      });
    },
    hurry() {
      ended = true;
      late = wanted !== undefined;
      wanted?.();
    },
    end(error) {
      // What came late is still to be read; that it is not all, the exit tells.
      if (error !== undefined && !late) readable.destroy(error as Error);
      else readable.push(null);
    },
  };
  return { sink, readable };
}
