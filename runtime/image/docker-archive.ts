/**
 * Reads a docker-archive: the tar of `docker save` (and of podman, kaniko, skopeo) with its manifest.json. Such an
 * archive has no digests of its layers but the config's diff_ids, so an OCI manifest is made for it.
 */
import { createHash } from 'node:crypto';
import { RuntimeError } from '../errors.ts';
import { type Digest, digestOf, isDigest } from './digest.ts';
import type { ImageSource } from './image-source.ts';
import {
  asArray,
  asObject,
  asString,
  asStringArray,
  MAX_JSON_BYTES,
  optional,
  parseJson,
} from './json-shape.ts';
import { MEDIA_TYPE, type Platform } from './manifest.ts';
import { decodeConfig, type SourceImage, type SourceLayer } from './source-image.ts';

export const ARCHIVE_MANIFEST_FILE = 'manifest.json';

interface ArchivedImage {
  config: string;
  names: string[];
  layers: string[];
}

/** Read the image that `selector` picks (a tag or name; '' when there is only one). Throws RuntimeError or ShapeError. */
export async function readDockerArchive(
  source: ImageSource,
  selector: string,
  platform?: Platform,
): Promise<SourceImage> {
  const op = `read image ${source.path}`;
  const images = await archivedImages(source);
  const image = choose(images, selector, op);

  const config = await source.read(image.config, MAX_JSON_BYTES);
  const configDigest = digestOf(config);
  // The file is named for its digest: "<hex>.json", or "blobs/sha256/<hex>".
  const stated = /(?:^|\/)([0-9a-f]{64})(?:\.json)?$/.exec(image.config)?.[1];
  if (stated !== undefined && configDigest !== `sha256:${stated}`) {
    throw new RuntimeError('data-loss', op, `the digest of ${image.config} is ${configDigest}`);
  }
  const decoded = decodeConfig(config, image.layers.length, op, platform);
  const layers: SourceLayer[] = [];
  for (const [i, name] of image.layers.entries()) {
    layers.push(await locateLayer(source, name, decoded.rootfs.diff_ids[i] as Digest, op));
  }
  const manifest = makeManifest(configDigest, config.length, layers);
  return {
    names: image.names,
    manifest: { digest: digestOf(manifest), bytes: manifest },
    config: { digest: configDigest, bytes: config, decoded },
    layers,
  };
}

/** The names of all images in an archive. Throws RuntimeError or ShapeError. */
export async function namesInDockerArchive(source: ImageSource): Promise<string[]> {
  return (await archivedImages(source)).flatMap(({ names }) => names);
}

async function archivedImages(source: ImageSource): Promise<ArchivedImage[]> {
  const bytes = await source.read(ARCHIVE_MANIFEST_FILE, MAX_JSON_BYTES);
  return asArray(
    parseJson(bytes, ARCHIVE_MANIFEST_FILE),
    ARCHIVE_MANIFEST_FILE,
    decodeArchivedImage,
  );
}

function decodeArchivedImage(value: unknown, field: string): ArchivedImage {
  const object = asObject(value, field);
  return {
    config: asString(object['Config'], `${field}.Config`),
    names: optional(object['RepoTags'], `${field}.RepoTags`, asStringArray) ?? [],
    layers: asStringArray(object['Layers'], `${field}.Layers`),
  };
}

function choose(images: readonly ArchivedImage[], selector: string, op: string): ArchivedImage {
  const wanted =
    selector === ''
      ? images
      : images.filter(({ names }) =>
          names.some((name) => name === selector || name.endsWith(`:${selector}`)),
        );
  const [image] = wanted;
  const known = images.flatMap(({ names }) => names).join(', ') || 'none with a name';
  if (image === undefined) {
    const which = selector === '' ? '' : ` named ${selector}`;
    throw new RuntimeError('not-found', op, `it has no image${which}; it has: ${known}`);
  }
  if (wanted.length > 1) {
    throw new RuntimeError(
      'invalid-argument',
      op,
      `it holds several images: pick one with PATH:NAME out of ${known}`,
    );
  }
  return image;
}

async function locateLayer(
  source: ImageSource,
  name: string,
  diffId: Digest,
  op: string,
): Promise<SourceLayer> {
  const sizeBytes = await source.sizeOf(name);
  if (sizeBytes === undefined) {
    throw new RuntimeError('not-found', op, `its layer ${name} is missing`);
  }
  const isGzip = await startsWithGzip(source, name);
  return {
    diffId,
    // A plain tar is its own diff id; only compressed ones, which are rare here, must be read for their digest.
    digest: isGzip ? await digestOfPiece(source, name) : diffId,
    mediaType: isGzip ? MEDIA_TYPE.layerGzip : MEDIA_TYPE.layer,
    sizeBytes,
    open: () => source.stream(name),
  };
}

async function startsWithGzip(source: ImageSource, name: string): Promise<boolean> {
  for await (const chunk of source.stream(name)) {
    return chunk.length >= 2 && chunk.readUInt16BE(0) === 0x1f8b;
  }
  return false;
}

async function digestOfPiece(source: ImageSource, name: string): Promise<Digest> {
  const hash = createHash('sha256');
  for await (const chunk of source.stream(name)) hash.update(chunk);
  const digest = `sha256:${hash.digest('hex')}`;
  if (!isDigest(digest)) throw new TypeError(digest);
  return digest;
}

function makeManifest(config: Digest, size: number, layers: readonly SourceLayer[]): Buffer {
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA_TYPE.manifest,
      config: { mediaType: MEDIA_TYPE.config, digest: config, size },
      layers: layers.map(({ mediaType, digest, sizeBytes }) => ({
        mediaType,
        digest,
        size: sizeBytes,
      })),
    }),
  );
}
