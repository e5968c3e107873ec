/** Bytes of the tree's files: whole where they are small, in pieces where they are written out. */
import { type FileHandle, open } from 'node:fs/promises';
import { RuntimeError } from '../../runtime/errors.ts';
import type { Content } from './root-tree.ts';

const READ_BYTES = 1 << 20;
/** Small reads share one buffer's worth of the file system's attention. */
const OPEN_FILES = 32;

/** All of it, where it is at most `limitBytes`. @throws RuntimeError invalid-argument */
export async function readContent(
  content: Content,
  limitBytes: number,
  what: string,
): Promise<Buffer> {
  const { length, byteLength } = content instanceof Uint8Array ? content : sliceSize(content);
  if (length > limitBytes) {
    throw new RuntimeError(
      'invalid-argument',
      `read ${what}`,
      `it has ${byteLength} bytes, ${limitBytes} is the most`,
    );
  }
  await using reader = new ContentReader();
  const parts: Uint8Array[] = [];
  for await (const part of reader.read(content)) parts.push(part);
  return Buffer.concat(parts);
}

function sliceSize({ sizeBytes }: { sizeBytes: number }): { length: number; byteLength: number } {
  return { length: sizeBytes, byteLength: sizeBytes };
}

/** Reads many contents, whose files it keeps open meanwhile. */
export class ContentReader implements AsyncDisposable {
  readonly #files = new Map<string, FileHandle>();

  /** In pieces, each valid until the next is asked for. @throws RuntimeError data-loss when the file is too short */
  async *read(content: Content): AsyncGenerator<Uint8Array> {
    if (content instanceof Uint8Array) {
      if (content.length > 0) yield content;
      return;
    }
    const file = await this.#open(content.path);
    for (let at = 0; at < content.sizeBytes; ) {
      const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, content.sizeBytes - at));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, content.offset + at);
      if (bytesRead === 0) {
        const what = `${content.path} ends before its time: remove it and build again`;
        throw new RuntimeError('data-loss', 'read files of an image', what);
      }
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  async #open(path: string): Promise<FileHandle> {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    if (this.#files.size >= OPEN_FILES) await this[Symbol.asyncDispose]();
    const file = await open(path, 'r');
    this.#files.set(path, file);
    return file;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const files = [...this.#files.values()];
    this.#files.clear();
    for (const file of files) await file.close();
  }
}
