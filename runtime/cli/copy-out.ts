/**
 * `lcow cp CONTAINER:PATH DST`: docker's rules of where things go. The tar is the container's, which is hostile: nothing
 * is written outside of the destination, no device is made, and no link is written through.
 */
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, posix, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { messageOf, RuntimeError } from '../errors.ts';
import type { ContainerHandle } from '../lcow/container-handle.ts';
import type { PathStat } from '../supervisor/supervisor-client.ts';
import { type CopiedLink, placeLinks } from './copy-links.ts';
import { type CopiedMode, restoreModes } from './copy-modes.ts';
import { containerPath, isContents, isFolder } from './copy-path.ts';

export interface CopyOptions {
  /** Keep user, group and special mode bits. Default: the files are the caller's. */
  readonly archive: boolean;
  /** Follow a link in the source. */
  readonly followLink: boolean;
}

const S_IFMT = 0o170000;
const S_IFLNK = 0o120000;
/** As the kernel's. */
const MOST_LINKS = 40;

/** A path of the container as a tar on a stream. */
export async function copyOutTo(
  container: ContainerHandle,
  source: string,
  to: NodeJS.WritableStream,
  { followLink }: CopyOptions,
): Promise<void> {
  const { path } = await locate(container, source, followLink);
  await pipeline(await container.copyOut(path), to, { end: false });
}

/** @throws RuntimeError not-found, invalid-argument for a destination that does not fit the source */
export async function copyOut(
  container: ContainerHandle,
  source: string,
  destination: string,
  options: CopyOptions,
): Promise<void> {
  const { path, found } = await locate(container, source, options.followLink);
  const name = posix.basename(posix.normalize(`/${source}`)) || '';
  const target = await chooseTarget(source, name, found, destination);
  const tar = await container.copyOut(path);
  if (found.isDirectory) {
    await mkdir(target, { recursive: true });
    await extract(tar, target, 1, options);
    return;
  }
  const folder = await mkdtemp(join(dirname(target), '.lcow-cp-'));
  try {
    await extract(tar, folder, 0, options);
    const [only, ...more] = await readdir(folder);
    if (only === undefined || more.length > 0) {
      const what = `the container sent ${more.length + (only === undefined ? 0 : 1)} files for one`;
      throw new RuntimeError('data-loss', `copy ${source}`, what);
    }
    await rename(join(folder, only), target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What stands at a path of the container; links followed where that is asked for, or the path's end asks for it. */
export async function locate(
  container: ContainerHandle,
  text: string,
  followLink: boolean,
): Promise<{ path: string; found: PathStat }> {
  const { path: begin, folder } = containerPath(text);
  let path = begin;
  for (let links = 0; links <= MOST_LINKS; links += 1) {
    const found = await container.statPath(path);
    const isLink = (found.mode & S_IFMT) === S_IFLNK;
    if (!isLink || !(followLink || folder)) {
      if (folder && !found.isDirectory) throw notFolder(text);
      return { path, found };
    }
    path = containerPath(found.linkTarget).path;
  }
  throw new RuntimeError('invalid-argument', `copy ${text}`, 'it leads through too many links');
}

async function chooseTarget(
  source: string,
  name: string,
  found: PathStat,
  destination: string,
): Promise<string> {
  const target = resolve(destination);
  const there = await stat(target).catch(() => undefined);
  if (there?.isDirectory()) {
    return (isContents(source) && found.isDirectory) || name === '' ? target : join(target, name);
  }
  if (there !== undefined) {
    if (found.isDirectory) {
      const what = `"${destination}" is a file: a folder cannot be copied to it`;
      throw new RuntimeError('invalid-argument', `copy ${source}`, what);
    }
    if (isFolder(destination)) throw notFolder(destination);
    return target;
  }
  if (isFolder(destination) && !found.isDirectory) {
    throw new RuntimeError('not-found', `copy ${source}`, `there is no folder "${destination}"`);
  }
  const parent = await stat(dirname(target)).catch(() => undefined);
  if (parent?.isDirectory()) return target;
  throw new RuntimeError('not-found', `copy ${source}`, `there is no folder "${dirname(target)}"`);
}

async function extract(
  tar: Readable,
  folder: string,
  strip: number,
  { archive }: CopyOptions,
): Promise<void> {
  const { extract: extractor } = await import('tar');
  const problems: string[] = [];
  const links: CopiedLink[] = [];
  const modes: CopiedMode[] = [];
  const hidden = archive ? process.umask() | 0o7000 : 0;
  const unpack = extractor({
    cwd: folder,
    strip,
    preserveOwner: archive,
    // An old one goes first: nothing is written through a link that stands there.
    unlink: true,
    filter: (path, entry) => {
      if (!('type' in entry)) return true;
      const parts = path.split('/').slice(strip);
      if (entry.type === 'SymbolicLink') {
        const { linkpath = '', uid, gid } = entry;
        const owner = archive && uid !== undefined && gid !== undefined ? { uid, gid } : undefined;
        links.push({ parts, target: linkpath, ...(owner === undefined ? {} : { owner }) });
        return false;
      }
      if (/Device$|^FIFO$/.test(entry.type)) {
        problems.push(`${basename(path)} is a device or a pipe`);
        return false;
      }
      // A program of the container's root does not become one of the host's.
      if (!archive && entry.mode !== undefined) entry.mode &= 0o1777;
      if (((entry.mode ?? 0) & hidden) !== 0)
        modes.push({ parts, mode: (entry.mode ?? 0) & 0o7777 });
      return true;
    },
    onwarn: (code, message) => {
      if (code !== 'TAR_ENTRY_INFO') problems.push(messageOf(message));
    },
  });
  await pipeline(tar, unpack);
  await restoreModes(folder, modes);
  problems.push(...(await placeLinks(folder, links)));
  if (problems.length === 0) return;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  throw new RuntimeError('invalid-argument', 'copy everything', `${problems[0]}${more}`);
}

function notFolder(text: string): RuntimeError {
  return new RuntimeError('invalid-argument', `copy ${text}`, 'it is not a folder');
}
