/** The files of a log: the one that is written, and those that were put aside when it was full. */
import { type FileHandle, open } from 'node:fs/promises';

const ASIDE_MAX = 100;

/** `json.log`, `json.log.1`, ... newest first, open as they are now; the caller closes them. */
export async function openLogFiles(path: string): Promise<FileHandle[]> {
  const files: FileHandle[] = [];
  for (let number = 0; number <= ASIDE_MAX; number += 1) {
    const name = number === 0 ? path : `${path}.${number}`;
    const file = await openIfThere(name);
    if (file !== undefined) files.push(file);
    else if (number > 0) break;
  }
  return files;
}

/** Undefined where there is none. */
export async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

const BLOCK_BYTES = 512 * 1024;
/** A longer line is none of ours and is skipped. */
const LINE_BYTES_MAX = 1 << 20;
const NEWLINE = 10;

/**
 * Complete lines of a file from a position on, many at a time: each call gives all lines that one block
 * completes (the caller's own), with the newline after each, or undefined when the file has no more now.
 */
export class LineBlocks {
  readonly #file: FileHandle;
  #position: number;
  #rest: Buffer = Buffer.alloc(0);
  #skipping = false;

  constructor(file: FileHandle, position: number) {
    this.#file = file;
    this.#position = position;
  }

  async next(): Promise<Buffer | undefined> {
    for (;;) {
      const block = Buffer.allocUnsafe(this.#rest.length + BLOCK_BYTES);
      const { bytesRead } = await this.#file.read(
        block,
        this.#rest.length,
        BLOCK_BYTES,
        this.#position,
      );
      if (bytesRead === 0) return undefined;
      this.#position += bytesRead;
      block.set(this.#rest);
      const all = block.subarray(0, this.#rest.length + bytesRead);
      const end = all.lastIndexOf(NEWLINE) + 1;
      if (end === 0) {
        if (all.length > LINE_BYTES_MAX) this.#skipping = true;
        this.#rest = this.#skipping ? Buffer.alloc(0) : all;
        continue;
      }
      const start = this.#skipping ? all.indexOf(NEWLINE) + 1 : 0;
      this.#skipping = false;
      this.#rest = Buffer.from(all.subarray(end));
      if (start < end) return all.subarray(start, end);
    }
  }

  /** A torn last line was read: it is read again when it is whole, for its writer may replace it. */
  rewind(): void {
    this.#position -= this.#rest.length;
    this.#rest = Buffer.alloc(0);
  }
}
