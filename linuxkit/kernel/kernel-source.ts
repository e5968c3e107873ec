/**
 * Where a kernel's source is: a tree, or an archive of one, unpacked once into a cache. The default is the
 * distribution's source package (`linux-source-*` of Debian), which its package manager has checked.
 */
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** Where Debian's package puts its archive. */
const DISTRIBUTION_FOLDER = '/usr/src';
const DISTRIBUTION_ARCHIVE = /^linux-source-(\d+(?:\.\d+)*)\.tar\.(?:xz|gz|zst|bz2)$/;

export interface KernelSource {
  /** The tree's top folder. */
  readonly directory: string;
  /** Same for the same source: names the work folder. */
  readonly identity: string;
  /** For people, and for the manifest. */
  readonly origin: string;
  /** Of the archive, in hexadecimal; absent for a tree. */
  readonly sha256?: string;
}

/**
 * @param source a tree, an archive, or undefined for the distribution's
 * @param cache where archives are unpacked, a folder each
 * @throws Error naming the source and what is wrong with it, or the package that is missing
 */
export async function openKernelSource(
  source: string | undefined,
  cache: string,
  log: (line: string) => void,
): Promise<KernelSource> {
  const path = source === undefined ? distributionArchive() : resolve(source);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new Error(`kernel source ${path} does not exist`);
  if (found.isDirectory()) return tree(path);
  const sha256 = await digest(path);
  const directory = join(cache, `source-${sha256.slice(0, 16)}`);
  if (!existsSync(directory)) await unpack(path, directory, log);
  checkTree(directory, path);
  return {
    directory,
    identity: sha256.slice(0, 16),
    origin: path.split('/').at(-1) ?? path,
    sha256,
  };
}

function tree(path: string): KernelSource {
  checkTree(path, path);
  const identity = createHash('sha256').update(path).digest('hex').slice(0, 16);
  return { directory: path, identity, origin: path };
}

function checkTree(directory: string, origin: string): void {
  const makefile = join(directory, 'Makefile');
  const head = existsSync(makefile) ? readFileSync(makefile, 'utf8').slice(0, 400) : '';
  if (/^VERSION = \d+$/m.test(head)) return;
  throw new Error(`kernel source ${origin} is no Linux source tree: its Makefile has no VERSION`);
}

function distributionArchive(): string {
  const names = existsSync(DISTRIBUTION_FOLDER) ? readdirSync(DISTRIBUTION_FOLDER) : [];
  const newest = names
    .filter((name) => DISTRIBUTION_ARCHIVE.test(name))
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))[0];
  if (newest !== undefined) return join(DISTRIBUTION_FOLDER, newest);
  const how = 'apt-get install linux-source installs it, --source DIR|TAR takes another';
  throw new Error(`no kernel source in ${DISTRIBUTION_FOLDER}: ${how}`);
}

/** Unpacks beside its place and moves it there: a folder that is there is whole. */
async function unpack(archive: string, to: string, log: (line: string) => void): Promise<void> {
  log(`unpacks ${archive}`);
  const work = `${to}.${process.pid}`;
  await mkdir(work, { recursive: true });
  try {
    const tar = spawnSync(
      'tar',
      ['--extract', '--no-same-owner', '--file', archive, '--directory', work],
      {
        encoding: 'utf8',
      },
    );
    if (tar.error) throw new Error(`cannot run tar: ${tar.error.message}`, { cause: tar.error });
    if (tar.status !== 0) {
      const why = tar.stderr.trim().slice(0, 1024);
      throw new Error(`cannot unpack kernel source ${archive}: ${why}`);
    }
    const [top, ...others] = await readdir(work);
    const folder = top !== undefined && others.length === 0 ? join(work, top) : work;
    await writeFile(join(folder, '.lcow-source'), `${archive}\n`);
    await rename(folder, to);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
