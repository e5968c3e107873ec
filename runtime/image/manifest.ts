/**
 * OCI and Docker manifests and indexes: strict decoding, and the choice of a platform. Pure; where the documents come
 * from is oci-layout.ts's matter.
 *
 * Follows the OCI Image Specification 1.1 (manifest.md, image-index.md, descriptor.md) and Docker's schema 2.
 */
import { type Digest, isDigest } from './digest.ts';
import {
  asArray,
  asObject,
  asSize,
  asString,
  asStringMap,
  optional,
  ShapeError,
} from './json-shape.ts';

export const MEDIA_TYPE = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
  layerGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  layerZstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
  dockerIndex: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerLayer: 'application/vnd.docker.image.rootfs.diff.tar',
  dockerLayerGzip: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  dockerLayerZstd: 'application/vnd.docker.image.rootfs.diff.tar.zstd',
} as const;

const LAYER_TYPES: ReadonlySet<string> = new Set([
  MEDIA_TYPE.layer,
  MEDIA_TYPE.layerGzip,
  MEDIA_TYPE.layerZstd,
  MEDIA_TYPE.dockerLayer,
  MEDIA_TYPE.dockerLayerGzip,
  MEDIA_TYPE.dockerLayerZstd,
  // Deprecated, same content; "foreign" layers are in a layout when someone put them there.
  'application/vnd.oci.image.layer.nondistributable.v1.tar',
  'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
  'application/vnd.oci.image.layer.nondistributable.v1.tar+zstd',
  'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
]);

export interface Platform {
  os: string;
  architecture: string;
  variant?: string;
}

export interface Descriptor {
  mediaType: string;
  digest: Digest;
  sizeBytes: number;
  annotations: Record<string, string>;
  platform?: Platform;
}

export interface Manifest {
  config: Descriptor;
  layers: Descriptor[];
}

/** What this host's utility VMs run: Linux, on the host's own architecture. */
export function hostPlatform(arch: string = process.arch): Platform {
  return { os: 'linux', architecture: arch === 'x64' ? 'amd64' : arch };
}

export function isIndexType(mediaType: string): boolean {
  return mediaType === MEDIA_TYPE.index || mediaType === MEDIA_TYPE.dockerIndex;
}

export function isManifestType(mediaType: string): boolean {
  return mediaType === MEDIA_TYPE.manifest || mediaType === MEDIA_TYPE.dockerManifest;
}

/** Decode an image index or Docker manifest list. Throws ShapeError; `document` names it. */
export function decodeIndex(value: unknown, document: string): Descriptor[] {
  const index = decodeVersioned(value, document);
  const mediaType = optional(index['mediaType'], `${document} mediaType`, asString);
  if (mediaType !== undefined && !isIndexType(mediaType)) {
    throw new ShapeError(`${document} mediaType`, 'an image index', mediaType);
  }
  return asArray(index['manifests'], `${document} manifests`, decodeDescriptor);
}

/** Decode a manifest of an image to run. Throws ShapeError; `document` names it. */
export function decodeManifest(value: unknown, document: string): Manifest {
  const manifest = decodeVersioned(value, document);
  const mediaType = optional(manifest['mediaType'], `${document} mediaType`, asString);
  if (mediaType !== undefined && !isManifestType(mediaType)) {
    throw new ShapeError(`${document} mediaType`, 'an image manifest', mediaType);
  }
  const config = decodeDescriptor(manifest['config'], `${document} config`);
  if (config.mediaType !== MEDIA_TYPE.config && config.mediaType !== MEDIA_TYPE.dockerConfig) {
    throw new ShapeError(
      `${document} config.mediaType`,
      'the config of a container image',
      config.mediaType,
    );
  }
  const layers = asArray(manifest['layers'], `${document} layers`, (each, field) => {
    const layer = decodeDescriptor(each, field);
    if (!LAYER_TYPES.has(layer.mediaType)) {
      throw new ShapeError(`${field}.mediaType`, 'a tar layer', layer.mediaType);
    }
    return layer;
  });
  return { config, layers };
}

/** The manifest for a platform: the first that names it, else the first that names none. */
export function selectPlatform(
  manifests: readonly Descriptor[],
  platform: Platform,
): Descriptor | undefined {
  const matching = manifests.find(
    (each) =>
      each.platform?.os === platform.os && each.platform.architecture === platform.architecture,
  );
  return matching ?? manifests.find((each) => each.platform === undefined);
}

export function formatPlatform(platform: Platform): string {
  const variant = platform.variant === undefined ? '' : `/${platform.variant}`;
  return `${platform.os}/${platform.architecture}${variant}`;
}

function decodeVersioned(value: unknown, document: string): Record<string, unknown> {
  const object = asObject(value, document);
  if (object['schemaVersion'] !== 2) {
    throw new ShapeError(`${document} schemaVersion`, '2', object['schemaVersion']);
  }
  return object;
}

function decodeDescriptor(value: unknown, field: string): Descriptor {
  const object = asObject(value, field);
  const { digest } = object;
  if (!isDigest(digest)) throw new ShapeError(`${field}.digest`, 'a sha256 digest', digest);
  const platform = optional(object['platform'], `${field}.platform`, decodePlatform);
  return {
    mediaType: asString(object['mediaType'], `${field}.mediaType`),
    digest,
    sizeBytes: asSize(object['size'], `${field}.size`),
    annotations: optional(object['annotations'], `${field}.annotations`, asStringMap) ?? {},
    ...(platform !== undefined && { platform }),
  };
}

function decodePlatform(value: unknown, field: string): Platform {
  const object = asObject(value, field);
  const variant = optional(object['variant'], `${field}.variant`, asString);
  return {
    os: asString(object['os'], `${field}.os`),
    architecture: asString(object['architecture'], `${field}.architecture`),
    ...(variant !== undefined && { variant }),
  };
}
