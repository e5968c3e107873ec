/**
 * Where a kernel's source is: a tree, or an archive of one, unpacked once into a cache. The default is the
 * distribution's source package (`linux-source-*` of Debian), which its package manager has checked.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, readdir, rename, rm, utimes } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { runTool } from './build-tools.ts';

/** Where Debian's package puts its archive. */
const DISTRIBUTION_FOLDER = '/usr/src';
const DISTRIBUTION_ARCHIVE = /^linux-source-(\d+(?:\.\d+)*)\.tar\.(?:xz|gz|zst|bz2)$/;

const UNFINISHED = '.unfinished';

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

/** Where a source is, before it is looked into. */
export interface FoundSource {
  /** Absolute. */
  readonly path: string;
  readonly isArchive: boolean;
}

/**
 * @param source a tree, an archive, or undefined for the distribution's
 * @throws Error naming the source that is not there, or the package that is missing
 */
export function findKernelSource(source: string | undefined): FoundSource {
  const path = source === undefined ? distributionArchive() : resolve(source);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new Error(`kernel source ${path} does not exist`);
  return { path, isArchive: !found.isDirectory() };
}

/**
 * The source as a tree.
 * @param cache where archives are unpacked, a folder each
 * @throws Error naming the source and what is wrong with it; nothing half unpacked is left
 */
export async function openKernelSource(
  { path, isArchive }: FoundSource,
  cache: string,
  log: (line: string) => void,
  signal?: AbortSignal,
): Promise<KernelSource> {
  if (!isArchive) return tree(path);
  const sha256 = await digest(path);
  const directory = join(cache, `source-${sha256.slice(0, 16)}`);
  await sweep(cache);
  if (!existsSync(directory)) await unpack(path, directory, log, signal);
  // Its archive's is years ago: who prunes goes by when it was used.
  await utimes(directory, new Date(), new Date());
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
async function unpack(
  archive: string,
  to: string,
  log: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  log(`unpacks ${archive}`);
  const work = `${to}.${process.pid}${UNFINISHED}`;
  await mkdir(work, { recursive: true });
  try {
    const args = ['--extract', '--no-same-owner', '--file', archive, '--directory', work];
    await runTool('tar', args, signal === undefined ? {} : { signal }).catch((cause: unknown) => {
      if (signal?.aborted) throw cause;
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`cannot unpack kernel source ${archive}: ${why}`, { cause });
    });
    const [top, ...others] = await readdir(work);
    const folder = top !== undefined && others.length === 0 ? join(work, top) : work;
    await rename(folder, to);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Removes what was half unpacked by processes that died. */
async function sweep(cache: string): Promise<void> {
  const names = await readdir(cache).catch(() => []);
  for (const name of names) {
    const pid = Number(/\.(\d+)\.unfinished$/.exec(name)?.[1] ?? 0);
    if (pid > 0 && !isRunning(pid)) await rm(join(cache, name), { recursive: true, force: true });
  }
}

/** Whether there is a process of that number. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
