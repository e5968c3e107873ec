/**
 * Turns the entries of a layer's tar into inodes of an ext4 image, whiteouts into overlayfs's own marks:
 * `.wh.x` becomes a character device 0:0 named x, `.wh..wh..opq` the attribute trusted.overlay.opaque of its folder.
 *
 * Everything in a layer is hostile: each refusal names the entry. Devices and setuid files are kept, as inodes:
 * they come to life in the guest only, under the container's rules; the host writes one image file and nothing else.
 */
import { displayByteString } from './byte-string.ts';
import {
  type Attributes,
  FileTreeError,
  type Inode,
  isDirectory,
  isWhiteout,
  markOpaque,
  newDirectory,
} from './ext4/file-tree.ts';
import type { ImageWriter } from './ext4/image-writer.ts';
import { encodeBlockXattrs, isStorableXattr } from './ext4/xattr.ts';
import { splitLayerPath, TarPathError } from './tar-path.ts';
import type { TarEntry, TarSink } from './tar-reader.ts';

const WHITEOUT_PREFIX = '.wh.';
const OPAQUE_MARK = '.wh..wh..opq';
/** AUFS's own bookkeeping: of no meaning to anyone else. */
const AUFS_PREFIX = '.wh..wh.';
/** overlayfs's private attributes: from an image they could point into other layers (redirect, metacopy). */
const OVERLAY_XATTRS = 'trusted.overlay.';

const MAX_MAJOR = 2 ** 12 - 1;
const MAX_MINOR = 2 ** 20 - 1;

export class LayerApplier implements TarSink {
  private readonly image: ImageWriter;
  private inFile = false;

  constructor(image: ImageWriter) {
    this.image = image;
  }

  /** Throws TarPathError or FileTreeError for an entry that cannot be in a layer. */
  entry(entry: TarEntry): void {
    const path = splitLayerPath(entry.name, 'entry');
    const name = path[path.length - 1];
    if (name?.startsWith(WHITEOUT_PREFIX)) {
      this.whiteout(entry, path, name);
      // A whiteout has no business with data, but if it has, it goes nowhere.
      this.inFile = false;
      return;
    }
    switch (entry.type) {
      case 'directory':
        this.directory(entry, path);
        break;
      case 'file':
        this.inFile = true;
        this.put(entry, path, this.image.createFile(attributesOf(entry), entry.sizeBytes));
        break;
      case 'symlink':
        this.put(entry, path, {
          attributes: { ...attributesOf(entry), mode: 0o777 },
          content: { kind: 'symlink', target: symlinkTarget(entry) },
          links: 0,
          number: 0,
        });
        break;
      case 'hardlink':
        this.put(entry, path, this.hardLinkTarget(entry));
        break;
      case 'char':
      case 'block':
        this.put(entry, path, {
          attributes: attributesOf(entry),
          content: { kind: entry.type, ...deviceOf(entry) },
          links: 0,
          number: 0,
        });
        break;
      case 'fifo':
        this.put(entry, path, {
          attributes: attributesOf(entry),
          content: { kind: 'fifo' },
          links: 0,
          number: 0,
        });
        break;
      default:
        entry.type satisfies never;
    }
  }

  data(chunk: Buffer): void {
    if (this.inFile) this.image.writeData(chunk);
  }

  end(): void {
    if (this.inFile) this.image.endFile();
    this.inFile = false;
  }

  private directory(entry: TarEntry, path: readonly string[]): void {
    const { tree } = this.image;
    const existing = tree.lookup(path);
    if (existing !== undefined && isDirectory(existing)) {
      const isOpaque = existing.attributes.xattrs?.has('trusted.overlay.opaque') ?? false;
      existing.attributes = attributesOf(entry);
      if (isOpaque) markOpaque(existing);
      return;
    }
    const made = newDirectory(attributesOf(entry));
    // Deleted below and made anew here: the folders below must not show through.
    if (existing !== undefined && isWhiteout(existing)) markOpaque(made);
    this.put(entry, path, made);
  }

  private put(entry: TarEntry, path: readonly string[], inode: Inode): void {
    const name = path[path.length - 1];
    if (name === undefined) {
      throw new TarPathError(
        `entry ${displayByteString(entry.name)} makes the layer's root a ${entry.type}`,
      );
    }
    this.image.tree.set(this.image.tree.parentOf(path), name, inode);
  }

  private hardLinkTarget(entry: TarEntry): Inode {
    const what = `entry ${displayByteString(entry.name)} is a hard link whose target`;
    const target = this.image.tree.lookup(splitLayerPath(entry.linkName, what));
    if (target === undefined || isWhiteout(target)) {
      throw new FileTreeError(
        `${what} ${displayByteString(entry.linkName)} is not in the layer before it`,
      );
    }
    if (isDirectory(target)) {
      throw new FileTreeError(`${what} ${displayByteString(entry.linkName)} is a directory`);
    }
    return target;
  }

  private whiteout(entry: TarEntry, path: readonly string[], name: string): void {
    const { tree } = this.image;
    if (name === OPAQUE_MARK) {
      markOpaque(tree.parentOf(path));
      return;
    }
    if (name.startsWith(AUFS_PREFIX)) return;
    const hidden = name.slice(WHITEOUT_PREFIX.length);
    if (hidden === '' || hidden === '.' || hidden === '..') {
      throw new TarPathError(`entry ${displayByteString(entry.name)} is a whiteout of no file`);
    }
    const parent = tree.parentOf(path);
    const existing = parent.content.children.get(hidden);
    if (existing === undefined) {
      tree.set(parent, hidden, {
        attributes: { ...attributesOf(entry), mode: 0 },
        content: { kind: 'char', major: 0, minor: 0 },
        links: 0,
        number: 0,
      });
    } else if (isDirectory(existing)) {
      // It speaks of the layers below only: this layer's own folder stays, and hides theirs.
      markOpaque(existing);
    }
  }
}

function attributesOf(entry: TarEntry): Attributes {
  const attributes: Attributes = {
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    mtime: entry.mtime,
  };
  if (entry.atime !== undefined) attributes.atime = entry.atime;
  if (entry.ctime !== undefined) attributes.ctime = entry.ctime;
  if (entry.xattrs.size > 0) attributes.xattrs = xattrsOf(entry);
  return attributes;
}

/** Attributes that ext4 has no name for (macOS's) are left out, as Docker does on ENOTSUP. */
function xattrsOf(entry: TarEntry): ReadonlyMap<string, Buffer> {
  const kept = new Map<string, Buffer>();
  for (const [name, value] of entry.xattrs) {
    if (isStorableXattr(name) && !name.startsWith(OVERLAY_XATTRS)) kept.set(name, value);
  }
  let fits: boolean;
  try {
    // The mark of an opaque folder may come on top.
    fits =
      encodeBlockXattrs(new Map([...kept, ['trusted.overlay.opaque', Buffer.from('y')]])) !==
      undefined;
  } catch (error) {
    throw new TarPathError(
      `entry ${displayByteString(entry.name)} has a wrong extended attribute: ${String(error)}`,
    );
  }
  if (!fits) {
    throw new TarPathError(
      `entry ${displayByteString(entry.name)} has more extended attributes than a block of ext4 holds`,
    );
  }
  return kept;
}

function symlinkTarget(entry: TarEntry): string {
  const { linkName } = entry;
  if (linkName === '' || linkName.length > 4095 || linkName.includes('\0')) {
    throw new TarPathError(
      `entry ${displayByteString(entry.name)} is a symlink to ${displayByteString(linkName)}: ` +
        'a target has 1 to 4095 bytes and no NUL',
    );
  }
  return linkName;
}

function deviceOf(entry: TarEntry): { major: number; minor: number } {
  const { devMajor: major, devMinor: minor } = entry;
  if (!(major >= 0 && major <= MAX_MAJOR && minor >= 0 && minor <= MAX_MINOR)) {
    throw new TarPathError(
      `entry ${displayByteString(entry.name)} is the device ${major}:${minor}: ` +
        `the largest is ${MAX_MAJOR}:${MAX_MINOR}`,
    );
  }
  return { major, minor };
}
