/**
 * Makes a real OCI image of the distribution's static busybox: an image layout folder with one layer, as small
 * as an image with a shell can be. For first runs and tests; the runtime treats it like any other image. The same
 * busybox gives the same bytes. Also a program: `node dist/linuxkit/busybox-image.js [--output DIR]`.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { packageRoot } from './manifest.ts';
import { type TarEntry, tarArchive } from './tar-archive.ts';

/** All times in the image: the layer has no age. */
const CREATED = '1970-01-01T00:00:00Z';
const REFERENCE = 'busybox:latest';
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const DIRECTORIES = [
  'bin',
  'dev',
  'etc',
  'home',
  'proc',
  'root',
  'sbin',
  'sys',
  'tmp',
  'usr',
  'usr/bin',
  'usr/sbin',
  'var',
  'var/log',
  'var/spool',
  'var/tmp',
];
const ETC: Record<string, string> = {
  passwd:
    'root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1:daemon:/usr/sbin:/bin/false\n' +
    'nobody:x:65534:65534:nobody:/home:/bin/false\n',
  group: 'root:x:0:\ndaemon:x:1:\ntty:x:5:\nusers:x:100:\nnogroup:x:65534:\n',
  shadow: 'root:*:0:0:99999:7:::\ndaemon:*:0:0:99999:7:::\nnobody:*:0:0:99999:7:::\n',
  'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
};

export interface BusyboxImageOptions {
  /** A statically linked busybox. Default: /bin/busybox, of the package busybox-static. */
  busybox?: string;
  /** Default: build/images/busybox of the package. */
  outputDirectory?: string;
}

export interface BusyboxImage {
  directory: string;
  /** Digest of the image's manifest, `sha256:...`. */
  digest: string;
  applets: number;
  /** False when the same image was there already. */
  built: boolean;
}

/**
 * Builds the image where it is missing or different.
 * @throws Error when busybox is missing, dynamically linked, or does not list its applets
 */
export async function buildBusyboxImage(options: BusyboxImageOptions = {}): Promise<BusyboxImage> {
  const busybox = options.busybox ?? '/bin/busybox';
  const directory =
    options.outputDirectory ?? join(packageRoot() ?? process.cwd(), 'build', 'images', 'busybox');
  const applets = listApplets(busybox);
  const layer = tarArchive(layerEntries(await readStatic(busybox), applets));
  const layout = layoutFiles(layer);
  const result = { directory, digest: layout.digest, applets: applets.length };
  if (await same(directory, layout.files)) return { ...result, built: false };
  await replace(directory, layout.files);
  return { ...result, built: true };
}

function listApplets(busybox: string): string[] {
  const result = spawnSync(busybox, ['--list'], { encoding: 'utf8', maxBuffer: 1024 * 1024 });
  if (result.status !== 0) {
    throw new Error(
      `cannot build the busybox image: no busybox at ${busybox}; apt-get install busybox-static`,
    );
  }
  const names = result.stdout.split('\n').filter((name) => /^[a-z0-9_.[\]-]+$/i.test(name));
  return [...new Set(names)].filter((name) => name !== 'busybox').sort();
}

async function readStatic(busybox: string): Promise<Buffer> {
  const bytes = await readFile(busybox);
  const { readElf } = await import('./kernel/elf.ts');
  const INTERPRETER_SEGMENT = 3;
  if (readElf(bytes, busybox).segments.some((segment) => segment.type === INTERPRETER_SEGMENT)) {
    throw new Error(
      `cannot build the busybox image: ${busybox} is dynamically linked; apt-get install busybox-static`,
    );
  }
  return bytes;
}

function layerEntries(busybox: Buffer, applets: readonly string[]): TarEntry[] {
  return [
    ...DIRECTORIES.map(
      (path): TarEntry => ({ type: 'directory', path, mode: directoryMode(path) }),
    ),
    { type: 'file', path: 'bin/busybox', mode: 0o755, data: busybox },
    ...applets.map(
      (name): TarEntry => ({ type: 'symlink', path: `bin/${name}`, target: 'busybox' }),
    ),
    { type: 'symlink', path: 'usr/bin/env', target: '../../bin/busybox' },
    ...Object.entries(ETC).map(
      ([name, text]): TarEntry => ({
        type: 'file',
        path: `etc/${name}`,
        mode: name === 'shadow' ? 0o600 : 0o644,
        data: Buffer.from(text),
      }),
    ),
  ];
}

function directoryMode(path: string): number {
  if (path.endsWith('tmp')) return 0o1777;
  return path === 'root' ? 0o700 : 0o755;
}

type Files = Map<string, Buffer>;

/** The files of an OCI image layout with this layer, and the manifest's digest. */
function layoutFiles(layer: Buffer): { files: Files; digest: string } {
  const files: Files = new Map();
  const blob = (mediaType: string, bytes: Buffer) => {
    const hex = createHash('sha256').update(bytes).digest('hex');
    files.set(`blobs/sha256/${hex}`, bytes);
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
  };
  const compressed = gzipSync(layer, { level: 9 });
  compressed[9] = 255; // the operating system that compressed: unknown
  const layerBlob = blob('application/vnd.oci.image.layer.v1.tar+gzip', compressed);
  const config = {
    created: CREATED,
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: { Env: [`PATH=${PATH}`], Cmd: ['sh'] },
    rootfs: {
      type: 'layers',
      diff_ids: [`sha256:${createHash('sha256').update(layer).digest('hex')}`],
    },
    history: [{ created: CREATED, created_by: 'lcow: busybox-static' }],
  };
  const manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: blob('application/vnd.oci.image.config.v1+json', json(config)),
    layers: [layerBlob],
  };
  const manifestBlob = blob(manifest.mediaType, json(manifest));
  files.set('oci-layout', json({ imageLayoutVersion: '1.0.0' }));
  files.set(
    'index.json',
    json({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [
        {
          ...manifestBlob,
          platform: { architecture: config.architecture, os: 'linux' },
          annotations: { 'org.opencontainers.image.ref.name': REFERENCE },
        },
      ],
    }),
  );
  return { files, digest: manifestBlob.digest };
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

async function same(directory: string, files: Files): Promise<boolean> {
  for (const [name, bytes] of files) {
    const found = await readFile(join(directory, name)).catch(() => undefined);
    if (found === undefined || !found.equals(bytes)) return false;
  }
  return true;
}

/** Puts a complete layout in the place of whatever is there. */
async function replace(directory: string, files: Files): Promise<void> {
  const work = `${directory}.${process.pid}`;
  await rm(work, { recursive: true, force: true });
  try {
    for (const [name, bytes] of files) {
      await mkdir(dirname(join(work, name)), { recursive: true });
      await writeFile(join(work, name), bytes);
    }
    await rm(directory, { recursive: true, force: true });
    await rename(work, directory);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { output: { type: 'string' } } });
  const image = await buildBusyboxImage(
    values.output === undefined ? {} : { outputDirectory: resolve(values.output) },
  );
  console.log(
    `  ${image.built ? 'built' : 'up to date'}: ${image.directory} (${image.applets} commands, ` +
      `${image.digest.slice(0, 19)})`,
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  // Not awaited here: the command line has this module in its bundle, where nothing can be.
  main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
