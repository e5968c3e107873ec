/** `lcow cp SRC CONTAINER:PATH`: docker's rules of where things go. The tar is made while it is sent. */
import { lstat, realpath, stat } from 'node:fs/promises';
import { basename, dirname, posix, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { RuntimeError } from '../errors.ts';
import type { ContainerHandle } from '../lcow/container-handle.ts';
import type { PathStat } from '../supervisor/supervisor-client.ts';
import { containerPath, isContents, isFolder } from './copy-path.ts';
import { type CopyOptions, locate } from './copy-out.ts';

/** A tar into a folder of the container. @returns its bytes */
export async function copyInFrom(
  container: ContainerHandle,
  from: Readable,
  destination: string,
): Promise<number> {
  const { path, found } = await locate(container, destination, true);
  if (!found.isDirectory) throw notFolder(destination);
  return container.copyIn(path, from);
}

/** @returns the tar's bytes @throws RuntimeError not-found, invalid-argument for what does not fit together */
export async function copyIn(
  container: ContainerHandle,
  source: string,
  destination: string,
  options: CopyOptions,
): Promise<number> {
  const real = await locateHost(source, options.followLink || isFolder(source));
  const { folder, name } = await chooseTarget(container, source, real.isDirectory, destination);
  return container.copyIn(folder, await pack(real.path, name, options));
}

async function locateHost(
  source: string,
  followLink: boolean,
): Promise<{ path: string; isDirectory: boolean }> {
  const op = `copy ${source}`;
  const path = resolve(source);
  try {
    const found = followLink ? await stat(path) : await lstat(path);
    if (isFolder(source) && !found.isDirectory()) throw notFolder(source);
    const real = followLink ? await realpath(path) : path;
    return { path: real, isDirectory: found.isDirectory() };
  } catch (cause) {
    if (cause instanceof RuntimeError) throw cause;
    throw new RuntimeError('not-found', op, 'there is no such file or folder', { cause });
  }
}

/** The folder that receives the tar, and what the source is called in it; '': what is in the source. */
async function chooseTarget(
  container: ContainerHandle,
  source: string,
  isDirectory: boolean,
  destination: string,
): Promise<{ folder: string; name: string }> {
  const { path, folder: mustBeFolder } = containerPath(destination);
  const there = await statIfThere(container, path);
  if (there?.found.isDirectory) {
    const own = basename(resolve(source));
    return { folder: there.path, name: isDirectory && isContents(source) ? '' : own };
  }
  if (there !== undefined) {
    if (isDirectory) {
      const what = `"${destination}" is a file: a folder cannot be copied to it`;
      throw new RuntimeError('invalid-argument', `copy ${source}`, what);
    }
    if (mustBeFolder) throw notFolder(destination);
    return { folder: posix.dirname(there.path), name: posix.basename(there.path) };
  }
  if (mustBeFolder && !isDirectory) {
    throw new RuntimeError('not-found', `copy ${source}`, `there is no folder "${destination}"`);
  }
  return { folder: posix.dirname(path), name: posix.basename(path) };
}

async function statIfThere(
  container: ContainerHandle,
  path: string,
): Promise<{ path: string; found: PathStat } | undefined> {
  try {
    return await locate(container, path, true);
  } catch (error) {
    if (error instanceof RuntimeError && error.code === 'not-found') return undefined;
    throw error;
  }
}

/** The tar of a path, its top renamed. Files are root's unless their owners are kept. */
async function pack(path: string, name: string, { archive }: CopyOptions): Promise<Readable> {
  const { create } = await import('tar');
  const own = basename(path) || '.';
  const renamed = (entry: string): string => {
    const rest = entry.replace(/^\.\//, '').slice(own.length);
    return name === '' ? `.${rest}` : `${name}${rest}`;
  };
  const tar = create(
    {
      cwd: dirname(path),
      follow: false,
      onWriteEntry: (entry) => {
        entry.path = renamed(entry.path);
        if (entry.type === 'Link' && entry.linkpath !== undefined) {
          entry.linkpath = renamed(entry.linkpath);
        }
        if (!archive && entry.stat !== undefined) {
          entry.stat.uid = 0;
          entry.stat.gid = 0;
        }
      },
    },
    // What begins with @ is an archive to tar, with ./ it is a file.
    [`./${own === '.' ? '' : own}`],
  );
  return Readable.from(tar as AsyncIterable<Buffer>, { objectMode: false });
}

function notFolder(text: string): RuntimeError {
  return new RuntimeError('invalid-argument', `copy ${text}`, 'it is not a folder');
}
