/**
 * A layer as a disk: converts an OCI layer (a tar, plain, gzip or zstd) into `layer.vhd`, a read-only ext4 image in a
 * fixed VHD, in one pass: digests are verified, bytes inflated and inodes written as they come by.
 *
 * It knows neither manifests nor where layers are kept (runtime/image does).
 */
import { createHash, type Hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { messageOf, RuntimeError } from '../errors.ts';
import { ImageWriter, type ImageLimits } from './ext4/image-writer.ts';
import { ioError } from './io-error.ts';
import { LayerApplier } from './layer-applier.ts';
import { TarReader } from './tar-reader.ts';
import { writeFileAtomically } from './temporary-file.ts';
import { encodeVhdFooter, readVhdFooter, VHD_FOOTER_BYTES } from './vhd.ts';

/** Bytes that zlib hands over at once; larger spends memory, smaller spends calls. */
const INFLATE_CHUNK_BYTES = 512 * 1024;

export interface ConvertOptions {
  /** Where `layer.vhd` goes; its folder is made. What is there is replaced. */
  destination: string;
  /** "sha256:<hex>" of the uncompressed tar, as the image's config states it. Unverified when absent. */
  diffId?: string;
  /** "sha256:<hex>" of the source as it is. Unverified when absent. */
  blobDigest?: string;
  /** Where the unfinished file lies. Default: beside `destination`. */
  temporaryFolder?: string;
  limits?: ImageLimits;
}

export interface ConvertedLayer {
  path: string;
  /** Of the file: disk and footer. */
  sizeBytes: number;
  /** Of the uncompressed tar: "sha256:<hex>". */
  diffId: string;
}

/**
 * Convert a layer. The file appears complete or not at all; two conversions of one layer may race, the results are
 * the same bytes. Throws RuntimeError: 'data-loss' for a wrong digest or truncated source, 'invalid-argument' for what
 * no layer may hold, 'unsupported' for zstd on a Node without it.
 */
export async function convertLayer(
  source: AsyncIterable<Buffer>,
  options: ConvertOptions,
): Promise<ConvertedLayer> {
  const op = `convert layer ${options.diffId ?? options.destination}`;
  try {
    const converted = await writeFileAtomically(
      options.destination,
      async (file) => {
        const image = new ImageWriter(file, options.limits);
        const diffId = await readLayer(source, options, op, image);
        const uuid = Buffer.from(diffId.slice(7, 7 + 32), 'hex');
        const diskSizeBytes = await image.finish(uuid);
        const footer = encodeVhdFooter({ diskSizeBytes, uniqueId: uuid });
        await file.write(footer, 0, footer.length, diskSizeBytes);
        return { sizeBytes: diskSizeBytes + VHD_FOOTER_BYTES, diffId };
      },
      {
        mode: 0o444,
        ...(options.temporaryFolder !== undefined && { temporaryFolder: options.temporaryFolder }),
      },
    );
    return { path: options.destination, ...converted };
  } catch (error) {
    throw asRuntimeError(error, op);
  }
}

/** The size of a finished layer file, or undefined when there is none or it is damaged at its end. */
export async function layerSizeBytes(path: string): Promise<number | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      return (await readVhdFooter(file)).diskSizeBytes + VHD_FOOTER_BYTES;
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}

/** Feed the tar to the image; returns the diff id. */
async function readLayer(
  source: AsyncIterable<Buffer>,
  options: ConvertOptions,
  op: string,
  image: ImageWriter,
): Promise<string> {
  const blobHash = options.blobDigest === undefined ? undefined : createHash('sha256');
  const tarHash = createHash('sha256');
  const reader = new TarReader(new LayerApplier(image));
  for await (const chunk of uncompressed(hashed(source, blobHash), op)) {
    tarHash.update(chunk);
    reader.push(chunk);
    await image.drain();
  }
  reader.finish();
  if (blobHash !== undefined) verify(op, 'digest', options.blobDigest as string, blobHash);
  return verify(op, 'diff_id', options.diffId, tarHash);
}

async function* hashed(
  source: AsyncIterable<Buffer>,
  hash: Hash | undefined,
): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    hash?.update(chunk);
    yield chunk;
  }
}

function verify(op: string, field: string, stated: string | undefined, hash: Hash): string {
  const actual = `sha256:${hash.digest('hex')}`;
  if (stated !== undefined && stated !== actual) {
    throw new RuntimeError('data-loss', op, `its ${field} is ${actual} instead of ${stated}`);
  }
  return actual;
}

/**
 * A layer's tar. The compression is recognised by its first bytes: media types are often wrong, magic numbers are not.
 * Throws RuntimeError 'unsupported' for zstd on a Node without it, and what zlib throws.
 */
export async function* uncompressed(
  layer: AsyncIterable<Buffer>,
  op: string,
): AsyncGenerator<Buffer> {
  const source = layer[Symbol.asyncIterator]() as AsyncGenerator<Buffer>;
  let head: Buffer = Buffer.alloc(0);
  while (head.length < 4) {
    const { value, done } = await source.next();
    if (done) break;
    head = head.length === 0 ? value : Buffer.concat([head, value]);
  }
  const rest = prepend(head, source);
  const decompressor = decompressorFor(head, op);
  if (decompressor === undefined) {
    yield* rest;
    return;
  }
  // The pipeline's failure reaches the reader as the stream's own error; both are awaited, so neither floats.
  const feeding = pipeline(rest, decompressor);
  feeding.catch(() => {});
  for await (const chunk of decompressor) yield chunk as Buffer;
  await feeding;
}

async function* prepend(head: Buffer, source: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    if (head.length > 0) yield head;
    yield* source;
  } finally {
    await source.return(undefined);
  }
}

function decompressorFor(head: Buffer, op: string): Transform | undefined {
  const options = {
    chunkSize: INFLATE_CHUNK_BYTES,
    readableHighWaterMark: 4 * INFLATE_CHUNK_BYTES,
  };
  if (head.length >= 2 && head.readUInt16BE(0) === 0x1f8b) return zlib.createGunzip(options);
  if (head.length >= 4 && head.readUInt32LE(0) === 0xfd2fb528) {
    const create = (zlib as { createZstdDecompress?: (options: object) => Transform })
      .createZstdDecompress;
    if (create === undefined) {
      throw new RuntimeError(
        'unsupported',
        op,
        `it is compressed with zstd, which Node.js ${process.version} cannot read: use Node.js 22.15 or later`,
      );
    }
    return create(options);
  }
  return undefined;
}

function asRuntimeError(error: unknown, op: string): RuntimeError {
  if (error instanceof RuntimeError) return error;
  const { name, code } = error as { name?: string; code?: string };
  if (name === 'TarFormatError' || code === 'Z_BUF_ERROR' || code === 'Z_DATA_ERROR') {
    return new RuntimeError('data-loss', op, `it is damaged: ${messageOf(error)}`, {
      cause: error,
    });
  }
  if (name === 'TarPathError' || name === 'FileTreeError' || error instanceof RangeError) {
    return new RuntimeError('invalid-argument', op, messageOf(error), { cause: error });
  }
  return ioError(op, error);
}
