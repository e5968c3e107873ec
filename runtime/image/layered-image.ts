/**
 * Images as layers to be read, for those who build from images and run none: from the local store's blobs, or from a
 * layout or archive, where nothing is imported. For any architecture, not only the host's.
 */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { messageOf, RuntimeError } from '../errors.ts';
import { ioError } from '../rootfs/io-error.ts';
import { ContentStore } from './content-store.ts';
import { DataFolder } from './data-folder.ts';
import type { Digest } from './digest.ts';
import {
  ARCHIVE_MANIFEST_FILE,
  namesInDockerArchive,
  readDockerArchive,
} from './docker-archive.ts';
import type { OciContainerDefaults } from './image-config.ts';
import { type ImageSource, openImageSource } from './image-source.ts';
import { type ImageRecord, readRecord } from './image-record.ts';
import { formatPlatform, hostPlatform, type Platform } from './manifest.ts';
import { imagesInOciLayout, LAYOUT_FILE, readOciLayout } from './oci-layout.ts';
import { formatReference, parseReference, type Reference } from './reference.ts';

export interface LayeredImage {
  /** In full. */
  reference: string;
  id: Digest;
  manifestDigest: Digest;
  config: OciContainerDefaults;
  /** Topmost last. */
  layers: { diffId: Digest; open(): AsyncIterable<Buffer> }[];
}

/** A reference as it is compared and shown. Throws RuntimeError 'invalid-argument'. */
export function fullReference(text: string, op: string): Reference {
  try {
    return parseReference(text);
  } catch (error) {
    throw new RuntimeError('invalid-argument', op, messageOf(error), { cause: error });
  }
}

/** An image of the store; undefined when it has none of the name, or of the name and digest. */
export function openStoredImage(
  dataDirectory: string,
  reference: Reference,
  platform: Platform,
  op: string,
): LayeredImage | undefined {
  const data = new DataFolder(dataDirectory);
  const { digest, ...name } = reference;
  const tagged = formatReference({ ...name, tag: name.tag ?? 'latest' });
  // One that was pulled by digest, perhaps an index's, has a record under it.
  const pinned = digest && readRecord<ImageRecord>(data.image(formatReference(reference)));
  const record = pinned ?? readRecord<ImageRecord>(data.image(tagged));
  if (record === undefined) return undefined;
  if (pinned === undefined && digest !== undefined && record.manifestDigest !== digest) {
    return undefined;
  }
  const named = record.name;
  if (record.config.architecture !== platform.architecture) {
    throw new RuntimeError(
      'unsupported',
      op,
      `the store's ${named} is for ${formatPlatform(record.config)}, wanted is ${formatPlatform(platform)}`,
    );
  }
  const content = new ContentStore(data);
  return {
    reference: formatReference(reference),
    id: record.id,
    manifestDigest: record.manifestDigest,
    config: record.config.config,
    layers: record.layers.map(({ diffId, blob }) => {
      if (!content.has(blob.digest)) {
        const what = `layer ${blob.digest} of ${named} is gone from the store: import the image again`;
        throw new RuntimeError('data-loss', op, what);
      }
      return { diffId, open: () => content.read(blob.digest) };
    }),
  };
}

/** Layouts and archives that are asked for images by name. To be disposed of. */
export class ImageArchives implements AsyncDisposable {
  readonly #paths: readonly string[];
  readonly #temporary: string;
  readonly #sources: ImageSource[] = [];

  /** @param temporaryFolder for gzipped tars, which are inflated */
  constructor(paths: readonly string[], temporaryFolder: string) {
    this.#paths = paths;
    this.#temporary = temporaryFolder;
  }

  /** The first that has it; undefined when none has. Throws RuntimeError for one that cannot be read. */
  async find(
    reference: Reference,
    platform: Platform,
    op: string,
  ): Promise<LayeredImage | undefined> {
    await this.#open(op);
    for (const source of this.#sources) {
      const found = await findIn(source, reference, platform, op);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async #open(op: string): Promise<void> {
    for (const path of this.#paths.slice(this.#sources.length)) {
      if (!existsSync(path)) {
        throw new RuntimeError('not-found', op, `there is no file or folder ${path}`);
      }
      await mkdir(this.#temporary, { recursive: true, mode: 0o700 });
      try {
        this.#sources.push(await openImageSource(path, this.#temporary));
      } catch (error) {
        throw ioError(op, error);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const source of this.#sources.splice(0)) await source[Symbol.asyncDispose]();
  }
}

async function findIn(
  source: ImageSource,
  reference: Reference,
  platform: Platform,
  op: string,
): Promise<LayeredImage | undefined> {
  try {
    const isLayout = (await source.sizeOf(LAYOUT_FILE)) !== undefined;
    if (!isLayout && (await source.sizeOf(ARCHIVE_MANIFEST_FILE)) === undefined) {
      const what = `it has neither ${LAYOUT_FILE} nor ${ARCHIVE_MANIFEST_FILE}`;
      throw new RuntimeError('invalid-argument', `read image ${source.path}`, what);
    }
    const selector = isLayout
      ? await selectorInLayout(source, reference)
      : (await namesInDockerArchive(source)).find((name) => isNamed(name, reference));
    if (selector === undefined) return undefined;
    const image = isLayout
      ? await readOciLayout(source, selector, platform)
      : await readDockerArchive(source, selector, platform);
    if (!isLayout && reference.digest !== undefined) return undefined;
    return {
      reference: formatReference(reference),
      id: image.config.digest,
      manifestDigest: image.manifest.digest,
      config: image.config.decoded.config,
      layers: image.layers.map((layer) => ({ diffId: layer.diffId, open: () => layer.open() })),
    };
  } catch (error) {
    if ((error as Error).name !== 'ShapeError') throw ioError(op, error);
    throw new RuntimeError('invalid-argument', `read image ${source.path}`, messageOf(error), {
      cause: error,
    });
  }
}

async function selectorInLayout(
  source: ImageSource,
  reference: Reference,
): Promise<string | undefined> {
  const images = await imagesInOciLayout(source);
  if (reference.digest !== undefined) {
    return images.find(({ digest }) => digest === reference.digest)?.digest;
  }
  return images.flatMap(({ names }) => names).find((name) => isNamed(name, reference));
}

/** Names of archives are full or short; a tag alone is no name of an image. */
function isNamed(name: string, reference: Reference): boolean {
  if (!/[/:]/.test(name)) return false;
  try {
    return formatReference(parseReference(name)) === formatReference(reference);
  } catch {
    return false;
  }
}

/** Linux on an architecture by Docker's name. */
export function linuxOn(architecture: string): Platform {
  return { ...hostPlatform(), architecture };
}
