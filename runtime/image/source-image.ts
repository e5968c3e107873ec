/**
 * One image as a source offers it, whatever the format: verified documents, and layers still to be read. What
 * oci-layout.ts and docker-archive.ts produce and image-import.ts consumes.
 */
import { RuntimeError } from '../errors.ts';
import { type Digest, digestOf } from './digest.ts';
import { decodeImageConfig, type OciImageConfig } from './image-config.ts';
import type { ImageSource } from './image-source.ts';
import { MAX_JSON_BYTES, parseJson } from './json-shape.ts';
import { type Descriptor, formatPlatform, hostPlatform, type Platform } from './manifest.ts';

export interface SourceImage {
  /** Names in the archive, in its order; tags alone ("latest") are possible. */
  names: string[];
  manifest: Document;
  config: Document & { decoded: OciImageConfig };
  layers: SourceLayer[];
}

/** A JSON document with the digest that it was verified to have. */
export interface Document {
  digest: Digest;
  bytes: Buffer;
}

export interface SourceLayer {
  diffId: Digest;
  /** Digest of what `open` yields; not verified yet. */
  digest: Digest;
  mediaType: string;
  sizeBytes: number;
  open(): AsyncIterable<Buffer>;
}

/** Read a JSON document of known digest and size. Throws RuntimeError 'not-found' or 'data-loss'. */
export async function readDocument(
  source: ImageSource,
  name: string,
  digest: Digest,
  sizeBytes?: number,
): Promise<Document> {
  const bytes = await source.read(name, MAX_JSON_BYTES);
  const op = `read image ${source.path}`;
  if (sizeBytes !== undefined && bytes.length !== sizeBytes) {
    throw new RuntimeError(
      'data-loss',
      op,
      `${name} has ${bytes.length} bytes, its descriptor says ${sizeBytes}`,
    );
  }
  const actual = digestOf(bytes);
  if (actual !== digest)
    throw new RuntimeError('data-loss', op, `the digest of ${name} is ${actual}`);
  return { digest, bytes };
}

/** Decode an image's config, and check that it is for the platform (this host's) and that it has so many layers. */
export function decodeConfig(
  bytes: Buffer,
  layerCount: number,
  op: string,
  platform?: Platform,
): OciImageConfig {
  const config = decodeImageConfig(parseJson(bytes, 'image config'));
  const wanted = platform ?? hostPlatform();
  if (config.os !== wanted.os || config.architecture !== wanted.architecture) {
    const who = platform === undefined ? 'this host runs' : 'wanted is';
    throw new RuntimeError(
      'unsupported',
      op,
      `it is for ${formatPlatform(config)}, ${who} ${formatPlatform(wanted)}`,
    );
  }
  const diffIds = config.rootfs.diff_ids.length;
  if (diffIds !== layerCount) {
    throw new RuntimeError(
      'invalid-argument',
      op,
      `its manifest has ${layerCount} layers, rootfs.diff_ids of its config ${diffIds}`,
    );
  }
  if (layerCount === 0) throw new RuntimeError('invalid-argument', op, 'it has no layers');
  return config;
}

/** Check that a blob is there in the size that its descriptor states. */
export async function checkBlob(
  source: ImageSource,
  name: string,
  descriptor: Descriptor,
): Promise<void> {
  const sizeBytes = await source.sizeOf(name);
  const op = `read image ${source.path}`;
  if (sizeBytes === undefined) {
    throw new RuntimeError('not-found', op, `its layer ${name} is missing`);
  }
  if (sizeBytes !== descriptor.sizeBytes) {
    throw new RuntimeError(
      'data-loss',
      op,
      `its layer ${name} has ${sizeBytes} bytes, its descriptor says ${descriptor.sizeBytes}`,
    );
  }
}
