/**
 * Tars taken apart once: the bytes of their files in one file, their entries in another, both named by the digest of
 * the tar. So a build reads no compressed layer twice, holds none in memory, and one that was interrupted goes on where
 * it was. The entries are written last and vouch for the bytes.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, readFile, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { RuntimeError } from '../../runtime/errors.ts';
import { uncompressed } from '../../runtime/rootfs/layer.ts';
import { type TarEntry, TarReader, type Timestamp } from '../../runtime/rootfs/tar-reader.ts';
import { sweepTemporaryFiles, writeFileAtomically } from '../../runtime/rootfs/temporary-file.ts';

/** Of the entries' file; others are as good as absent. */
const FORMAT = 1;
/** A layer of so many files would not fit memory as a tree. */
const MAX_ENTRIES = 2_000_000;

/** A key that is to be verified; others only name. */
const DIGEST = /^sha256:([0-9a-f]{64})$/;

/** An entry of a tar. */
export interface CachedEntry {
  readonly name: string;
  readonly type: TarEntry['type'];
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: Timestamp;
  readonly linkName: string;
  readonly devMajor: number;
  readonly devMinor: number;
  /** Values in base64. */
  readonly xattrs?: readonly (readonly [string, string])[];
  /** Where its bytes begin in the data file. */
  readonly offset: number;
  readonly sizeBytes: number;
}

export interface CachedTar {
  /** The file with the bytes. */
  readonly path: string;
  readonly entries: readonly CachedEntry[];
}

export interface TarSource {
  /** "sha256:<hex>" of the uncompressed tar, which is verified; or another name that tells its content. */
  readonly key: string;
  open(): AsyncIterable<Buffer>;
}

export class LayerCache {
  readonly #folder: string;
  readonly #opened = new Map<string, Promise<CachedTar>>();

  /** @param folder made when something is put there */
  constructor(folder: string) {
    this.#folder = folder;
    sweepTemporaryFiles(folder);
  }

  /**
   * @throws RuntimeError data-loss when the tar is damaged or has not the digest that names it, resource-exhausted when
   * the disk is full
   */
  tar(source: TarSource, op: string): Promise<CachedTar> {
    const known = this.#opened.get(source.key);
    if (known !== undefined) return known;
    const opening = this.#find(source.key).then((found) => found ?? this.#take(source, op));
    this.#opened.set(source.key, opening);
    return opening;
  }

  #paths(key: string): { data: string; index: string } {
    const hex = DIGEST.exec(key)?.[1];
    const name = hex ?? createHash('sha256').update(key).digest('hex');
    return {
      data: join(this.#folder, `${name}.data`),
      index: join(this.#folder, `${name}.json`),
    };
  }

  async #find(key: string): Promise<CachedTar | undefined> {
    const { data, index } = this.#paths(key);
    try {
      const known = JSON.parse(await readFile(index, 'utf8')) as {
        format: number;
        sizeBytes: number;
        entries: CachedEntry[];
      };
      if (known.format !== FORMAT || (await stat(data)).size !== known.sizeBytes) return undefined;
      // Its time tells who prunes when it was last used.
      await utimes(index, new Date(), new Date()).catch(() => {});
      return { path: data, entries: known.entries };
    } catch {
      return undefined;
    }
  }

  async #take(source: TarSource, op: string): Promise<CachedTar> {
    const { data, index } = this.#paths(source.key);
    const entries: CachedEntry[] = [];
    const sizeBytes = await writeFileAtomically(data, (file) => take(source, file, entries, op));
    await writeFileAtomically(index, (file) =>
      file.writeFile(JSON.stringify({ format: FORMAT, sizeBytes, entries })),
    );
    return { path: data, entries };
  }
}

/** @returns how many bytes the files have */
async function take(
  source: TarSource,
  file: FileHandle,
  entries: CachedEntry[],
  op: string,
): Promise<number> {
  let offset = 0;
  let pending: Buffer[] = [];
  const reader = new TarReader({
    entry: (entry) => {
      if (entries.length === MAX_ENTRIES) {
        throw new RuntimeError('invalid-argument', op, `it has over ${MAX_ENTRIES} files`);
      }
      entries.push(cachedEntry(entry, offset));
    },
    data: (chunk) => {
      pending.push(chunk);
      offset += chunk.length;
    },
    end: () => {},
  });
  const hash = createHash('sha256');
  for await (const chunk of uncompressed(source.open(), op)) {
    hash.update(chunk);
    reader.push(chunk);
    if (pending.length === 0) continue;
    const pieces = pending;
    pending = [];
    for (let left = pieces; left.length > 0; left = left.slice(512)) {
      await writeAll(file, left.slice(0, 512));
    }
  }
  reader.finish();
  const actual = `sha256:${hash.digest('hex')}`;
  if (DIGEST.test(source.key) && actual !== source.key) {
    throw new RuntimeError('data-loss', op, `its digest is ${actual} instead of ${source.key}`);
  }
  return offset;
}

async function writeAll(file: FileHandle, pieces: readonly Buffer[]): Promise<void> {
  const wanted = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const { bytesWritten } = await file.writev(pieces);
  if (bytesWritten === wanted) return;
  // A disk that is nearly full takes a part: the rest says why.
  const rest = Buffer.concat(pieces).subarray(bytesWritten);
  await file.writeFile(rest);
}

function cachedEntry(entry: TarEntry, offset: number): CachedEntry {
  const { name, type, mode, uid, gid, mtime, linkName, devMajor, devMinor, sizeBytes } = entry;
  const xattrs = [...entry.xattrs].map(([key, value]) => [key, value.toString('base64')] as const);
  return {
    ...{ name, type, mode, uid, gid, mtime, linkName, devMajor, devMinor, offset, sizeBytes },
    ...(xattrs.length === 0 ? {} : { xattrs }),
  };
}
