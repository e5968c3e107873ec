/**
 * The fixed VHD: a raw disk followed by one 512-byte footer, so that the same file is a VHD to Hyper-V and a raw disk
 * with a spare sector to QEMU. Codec and checks only.
 *
 * Follows Microsoft's "Virtual Hard Disk Image Format Specification" 1.0.
 */
import type { FileHandle } from 'node:fs/promises';

export const VHD_FOOTER_BYTES = 512;
const FIXED_DISK = 2;
/** Fixed disks have no dynamic header: all ones. */
const NO_DATA_OFFSET = 0xffff_ffff_ffff_ffffn;

export interface VhdFooter {
  /** Size of the disk in bytes, without the footer; a multiple of 512. */
  diskSizeBytes: number;
  /** 16 bytes. */
  uniqueId: Buffer;
}

/** A file is no fixed VHD; the message names the field and its value. */
export class VhdFormatError extends Error {
  override readonly name = 'VhdFormatError';
}

/** Encode a footer. The time stamp is 0 (1 January 2000), so equal input gives equal bytes. */
export function encodeVhdFooter(footer: VhdFooter): Buffer {
  const { diskSizeBytes, uniqueId } = footer;
  if (!Number.isSafeInteger(diskSizeBytes) || diskSizeBytes <= 0 || diskSizeBytes % 512 !== 0) {
    throw new VhdFormatError(`disk size ${diskSizeBytes} is not a positive multiple of 512`);
  }
  const b = Buffer.alloc(VHD_FOOTER_BYTES);
  b.write('conectix', 0, 'latin1');
  b.writeUInt32BE(2, 8); // reserved feature bit, always set
  b.writeUInt32BE(0x10000, 12); // version 1.0
  b.writeBigUInt64BE(NO_DATA_OFFSET, 16);
  // As Hyper-V signs: QEMU's vpc driver takes the size from the geometry, which rounds, unless it knows the creator.
  b.write('win ', 28, 'latin1');
  b.writeUInt32BE(0x10000, 32);
  b.write('Wi2k', 36, 'latin1'); // Windows; the format knows only it and Mac
  b.writeBigUInt64BE(BigInt(diskSizeBytes), 40); // original
  b.writeBigUInt64BE(BigInt(diskSizeBytes), 48); // and current size
  const { cylinders, heads, sectors } = chsGeometry(diskSizeBytes / 512);
  b.writeUInt16BE(cylinders, 56);
  b.writeUInt8(heads, 58);
  b.writeUInt8(sectors, 59);
  b.writeUInt32BE(FIXED_DISK, 60);
  uniqueId.copy(b, 68, 0, 16);
  b.writeUInt32BE(checksumOf(b), 64);
  return b;
}

/** Decode and check a footer. Throws VhdFormatError. */
export function decodeVhdFooter(bytes: Buffer): VhdFooter {
  if (bytes.length !== VHD_FOOTER_BYTES) {
    throw new VhdFormatError(`footer has ${bytes.length} bytes instead of ${VHD_FOOTER_BYTES}`);
  }
  const cookie = bytes.toString('latin1', 0, 8);
  if (cookie !== 'conectix') {
    throw new VhdFormatError(`footer begins with ${JSON.stringify(cookie)} instead of "conectix"`);
  }
  const checksum = bytes.readUInt32BE(64);
  if (checksum !== checksumOf(bytes)) {
    throw new VhdFormatError(
      `footer checksum is 0x${checksum.toString(16)}, its bytes give 0x${checksumOf(bytes).toString(16)}`,
    );
  }
  const version = bytes.readUInt32BE(12);
  if (version >>> 16 !== 1) throw new VhdFormatError(`version is 0x${version.toString(16)}`);
  const type = bytes.readUInt32BE(60);
  if (type !== FIXED_DISK)
    throw new VhdFormatError(`disk type is ${type}, not ${FIXED_DISK} (fixed)`);
  const size = bytes.readBigUInt64BE(48);
  if (size === 0n || size % 512n !== 0n || size > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new VhdFormatError(`disk size is ${size}, not a positive multiple of 512`);
  }
  return { diskSizeBytes: Number(size), uniqueId: Buffer.from(bytes.subarray(68, 84)) };
}

/** Read and check the footer of an open file, and that the file is as long as it says. Throws VhdFormatError. */
export async function readVhdFooter(file: FileHandle): Promise<VhdFooter> {
  const { size } = await file.stat();
  if (size < VHD_FOOTER_BYTES)
    throw new VhdFormatError(`file has ${size} bytes: no room for a footer`);
  const bytes = Buffer.alloc(VHD_FOOTER_BYTES);
  const { bytesRead } = await file.read(bytes, 0, VHD_FOOTER_BYTES, size - VHD_FOOTER_BYTES);
  const footer = decodeVhdFooter(bytes.subarray(0, bytesRead));
  if (footer.diskSizeBytes + VHD_FOOTER_BYTES !== size) {
    throw new VhdFormatError(
      `footer tells of a disk of ${footer.diskSizeBytes} bytes, the file has ${size - VHD_FOOTER_BYTES}`,
    );
  }
  return footer;
}

/** The specification's appendix: the geometry that its drivers derive from a number of sectors. */
export function chsGeometry(totalSectors: number): {
  cylinders: number;
  heads: number;
  sectors: number;
} {
  const total = Math.min(totalSectors, 65535 * 16 * 255);
  if (total >= 65535 * 16 * 63) {
    return { cylinders: Math.floor(total / 255 / 16), heads: 16, sectors: 255 };
  }
  let sectors = 17;
  let tracks = Math.floor(total / sectors);
  let heads = Math.max(4, Math.floor((tracks + 1023) / 1024));
  if (tracks >= heads * 1024 || heads > 16) {
    sectors = 31;
    heads = 16;
    tracks = Math.floor(total / sectors);
  }
  if (tracks >= heads * 1024) {
    sectors = 63;
    heads = 16;
    tracks = Math.floor(total / sectors);
  }
  return { cylinders: Math.floor(tracks / heads), heads, sectors };
}

/** One's complement of the sum of all bytes but the checksum's own. */
function checksumOf(bytes: Buffer): number {
  let sum = 0;
  for (let i = 0; i < VHD_FOOTER_BYTES; i++) {
    if (i < 64 || i >= 68) sum += bytes[i] as number;
  }
  return ~sum >>> 0;
}
