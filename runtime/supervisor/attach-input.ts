/**
 * stdin of an attached process on the client's side: what the guest has not acknowledged is kept, at most 1 MiB, and
 * sent again over the next connection.
 */
import { Writable } from 'node:stream';

const WINDOW_BYTES = 1 << 20;
const FRAME_BYTES = 64 * 1024;

/** Where frames go at present; a failure shows by the connection's end. */
export interface InputSender {
  stdin(offset: number, bytes: Uint8Array): void;
  eof(): void;
}

export class AttachInput {
  readonly writable: Writable;
  /** What is not acknowledged, in order; positions count what was written here. */
  #kept: { readonly position: number; readonly bytes: Buffer }[] = [];
  #written = 0;
  #acked = 0;
  /** The supervisor's number of the byte at position 0. */
  #shift = 0;
  #ended = false;
  #closed = false;
  #sender: InputSender | undefined;
  #room: (() => void) | undefined;

  constructor() {
    this.writable = new Writable({
      highWaterMark: FRAME_BYTES,
      write: (chunk: Buffer, _encoding, done) => this.#write(chunk, done),
      final: (done) => {
        this.#ended = true;
        this.#sender?.eof();
        done();
      },
    });
    this.writable.on('error', () => {});
  }

  /** Sends from now on over `sender`, first what the guest does not have; `offset` is the next it wants. */
  connect(sender: InputSender, offset: number): void {
    const position = offset - this.#shift;
    if (position >= this.#acked && position <= this.#written) this.#drop(position);
    // Another client's input was counted too: ours goes on where it was acknowledged.
    else this.#shift = offset - this.#acked;
    this.#sender = sender;
    for (const { position: at, bytes } of this.#kept) this.#send(sender, at, bytes);
    if (this.#ended) sender.eof();
  }

  /** The connection is gone: what is written waits. */
  disconnect(): void {
    this.#sender = undefined;
  }

  /** The guest has everything below. */
  acknowledged(offset: number, closed: boolean): void {
    this.#drop(Math.min(offset - this.#shift, this.#written));
    if (closed) this.close();
  }

  /** Nothing is taken any more: what is written goes nowhere, as into a pipe that nobody reads. */
  close(): void {
    this.#closed = true;
    this.#kept = [];
    this.#wake();
  }

  #write(chunk: Buffer, done: () => void): void {
    if (this.#closed) {
      done();
      return;
    }
    const position = this.#written;
    this.#written += chunk.length;
    this.#kept.push({ position, bytes: chunk });
    if (this.#sender !== undefined) this.#send(this.#sender, position, chunk);
    if (this.#written - this.#acked < WINDOW_BYTES) done();
    else this.#room = done;
  }

  #send(sender: InputSender, position: number, bytes: Buffer): void {
    for (let at = 0; at < bytes.length; at += FRAME_BYTES) {
      sender.stdin(this.#shift + position + at, bytes.subarray(at, at + FRAME_BYTES));
    }
  }

  /** Forgets what lies before `position`. */
  #drop(position: number): void {
    if (position <= this.#acked) return;
    this.#acked = position;
    let first = this.#kept[0];
    while (first !== undefined && first.position + first.bytes.length <= position) {
      this.#kept.shift();
      first = this.#kept[0];
    }
    if (first !== undefined && first.position < position) {
      this.#kept[0] = { position, bytes: first.bytes.subarray(position - first.position) };
    }
    if (this.#written - this.#acked < WINDOW_BYTES) this.#wake();
  }

  #wake(): void {
    const room = this.#room;
    this.#room = undefined;
    room?.();
  }
}
