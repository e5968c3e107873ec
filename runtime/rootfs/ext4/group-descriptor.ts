/** The 32-byte block group descriptor with its crc16, and bitmaps: pure encoders. */
import { BLOCK_BYTES, DESCRIPTOR_BYTES } from './format.ts';

export const GROUP_FLAG = {
  /** The inode bitmap and table were never written: all free. */
  inodeUninit: 1,
  /** The block bitmap was never written: all free but the group's own metadata. */
  blockUninit: 2,
  /** The inode table is zeros on disk, so the kernel need not clear it in the background. */
  inodeZeroed: 4,
} as const;

export interface GroupDescriptor {
  blockBitmap: number;
  inodeBitmap: number;
  inodeTable: number;
  freeBlocks: number;
  freeInodes: number;
  directories: number;
  flags: number;
  /** Inodes at the end of the table that were never used; only with checksums. */
  unusedInodes: number;
}

/**
 * Write a descriptor at `at`. With `checksum` (descriptorSeed of the file system's UUID, and the group's number) its
 * crc16 too: gdt_csum.
 */
export function encodeGroupDescriptor(
  target: Buffer,
  at: number,
  group: GroupDescriptor,
  checksum?: { seed: number; number: number },
): void {
  target.writeUInt32LE(group.blockBitmap, at);
  target.writeUInt32LE(group.inodeBitmap, at + 0x04);
  target.writeUInt32LE(group.inodeTable, at + 0x08);
  target.writeUInt16LE(group.freeBlocks, at + 0x0c);
  target.writeUInt16LE(group.freeInodes, at + 0x0e);
  target.writeUInt16LE(group.directories, at + 0x10);
  target.writeUInt16LE(group.flags, at + 0x12);
  target.writeUInt16LE(group.unusedInodes, at + 0x1c);
  if (checksum === undefined) return;
  const { seed, number } = checksum;
  NUMBER.writeUInt32LE(number);
  const crc = crc16(crc16(seed, NUMBER, 0, 4), target, at, at + DESCRIPTOR_BYTES - 2);
  target.writeUInt16LE(crc, at + 0x1e);
}

const NUMBER = Buffer.alloc(4);

/** What the checksums of all descriptors of a file system begin with. */
export function descriptorSeed(uuid: Buffer): number {
  return crc16(0xffff, uuid, 0, 16);
}

/** A bitmap of one block: bits `[0, used)` set, the rest up to `size` clear, all beyond `size` set (they do not exist). */
export function encodeBitmap(used: number, size: number): Buffer {
  const bitmap = Buffer.alloc(BLOCK_BYTES);
  setBits(bitmap, 0, used);
  setBits(bitmap, size, BLOCK_BYTES * 8);
  return bitmap;
}

/** Set bits `[from, to)`. */
export function setBits(bitmap: Buffer, from: number, to: number): void {
  let bit = from;
  while (bit < to && bit % 8 !== 0) setBit(bitmap, bit++);
  const bytes = Math.floor((to - bit) / 8);
  if (bytes > 0) {
    bitmap.fill(0xff, bit / 8, bit / 8 + bytes);
    bit += bytes * 8;
  }
  while (bit < to) setBit(bitmap, bit++);
}

/** Clear bits `[from, to)`. */
export function clearBits(bitmap: Buffer, from: number, to: number): void {
  for (let bit = from; bit < to; bit++) {
    bitmap[bit >> 3] = (bitmap[bit >> 3] as number) & ~(1 << (bit & 7));
  }
}

function setBit(bitmap: Buffer, bit: number): void {
  bitmap[bit >> 3] = (bitmap[bit >> 3] as number) | (1 << (bit & 7));
}

let table: Uint16Array | undefined;

/** CRC-16/ARC (polynomial 0x8005 reflected), continued from `crc`, as lib/crc16 of the kernel. */
export function crc16(crc: number, bytes: Buffer, from: number, to: number): number {
  table ??= crc16Table();
  let value = crc;
  for (let i = from; i < to; i++) {
    value = (value >>> 8) ^ (table[(value ^ (bytes[i] as number)) & 0xff] as number);
  }
  return value;
}

/** Each entry is the XOR of those of its bits, which spares most of the work: this runs cold, on the start path. */
function crc16Table(): Uint16Array {
  const entries = new Uint16Array(256);
  let value = 1;
  for (let bit = 128; bit > 0; bit >>= 1) {
    value = value & 1 ? (value >>> 1) ^ 0xa001 : value >>> 1;
    for (let rest = 0; rest < 256; rest += 2 * bit) {
      entries[bit + rest] = value ^ (entries[rest] as number);
    }
  }
  return entries;
}
