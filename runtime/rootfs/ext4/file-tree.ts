/**
 * The tree of files while an image is being written: names to inodes, in memory, in order of arrival.
 * It knows paths, hard links and replacement; not blocks (image-writer.ts) and not whiteouts (layer-applier.ts).
 */
import { displayByteString } from '../byte-string.ts';
import type { Timestamp } from '../tar-reader.ts';
import type { Extent } from './extent-tree.ts';
import { MAX_LINKS } from './format.ts';

/** What every inode has. `xattrs` hold full names ("security.capability"). */
export interface Attributes {
  /** 0 to 0o7777. */
  mode: number;
  uid: number;
  gid: number;
  mtime: Timestamp;
  atime?: Timestamp;
  ctime?: Timestamp;
  xattrs?: ReadonlyMap<string, Buffer>;
}

export type Content =
  | { kind: 'directory'; children: Map<string, Inode> }
  | { kind: 'file'; sizeBytes: number; extents: Extent[] }
  | { kind: 'symlink'; target: string }
  | { kind: 'char' | 'block'; major: number; minor: number }
  | { kind: 'fifo' };

export interface Inode {
  attributes: Attributes;
  content: Content;
  /** Names of this inode; a directory's own links are counted when the image is finished. */
  links: number;
  /** Given when the image is finished; 0 before. */
  number: number;
}

export type DirectoryInode = Inode & { content: { kind: 'directory' } };

/** A path cannot be used; the message names it. */
export class FileTreeError extends Error {
  override readonly name = 'FileTreeError';
}

const MAX_SYMLINKS = 40;

/** Directories that no entry describes belong to root and are open to read, as Docker makes them. */
export const IMPLICIT_DIRECTORY: Attributes = {
  mode: 0o755,
  uid: 0,
  gid: 0,
  mtime: { seconds: 0, nanoseconds: 0 },
};

export class FileTree {
  readonly root: DirectoryInode = newDirectory(IMPLICIT_DIRECTORY);
  /** Inodes in the tree, the root among them. */
  inodes = 1;
  private readonly maxInodes: number;
  private readonly released: (inode: Inode) => void;

  /** `released` hears of each inode that has lost its last name. */
  constructor(maxInodes: number, released: (inode: Inode) => void) {
    this.maxInodes = maxInodes;
    this.released = released;
  }

  /** The inode of that name, not following a last symlink. */
  lookup(path: readonly string[]): Inode | undefined {
    if (path.length === 0) return this.root;
    const parent = this.directory(path.slice(0, -1), false);
    return parent?.content.children.get(path[path.length - 1] as string);
  }

  /** The directory that holds `path`, made with its ancestors where they are missing. */
  parentOf(path: readonly string[]): DirectoryInode {
    return this.directory(path.slice(0, -1), true) as DirectoryInode;
  }

  /** Name an inode, in place of whatever has that name; a directory goes with all that is in it. */
  set(parent: DirectoryInode, name: string, inode: Inode): void {
    const { children } = parent.content;
    const existing = children.get(name);
    if (existing === inode) return;
    if (inode.content.kind !== 'directory' && inode.links >= MAX_LINKS) {
      throw new FileTreeError(`${displayByteString(name)} would be hard link ${MAX_LINKS + 1}`);
    }
    if (inode.links === 0) this.count();
    inode.links++;
    children.set(name, inode);
    if (existing !== undefined) this.unlink(existing);
  }

  private count(): void {
    this.inodes++;
    if (this.inodes > this.maxInodes) {
      throw new FileTreeError(`more than ${this.maxInodes} files`);
    }
  }

  private unlink(inode: Inode): void {
    const pending = [inode];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      next.links--;
      if (next.links > 0) continue;
      this.inodes--;
      this.released(next);
      if (next.content.kind === 'directory') {
        for (const child of next.content.children.values()) pending.push(child);
      }
    }
  }

  /**
   * Walk to a directory, following symlinks of this image as if its root were the only one.
   * Without `create`, undefined when a part is missing or no directory.
   */
  private directory(path: readonly string[], create: boolean): DirectoryInode | undefined {
    const trail: DirectoryInode[] = [this.root];
    const parts = [...path].reverse();
    let followed = 0;
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
      if (part === '' || part === '.') continue;
      if (part === '..') {
        if (trail.length > 1) trail.pop();
        continue;
      }
      const here = trail[trail.length - 1] as DirectoryInode;
      const child = here.content.children.get(part);
      if (child === undefined || (create && isWhiteout(child))) {
        if (!create) return undefined;
        const made = newDirectory(IMPLICIT_DIRECTORY);
        // What the lower layers have under this name was deleted: it must not show through.
        if (child !== undefined) markOpaque(made);
        this.set(here, part, made);
        trail.push(made);
      } else if (isDirectory(child)) {
        trail.push(child);
      } else if (child.content.kind === 'symlink') {
        followed++;
        if (followed > MAX_SYMLINKS) {
          if (!create) return undefined;
          throw new FileTreeError(`${displayPath(path)} has more than ${MAX_SYMLINKS} symlinks`);
        }
        const { target } = child.content;
        if (target.startsWith('/')) trail.length = 1;
        for (const step of target.split('/').reverse()) parts.push(step);
      } else {
        if (!create) return undefined;
        throw new FileTreeError(
          `${displayPath(path)} is not a directory: ${displayByteString(part)} is a ${child.content.kind}`,
        );
      }
    }
    return trail[trail.length - 1];
  }
}

export function newDirectory(attributes: Attributes): DirectoryInode {
  return { attributes, content: { kind: 'directory', children: new Map() }, links: 0, number: 0 };
}

export function isDirectory(inode: Inode): inode is DirectoryInode {
  return inode.content.kind === 'directory';
}

/** overlayfs's mark of a deleted name: a character device 0:0. */
export function isWhiteout(inode: Inode): boolean {
  const { content } = inode;
  return content.kind === 'char' && content.major === 0 && content.minor === 0;
}

/** overlayfs's mark of a directory that hides those of the layers below it. */
export function markOpaque(inode: Inode): void {
  const xattrs = new Map(inode.attributes.xattrs);
  xattrs.set('trusted.overlay.opaque', Buffer.from('y'));
  inode.attributes = { ...inode.attributes, xattrs };
}

export function displayPath(path: readonly string[]): string {
  return displayByteString(`/${path.join('/')}`);
}
