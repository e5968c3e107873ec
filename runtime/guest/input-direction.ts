/** stdin of a process in the guest: numbers what it sends and stops at the window until the guest took some. */
import { Writable } from 'node:stream';
import type { lcow } from '../../proto/generated/agent.js';
import { broken, CHUNK_BYTES, WINDOW_BYTES } from './stream-window.ts';

type HostFrame = lcow.agent.v1.HostFrame.$Properties;

export class InputDirection {
  readonly writable: Writable;
  readonly #send: (frame: HostFrame) => void;
  #sent = 0;
  #acknowledged = 0;
  #closed = false;
  /** Whether the number of the next byte is known. */
  #begun: boolean;
  #resume: (() => void) | undefined;

  /** @param fresh the process had no host before: its first byte is 0 and may be sent before the guest answers */
  constructor(send: (frame: HostFrame) => void, fresh: boolean) {
    this.#send = send;
    this.#begun = fresh;
    this.writable = new Writable({
      highWaterMark: CHUNK_BYTES,
      write: (chunk: Buffer, _encoding, done) => this.#write(chunk, 0, done),
      final: (done) => this.#final(done),
    });
    this.writable.on('error', () => {});
  }

  /** The guest expects `offset` next. What of it the process has taken, it tells by an acknowledgement. */
  begin(offset: number): void {
    if (this.#sent === 0) {
      this.#sent = offset;
      this.#acknowledged = Math.max(0, offset - WINDOW_BYTES);
    } else if (offset > this.#sent) throw broken(`stdin is at ${offset}, sent ${this.#sent}`);
    this.#begun = true;
    this.#wake();
  }

  acknowledged(offset: number, closed: boolean): void {
    if (offset < this.#acknowledged || offset > this.#sent) {
      throw broken(`stdin was acknowledged to ${offset}, sent ${this.#sent}`);
    }
    this.#acknowledged = offset;
    if (closed) this.#closed = true;
    this.#wake();
  }

  /** The process is gone: what is still written goes nowhere. */
  end(): void {
    this.#closed = true;
    this.#wake();
  }

  #write(chunk: Buffer, from: number, done: () => void): void {
    let at = from;
    while (at < chunk.length && !this.#closed && this.#room() > 0) {
      const bytes = chunk.subarray(at, at + Math.min(CHUNK_BYTES, this.#room()));
      this.#send({ stdin: { offset: this.#sent, bytes } });
      this.#sent += bytes.length;
      at += bytes.length;
    }
    // A process that reads no more takes the rest silently, as a closed pipe's reader would.
    if (at >= chunk.length || this.#closed) done();
    else this.#resume = () => this.#write(chunk, at, done);
  }

  #final(done: () => void): void {
    if (!this.#begun && !this.#closed) {
      this.#resume = () => this.#final(done);
      return;
    }
    this.#send({ stdinEof: {} });
    done();
  }

  #room(): number {
    return this.#begun ? this.#acknowledged + WINDOW_BYTES - this.#sent : 0;
  }

  #wake(): void {
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
  }
}
