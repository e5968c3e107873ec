/**
 * The image that all subjects run: an OCI layout with busybox in it, as an archive that `docker load`, `ctr images
 * import` and `lcow image import` take, as a root filesystem for runc, and with one file more, for who is to import what
 * was never there.
 */
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { buildBusyboxImage } from '../../linuxkit/busybox-image.ts';
import { packageRoot } from '../../linuxkit/manifest.ts';
import { tarArchive } from '../../linuxkit/tar-archive.ts';
import { messageOf, RuntimeError } from '../../runtime/errors.ts';

interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
  annotations?: Record<string, string>;
}

interface Manifest {
  config: Descriptor;
  layers: Descriptor[];
}

const REF_NAME = 'org.opencontainers.image.ref.name';
/** A layer is read whole to add to it. */
const MAX_LAYER_BYTES = 2 ** 30;

export class BenchImage {
  /** An OCI layout. */
  readonly layout: string;
  readonly #work: string;

  /**
   * @param given an OCI layout folder or a tar of one. Default: busybox, as set-up built it, or built now
   * @param work a folder for what is made of it
   * @throws RuntimeError not-found, invalid-argument for what is no image of one platform
   */
  static async open(given: string | undefined, work: string): Promise<BenchImage> {
    mkdirSync(work, { recursive: true });
    const image = new BenchImage(await layoutOf(given, work), work);
    image.#manifest();
    return image;
  }

  private constructor(layout: string, work: string) {
    this.layout = layout;
    this.#work = work;
  }

  /** A tar of it, with a tag that is `latest` of whatever name it is imported by. @returns its path */
  archive(layout: string = this.layout, name = 'image'): string {
    const path = join(this.#work, `${name}.tar`);
    const staging = join(this.#work, `${name}.staging`);
    mkdirSync(staging, { recursive: true });
    const index = readJson<{ manifests: Descriptor[] }>(join(layout, 'index.json'));
    // `ctr` puts its base name before this.
    for (const each of index.manifests) each.annotations = { [REF_NAME]: 'latest' };
    writeFileSync(join(staging, 'index.json'), JSON.stringify(index));
    const { config, layers } = manifestOf(layout);
    const docker = {
      Config: blobPath(config.digest),
      RepoTags: [`lcow-${name}:latest`],
      Layers: layers.map(({ digest }) => blobPath(digest)),
    };
    writeFileSync(join(staging, 'manifest.json'), JSON.stringify([docker]));
    const tops = ['-C', staging, 'index.json', 'manifest.json'];
    tar(['-cf', path, ...tops, '-C', resolve(layout), 'oci-layout', 'blobs']);
    rmSync(staging, { recursive: true, force: true });
    return path;
  }

  /** A tar of the image with one small file more in its last layer: nobody has that layer yet. The caller removes it. */
  uniqueArchive(name: string): string {
    const layout = join(this.#work, `${name}.layout`);
    cpSync(this.layout, layout, { recursive: true });
    const manifest = manifestOf(layout);
    const config = readJson<{ rootfs: { diff_ids: string[] } }>(
      join(layout, blobPath(manifest.config.digest)),
    );
    const last = manifest.layers.length - 1;
    const { digest = '', mediaType = '' } = manifest.layers[last] ?? {};
    const packed = readFileSync(join(layout, blobPath(digest)));
    const plain = mediaType.endsWith('gzip')
      ? gunzipSync(packed, { maxOutputLength: MAX_LAYER_BYTES })
      : packed;
    const file = { type: 'file', path: 'bench', mode: 0o644, data: Buffer.from(name) } as const;
    const layer = Buffer.concat([withoutEnd(plain), tarArchive([file])]);
    const index = readJson<{ manifests: Descriptor[] }>(join(layout, 'index.json'));
    const old = [digest, manifest.config.digest, ...index.manifests.map((each) => each.digest)];
    for (const each of old) rmSync(join(layout, blobPath(each)));
    config.rootfs.diff_ids[last] = digestOf(layer);
    manifest.layers[last] = {
      ...put(layout, gzipSync(layer, { level: 6 })),
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    };
    manifest.config = { ...manifest.config, ...put(layout, json(config)) };
    index.manifests = index.manifests.map((each) => ({ ...each, ...put(layout, json(manifest)) }));
    writeFileSync(join(layout, 'index.json'), JSON.stringify(index));
    const path = this.archive(layout, name);
    rmSync(layout, { recursive: true, force: true });
    return path;
  }

  /** Its layers unpacked one over the other, for runtimes that take a folder. @returns the folder */
  rootfs(): string {
    const folder = join(this.#work, 'rootfs');
    if (existsSync(folder)) return folder;
    mkdirSync(folder);
    for (const { digest } of this.#manifest().layers) {
      tar(['-xf', join(this.layout, blobPath(digest)), '-C', folder, '--exclude=.wh.*']);
    }
    return folder;
  }

  #manifest(): Manifest {
    return manifestOf(this.layout);
  }
}

async function layoutOf(given: string | undefined, work: string): Promise<string> {
  if (given === undefined) {
    const built = join(packageRoot() ?? '.', 'build', 'images', 'busybox');
    if (existsSync(join(built, 'index.json'))) return built;
    const outputDirectory = join(work, 'busybox');
    try {
      return (await buildBusyboxImage({ outputDirectory })).directory;
    } catch (error) {
      throw new RuntimeError('not-found', 'find an image to run', messageOf(error), {
        cause: error,
      });
    }
  }
  const path = resolve(given);
  const found = statSync(path, { throwIfNoEntry: false });
  const op = `use image ${given}`;
  if (found === undefined) {
    const what = 'there is no such file: --image is a path, because peers import it too';
    throw new RuntimeError('not-found', op, what);
  }
  if (found.isDirectory()) return path;
  const layout = join(work, 'given');
  mkdirSync(layout);
  tar(['-xf', path, '-C', layout]);
  return layout;
}

/** @throws RuntimeError invalid-argument for what is no layout of one image, or names files outside */
function manifestOf(layout: string): Manifest {
  const index = readJson<{ manifests?: Descriptor[] }>(join(layout, 'index.json'));
  const { manifests = [] } = index;
  const op = `use image ${layout}`;
  if (manifests.length !== 1) {
    const what = `index.json has ${manifests.length} manifests, one is wanted`;
    throw new RuntimeError('invalid-argument', op, what);
  }
  const manifest = readJson<Manifest>(join(layout, blobPath(manifests[0]?.digest ?? '')));
  if (!Array.isArray(manifest.layers) || manifest.layers.length === 0) {
    throw new RuntimeError('invalid-argument', op, 'its manifest has no layers');
  }
  for (const { digest } of [manifest.config, ...manifest.layers]) blobPath(digest);
  return manifest;
}

function blobPath(digest: string): string {
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) {
    const what = `${JSON.stringify(digest)} is no digest of sha256`;
    throw new RuntimeError('invalid-argument', 'use an image', what);
  }
  return `blobs/${digest.replace(':', '/')}`;
}

function readJson<T>(path: string): T {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch (cause) {
    throw new RuntimeError('invalid-argument', `use image ${path}`, messageOf(cause), { cause });
  }
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function put(layout: string, bytes: Buffer): { digest: string; size: number } {
  const digest = digestOf(bytes);
  writeFileSync(join(layout, blobPath(digest)), bytes);
  return { digest, size: bytes.length };
}

/** Without the blocks of zeros that end an archive. */
function withoutEnd(archive: Buffer): Buffer {
  let end = archive.length - (archive.length % 512);
  while (end >= 512 && archive.subarray(end - 512, end).every((byte) => byte === 0)) end -= 512;
  return archive.subarray(0, end);
}

function tar(args: readonly string[]): void {
  const { status, stderr, error } = spawnSync('tar', args, { encoding: 'utf8' });
  if (status === 0) return;
  const what = error?.message ?? stderr.trim().slice(0, 500);
  throw new RuntimeError('internal', `run tar ${args.slice(0, 2).join(' ')}`, what);
}
