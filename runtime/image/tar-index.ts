/** Where the files of a tar lie in it, found by reading its headers only: for image archives, which hold few and large files. */
import type { FileHandle } from 'node:fs/promises';
import { byteStringOf, displayByteString } from '../rootfs/byte-string.ts';
import { TAR_BLOCK_BYTES, TarFormatError } from '../rootfs/tar-header.ts';
import { splitLayerPath } from '../rootfs/tar-path.ts';
import { type TarEntry, TarReader } from '../rootfs/tar-reader.ts';

/** An image has a few hundred files; an archive with more than this is something else. */
const MAX_ENTRIES = 100_000;
const MAX_LINKS = 8;

export interface TarFile {
  /** Of the first byte of data in the archive. */
  offset: number;
  sizeBytes: number;
}

export class TarIndex {
  private readonly entries: ReadonlyMap<string, TarFile | { link: string }>;

  constructor(entries: ReadonlyMap<string, TarFile | { link: string }>) {
    this.entries = entries;
  }

  /** A file by its path, through links inside the archive (old `docker save` has them between layers). */
  find(name: string): TarFile | undefined {
    let key = byteStringOf(name);
    for (let followed = 0; followed <= MAX_LINKS; followed++) {
      const entry = this.entries.get(key);
      if (entry === undefined || 'offset' in entry) return entry;
      key = entry.link;
    }
    return undefined;
  }
}

/** Read the headers. Throws TarFormatError when it is no tar or truncated, TarPathError for a name with "..". */
export async function indexTar(file: FileHandle): Promise<TarIndex> {
  const entries = new Map<string, TarFile | { link: string }>();
  const { size } = await file.stat();
  let position = 0;
  const reader = new TarReader({
    entry(entry) {
      const name = splitLayerPath(entry.name, 'entry').join('/');
      if (entries.size >= MAX_ENTRIES) {
        throw new TarFormatError(`the archive has more than ${MAX_ENTRIES} files`);
      }
      if (entry.type === 'file') {
        if (position + entry.sizeBytes > size) {
          throw new TarFormatError(
            `the archive is truncated: ${displayByteString(name)} has ${entry.sizeBytes} bytes, ` +
              `${size - position} are left`,
          );
        }
        entries.set(name, { offset: position, sizeBytes: entry.sizeBytes });
      } else if (entry.type === 'hardlink' || entry.type === 'symlink') {
        entries.set(name, { link: linkTarget(name, entry) });
      }
    },
    data() {},
    end() {},
  });
  const block = Buffer.alloc(TAR_BLOCK_BYTES);
  while (position < size && !reader.finished) {
    const { bytesRead } = await file.read(block, 0, TAR_BLOCK_BYTES, position);
    if (bytesRead === 0) break;
    position += bytesRead;
    reader.push(block.subarray(0, bytesRead));
    position += reader.skipData();
  }
  reader.finish();
  return new TarIndex(entries);
}

/** A hard link's target is a path in the archive; a symlink's is relative to its own folder. */
function linkTarget(name: string, entry: TarEntry): string {
  const parts = entry.type === 'symlink' ? name.split('/').slice(0, -1) : [];
  for (const part of entry.linkName.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}
