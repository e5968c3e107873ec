/**
 * The local image store, and the public face of this folder: what `lcow run IMAGE` and `lcow image` call.
 *
 * Built for the start path: an image that is here, or was run before from its path, costs one small file read and a
 * stat for each layer. Everything that imports, converts or collects is loaded only when it is needed.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve as resolvePath } from 'node:path';
import { RuntimeError } from '../errors.ts';
import { DataFolder } from './data-folder.ts';
import { type Digest, digestOf } from './digest.ts';
import type { OciImageConfig } from './image-config.ts';
import {
  damagedLayers,
  type ImageRecord,
  isSameStamp,
  type PathRecord,
  readRecord,
  stampOf,
} from './image-record.ts';
import { familiarReference, formatReference, parseReference } from './reference.ts';

export type { ImageRecord, LayerRecord } from './image-record.ts';
export type { OciContainerDefaults, OciImageConfig } from './image-config.ts';

/** An image ready to run. */
export interface ResolvedImage {
  /** The name people know it by, or the path it came from. */
  name: string;
  /** Digest of the config. */
  id: Digest;
  config: OciImageConfig;
  /** Paths of the layers' disks (`layer.vhd`, read-only ext4), topmost LAST; no layer twice. */
  layers: string[];
}

export interface ImageStore {
  /**
   * Take an image into the store under a name: an OCI layout folder, a tar of one, or a docker-archive, the tars also
   * gzipped; `PATH:TAG` picks one of several. The name defaults to the one inside, else to the file's.
   */
  import(path: string, options?: { name?: string }): Promise<ImageRecord>;
  /** Named images, by name. */
  list(): Promise<ImageRecord[]>;
  /** By name, or by id or its first digits (at least 4); undefined when there is none. */
  get(nameOrId: string): Promise<ImageRecord | undefined>;
  /** Forget a name, and drop what nothing refers to any more. Throws RuntimeError 'not-found'. */
  remove(nameOrId: string): Promise<ImageRecord>;
  /** What a user typed where an image is expected: a stored name or id, or a path. Throws RuntimeError. */
  resolve(image: string): Promise<ResolvedImage>;
}

/** Open the store in a data folder, which is made when something is imported. Reads nothing yet. */
export function openImageStore(dataDirectory: string): ImageStore {
  const data = new DataFolder(resolvePath(dataDirectory));
  return {
    import: async (path, options = {}) => {
      const { importImage } = await import('./image-import.ts');
      return importImage(data, locate(path, `import image ${path}`), options.name);
    },
    list: async () => list(data),
    get: async (nameOrId) => find(data, nameOrId),
    remove: async (nameOrId) => {
      const record = find(data, nameOrId);
      if (record === undefined) {
        throw new RuntimeError('not-found', `remove image ${nameOrId}`, 'there is no such image');
      }
      const { removeImage } = await import('./image-collect.ts');
      await removeImage(data, record);
      return record;
    },
    resolve: (image) => resolve(data, image),
  };
}

/** A path as typed, split into the path itself and what follows `:` to pick one image of several. */
export interface ImagePath {
  path: string;
  selector: string;
}

async function resolve(data: DataFolder, argument: string): Promise<ResolvedImage> {
  const op = `find image ${argument}`;
  const named = looksLikePath(argument) ? undefined : find(data, argument);
  if (named !== undefined) {
    if (damagedLayers(data, named).length > 0) {
      const { repairLayers } = await import('./image-import.ts');
      await repairLayers(data, named);
    }
    return resolved(data, named, familiarReference(named.name));
  }
  if (!looksLikePath(argument) && !pathExists(argument)) {
    throw new RuntimeError(
      'not-found',
      op,
      'the store has no image of that name or id, and there is no such file: `lcow image list` shows what there is',
    );
  }
  const location = locate(argument, op);
  const known = readRecord<PathRecord>(data.path(location.path, location.selector));
  if (known !== undefined && isUnchanged(known) && damagedLayers(data, known.image).length === 0) {
    return resolved(data, known.image, argument);
  }
  const { importPath } = await import('./image-import.ts');
  return resolved(data, await importPath(data, location), argument);
}

function resolved(data: DataFolder, image: ImageRecord, name: string): ResolvedImage {
  // A layer that comes twice counts where it is topmost: whatever it brought lower down, it brings there as well, and
  // an overlay refuses the same folder twice.
  const diffIds = new Set(image.layers.map((layer) => layer.diffId).reverse());
  const layers = [...diffIds].reverse().map((diffId) => data.layer(diffId));
  return { name, id: image.id, config: image.config, layers };
}

function list(data: DataFolder): ImageRecord[] {
  let files: string[];
  try {
    files = readdirSync(data.images);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return files
    .filter((file) => file.endsWith('.json'))
    .map((file) => readRecord<ImageRecord>(join(data.images, file)))
    .filter((record) => record !== undefined)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function find(data: DataFolder, nameOrId: string): ImageRecord | undefined {
  try {
    const name = formatReference(parseReference(nameOrId));
    const record = readRecord<ImageRecord>(data.image(name));
    if (record !== undefined) return record;
  } catch (error) {
    if ((error as Error).name !== 'InvalidReferenceError') throw error;
  }
  const digits = /^(?:sha256:)?([0-9a-f]{4,64})$/.exec(nameOrId)?.[1];
  if (digits === undefined) return undefined;
  const found = list(data).filter((record) => record.id.startsWith(`sha256:${digits}`));
  if (new Set(found.map((record) => record.id)).size > 1) {
    throw new RuntimeError('invalid-argument', `find image ${nameOrId}`, 'several ids begin so');
  }
  return found[0];
}

/** `./x`, `../x`, `/x`, `C:\x`: nobody means a name by these. */
function looksLikePath(argument: string): boolean {
  return /^(?:\.{1,2}(?:[/\\]|$)|[/\\]|[A-Za-z]:[/\\])/.test(argument);
}

function pathExists(argument: string): boolean {
  return existsSync(argument) || existsSync(splitSelector(argument).path);
}

/** Find the file or folder that a path means. */
function locate(argument: string, op: string): ImagePath {
  const location = existsSync(argument)
    ? { path: argument, selector: '' }
    : splitSelector(argument);
  const stat = statSync(location.path, { throwIfNoEntry: false });
  if (stat === undefined) {
    throw new RuntimeError('not-found', op, `there is no file or folder ${argument}`);
  }
  if (!stat.isDirectory() && !stat.isFile()) {
    throw new RuntimeError('invalid-argument', op, `${location.path} is neither file nor folder`);
  }
  return { path: resolvePath(location.path), selector: location.selector };
}

/** `PATH:TAG` or `PATH:NAME:TAG`; the colon of a drive is none. */
function splitSelector(argument: string): ImagePath {
  const start = /^[A-Za-z]:[/\\]/.test(argument) ? 2 : 0;
  for (
    let colon = argument.indexOf(':', start);
    colon !== -1;
    colon = argument.indexOf(':', colon + 1)
  ) {
    const path = argument.slice(0, colon);
    if (existsSync(path)) return { path, selector: argument.slice(colon + 1) };
  }
  return { path: argument, selector: '' };
}

/** True when what lies at the path is what was imported. */
function isUnchanged(known: PathRecord): boolean {
  const index = known.indexDigest === undefined ? known.path : join(known.path, 'index.json');
  try {
    if (isSameStamp(stampOf(index), known.stamp)) return true;
    return known.indexDigest !== undefined && digestOf(readFileSync(index)) === known.indexDigest;
  } catch {
    return false;
  }
}
