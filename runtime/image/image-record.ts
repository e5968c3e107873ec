/**
 * What is remembered of an image: everything that a start needs, in one small file, so that a start reads that file,
 * looks whether the layers are there, and is done. Written by image-import.ts, read by image-store.ts.
 */
import { readFileSync, statSync } from 'node:fs';
import type { DataFolder } from './data-folder.ts';
import type { Digest } from './digest.ts';
import type { OciImageConfig } from './image-config.ts';

/** Records of another version are as good as absent. */
export const RECORD_VERSION = 1;

export interface LayerRecord {
  /** Digest of the uncompressed tar; names the layer's folder. */
  diffId: Digest;
  /** The layer as it was distributed. */
  blob: { digest: Digest; mediaType: string; sizeBytes: number };
  /** Size of `layer.vhd`, to notice a truncated one without reading it. */
  vhdSizeBytes: number;
}

export interface ImageRecord {
  version: typeof RECORD_VERSION;
  /** Full reference, or the path that the image was run from. */
  name: string;
  /** Digest of the image's config. */
  id: Digest;
  manifestDigest: Digest;
  config: OciImageConfig;
  /** Topmost last; in the order of the config's diff_ids, repeated layers included. */
  layers: LayerRecord[];
  /** ISO 8601. */
  importedAt: string;
}

/** How a file looked when it was imported; any difference means: look again. */
export interface FileStamp {
  mtimeMs: number;
  sizeBytes: number;
  inode: number;
}

export interface PathRecord {
  version: typeof RECORD_VERSION;
  path: string;
  selector: string;
  /** Of `index.json` in a folder, of the file itself else. */
  stamp: FileStamp;
  /** Of `index.json`: when only its times have changed, the image has not. */
  indexDigest?: Digest;
  image: ImageRecord;
}

/** The record in a file; undefined when there is none, or none of this version. Synchronous: it is on the start path. */
export function readRecord<T extends { version: number }>(path: string): T | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const record = JSON.parse(text) as T;
    return record.version === RECORD_VERSION ? record : undefined;
  } catch {
    return undefined;
  }
}

export function stampOf(path: string): FileStamp {
  const { mtimeMs, size, ino } = statSync(path);
  return { mtimeMs, sizeBytes: size, inode: ino };
}

export function isSameStamp(a: FileStamp, b: FileStamp): boolean {
  return a.mtimeMs === b.mtimeMs && a.sizeBytes === b.sizeBytes && a.inode === b.inode;
}

/** The layers that are missing or have not their size. */
export function damagedLayers(data: DataFolder, image: ImageRecord): LayerRecord[] {
  return image.layers.filter((layer) => {
    const stat = statSync(data.layer(layer.diffId), { throwIfNoEntry: false });
    return stat?.size !== layer.vhdSizeBytes;
  });
}
