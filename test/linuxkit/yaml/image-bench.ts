/** Images and builders for tests: images of tars in memory, under names, and a builder in a folder of its own. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  type BuildLinuxKitOptions,
  type BuiltFiles,
  buildLinuxKit,
  type Format,
} from '../../../linuxkit/yaml/build-linuxkit.ts';
import type {
  ImageSources,
  SourceImage,
  SourceImageConfig,
} from '../../../linuxkit/yaml/image-source.ts';
import { RuntimeError } from '../../../runtime/errors.ts';
import { type BuiltEntry, buildTar, file } from '../../runtime/rootfs/tar-builder.ts';

export function sha256(bytes: Buffer | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Images by name; what is asked for is counted. */
export class Images implements ImageSources {
  readonly #images = new Map<string, SourceImage>();
  /** How often a layer was read. */
  layersRead = 0;

  /** @param layers the entries of each layer, the lowest first */
  add(
    name: string,
    layers: readonly (readonly BuiltEntry[])[],
    config: SourceImageConfig = {},
    damage: (tar: Buffer) => Buffer = (tar) => tar,
  ): this {
    const tars = layers.map((entries) => buildTar(entries));
    this.#images.set(name, {
      reference: name,
      id: sha256(JSON.stringify([tars.map((tar) => sha256(tar)), config])),
      manifestDigest: sha256(name),
      config,
      layers: tars.map((tar) => ({
        diffId: sha256(tar),
        open: () => this.#read(gzipSync(damage(tar))),
      })),
    });
    return this;
  }

  /** A kernel as LinuxKit's images have it. */
  addKernel(name = 'k:1', extra: readonly BuiltEntry[] = []): this {
    const modules = buildTar([file('lib/modules/6.6.0/x.ko', 'a module')]);
    return this.add(name, [
      [file('kernel', 'a kernel'), file('kernel.tar', modules), file('other', 'x'), ...extra],
    ]);
  }

  async *#read(bytes: Buffer): AsyncGenerator<Buffer> {
    this.layersRead += 1;
    for (let at = 0; at < bytes.length; at += 70_000) yield bytes.subarray(at, at + 70_000);
  }

  async open(reference: string): Promise<SourceImage> {
    const found = this.#images.get(reference);
    if (found !== undefined) return found;
    throw new RuntimeError('not-found', 'find an image', `image ${reference} is not here`);
  }
}

/** Builds a YAML in `folder`, its files in `folder`/out. */
export function buildYaml(
  folder: string,
  yaml: string,
  sources: ImageSources,
  formats: readonly Format[],
  options: Partial<BuildLinuxKitOptions> = {},
): Promise<BuiltFiles> {
  return buildLinuxKit({
    configurations: [{ name: 'test.yml', text: yaml }],
    name: 'test',
    outputDirectory: join(folder, 'out'),
    formats,
    architecture: 'amd64',
    sources,
    cacheDirectory: join(folder, 'cache'),
    kernelStore: join(folder, 'kernels'),
    kernelCache: join(folder, 'kernel-cache'),
    toolVersion: '0.0.0',
    ...options,
  });
}

/** An entry of an archive, as `readCpio` finds it. */
export interface CpioFile {
  mode: number;
  uid: number;
  gid: number;
  links: number;
  inode: number;
  device: string;
  data: Buffer;
}

/** Reads a newc archive strictly, by its own words: independent of what writes it. */
export function readCpio(archive: Buffer): Map<string, CpioFile> {
  const files = new Map<string, CpioFile>();
  for (let at = 0; ; ) {
    const magic = archive.toString('latin1', at, at + 6);
    if (magic !== '070701') throw new Error(`${magic} at ${at} is no magic`);
    const field = (index: number): number =>
      Number.parseInt(archive.toString('latin1', at + 6 + index * 8, at + 14 + index * 8), 16);
    const nameEnd = at + 110 + field(11);
    const name = archive.toString('latin1', at + 110, nameEnd - 1);
    const dataAt = Math.ceil(nameEnd / 4) * 4;
    const data = archive.subarray(dataAt, dataAt + field(6));
    if (name === 'TRAILER!!!') return files;
    if (files.has(name)) throw new Error(`${name} is there twice`);
    files.set(name, {
      mode: field(1),
      uid: field(2),
      gid: field(3),
      links: field(4),
      inode: field(0),
      device: `${field(9)}:${field(10)}`,
      data: Buffer.from(data),
    });
    at = Math.ceil((dataAt + field(6)) / 4) * 4;
  }
}

/** The root file system that a YAML makes, by path. */
export async function rootOf(
  folder: string,
  yaml: string,
  sources: ImageSources,
): Promise<Map<string, CpioFile>> {
  await buildYaml(folder, yaml, sources, ['kernel+initrd']);
  return readCpio(await readFile(join(folder, 'out', 'test-initrd.img')));
}
