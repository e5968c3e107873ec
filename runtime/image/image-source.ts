/**
 * Where an image is imported from, as named pieces: a folder, or a tar that is read in place (never unpacked: nothing
 * in it becomes a host file); a registry is in registry/. What the pieces mean is for oci-layout.ts and docker-archive.ts.
 */
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { messageOf, RuntimeError } from '../errors.ts';
import { temporaryName } from '../rootfs/temporary-file.ts';
import { indexTar, type TarIndex } from './tar-index.ts';

const READ_BYTES = 1 << 20;

export interface ImageSource {
  /** The path, or a registry's reference, for messages. */
  readonly path: string;
  readonly kind: 'folder' | 'tar' | 'registry';
  /** The size of a piece, undefined when there is none of that name. */
  sizeOf(name: string): Promise<number | undefined>;
  /** A piece's bytes, at most `limitBytes`. Throws RuntimeError 'not-found' or 'data-loss'. */
  read(name: string, limitBytes: number): Promise<Buffer>;
  stream(name: string): AsyncIterable<Buffer>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Open a folder or a tar; a gzipped tar is inflated to a file in `temporaryFolder` first, removed on dispose. */
export async function openImageSource(path: string, temporaryFolder: string): Promise<ImageSource> {
  if ((await stat(path)).isDirectory()) return new FolderSource(path);
  const file = await open(path, 'r');
  try {
    const head = Buffer.alloc(2);
    await file.read(head, 0, 2, 0);
    if (head.readUInt16BE(0) !== 0x1f8b) return new TarSource(path, file, await indexTar(file));
  } catch (error) {
    await file.close();
    throw damaged(path, error);
  }
  await file.close();
  return openGzippedTar(path, temporaryFolder);
}

class FolderSource implements ImageSource {
  readonly kind = 'folder';
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  async sizeOf(name: string): Promise<number | undefined> {
    try {
      const found = await stat(join(this.path, name));
      return found.isFile() ? found.size : undefined;
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  read(name: string, limitBytes: number): Promise<Buffer> {
    return readPiece(this, name, limitBytes);
  }

  stream(name: string): AsyncIterable<Buffer> {
    return createReadStream(join(this.path, name), { highWaterMark: READ_BYTES });
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

class TarSource implements ImageSource {
  readonly kind = 'tar';
  readonly path: string;
  private readonly file: FileHandle;
  private readonly index: TarIndex;
  private readonly temporary: string | undefined;

  constructor(path: string, file: FileHandle, index: TarIndex, temporary?: string) {
    this.path = path;
    this.file = file;
    this.index = index;
    this.temporary = temporary;
  }

  async sizeOf(name: string): Promise<number | undefined> {
    return this.index.find(name)?.sizeBytes;
  }

  read(name: string, limitBytes: number): Promise<Buffer> {
    return readPiece(this, name, limitBytes);
  }

  async *stream(name: string): AsyncGenerator<Buffer> {
    const entry = this.index.find(name);
    if (entry === undefined) throw missing(this.path, name);
    for (let at = 0; at < entry.sizeBytes; ) {
      const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, entry.sizeBytes - at));
      const { bytesRead } = await this.file.read(buffer, 0, buffer.length, entry.offset + at);
      if (bytesRead === 0) throw damaged(this.path, new Error(`${name} is truncated`));
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.file.close();
    if (this.temporary !== undefined) await rm(this.temporary, { force: true });
  }
}

async function openGzippedTar(path: string, temporaryFolder: string): Promise<ImageSource> {
  const temporary = temporaryName(temporaryFolder);
  let file: FileHandle | undefined;
  try {
    file = await open(temporary, 'wx+', 0o600);
    await inflate(path, file);
    return new TarSource(path, file, await indexTar(file), temporary);
  } catch (error) {
    await file?.close();
    await rm(temporary, { force: true });
    throw damaged(path, error);
  }
}

async function inflate(path: string, file: FileHandle): Promise<void> {
  const source = createReadStream(path, { highWaterMark: READ_BYTES });
  await pipeline(source, createGunzip(), async (inflated: AsyncIterable<Buffer>) => {
    for await (const chunk of inflated) {
      for (let at = 0; at < chunk.length; ) {
        at += (await file.write(chunk, at, chunk.length - at)).bytesWritten;
      }
    }
  });
}

/** A piece's bytes, of which no more than the limit are read. */
export async function readPiece(
  source: ImageSource,
  name: string,
  limitBytes: number,
): Promise<Buffer> {
  const sizeBytes = await source.sizeOf(name);
  if (sizeBytes === undefined) throw missing(source.path, name);
  if (sizeBytes > limitBytes) {
    throw new RuntimeError(
      'invalid-argument',
      `read image ${source.path}`,
      `${name} has ${sizeBytes} bytes, the limit is ${limitBytes}`,
    );
  }
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of source.stream(name)) {
    length += part.length;
    if (length > limitBytes) break;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

export function missing(path: string, name: string): RuntimeError {
  return new RuntimeError('not-found', `read image ${path}`, `it has no ${name}`);
}

function damaged(path: string, error: unknown): Error {
  if (error instanceof RuntimeError) return error;
  return new RuntimeError('data-loss', `read image ${path}`, messageOf(error), { cause: error });
}

function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
