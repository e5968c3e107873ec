/**
 * A process's stdin over links that come and go: what was written stays until the guest says that it was taken, and what
 * a new link says it has not received is sent again. Nothing is lost and nothing comes twice.
 */
import type { ProcessStreams } from '../guest/process-streams.ts';
import type { GuestInput } from './process-io.ts';

interface Piece {
  readonly offset: number;
  readonly bytes: Buffer;
  /** The guest has it. */
  readonly done: () => void;
}

export class GuestStdin implements GuestInput {
  readonly resize: (width: number, height: number) => void;
  /** What the guest may not have, in order. */
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
    this.#drop(offset);
    for (const piece of this.#pieces) {
      streams.stdin.write(piece.bytes.subarray(Math.max(0, offset - piece.offset)));
    }
    if (this.#ended) streams.stdin.end();
    return first;
  }

  /** The guest has all below `offset`, or wants no more. */
  taken(offset: number, closed: boolean): void {
    if (closed) this.close();
    else this.#drop(offset);
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
      this.#pieces.push({ offset: this.#end, bytes, done: resolve });
      this.#end += bytes.length;
      this.#streams?.stdin.write(bytes);
    });
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#streams?.stdin.end();
  }

  #drop(offset: number): void {
    for (let first = this.#pieces[0]; first !== undefined; first = this.#pieces[0]) {
      if (first.offset + first.bytes.length > offset) return;
      this.#pieces.shift();
      first.done();
    }
  }
}
