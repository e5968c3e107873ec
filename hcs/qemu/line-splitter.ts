/** Cuts a byte stream into lines of bounded length. Pure: no I/O. */

/** Feeds on chunks, returns whole lines without their ending. */
export class LineSplitter {
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #length = 0;

  /** @param maxBytes the longest line that is accepted, its ending not counted */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The lines that `chunk` completes. @throws RangeError when a line is longer than allowed */
  push(chunk: Buffer): string[] {
    const lines: string[] = [];
    let from = 0;
    for (;;) {
      const at = chunk.indexOf(0x0a, from);
      const part = chunk.subarray(from, at === -1 ? undefined : at);
      this.#length += part.length;
      if (this.#length > this.#maxBytes) {
        throw new RangeError(`a line exceeds ${this.#maxBytes} bytes`);
      }
      if (part.length > 0) this.#parts.push(part);
      if (at === -1) return lines;
      const line = Buffer.concat(this.#parts).toString();
      lines.push(line.endsWith('\r') ? line.slice(0, -1) : line);
      this.#parts = [];
      this.#length = 0;
      from = at + 1;
    }
  }
}
