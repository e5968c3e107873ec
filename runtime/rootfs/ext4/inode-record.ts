/** The 256-byte inode: a pure encoder. Where its data lies is decided by image-writer.ts. */
import type { Timestamp } from '../tar-reader.ts';
import { BLOCK_BYTES, FILE_MODE, INODE_BYTES, INODE_FLAG, MAX_LINKS } from './format.ts';
import type { Attributes, Content } from './file-tree.ts';

const EXTRA_BYTES = 32;
const XATTR_AT = 128 + EXTRA_BYTES;
/** Room for extended attributes behind the fields. */
export const INODE_XATTR_BYTES = INODE_BYTES - XATTR_AT;
/** A symlink whose target is shorter than this lies in the inode. */
export const FAST_SYMLINK_BYTES = 60;

export interface InodePlacement {
  links: number;
  /** Size as stat gives it: a directory's is that of its blocks. */
  sizeBytes: number;
  /** Blocks that belong to the inode: data, extent tree nodes and the attribute block. */
  blocks: number;
  /** The root of the extent tree, for directories, files and long symlinks. */
  extents?: Buffer;
  xattrBlock?: number;
  /** INODE_XATTR_BYTES long. */
  inlineXattrs?: Buffer;
}

/** Write an inode into `target`, 256 zeroed bytes. */
export function encodeInode(
  target: Buffer,
  attributes: Attributes,
  content: Content,
  placement: InodePlacement,
): void {
  const { uid, gid, mtime } = attributes;
  const atime = attributes.atime ?? mtime;
  const ctime = attributes.ctime ?? mtime;
  target.writeUInt16LE(FILE_MODE[content.kind] | attributes.mode, 0x00);
  target.writeUInt16LE(uid & 0xffff, 0x02);
  target.writeUInt32LE(placement.sizeBytes % 2 ** 32, 0x04);
  encodeTime(target, atime, 0x08, 0x8c);
  encodeTime(target, ctime, 0x0c, 0x84);
  encodeTime(target, mtime, 0x10, 0x88);
  target.writeUInt16LE(gid & 0xffff, 0x18);
  target.writeUInt16LE(placement.links > MAX_LINKS ? 1 : placement.links, 0x1a);
  const sectors = placement.blocks * (BLOCK_BYTES / 512);
  target.writeUInt32LE(sectors % 2 ** 32, 0x1c);
  target.writeUInt16LE(Math.floor(sectors / 2 ** 32), 0x74);
  target.writeUInt32LE(Math.floor(placement.sizeBytes / 2 ** 32), 0x6c);
  target.writeUInt16LE(uid >>> 16, 0x78);
  target.writeUInt16LE(gid >>> 16, 0x7a);
  target.writeUInt16LE(EXTRA_BYTES, 0x80);
  encodeTime(target, mtime, 0x90, 0x94); // made when last changed

  if (placement.extents !== undefined) {
    target.writeUInt32LE(INODE_FLAG.extents, 0x20);
    placement.extents.copy(target, 0x28);
  } else if (content.kind === 'symlink') {
    target.write(content.target, 0x28, FAST_SYMLINK_BYTES, 'latin1');
  } else if (content.kind === 'char' || content.kind === 'block') {
    encodeDevice(target, content.major, content.minor);
  }
  if (placement.xattrBlock !== undefined) target.writeUInt32LE(placement.xattrBlock, 0x68);
  placement.inlineXattrs?.copy(target, XATTR_AT);
}

/** 34 bits of seconds and 30 of nanoseconds; times beyond 1901 to 2446 become the nearest that fits. */
function encodeTime(target: Buffer, time: Timestamp, at: number, extraAt: number): void {
  const seconds = Math.max(-(2 ** 31), Math.min(time.seconds, 2 ** 34 - 2 ** 31 - 1));
  const low = seconds | 0;
  target.writeInt32LE(low, at);
  const epoch = Math.round((seconds - low) / 2 ** 32);
  target.writeUInt32LE(((time.nanoseconds << 2) | epoch) >>> 0, extraAt);
}

/** Old form (8 bits each) where it fits, else the kernel's new one (12 and 20 bits). */
function encodeDevice(target: Buffer, major: number, minor: number): void {
  if (major < 256 && minor < 256) target.writeUInt32LE((major << 8) | minor, 0x28);
  else {
    const packed = (minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12);
    target.writeUInt32LE(packed >>> 0, 0x2c);
  }
}
