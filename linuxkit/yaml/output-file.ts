/** Files of a build while they are written: in a folder that nobody looks into, each with its size and digest. */
import { createHash } from 'node:crypto';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { digestOf } from '../manifest.ts';
import { ContentReader } from './content.ts';
import type { Content } from './root-tree.ts';

export interface FileRecord {
  readonly name: string;
  readonly sizeBytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** Writes what comes. The file is not there before. */
export async function writeBytes(
  path: string,
  bytes: AsyncIterable<Uint8Array>,
): Promise<FileRecord> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const file = await open(path, 'wx', 0o644);
  try {
    for await (const piece of bytes) {
      hash.update(piece);
      sizeBytes += piece.length;
      await file.writeFile(piece);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { name: basename(path), sizeBytes, sha256: hash.digest('hex') };
}

export async function writeContent(path: string, content: Content): Promise<FileRecord> {
  await using reader = new ContentReader();
  return await writeBytes(path, reader.read(content));
}

/** For what is not written from front to end. */
export async function writeFileBy(
  path: string,
  write: (file: FileHandle) => Promise<void>,
): Promise<FileRecord> {
  const file = await open(path, 'wx+', 0o644);
  let sizeBytes: number;
  try {
    await write(file);
    await file.sync();
    ({ size: sizeBytes } = await file.stat());
  } finally {
    await file.close();
  }
  return { name: basename(path), sizeBytes, sha256: await digestOf(path) };
}

/** Of a file that another program wrote. */
export async function recordOf(path: string): Promise<FileRecord> {
  const { size } = await stat(path);
  return { name: basename(path), sizeBytes: size, sha256: await digestOf(path) };
}

/** What `sha256sum -c` reads. */
export function sumsText(records: readonly FileRecord[]): string {
  return records.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join('');
}
