/**
 * The dynamic VHDX: a disk of which only the blocks that were written take room in the file. Encodes a new file around
 * the few pieces of a disk that are not zero; reads nothing, and knows neither logs to replay nor parents.
 *
 * Follows [MS-VHDX] 4.0. Blocks without data are in state ZERO, not NOT_PRESENT: the latter's contents are undefined
 * (2.5.1.1), and a file system that was formatted lazily relies on the zeros.
 */
import { crc32c } from './crc32c.ts';

/** Bytes of a disk, or of a file, from `at` on. */
export interface Piece {
  readonly bytes: Buffer;
  readonly at: number;
}

/** A new file: its pieces, what lies between them being zero, and its length. */
export interface VhdxFile {
  readonly pieces: readonly Piece[];
  readonly fileBytes: number;
}

const MIB = 2 ** 20;
const KIB = 2 ** 10;
/** Everything in the file but the headers begins at a multiple of 1 MiB. */
const LOG_AT = MIB;
const METADATA_AT = 2 * MIB;
const BAT_AT = 3 * MIB;
const HEADER_BYTES = 4 * KIB;
const TABLE_BYTES = 64 * KIB;
export const VHDX_SECTOR_BYTES = 512;
/** As hcsshim has it: less is written for a first small write than with the default of 32 MiB. */
const BLOCK_BYTES = MIB;
/** Above this size of a disk, blocks of 1 MiB would need a table that is too large to write at each start. */
const LARGE_DISK_BYTES = 2 ** 40;
const LARGE_BLOCK_BYTES = 32 * MIB;
/** 2.5.1.1: states of a payload block. */
const BLOCK_ZERO = 2n;
const BLOCK_FULLY_PRESENT = 6n;

const BAT_REGION = guid('2dc27766-f623-4200-9d64-115e9bfd4a08');
const METADATA_REGION = guid('8b7ca206-4790-4b9a-b8fe-575f050f886e');
const FILE_PARAMETERS = guid('caa16737-fa36-4d43-b3b6-33f0aa44e76b');
const DISK_SIZE = guid('2fa54224-cd1b-4876-b211-5dbed83bf4b8');
const DISK_ID = guid('beca12ab-b2e6-4523-93ef-c309e000c746');
const LOGICAL_SECTOR = guid('8141bf1d-a96f-4709-ba47-f233a8faab5f');
const PHYSICAL_SECTOR = guid('cda348c7-445d-4471-9cc9-e9885251c556');
/** Flags of a metadata item: it must be understood; it is of the disk, not of the file. */
const IS_VIRTUAL_DISK = 2;
const IS_REQUIRED = 4;

/**
 * A dynamic VHDX of `diskSizeBytes` (a positive multiple of 1 MiB, at most 64 TiB) with `data` in it.
 * @param uniqueId 16 bytes that name this disk and this writing of it
 * @throws RangeError for a size or a piece outside of the disk
 */
export function encodeVhdx(
  diskSizeBytes: number,
  uniqueId: Buffer,
  data: Iterable<Piece>,
): VhdxFile {
  if (
    !Number.isSafeInteger(diskSizeBytes) ||
    diskSizeBytes <= 0 ||
    diskSizeBytes % MIB !== 0 ||
    diskSizeBytes > 2 ** 46
  ) {
    throw new RangeError(`disk size ${diskSizeBytes} is not a multiple of ${MIB} up to ${2 ** 46}`);
  }
  const blockBytes = diskSizeBytes > LARGE_DISK_BYTES ? LARGE_BLOCK_BYTES : BLOCK_BYTES;
  const blocks = Math.ceil(diskSizeBytes / blockBytes);
  // After each so many entries of blocks stands one for a bitmap that only differencing disks have.
  const chunkRatio = (2 ** 23 * VHDX_SECTOR_BYTES) / blockBytes;
  const table = Buffer.alloc((blocks + Math.floor((blocks - 1) / chunkRatio)) * 8);
  const entryAt = (block: number): number => (block + Math.floor(block / chunkRatio)) * 8;
  table.fill(littleEndian(8, BLOCK_ZERO));
  for (let bitmap = chunkRatio * 8; bitmap < table.length; bitmap += (chunkRatio + 1) * 8) {
    table.writeBigUInt64LE(0n, bitmap);
  }

  const tableRegionBytes = Math.ceil(table.length / MIB) * MIB;
  let fileBytes = BAT_AT + tableRegionBytes;
  const placed = new Map<number, number>();
  const pieces: Piece[] = [];
  for (const { bytes, at } of data) {
    if (at < 0 || at + bytes.length > diskSizeBytes) {
      throw new RangeError(
        `${bytes.length} bytes at ${at} are outside of a disk of ${diskSizeBytes}`,
      );
    }
    for (let done = 0; done < bytes.length; ) {
      const block = Math.floor((at + done) / blockBytes);
      const within = (at + done) % blockBytes;
      const length = Math.min(blockBytes - within, bytes.length - done);
      let start = placed.get(block);
      if (start === undefined) {
        start = fileBytes;
        fileBytes += blockBytes;
        placed.set(block, start);
        // The upper 44 bits are the offset in MiB, so the offset in bytes stands there as it is.
        table.writeBigUInt64LE(BigInt(start) | BLOCK_FULLY_PRESENT, entryAt(block));
      }
      pieces.push({ bytes: bytes.subarray(done, done + length), at: start + within });
      done += length;
    }
  }
  return {
    pieces: [
      { bytes: fileIdentifier(), at: 0 },
      { bytes: header(1n, uniqueId), at: 64 * KIB },
      { bytes: header(2n, uniqueId), at: 128 * KIB },
      ...regionTables(tableRegionBytes),
      ...metadata(diskSizeBytes, blockBytes, uniqueId),
      { bytes: table, at: BAT_AT },
      ...pieces,
    ],
    fileBytes,
  };
}

function fileIdentifier(): Buffer {
  const b = Buffer.alloc(HEADER_BYTES);
  b.write('vhdxfile', 0, 'latin1');
  b.write('lcow', 8, 'utf16le');
  return b;
}

/** 2.2.2; of two headers the one with the higher sequence number counts. No log GUID: nothing is to be replayed. */
function header(sequence: bigint, uniqueId: Buffer): Buffer {
  const b = Buffer.alloc(HEADER_BYTES);
  b.write('head', 0, 'latin1');
  b.writeBigUInt64LE(sequence, 8);
  uniqueId.copy(b, 16, 0, 16); // FileWriteGuid
  uniqueId.copy(b, 32, 0, 16); // DataWriteGuid
  b.writeUInt16LE(1, 66); // version
  b.writeUInt32LE(MIB, 68); // length of the log
  b.writeBigUInt64LE(BigInt(LOG_AT), 72);
  return sealed(b);
}

/** 2.2.3: where table and metadata are; two copies. */
function regionTables(tableRegionBytes: number): Piece[] {
  const b = Buffer.alloc(TABLE_BYTES);
  b.write('regi', 0, 'latin1');
  b.writeUInt32LE(2, 8);
  const entry = (index: number, id: Buffer, at: number, length: number): void => {
    const start = 16 + index * 32;
    id.copy(b, start);
    b.writeBigUInt64LE(BigInt(at), start + 16);
    b.writeUInt32LE(length, start + 24);
    b.writeUInt32LE(1, start + 28); // required
  };
  entry(0, BAT_REGION, BAT_AT, tableRegionBytes);
  entry(1, METADATA_REGION, METADATA_AT, MIB);
  sealed(b);
  return [
    { bytes: b, at: 192 * KIB },
    { bytes: b, at: 256 * KIB },
  ];
}

/** 2.6: a table, and its items after the first 64 KiB. */
function metadata(diskSizeBytes: number, blockBytes: number, uniqueId: Buffer): Piece[] {
  const disk = IS_REQUIRED | IS_VIRTUAL_DISK;
  const items: readonly [id: Buffer, flags: number, value: Buffer][] = [
    [FILE_PARAMETERS, IS_REQUIRED, littleEndian(8, BigInt(blockBytes))],
    [DISK_SIZE, disk, littleEndian(8, BigInt(diskSizeBytes))],
    [DISK_ID, disk, Buffer.from(uniqueId.subarray(0, 16))],
    [LOGICAL_SECTOR, disk, littleEndian(4, BigInt(VHDX_SECTOR_BYTES))],
    // What the host's disks have nearly always; ext4's blocks are as large.
    [PHYSICAL_SECTOR, disk, littleEndian(4, 4096n)],
  ];
  const head = Buffer.alloc(HEADER_BYTES);
  const values = Buffer.alloc(HEADER_BYTES);
  head.write('metadata', 0, 'latin1');
  head.writeUInt16LE(items.length, 10);
  let offset = 0;
  for (const [index, [id, flags, value]] of items.entries()) {
    const start = 32 + index * 32;
    id.copy(head, start);
    head.writeUInt32LE(TABLE_BYTES + offset, start + 16);
    head.writeUInt32LE(value.length, start + 20);
    head.writeUInt32LE(flags, start + 24);
    value.copy(values, offset);
    offset += value.length;
  }
  return [
    { bytes: head, at: METADATA_AT },
    { bytes: values, at: METADATA_AT + TABLE_BYTES },
  ];
}

/** With its checksum, which is taken with zeros in its own place. */
function sealed(structure: Buffer): Buffer {
  structure.writeUInt32LE(0, 4);
  structure.writeUInt32LE(crc32c(structure), 4);
  return structure;
}

function littleEndian(bytes: 4 | 8, value: bigint): Buffer {
  const b = Buffer.alloc(8);
  b.writeBigUInt64LE(value);
  return b.subarray(0, bytes);
}

/** A GUID as Windows stores it: the first three fields little-endian. */
function guid(text: string): Buffer {
  const b = Buffer.from(text.replaceAll('-', ''), 'hex');
  b.subarray(0, 4).reverse();
  b.subarray(4, 6).reverse();
  b.subarray(6, 8).reverse();
  return b;
}
