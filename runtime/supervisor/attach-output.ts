/** One output stream of an attached process on the client's side: what came, checked against its numbering. */
import { Readable } from 'node:stream';

export class AttachOutput {
  readonly readable: Readable;
  /** Offset after the last byte received; undefined until the first, where that was not known. */
  #position: number | undefined;
  #resume: (() => void) | undefined;
  #ended = false;

  constructor(wanted: boolean) {
    this.readable = new Readable({
      highWaterMark: 64 * 1024,
      read: () => this.#wake(),
      destroy: (error, done) => {
        this.#wake();
        done(error);
      },
    });
    this.readable.on('error', () => {});
    if (!wanted) this.end();
  }

  /** Where a later connection resumes. */
  get position(): number {
    return this.#position ?? 0;
  }

  /** Attached told where output begins. */
  begin(offset: number): void {
    this.#position ??= offset === 0 ? undefined : offset;
  }

  /**
   * Takes a frame; what was received before is skipped. The promise, if any, settles when the reader wants more.
   * `lost` is told of bytes that never came.
   */
  push(
    { offset, bytes }: { offset?: number | null; bytes?: Uint8Array | null },
    lost: (bytes: number) => void,
  ): Promise<void> | undefined {
    const at = offset ?? 0;
    const all = bytes ?? new Uint8Array(0);
    const position = this.#position ?? at;
    if (at > position) lost(at - position);
    const skip = Math.max(0, position - at);
    this.#position = Math.max(position, at + all.length);
    if (skip >= all.length || this.#ended || this.readable.destroyed) return undefined;
    const chunk = Buffer.from(all.buffer, all.byteOffset + skip, all.length - skip);
    if (this.readable.push(chunk)) return undefined;
    return new Promise((resolve) => {
      this.#resume = resolve;
    });
  }

  /** No more comes; who waits for the reader waits no more. Idempotent. */
  end(error?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#wake();
    if (error !== undefined) this.readable.destroy(error);
    else if (!this.readable.destroyed) this.readable.push(null);
  }

  #wake(): void {
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
  }
}
