/**
 * A process's stdin over links that come and go: what was written stays until the guest must have it, and what a new
 * link says it has not received is sent again. Nothing is lost and nothing comes twice.
 */
import { type ProcessStreams, WINDOW_BYTES } from '../guest/process-streams.ts';
import type { GuestInput } from './process-io.ts';

interface Piece {
  readonly offset: number;
  readonly bytes: Buffer;
  /** The stream took it; it is kept while the guest may not have it. */
  sent: boolean;
  readonly done: () => void;
}

export class GuestStdin implements GuestInput {
  readonly resize: (width: number, height: number) => void;
  readonly #pieces: Piece[] = [];
  #streams: ProcessStreams | undefined;
  /** Where the next written byte belongs. */
  #end = 0;
  #attached = false;
  #ended = false;
  #closed = false;

  constructor(resize: (width: number, height: number) => void) {
    this.resize = resize;
  }

  get stdinOffset(): number {
    return this.#end;
  }

  /** Goes on over these streams, which begin at `offset`. Returns whether they are the first. */
  attach(streams: ProcessStreams, offset: number): boolean {
    const first = !this.#attached;
    this.#attached = true;
    if (first) this.#end = offset;
    this.#streams = streams;
    while (this.#pieces[0] && this.#pieces[0].offset + this.#pieces[0].bytes.length <= offset) {
      this.#pieces.shift()?.done();
    }
    for (const piece of this.#pieces) this.#send(streams, piece, offset);
    if (this.#ended) streams.stdin.end();
    return first;
  }

  /** These streams are over; the next continue. */
  lost(streams: ProcessStreams): void {
    if (this.#streams === streams) this.#streams = undefined;
  }

  /** The process reads no more: what is written from now on goes nowhere. */
  close(): void {
    this.#closed = true;
    this.#streams = undefined;
    for (const { done } of this.#pieces.splice(0)) done();
  }

  write(bytes: Buffer): Promise<void> {
    if (this.#closed || this.#ended || bytes.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const piece: Piece = { offset: this.#end, bytes, sent: false, done: resolve };
      this.#end += bytes.length;
      this.#pieces.push(piece);
      if (this.#streams !== undefined) this.#send(this.#streams, piece, piece.offset);
    });
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#streams?.stdin.end();
  }

  #send(streams: ProcessStreams, piece: Piece, from: number): void {
    const bytes = piece.bytes.subarray(Math.max(0, from - piece.offset));
    streams.stdin.write(bytes, (error) => {
      if (error != null || this.#streams !== streams) return;
      piece.sent = true;
      piece.done();
      this.#trim();
    });
  }

  /** What lies more than a window behind what was sent, the guest has taken. */
  #trim(): void {
    for (let first = this.#pieces[0]; first?.sent; first = this.#pieces[0]) {
      if (first.offset + first.bytes.length + WINDOW_BYTES > this.#end) return;
      this.#pieces.shift();
    }
  }
}
