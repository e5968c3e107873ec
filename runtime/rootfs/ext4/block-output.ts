/**
 * Sequential output in blocks to an open file: collects bytes in large buffers and writes them behind the caller's
 * back, so that the synchronous code that fills it never waits and memory stays bounded by `drain`.
 */
import type { FileHandle } from 'node:fs/promises';
import { BLOCK_BYTES } from './format.ts';

const BUFFER_BYTES = 1 << 20;
const ZEROS = Buffer.alloc(BUFFER_BYTES);
/** Buffers that may be under way when `drain` returns. */
const MAX_PENDING = 3;

export class BlockOutput {
  private readonly file: FileHandle;
  private readonly limitBytes: number;
  private buffer: Buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  private readonly spare: Buffer[] = [];
  private filled = 0;
  /** Where the first byte of `buffer` goes. */
  private base: number;
  private pending = 0;
  private tail: Promise<void> = Promise.resolve();
  private failure: unknown;

  /** Output starts at `startBlock`; passing `limitBytes` throws RangeError. */
  constructor(file: FileHandle, startBlock: number, limitBytes: number) {
    this.file = file;
    this.base = startBlock * BLOCK_BYTES;
    this.limitBytes = limitBytes;
  }

  /** The next byte's offset in the file. */
  get position(): number {
    return this.base + this.filled;
  }

  /** The next block's number; only meaningful when aligned. */
  get block(): number {
    return this.position / BLOCK_BYTES;
  }

  /** Copy bytes to the output. */
  write(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      const taken = Math.min(bytes.length - at, BUFFER_BYTES - this.filled);
      bytes.copy(this.buffer, this.filled, at, at + taken);
      this.filled += taken;
      at += taken;
      if (this.filled === BUFFER_BYTES) this.turn();
    }
  }

  /** A zeroed piece of the output to fill in before the next call; `length` must divide the block size. */
  piece(length: number): Buffer {
    if (this.filled + length > BUFFER_BYTES) this.turn();
    const piece = this.buffer.subarray(this.filled, this.filled + length).fill(0);
    this.filled += length;
    return piece;
  }

  /** Zeros up to the next block boundary. */
  align(): void {
    const over = this.filled % BLOCK_BYTES;
    if (over === 0) return;
    this.buffer.fill(0, this.filled, this.filled + BLOCK_BYTES - over);
    this.filled += BLOCK_BYTES - over;
    if (this.filled === BUFFER_BYTES) this.turn();
  }

  /** Leave blocks unwritten: they read as zeros. */
  skip(blocks: number): void {
    this.turn();
    this.base += blocks * BLOCK_BYTES;
  }

  /** Wait until few enough buffers are under way. Throws what a write threw. */
  async drain(): Promise<void> {
    while (this.pending > MAX_PENDING && this.failure === undefined) await this.tail;
    if (this.failure !== undefined) throw this.failure;
  }

  /** Write out everything. Throws what a write threw. */
  async flush(): Promise<void> {
    this.turn();
    await this.tail;
    if (this.failure !== undefined) throw this.failure;
  }

  private turn(): void {
    if (this.filled === 0) return;
    const { buffer, base, filled } = this;
    if (base + filled > this.limitBytes) {
      throw new RangeError(`the image would be larger than ${this.limitBytes} bytes`);
    }
    this.base += filled;
    this.filled = 0;
    this.buffer = this.spare.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES);
    this.pending++;
    this.tail = this.tail.then(() => this.writeOut(buffer, base, filled));
  }

  private async writeOut(buffer: Buffer, base: number, filled: number): Promise<void> {
    try {
      if (this.failure !== undefined) return;
      // Left as a hole: costs nothing to find out, and a layer of zeros does not fill the disk.
      if (ZEROS.compare(buffer, 0, filled, 0, filled) === 0) return;
      for (let at = 0; at < filled; ) {
        const { bytesWritten } = await this.file.write(buffer, at, filled - at, base + at);
        at += bytesWritten;
      }
    } catch (error) {
      this.failure ??= error;
    } finally {
      this.pending--;
      this.spare.push(buffer);
    }
  }
}
