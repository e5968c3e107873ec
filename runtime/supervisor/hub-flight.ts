/**
 * One piece of output on its way to the log and to everybody attached: it is over when all of them have it. Its
 * frames are encoded once, whoever and however many take them.
 */
import type { OutputStream } from '../task/process-io.ts';
import { EncodedFrame, encodeOutput } from './hub-frame.ts';

/** Bytes of output in one frame. */
export const FRAME_BYTES = 64 * 1024;

export class Flight {
  readonly stream: OutputStream;
  readonly bytes: Buffer;
  /** Of the first byte, and after the last. */
  readonly start: number;
  readonly end: number;
  readonly #frames: EncodedFrame[] = [];
  #pending = 1;
  readonly #over: () => void;

  /** `over` runs at once when everybody has it. */
  constructor(stream: OutputStream, bytes: Buffer, start: number, over: () => void) {
    this.#over = over;
    this.stream = stream;
    this.bytes = bytes;
    this.start = start;
    this.end = start + bytes.length;
  }

  /** The flight is not over before `taken` settles; it must not reject. */
  await(taken: Promise<void>): void {
    this.#pending += 1;
    void taken.then(() => this.#settle());
  }

  /** Everybody who is here has been told. */
  seal(): void {
    this.#settle();
  }

  /** The frame that holds the byte at `position`, from there on. */
  frameAt(position: number): { frame: EncodedFrame; end: number } {
    const index = Math.floor((position - this.start) / FRAME_BYTES);
    const start = this.start + index * FRAME_BYTES;
    const end = Math.min(start + FRAME_BYTES, this.end);
    if (position !== start) return { frame: this.#encode(position, end), end };
    const frame = (this.#frames[index] ??= this.#encode(start, end));
    return { frame, end };
  }

  #encode(from: number, to: number): EncodedFrame {
    return encodeOutput(this.stream, from, this.bytes.subarray(from - this.start, to - this.start));
  }

  #settle(): void {
    this.#pending -= 1;
    if (this.#pending === 0) this.#over();
  }
}
