/**
 * Imports an image: reads and verifies its documents, converts the layers that are not here yet, and, last, writes
 * the record that makes it known. So a failure or crash at any point leaves at most content that nothing refers to
 * and temporary files of a dead process; both are swept by the next import or removal.
 *
 * Two imports of one image may run at once: content is named by digest and appears whole, records replace each other.
 */
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { messageOf, RuntimeError } from '../errors.ts';
import { ioError } from '../rootfs/io-error.ts';
import { convertLayer, layerSizeBytes } from '../rootfs/layer.ts';
import { sweepTemporaryFiles, writeFileAtomically } from '../rootfs/temporary-file.ts';
import { withLease } from './content-lease.ts';
import { ContentStore } from './content-store.ts';
import type { DataFolder } from './data-folder.ts';
import { digestHex } from './digest.ts';
import { ARCHIVE_MANIFEST_FILE, readDockerArchive } from './docker-archive.ts';
import { type ImageSource, openImageSource } from './image-source.ts';
import {
  damagedLayers,
  type FileStamp,
  type ImageRecord,
  type LayerRecord,
  type PathRecord,
  RECORD_VERSION,
  stampOf,
} from './image-record.ts';
import type { ImagePath } from './image-store.ts';
import type { Platform } from './manifest.ts';
import { INDEX_FILE, LAYOUT_FILE, readOciLayout } from './oci-layout.ts';
import { formatReference, isTag, parseReference } from './reference.ts';
import type { SourceImage, SourceLayer } from './source-image.ts';

/** Layers converted at once: one inflates while the other hashes and writes. */
const PARALLEL_LAYERS = 2;

/** Import under a name: documents and layers are kept as they were distributed, next to the converted layers. */
export async function importImage(
  data: DataFolder,
  location: ImagePath,
  name?: string,
): Promise<ImageRecord> {
  const op = `import image ${location.path}`;
  return withSource(data, location, op, async (source, image) => {
    return publishNamed(data, image, chooseName(name, image.names, location, op));
  });
}

/** Import what a source offers as a layout of one image, for a platform, under a reference in full. */
export async function importSource(
  data: DataFolder,
  open: () => Promise<ImageSource>,
  { name, platform, op }: { name: string; platform: Platform; op: string },
): Promise<ImageRecord> {
  return told(op, async () => {
    await prepareTemporary(data);
    await using source = await open();
    return await publishNamed(data, await readOciLayout(source, '', platform), name);
  });
}

/** Make an image runnable from its path: layers converted, nothing copied, found again as long as it does not change. */
export async function importPath(data: DataFolder, location: ImagePath): Promise<ImageRecord> {
  const op = `run image ${location.path}`;
  return withSource(data, location, op, async (source, image, stamp) => {
    const { path, selector } = location;
    return publish(data, image, path, undefined, async (record) => {
      const known: PathRecord = {
        version: RECORD_VERSION,
        path,
        selector,
        stamp: stamp.stamp,
        ...(stamp.indexDigest !== undefined && { indexDigest: stamp.indexDigest }),
        image: record,
      };
      await writeRecord(data, data.path(path, selector), known);
    });
  });
}

/** Convert a named image's missing or damaged layers again, from the blobs that were kept. */
export async function repairLayers(data: DataFolder, record: ImageRecord): Promise<void> {
  const content = new ContentStore(data);
  for (const layer of damagedLayers(data, record)) {
    if (!content.has(layer.blob.digest)) {
      throw new RuntimeError(
        'data-loss',
        `run image ${record.name}`,
        `its layer ${layer.diffId} is damaged and the blob is gone: import the image again`,
      );
    }
    await convertLayer(content.read(layer.blob.digest), {
      destination: data.layer(layer.diffId),
      diffId: layer.diffId,
      blobDigest: layer.blob.digest,
      temporaryFolder: data.temporary,
    });
  }
}

interface SourceStamp {
  stamp: FileStamp;
  indexDigest?: `sha256:${string}`;
}

/** Open the source and read the image's documents. */
async function withSource<T>(
  data: DataFolder,
  location: ImagePath,
  op: string,
  use: (source: ImageSource, image: SourceImage, stamp: SourceStamp) => Promise<T>,
): Promise<T> {
  return told(op, async () => {
    await prepareTemporary(data);
    await using source = await openImageSource(location.path, data.temporary);
    // Taken before reading: what changes meanwhile will look changed.
    const stamp = await stampSource(source);
    return await use(source, await readImage(source, location.selector), stamp);
  });
}

async function prepareTemporary({ temporary }: DataFolder): Promise<void> {
  await mkdir(temporary, { recursive: true, mode: 0o700 });
  sweepTemporaryFiles(temporary);
}

/** Whatever is wrong as one kind of error. */
async function told<T>(op: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if ((error as Error).name === 'ShapeError') {
      throw new RuntimeError('invalid-argument', op, messageOf(error), { cause: error });
    }
    throw ioError(op, error);
  }
}

async function readImage(source: ImageSource, selector: string): Promise<SourceImage> {
  if ((await source.sizeOf(LAYOUT_FILE)) !== undefined) return readOciLayout(source, selector);
  if (source.kind === 'tar' && (await source.sizeOf(ARCHIVE_MANIFEST_FILE)) !== undefined) {
    return readDockerArchive(source, selector);
  }
  throw new RuntimeError(
    'invalid-argument',
    `read image ${source.path}`,
    source.kind === 'folder'
      ? `it is no OCI image layout: it has no ${LAYOUT_FILE}`
      : `it is no image archive: it has neither ${LAYOUT_FILE} nor ${ARCHIVE_MANIFEST_FILE}`,
  );
}

async function stampSource(source: ImageSource): Promise<SourceStamp> {
  if (source.kind === 'tar') return { stamp: stampOf(source.path) };
  if ((await source.sizeOf(INDEX_FILE)) === undefined) {
    throw new RuntimeError(
      'invalid-argument',
      `read image ${source.path}`,
      `it is no OCI image layout: it has no ${INDEX_FILE}`,
    );
  }
  const stamp = stampOf(join(source.path, INDEX_FILE));
  const hash = createHash('sha256');
  for await (const chunk of source.stream(INDEX_FILE)) hash.update(chunk);
  return { stamp, indexDigest: `sha256:${hash.digest('hex')}` };
}

/** Keep documents and layers as they were distributed, and name them. */
async function publishNamed(
  data: DataFolder,
  image: SourceImage,
  name: string,
): Promise<ImageRecord> {
  const content = new ContentStore(data);
  return publish(data, image, name, content, async (record) => {
    await content.put(image.manifest.digest, image.manifest.bytes);
    await content.put(image.config.digest, image.config.bytes);
    await writeRecord(data, data.image(name), record);
  });
}

/** Make sure that all layers are here, and write the record; nothing of it is collected meanwhile. */
async function publish(
  data: DataFolder,
  image: SourceImage,
  name: string,
  content: ContentStore | undefined,
  commit: (record: ImageRecord) => Promise<void>,
): Promise<ImageRecord> {
  const documents = [image.manifest.digest, image.config.digest];
  const blobs = [...documents, ...image.layers.map((layer) => layer.digest)];
  const leased = {
    blobs: content === undefined ? [] : blobs.map(digestHex),
    layers: image.layers.map((layer) => digestHex(layer.diffId)),
  };
  return withLease(data, leased, async () => {
    const record: ImageRecord = {
      version: RECORD_VERSION,
      name,
      id: image.config.digest,
      manifestDigest: image.manifest.digest,
      config: image.config.decoded,
      layers: await ensureLayers(data, image.layers, content),
      importedAt: new Date().toISOString(),
    };
    await commit(record);
    return record;
  });
}

async function ensureLayers(
  data: DataFolder,
  layers: readonly SourceLayer[],
  content: ContentStore | undefined,
): Promise<LayerRecord[]> {
  const sizes = new Map<string, number>();
  const pending = [...new Map(layers.map((layer) => [layer.diffId, layer])).values()];
  const failures: unknown[] = [];
  const worker = async () => {
    for (let layer = pending.shift(); layer !== undefined; layer = pending.shift()) {
      try {
        sizes.set(layer.diffId, await ensureLayer(data, layer, content));
      } catch (error) {
        failures.push(error);
        pending.length = 0;
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_LAYERS }, worker));
  if (failures.length > 0) throw failures[0];
  return layers.map(({ diffId, digest, mediaType, sizeBytes }) => ({
    diffId,
    blob: { digest, mediaType, sizeBytes },
    vhdSizeBytes: sizes.get(diffId) as number,
  }));
}

/** Convert and keep a layer where that has not been done, in one pass over its bytes. Returns the disk file's size. */
async function ensureLayer(
  data: DataFolder,
  layer: SourceLayer,
  content: ContentStore | undefined,
): Promise<number> {
  const keeper = content === undefined || content.has(layer.digest) ? undefined : content;
  const existing = await layerSizeBytes(data.layer(layer.diffId));
  if (existing !== undefined) {
    await keeper?.ingest(layer.digest, layer.open());
    return existing;
  }
  let sizeBytes = 0;
  const convert = async (source: AsyncIterable<Buffer>) => {
    const converted = await convertLayer(source, {
      destination: data.layer(layer.diffId),
      diffId: layer.diffId,
      blobDigest: layer.digest,
      temporaryFolder: data.temporary,
    });
    sizeBytes = converted.sizeBytes;
  };
  if (keeper === undefined) await convert(layer.open());
  else await keeper.ingestThrough(layer.digest, layer.open(), convert);
  return sizeBytes;
}

async function writeRecord(data: DataFolder, path: string, record: object): Promise<void> {
  await writeFileAtomically(path, (file) => file.writeFile(JSON.stringify(record)), {
    temporaryFolder: data.temporary,
  });
}

/** What the user said, else the name inside, else the file's own. A tag alone is one of the file's name. */
function chooseName(
  wanted: string | undefined,
  names: readonly string[],
  location: ImagePath,
  op: string,
): string {
  const file = basename(location.path)
    .replace(/\.(?:tar|tgz|tar\.gz|oci)$/i, '')
    .toLowerCase();
  const inside = names[0];
  let name = wanted ?? inside ?? file;
  if (wanted === undefined && inside !== undefined && isTag(inside) && names.length === 1) {
    name = `${file}:${inside}`;
  }
  try {
    const reference = parseReference(name);
    delete reference.digest;
    if (reference.tag === undefined) reference.tag = 'latest';
    return formatReference(reference);
  } catch (error) {
    throw new RuntimeError('invalid-argument', op, `${messageOf(error)}; give it one with --name`, {
      cause: error,
    });
  }
}
