/**
 * Numbers of the ext4 on-disk format that more than one of our codecs needs. Nothing here computes.
 *
 * Follows Documentation/filesystems/ext4 of the Linux kernel.
 */

/** Everything we write has 4 KiB blocks: the page size of every guest, and the largest that all of them mount. */
export const BLOCK_BYTES = 4096;
export const BLOCKS_PER_GROUP = 8 * BLOCK_BYTES;
export const GROUP_BYTES = BLOCKS_PER_GROUP * BLOCK_BYTES;
export const INODE_BYTES = 256;
export const INODES_PER_BLOCK = BLOCK_BYTES / INODE_BYTES;
export const DESCRIPTOR_BYTES = 32;
export const DESCRIPTORS_PER_BLOCK = BLOCK_BYTES / DESCRIPTOR_BYTES;

export const ROOT_INODE = 2;
/** Inodes 1 to 10 are reserved; the first of ours is 11. */
export const FIRST_INODE = 11;

export const COMPAT = { extAttr: 0x8, dirIndex: 0x20, sparseSuper2: 0x200 } as const;
export const INCOMPAT = { filetype: 0x2, extents: 0x40, flexBg: 0x200 } as const;
export const RO_COMPAT = {
  largeFile: 0x2,
  hugeFile: 0x8,
  gdtChecksum: 0x10,
  dirNlink: 0x20,
  extraIsize: 0x40,
  readonly: 0x1000,
} as const;

export const FILE_MODE = {
  fifo: 0x1000,
  char: 0x2000,
  directory: 0x4000,
  block: 0x6000,
  file: 0x8000,
  symlink: 0xa000,
} as const;

export const INODE_FLAG = { extents: 0x80000 } as const;

/** What a directory entry says of its inode's type. */
export const DIRENT_TYPE = {
  file: 1,
  directory: 2,
  char: 3,
  block: 4,
  fifo: 5,
  symlink: 7,
} as const;

export const MAX_NAME_BYTES = 255;
/** A directory with more subdirectories than this has the link count 1 (dir_nlink). */
export const MAX_LINKS = 65000;
