/**
 * A root file system while it is composed: names to files, in memory; files' bytes only where they are small or made
 * here, else where they lie in a file of the cache. Names are byte strings (runtime/rootfs/byte-string.ts). It knows
 * paths, links and replacement; not images (image-tree.ts) and not formats (tar-output.ts and its neighbours).
 */
import { displayByteString } from '../../runtime/rootfs/byte-string.ts';
import type { Timestamp } from '../../runtime/rootfs/tar-reader.ts';

/** 2017-04-18 16:30:00 UTC: what LinuxKit gives to all that it makes itself. */
export const FIXED_TIME: Timestamp = { seconds: 1_492_533_000, nanoseconds: 0 };

/** Bytes of a file of the host. */
export interface FileSlice {
  readonly path: string;
  readonly offset: number;
  readonly sizeBytes: number;
}

export type Content = Uint8Array | FileSlice;

export interface Attributes {
  /** 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: Timestamp;
  /** Full names ("security.capability"). */
  readonly xattrs?: ReadonlyMap<string, Buffer>;
}

export interface DirectoryNode {
  readonly kind: 'directory';
  attributes: Attributes;
  /** Made because something is in it: nobody said what it is like. */
  implied: boolean;
  readonly children: Map<string, TreeNode>;
}

/** The same one under two names is a hard link. */
export interface FileNode {
  readonly kind: 'file';
  readonly attributes: Attributes;
  readonly content: Content;
}

export type TreeNode =
  | DirectoryNode
  | FileNode
  | { readonly kind: 'symlink'; readonly attributes: Attributes; readonly target: string }
  | {
      readonly kind: 'char' | 'block';
      readonly attributes: Attributes;
      readonly major: number;
      readonly minor: number;
    }
  | { readonly kind: 'fifo'; readonly attributes: Attributes };

/** A path cannot be used; the message names it. */
export class TreeError extends Error {
  override readonly name = 'TreeError';
}

const MAX_SYMLINKS = 40;

/** Root's, of the fixed time. */
export function attributes(mode: number, uid = 0, gid = 0): Attributes {
  return { mode, uid, gid, mtime: FIXED_TIME };
}

export function newDirectory(of: Attributes = attributes(0o755), implied = false): DirectoryNode {
  return { kind: 'directory', attributes: of, implied, children: new Map() };
}

export function sizeOf(content: Content): number {
  return content instanceof Uint8Array ? content.length : content.sizeBytes;
}

/** The parts of a path below the root; [] is the root itself. */
export function pathParts(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

/** What has that name, not following a last symlink; undefined when there is nothing. */
export function lookup(root: DirectoryNode, path: string): TreeNode | undefined {
  const parts = pathParts(path);
  const name = parts.pop();
  if (name === undefined) return root;
  return walk(root, parts, undefined)?.children.get(name);
}

/** As `lookup`, following a last symlink. */
export function lookupFollowing(root: DirectoryNode, path: string): TreeNode | undefined {
  const found = lookup(root, path);
  if (found?.kind !== 'symlink') return found;
  const parts = pathParts(path);
  let target = found.target;
  if (!target.startsWith('/')) target = `${parts.slice(0, -1).join('/')}/${target}`;
  const resolved: string[] = [];
  for (const part of pathParts(target)) {
    if (part === '..') resolved.pop();
    else resolved.push(part);
  }
  const next = lookup(root, resolved.join('/'));
  return next?.kind === 'symlink' ? undefined : next;
}

/**
 * Names a node, in place of whatever has the name; a folder goes with all that is in it, unless the new one is a folder
 * too, which then only says what it is like. Missing parents are made with `parent`.
 * @throws TreeError when something on the way is no folder
 */
export function put(
  root: DirectoryNode,
  path: string,
  node: TreeNode,
  parent: Attributes = attributes(0o755),
): void {
  const parts = pathParts(path);
  const name = parts.pop();
  if (name === undefined) {
    if (node.kind !== 'directory') throw new TreeError(`the root cannot be a ${node.kind}`);
    merge(root, node);
    return;
  }
  const directory = walk(root, parts, parent) as DirectoryNode;
  const existing = directory.children.get(name);
  if (node.kind === 'directory' && existing?.kind === 'directory') merge(existing, node);
  else directory.children.set(name, node);
}

/** Puts all of `from` into `into`; what `from` says about a folder counts unless it is implied. */
export function merge(into: DirectoryNode, from: DirectoryNode): void {
  if (!from.implied) {
    into.attributes = from.attributes;
    into.implied = false;
  }
  for (const [name, node] of from.children) {
    const existing = into.children.get(name);
    if (node.kind === 'directory' && existing?.kind === 'directory') merge(existing, node);
    else into.children.set(name, node);
  }
}

/** Already gone is not an error. */
export function remove(root: DirectoryNode, path: string): void {
  const parts = pathParts(path);
  const name = parts.pop();
  if (name !== undefined) walk(root, parts, undefined)?.children.delete(name);
}

export interface TreeEntry {
  /** Without a leading slash; '' is the root. */
  readonly path: string;
  readonly node: TreeNode;
}

/** All of the tree, each folder before what is in it, names in the order of their bytes; the root itself is left out. */
export function* entriesOf(directory: DirectoryNode, prefix = ''): Generator<TreeEntry> {
  const names = [...directory.children.keys()].sort((a, b) => (a < b ? -1 : 1));
  for (const name of names) {
    const node = directory.children.get(name) as TreeNode;
    const path = `${prefix}${name}`;
    yield { path, node };
    if (node.kind === 'directory') yield* entriesOf(node, `${path}/`);
  }
}

/** Walks to a folder, following symlinks as if the root were the only one; makes it where `make` is given. */
function walk(
  root: DirectoryNode,
  path: readonly string[],
  make: Attributes | undefined,
): DirectoryNode | undefined {
  const trail: DirectoryNode[] = [root];
  const rest = [...path].reverse();
  let followed = 0;
  for (let part = rest.pop(); part !== undefined; part = rest.pop()) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (trail.length > 1) trail.pop();
      continue;
    }
    const here = trail[trail.length - 1] as DirectoryNode;
    const child = here.children.get(part);
    if (child === undefined) {
      if (make === undefined) return undefined;
      const made = newDirectory(make, true);
      here.children.set(part, made);
      trail.push(made);
    } else if (child.kind === 'directory') {
      trail.push(child);
    } else if (child.kind === 'symlink' && ++followed <= MAX_SYMLINKS) {
      if (child.target.startsWith('/')) trail.length = 1;
      for (const step of child.target.split('/').reverse()) rest.push(step);
    } else {
      if (make === undefined) return undefined;
      const what = child.kind === 'symlink' ? 'one symlink too many' : `a ${child.kind}`;
      const shown = displayByteString(`/${path.join('/')}`);
      throw new TreeError(`${shown} is no folder: ${displayByteString(part)} is ${what}`);
    }
  }
  return trail[trail.length - 1];
}
