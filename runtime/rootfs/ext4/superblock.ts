/** The ext4 superblock: a pure encoder of the fields we use. It lies at byte 1024 of the file system. */
import { BLOCKS_PER_GROUP, FIRST_INODE, INODE_BYTES } from './format.ts';

export const SUPERBLOCK_OFFSET = 1024;
export const SUPERBLOCK_BYTES = 1024;

export interface Superblock {
  blocks: number;
  freeBlocks: number;
  inodesPerGroup: number;
  groups: number;
  freeInodes: number;
  /** 16 bytes. Also seeds the directory hash, so equal input gives equal images. */
  uuid: Buffer;
  /** At most 16 bytes. */
  label: string;
  compat: number;
  incompat: number;
  roCompat: number;
}

/**
 * Encode a clean superblock of revision 1: no journal, no copies (sparse_super2 with no backup group), never checked
 * by count or age, times zero so that equal input gives equal bytes.
 */
export function encodeSuperblock(superblock: Superblock): Buffer {
  const b = Buffer.alloc(SUPERBLOCK_BYTES);
  b.writeUInt32LE(superblock.groups * superblock.inodesPerGroup, 0x00);
  b.writeUInt32LE(superblock.blocks, 0x04);
  b.writeUInt32LE(superblock.freeBlocks, 0x0c);
  b.writeUInt32LE(superblock.freeInodes, 0x10);
  b.writeUInt32LE(2, 0x18); // block size 1024 << 2
  b.writeUInt32LE(2, 0x1c); // cluster size the same
  b.writeUInt32LE(BLOCKS_PER_GROUP, 0x20);
  b.writeUInt32LE(BLOCKS_PER_GROUP, 0x24);
  b.writeUInt32LE(superblock.inodesPerGroup, 0x28);
  b.writeUInt16LE(0xffff, 0x36); // no check after so many mounts
  b.writeUInt16LE(0xef53, 0x38);
  b.writeUInt16LE(1, 0x3a); // clean
  b.writeUInt16LE(1, 0x3c); // on errors: continue
  b.writeUInt32LE(1, 0x4c); // revision
  b.writeUInt32LE(FIRST_INODE, 0x54);
  b.writeUInt16LE(INODE_BYTES, 0x58);
  b.writeUInt32LE(superblock.compat, 0x5c);
  b.writeUInt32LE(superblock.incompat, 0x60);
  b.writeUInt32LE(superblock.roCompat, 0x64);
  superblock.uuid.copy(b, 0x68, 0, 16);
  b.write(superblock.label, 0x78, 16, 'latin1');
  superblock.uuid.copy(b, 0xec, 0, 16); // hash seed
  b.writeUInt8(1, 0xfc); // half-MD4
  b.writeUInt32LE(0x4 | 0x8, 0x100); // mount with user_xattr and acl
  b.writeUInt16LE(32, 0x15c); // extra inode fields: minimum
  b.writeUInt16LE(32, 0x15e); // and wanted
  b.writeUInt32LE(2, 0x160); // hashes of names are unsigned
  return b;
}
