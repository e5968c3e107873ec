/**
 * Frames over a duplex stream, both ways, in bounded memory: what is to be sent is encoded only when the
 * socket has room, and reading stops while too much of what came is unread or too much of what goes is unsent.
 * Knows frames, not calls.
 */
import type { Duplex } from 'node:stream';
import { RuntimeError } from '../errors.ts';
import {
  encodeFrame,
  encodeHeader,
  FRAME_DATA_BYTES_MAX,
  FRAME_FLAG,
  FRAME_TYPE,
  type Frame,
  FrameDecoder,
  type OversizeFrame,
} from './frame.ts';

/** Bytes that the socket is given ahead of what it took. */
const SENDING_BYTES_MAX = 256 * 1024;
/** Frames that wait for the socket before reading stops: a peer that does not read is not read from. */
const WAITING_FRAMES_MAX = 1024;
/** Up to this size, header and data are one buffer: a copy is cheaper than a second element of writev. */
const JOINED_BYTES_MAX = 8 * 1024;

/** Received bytes of streams that nobody read yet, on one connection, at which reading stops. */
export const UNREAD_BYTES_MAX = 1 << 20;

export interface ConnectionEvents {
  /** A frame came, of any type and flags. */
  frame(frame: Frame): void;
  /** A frame was too large; its data is being skipped. */
  oversize(frame: OversizeFrame): void;
  /** The connection is over, once; `error` is what ended it, undefined for an orderly end. */
  end(error: Error | undefined): void;
}

/** Gives the frame's data, or undefined when the frame is not wanted any more. */
export type Encode = () => Uint8Array | undefined;

interface Waiting {
  readonly streamId: number;
  readonly type: number;
  readonly flags: number;
  readonly encode: Encode;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class FrameConnection {
  readonly #duplex: Duplex;
  readonly #events: ConnectionEvents;
  readonly #decoder = new FrameDecoder();
  readonly #waiting: Waiting[] = [];
  readonly #closed: Promise<void>;
  #nextWaiting = 0;
  #unreadBytes = 0;
  #corked = false;
  #reading = true;
  #over = false;
  #drained: (() => void) | undefined;

  /** Takes the duplex over: nobody else may read, write or destroy it. */
  constructor(duplex: Duplex, events: ConnectionEvents) {
    this.#duplex = duplex;
    this.#events = events;
    this.#closed = duplex.closed
      ? Promise.resolve()
      : new Promise((resolve) => duplex.once('close', () => resolve()));
    duplex.on('data', (chunk: Buffer) => this.#received(chunk));
    duplex.on('drain', () => this.#flush());
    // ttrpc has no half-closed connection: the peer's end is the end.
    duplex.on('end', () => this.#ended(undefined));
    duplex.on('error', (error) => this.#ended(error));
    duplex.on('close', () => this.#ended(undefined));
    // Whoever made this does not have it yet.
    if (duplex.destroyed) process.nextTick(() => this.#ended(undefined));
  }

  /** Settles when the underlying stream is closed. */
  get closed(): Promise<void> {
    return this.#closed;
  }

  get over(): boolean {
    return this.#over;
  }

  /** Bytes held for the peer (encoded, not taken by the socket) and from it (unread, or of a partial frame). */
  get bufferedBytes(): number {
    return this.#duplex.writableLength + this.#unreadBytes + this.#decoder.bufferedBytes;
  }

  /** Frames that wait for the socket to have room; they are not encoded yet. */
  get waitingFrames(): number {
    return this.#waiting.length - this.#nextWaiting;
  }

  /**
   * Sends one frame after those sent before it; resolves when the socket took it or `encode` no longer wanted it.
   * @throws RuntimeError `resource-exhausted` for more than 4 MiB, `unavailable` when the connection is over;
   *   what `encode` throws
   */
  send(streamId: number, type: number, flags: number, encode: Encode): Promise<void> {
    return new Promise((resolve, reject) => {
      const frame = { streamId, type, flags, encode, resolve, reject };
      if (this.#over) reject(overError());
      else if (this.waitingFrames === 0 && this.#hasRoom()) this.#write(frame);
      else {
        this.#waiting.push(frame);
        this.#regulate();
      }
    });
  }

  /** Tells of a change of the bytes that streams hold unread; at UNREAD_BYTES_MAX the socket is paused. */
  account(deltaBytes: number): void {
    this.#unreadBytes += deltaBytes;
    this.#regulate();
  }

  /** Ends after what was sent has left, or after `flushMs`. Idempotent. */
  async close(flushMs: number): Promise<void> {
    if (!this.#over && this.waitingFrames + this.#duplex.writableLength > 0) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
        timer = setTimeout(resolve, flushMs);
      });
      clearTimeout(timer);
    }
    this.destroy();
    await this.#closed;
  }

  /** Ends at once. */
  destroy(error?: Error): void {
    this.#ended(error);
  }

  #received(chunk: Buffer): void {
    if (this.#over) return;
    for (const frame of this.#decoder.push(chunk)) {
      if (frame.kind === 'frame') this.#events.frame(frame);
      else this.#events.oversize(frame);
      if (this.#over) return;
    }
  }

  #hasRoom(): boolean {
    return this.#duplex.writableLength < SENDING_BYTES_MAX;
  }

  #flush(): void {
    while (!this.#over && this.#hasRoom()) {
      const frame = this.#waiting[this.#nextWaiting];
      if (frame === undefined) break;
      this.#nextWaiting += 1;
      if (this.#nextWaiting === this.#waiting.length || this.#nextWaiting > 1024) {
        this.#waiting.splice(0, this.#nextWaiting);
        this.#nextWaiting = 0;
      }
      this.#write(frame);
    }
    this.#regulate();
    if (this.waitingFrames + this.#duplex.writableLength === 0) this.#drained?.();
  }

  #write({ streamId, type, flags, encode, resolve, reject }: Waiting): void {
    let data: Uint8Array | undefined;
    try {
      data = encode();
    } catch (error) {
      reject(error);
      return;
    }
    if (data === undefined) {
      resolve();
      return;
    }
    if (data.byteLength > FRAME_DATA_BYTES_MAX) {
      const why = `the message has ${data.byteLength} bytes, a frame carries ${FRAME_DATA_BYTES_MAX}`;
      reject(new RuntimeError('resource-exhausted', 'send a message', why));
      return;
    }
    this.#cork();
    const taken = (error?: Error | null): void => {
      if (error != null) reject(overError(error));
      else resolve();
      if (this.waitingFrames > 0 || this.#drained !== undefined) this.#flush();
    };
    if (data.byteLength <= JOINED_BYTES_MAX) {
      this.#duplex.write(encodeFrame(streamId, type, flags, data), taken);
    } else {
      this.#duplex.write(encodeHeader(streamId, type, flags, data.byteLength));
      this.#duplex.write(data, taken);
    }
  }

  /** What one turn of the event loop sends goes in one writev. */
  #cork(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.#duplex.cork();
    process.nextTick(() => {
      this.#corked = false;
      this.#duplex.uncork();
    });
  }

  #regulate(): void {
    const wanted = this.#unreadBytes < UNREAD_BYTES_MAX && this.waitingFrames < WAITING_FRAMES_MAX;
    if (wanted === this.#reading || this.#over) return;
    this.#reading = wanted;
    if (wanted) this.#duplex.resume();
    else this.#duplex.pause();
  }

  #ended(error: Error | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#duplex.destroy();
    for (const { reject } of this.#waiting.splice(0)) reject(overError(error));
    this.#nextWaiting = 0;
    this.#drained?.();
    this.#events.end(error);
  }
}

/** Whether a frame says that its sender sends no more data on the stream. */
export function closesRemote(frame: Frame): boolean {
  return (frame.flags & FRAME_FLAG.remoteClosed) !== 0;
}

/** Whether a data frame carries a message; an empty one counts. */
export function carriesMessage(frame: Frame): boolean {
  return frame.type === FRAME_TYPE.data && (frame.flags & FRAME_FLAG.noData) === 0;
}

function overError(cause?: Error): RuntimeError {
  const why = cause === undefined ? 'the connection is closed' : cause.message;
  return new RuntimeError('unavailable', 'send a message', why, { cause });
}
