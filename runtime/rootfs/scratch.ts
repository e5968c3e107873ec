/**
 * The scratch disk: an empty, writable ext4 file system, ready to mount, in a sparse fixed VHD, or in a dynamic VHDX
 * where the host's disks must not be sparse files (Windows; docs/decisions/0014).
 *
 * Nearly nothing is written: with gdt_csum a group whose bitmaps were never written is known to be free, and in a
 * fresh sparse file the inode tables are zeros already (so they are marked as such, and the guest's kernel does not
 * clear them in the background). No journal: the disk dies with its container.
 *
 * Two of one size have the same file system, its id included: a guest that has mounted one that nobody wrote to since
 * it was made has, in effect, mounted them all (scratch-digest.ts). What an overlay needs is in it: the folders `upper` and `work`.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs';
import { RuntimeError } from '../errors.ts';
import { type DirectoryEntry, encodeDirectory } from './ext4/directory-blocks.ts';
import { encodeExtents } from './ext4/extent-tree.ts';
import {
  BLOCK_BYTES,
  BLOCKS_PER_GROUP,
  COMPAT,
  DESCRIPTOR_BYTES,
  FIRST_INODE,
  INCOMPAT,
  INODE_BYTES,
  INODES_PER_BLOCK,
  RO_COMPAT,
  ROOT_INODE,
} from './ext4/format.ts';
import {
  descriptorSeed,
  encodeBitmap,
  encodeGroupDescriptor,
  GROUP_FLAG,
  setBits,
} from './ext4/group-descriptor.ts';
import { encodeInode } from './ext4/inode-record.ts';
import { newDirectory } from './ext4/file-tree.ts';
import { encodeSuperblock, SUPERBLOCK_OFFSET } from './ext4/superblock.ts';
import { ioError } from './io-error.ts';
import { encodeVhdFooter } from './vhd.ts';
import { encodeVhdx, type Piece } from './vhdx.ts';

/** hcsshim's default as well: enough for most containers, and a sparse file costs only what is written. */
export const DEFAULT_SCRATCH_BYTES = 20 * 2 ** 30;
const MIN_SCRATCH_BYTES = 16 * 2 ** 20;
/** ext4 with 32-bit block numbers and 4 KiB blocks ends at 16 TiB. */
const MAX_SCRATCH_BYTES = 15 * 2 ** 40;
const MIB = 2 ** 20;
/** One inode for 16 KiB, as mke2fs has it. */
const INODES_PER_GROUP = 8192;
const TABLE_BLOCKS = INODES_PER_GROUP / INODES_PER_BLOCK;
/** "lcow", and no more to it: whoever looks at the disk may know whose it is. */
const FILE_SYSTEM_ID = Buffer.from('6c636f77000040008000736372617463', 'hex');
/** In the root. */
const FOLDERS = ['upper', 'work'] as const;
const INODES_USED = FIRST_INODE - 1 + FOLDERS.length;

/**
 * Create a scratch disk of `sizeBytes` (a multiple of 1 MiB, as Hyper-V wants it; 16 MiB to 15 TiB) at `path`, which
 * must not exist. A path that ends in `.vhdx` gets a dynamic VHDX, any other a fixed VHD: Hyper-V goes by the
 * extension too. Throws RuntimeError and leaves no file.
 */
export async function createScratch(
  path: string,
  sizeBytes: number = DEFAULT_SCRATCH_BYTES,
): Promise<void> {
  const op = `create scratch disk ${path}`;
  if (
    !Number.isSafeInteger(sizeBytes) ||
    sizeBytes % MIB !== 0 ||
    sizeBytes < MIN_SCRATCH_BYTES ||
    sizeBytes > MAX_SCRATCH_BYTES
  ) {
    throw new RuntimeError(
      'invalid-argument',
      op,
      `sizeBytes is ${sizeBytes}: it must be a multiple of ${MIB} from ${MIN_SCRATCH_BYTES} to ${MAX_SCRATCH_BYTES}`,
    );
  }
  let created = false;
  try {
    // Synchronous on purpose: a dozen pages into the page cache cost less than the hops to a thread and back, and this
    // is on the start path.
    const file = openSync(path, 'wx', 0o600);
    created = true;
    try {
      const uuid = randomBytes(16);
      const content = emptyFileSystem(sizeBytes, FILE_SYSTEM_ID);
      const isVhdx = path.toLowerCase().endsWith('.vhdx');
      const { pieces, fileBytes } = isVhdx
        ? encodeVhdx(sizeBytes, uuid, content)
        : fixedVhd(sizeBytes, uuid, content);
      for (const { bytes, at } of pieces) writeSync(file, bytes, 0, bytes.length, at);
      ftruncateSync(file, fileBytes);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (created) rmSync(path, { force: true });
    throw ioError(op, error);
  }
}

/** The disk as it is, and a footer. */
function fixedVhd(
  diskSizeBytes: number,
  uniqueId: Buffer,
  content: readonly Piece[],
): { pieces: Piece[]; fileBytes: number } {
  const footer = { bytes: encodeVhdFooter({ diskSizeBytes, uniqueId }), at: diskSizeBytes };
  return { pieces: [...content, footer], fileBytes: diskSizeBytes + footer.bytes.length };
}

/** The few pieces of an empty file system that are not zero. Pure. */
function emptyFileSystem(sizeBytes: number, uuid: Buffer): Piece[] {
  const blocks = sizeBytes / BLOCK_BYTES;
  const groups = groupCount(blocks);
  const descriptorBlocks = Math.ceil((groups * DESCRIPTOR_BYTES) / BLOCK_BYTES);
  const pieces: Piece[] = [];
  const descriptors = Buffer.alloc(descriptorBlocks * BLOCK_BYTES);
  const seed = descriptorSeed(uuid);
  let freeBlocks = 0;
  let usableBlocks = 0;
  for (let number = 0; number < groups; number++) {
    const isFirst = number === 0;
    const isLast = number === groups - 1;
    const start = number * BLOCKS_PER_GROUP;
    // The last group takes what is left, unless that is too little for its tables (see groupCount).
    const size = Math.min(BLOCKS_PER_GROUP, blocks - start);
    usableBlocks += size;
    // Group 0 begins with superblock and descriptors, and ends its metadata with the folders' blocks.
    const metadata = isFirst ? 1 + descriptorBlocks : 0;
    const blockBitmap = start + metadata;
    const used = metadata + 2 + TABLE_BLOCKS + (isFirst ? 1 + FOLDERS.length : 0);
    const usedInodes = isFirst ? INODES_USED : 0;
    if (isFirst || isLast) {
      // The last bitmap marks the blocks that do not exist.
      pieces.push({ bytes: encodeBitmap(used, size), at: blockBitmap * BLOCK_BYTES });
    }
    if (isFirst) {
      const bitmap = encodeBitmap(0, INODES_PER_GROUP);
      setBits(bitmap, 0, usedInodes);
      pieces.push({ bytes: bitmap, at: (blockBitmap + 1) * BLOCK_BYTES });
      pieces.push(...directories(blockBitmap + 2, blockBitmap + 2 + TABLE_BLOCKS));
    }
    freeBlocks += size - used;
    encodeGroupDescriptor(
      descriptors,
      number * DESCRIPTOR_BYTES,
      {
        blockBitmap,
        inodeBitmap: blockBitmap + 1,
        inodeTable: blockBitmap + 2,
        freeBlocks: size - used,
        freeInodes: INODES_PER_GROUP - usedInodes,
        directories: isFirst ? 1 + FOLDERS.length : 0,
        flags:
          GROUP_FLAG.inodeZeroed |
          (isFirst ? 0 : GROUP_FLAG.inodeUninit) |
          (isFirst || isLast ? 0 : GROUP_FLAG.blockUninit),
        unusedInodes: INODES_PER_GROUP - usedInodes,
      },
      { seed, number },
    );
  }
  pieces.push({ bytes: descriptors, at: BLOCK_BYTES });
  const superblock = encodeSuperblock({
    blocks: usableBlocks,
    freeBlocks,
    inodesPerGroup: INODES_PER_GROUP,
    groups,
    freeInodes: groups * INODES_PER_GROUP - INODES_USED,
    uuid,
    label: 'scratch',
    compat: COMPAT.extAttr | COMPAT.dirIndex | COMPAT.sparseSuper2,
    incompat: INCOMPAT.filetype | INCOMPAT.extents,
    roCompat:
      RO_COMPAT.largeFile |
      RO_COMPAT.hugeFile |
      RO_COMPAT.gdtChecksum |
      RO_COMPAT.dirNlink |
      RO_COMPAT.extraIsize,
  });
  pieces.push({ bytes: superblock, at: SUPERBLOCK_OFFSET });
  return pieces;
}

/** Groups, without a last one too small for its own tables: those blocks are left out of the file system. */
function groupCount(blocks: number): number {
  const full = Math.floor(blocks / BLOCKS_PER_GROUP);
  const rest = blocks % BLOCKS_PER_GROUP;
  return rest > TABLE_BLOCKS + 64 || full === 0 ? full + 1 : full;
}

/** The root and what is in it: their inodes in the inode table, and a block each. */
function directories(inodeTable: number, block: number): Piece[] {
  const entries = FOLDERS.map((name, index) => ({ name, inode: FIRST_INODE + index, type: 2 }));
  return [
    ...directory(inodeTable, block, { inode: ROOT_INODE, links: 2 + FOLDERS.length, entries }),
    ...entries.flatMap(({ inode }, index) =>
      directory(inodeTable, block + 1 + index, { inode, links: 2, entries: [] }),
    ),
  ];
}

function directory(
  inodeTable: number,
  block: number,
  what: { inode: number; links: number; entries: readonly DirectoryEntry[] },
): Piece[] {
  const { inode: number, links, entries } = what;
  const time = { seconds: 0, nanoseconds: 0 };
  const { attributes, content } = newDirectory({ mode: 0o755, uid: 0, gid: 0, mtime: time });
  const bytes = Buffer.alloc(INODE_BYTES);
  encodeInode(bytes, attributes, content, {
    links,
    sizeBytes: BLOCK_BYTES,
    blocks: 1,
    extents: encodeExtents([{ start: block, blocks: 1 }], () => 0).root,
  });
  return [
    { bytes, at: inodeTable * BLOCK_BYTES + (number - 1) * INODE_BYTES },
    { bytes: encodeDirectory(number, ROOT_INODE, entries), at: block * BLOCK_BYTES },
  ];
}
