/**
 * Reads an OCI image layout (folder or tar): index.json down to the one manifest for this host, verified on the way.
 *
 * Follows the OCI Image Specification 1.1, image-layout.md. Layers are only located here; their bytes are verified
 * when they are read.
 */
import { RuntimeError } from '../errors.ts';
import { type Digest, digestHex } from './digest.ts';
import type { ImageSource } from './image-source.ts';
import { asObject, asString, MAX_JSON_BYTES, parseJson, ShapeError } from './json-shape.ts';
import {
  type Descriptor,
  decodeIndex,
  decodeManifest,
  formatPlatform,
  hostPlatform,
  isIndexType,
  isManifestType,
  type Platform,
  selectPlatform,
} from './manifest.ts';
import { checkBlob, decodeConfig, readDocument, type SourceImage } from './source-image.ts';

export const LAYOUT_FILE = 'oci-layout';
export const INDEX_FILE = 'index.json';

const REF_NAME = 'org.opencontainers.image.ref.name';
/** Docker and containerd put the full name here, and only the tag in REF_NAME. */
const CONTAINERD_NAME = 'io.containerd.image.name';
/** An index in an index in an index is as deep as anyone has gone. */
const MAX_DEPTH = 4;

/** An image of a layout as its index lists it. */
export interface ListedImage {
  digest: Digest;
  names: string[];
}

/** What a layout holds. Throws RuntimeError or ShapeError. */
export async function imagesInOciLayout(source: ImageSource): Promise<ListedImage[]> {
  const index = await source.read(INDEX_FILE, MAX_JSON_BYTES);
  return decodeIndex(parseJson(index, INDEX_FILE), INDEX_FILE)
    .filter(({ mediaType }) => isIndexType(mediaType) || isManifestType(mediaType))
    .map((each) => ({ digest: each.digest, names: namesOf(each) }));
}

/**
 * Read the image that `selector` picks (a tag, a name or a digest; '' when there is only one) for a platform, this
 * host's. Throws RuntimeError or ShapeError.
 */
export async function readOciLayout(
  source: ImageSource,
  selector: string,
  platform: Platform = hostPlatform(),
): Promise<SourceImage> {
  const op = `read image ${source.path}`;
  const layout = asObject(
    parseJson(await source.read(LAYOUT_FILE, MAX_JSON_BYTES), LAYOUT_FILE),
    LAYOUT_FILE,
  );
  const version = asString(layout['imageLayoutVersion'], 'imageLayoutVersion');
  if (!version.startsWith('1.')) throw new ShapeError('imageLayoutVersion', '1.x', version);

  const index = await source.read(INDEX_FILE, MAX_JSON_BYTES);
  const listed = decodeIndex(parseJson(index, INDEX_FILE), INDEX_FILE);
  const chosen = choose(listed, selector, platform, op);
  const descriptor = await descend(source, chosen, platform, op);

  const manifestBytes = await readDocument(
    source,
    blobName(descriptor.digest),
    descriptor.digest,
    descriptor.sizeBytes,
  );
  const document = `manifest ${descriptor.digest}`;
  const manifest = decodeManifest(parseJson(manifestBytes.bytes, document), document);
  const { digest, sizeBytes } = manifest.config;
  const configBytes = await readDocument(source, blobName(digest), digest, sizeBytes);
  const decoded = decodeConfig(configBytes.bytes, manifest.layers.length, op, platform);
  for (const layer of manifest.layers) await checkBlob(source, blobName(layer.digest), layer);
  return {
    names: namesOf(chosen),
    manifest: manifestBytes,
    config: { ...configBytes, decoded },
    layers: manifest.layers.map((layer, i) => ({
      diffId: decoded.rootfs.diff_ids[i] as Digest,
      digest: layer.digest,
      mediaType: layer.mediaType,
      sizeBytes: layer.sizeBytes,
      open: () => source.stream(blobName(layer.digest)),
    })),
  };
}

function blobName(digest: Digest): string {
  return `blobs/sha256/${digestHex(digest)}`;
}

function namesOf(descriptor: Descriptor): string[] {
  return [descriptor.annotations[CONTAINERD_NAME], descriptor.annotations[REF_NAME]].filter(
    (name) => name !== undefined,
  );
}

/** The one that was asked for; without a wish, the only one there is for this host. */
function choose(
  listed: readonly Descriptor[],
  selector: string,
  platform: Platform,
  op: string,
): Descriptor {
  const images = listed.filter(
    ({ mediaType }) => isIndexType(mediaType) || isManifestType(mediaType),
  );
  const wanted =
    selector === ''
      ? images
      : images.filter((each) =>
          [each.digest, ...namesOf(each)].some(
            (name) => name === selector || name.endsWith(`:${selector}`),
          ),
        );
  const usable = wanted.filter(
    (each) =>
      each.platform === undefined ||
      (each.platform.os === platform.os && each.platform.architecture === platform.architecture),
  );
  const [first] = usable;
  const known = images.flatMap(namesOf).join(', ') || 'none with a name';
  if (first === undefined) {
    const which = selector === '' ? '' : ` named ${selector}`;
    throw new RuntimeError(
      'not-found',
      op,
      `it has no image${which} for ${formatPlatform(platform)}; it has: ${known}`,
    );
  }
  if (new Set(usable.map((each) => each.digest)).size > 1) {
    throw new RuntimeError(
      'invalid-argument',
      op,
      `it holds several images: pick one with PATH:NAME out of ${known}`,
    );
  }
  return first;
}

/** From an index to the manifest of this host's platform. */
async function descend(
  source: ImageSource,
  from: Descriptor,
  platform: Platform,
  op: string,
): Promise<Descriptor> {
  let current = from;
  for (let depth = 0; isIndexType(current.mediaType); depth++) {
    if (depth === MAX_DEPTH) {
      throw new RuntimeError('invalid-argument', op, `its indexes are more than ${MAX_DEPTH} deep`);
    }
    const document = `index ${current.digest}`;
    const { bytes } = await readDocument(
      source,
      blobName(current.digest),
      current.digest,
      current.sizeBytes,
    );
    const entries = decodeIndex(parseJson(bytes, document), document);
    const next = selectPlatform(entries, platform);
    if (next === undefined) {
      const offered = entries
        .map((each) => (each.platform === undefined ? 'unknown' : formatPlatform(each.platform)))
        .join(', ');
      throw new RuntimeError(
        'unsupported',
        op,
        `it has no ${formatPlatform(platform)}, only: ${offered || 'nothing'}`,
      );
    }
    current = next;
  }
  if (!isManifestType(current.mediaType)) {
    throw new ShapeError(`mediaType of ${current.digest}`, 'an image manifest', current.mediaType);
  }
  return current;
}
