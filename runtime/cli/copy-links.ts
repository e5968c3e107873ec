/**
 * The symbolic links of a tar from a container, made after everything else is written: nothing is written through
 * them then, so they may point anywhere, as they do in the container.
 */
import { lchown, lstat, mkdir, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf } from '../errors.ts';

export interface CopiedLink {
  /** Where it stands, below the folder that is copied to. */
  readonly parts: readonly string[];
  readonly target: string;
  /** Absent: the caller's. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

/** Makes the links. @returns what could not be made, for people */
export async function placeLinks(folder: string, links: readonly CopiedLink[]): Promise<string[]> {
  const problems: string[] = [];
  for (const link of links) {
    try {
      await placeLink(folder, link);
    } catch (error) {
      problems.push(messageOf(error));
    }
  }
  return problems;
}

async function placeLink(folder: string, { parts, target, owner }: CopiedLink): Promise<void> {
  const names = parts.filter((part) => part !== '' && part !== '.');
  if (names.length === 0 || names.includes('..')) {
    throw new Error(`"${parts.join('/')}" is not a place for a link`);
  }
  const path = join(folder, ...names);
  // Its folders are folders: one that is a link, of this tar or older, is not gone through.
  for (let depth = 1; depth < names.length; depth += 1) {
    const above = join(folder, ...names.slice(0, depth));
    const found = await lstat(above).catch(() => undefined);
    if (found === undefined) break;
    if (!found.isDirectory()) throw new Error(`"${names.slice(0, depth).join('/')}" is no folder`);
  }
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { force: true });
  await symlink(target, path);
  if (owner !== undefined) await lchown(path, owner.uid, owner.gid);
}
