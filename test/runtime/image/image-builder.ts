/** Builds OCI layouts and docker archives for tests, whole or with one thing wrong. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { hostPlatform } from '../../../runtime/image/manifest.ts';
import { buildTar, file } from '../rootfs/tar-builder.ts';

export function sha256(bytes: Buffer | string): `sha256:${string}` {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export interface BuiltLayer {
  tar: Buffer;
  blob: Buffer;
}

export function buildLayer(text: string): BuiltLayer {
  const tar = buildTar([file('hello', text)]);
  return { tar, blob: gzipSync(tar) };
}

export interface BuildOptions {
  layers?: BuiltLayer[];
  /** Changes to the config document. */
  config?: (config: any) => unknown;
  manifest?: (manifest: any) => unknown;
  index?: (index: any) => unknown;
  refName?: string;
}

export interface BuiltImage {
  /** Files of the layout by path. */
  files: Map<string, Buffer>;
  configDigest: `sha256:${string}`;
  manifestDigest: `sha256:${string}`;
  layers: BuiltLayer[];
}

export function imageConfig(layers: readonly BuiltLayer[]): Record<string, unknown> {
  return {
    ...hostPlatform(),
    config: { Env: ['PATH=/bin'], Cmd: ['sh'] },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => sha256(layer.tar)) },
  };
}

export function buildImage(options: BuildOptions = {}): BuiltImage {
  const layers = options.layers ?? [buildLayer('one'), buildLayer('two')];
  const files = new Map<string, Buffer>();
  const put = (bytes: Buffer): { digest: `sha256:${string}`; size: number } => {
    const digest = sha256(bytes);
    files.set(`blobs/sha256/${digest.slice(7)}`, bytes);
    return { digest, size: bytes.length };
  };
  const json = (value: unknown, change?: (value: any) => unknown): Buffer =>
    Buffer.from(JSON.stringify(change === undefined ? value : (change(value) ?? value)));
  const config = put(json(imageConfig(layers), options.config));
  const manifest = put(
    json(
      {
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
        layers: layers.map(({ blob }) => ({
          mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
          ...put(blob),
        })),
      },
      options.manifest,
    ),
  );
  files.set('oci-layout', Buffer.from('{"imageLayoutVersion":"1.0.0"}'));
  files.set(
    'index.json',
    json(
      {
        schemaVersion: 2,
        manifests: [
          {
            mediaType: 'application/vnd.oci.image.manifest.v1+json',
            ...manifest,
            annotations: { 'org.opencontainers.image.ref.name': options.refName ?? 'test:latest' },
          },
        ],
      },
      options.index,
    ),
  );
  return { files, configDigest: config.digest, manifestDigest: manifest.digest, layers };
}

export function writeLayout(folder: string, image: BuiltImage): string {
  for (const [name, bytes] of image.files) {
    const path = join(folder, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, bytes);
  }
  return folder;
}

export function layoutTar(image: BuiltImage): Buffer {
  return buildTar([...image.files].map(([name, bytes]) => file(name, bytes)));
}

/** As `docker save` wrote it before version 25: plain layers, named for anything, repeated ones as symlinks. */
export function dockerArchive(layers: readonly BuiltLayer[], names: string[] | null): Buffer {
  const config = Buffer.from(JSON.stringify(imageConfig(layers)));
  const seen = new Map<string, string>();
  const entries = layers.map((layer, i) => {
    const name = `${String(i).padStart(64, 'a')}/layer.tar`;
    const first = seen.get(sha256(layer.tar));
    seen.set(sha256(layer.tar), name);
    return first === undefined
      ? file(name, layer.tar)
      : { name, typeflag: '2', linkName: `../${first}` };
  });
  const manifest = [
    {
      Config: `${sha256(config).slice(7)}.json`,
      RepoTags: names,
      Layers: entries.map((each) => each.name),
    },
  ];
  return buildTar([
    ...entries,
    file(`${sha256(config).slice(7)}.json`, config),
    file('manifest.json', JSON.stringify(manifest)),
    file('repositories', '{}'),
  ]);
}
