/**
 * A dm-verity tree behind a file system in the same disk: who boots it by the root digest reads what was built or an
 * error. The layout is veritysetup's (superblock, then levels from the top), the digest SHA-256, blocks of 4096 bytes;
 * the salt comes from the file system's id, so that equal input gives equal bytes.
 *
 * Follows Documentation/admin-guide/device-mapper/verity.rst and cryptsetup's on-disk format, version 1.
 */
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

const BLOCK_BYTES = 4096;
const DIGEST_BYTES = 32;
const SECTOR_BYTES = 512;
const READ_BLOCKS = 256;
/** Where the disk is when hcsshim boots it. */
const DEVICE = '/dev/sda';

export interface VerityTree {
  /** The disk's size with superblock and tree. */
  readonly sizeBytes: number;
  /** Hexadecimal. */
  readonly rootDigest: string;
  /** What `dm-mod.create` makes /dev/dm-0 of, when the disk is /dev/sda. */
  readonly table: string;
}

/**
 * Appends superblock and tree.
 * @param dataBytes of the file system, a multiple of 4096; the file ends there
 * @param uuid 16 bytes
 */
export async function appendVerity(
  file: FileHandle,
  dataBytes: number,
  uuid: Buffer,
): Promise<VerityTree> {
  const salt = createHash('sha256').update('lcow dm-verity').update(uuid).digest();
  const dataBlocks = dataBytes / BLOCK_BYTES;
  const levels = [await digestsOfFile(file, dataBlocks, salt)];
  while ((levels[0] as Buffer).length > BLOCK_BYTES) {
    levels.unshift(digestsOf(levels[0] as Buffer, salt));
  }
  const top = levels[0] as Buffer;
  const rootDigest = digestOf(top, salt).toString('hex');
  const tree = Buffer.concat([superblock(uuid, salt, dataBlocks), ...levels]);
  await file.write(tree, 0, tree.length, dataBytes);
  const hashStart = dataBlocks + 1;
  const sectors = dataBytes / SECTOR_BYTES;
  const verity = [1, DEVICE, DEVICE, BLOCK_BYTES, BLOCK_BYTES, dataBlocks, hashStart, 'sha256'];
  return {
    sizeBytes: dataBytes + tree.length,
    rootDigest,
    table: `rootfs,,,ro,0 ${sectors} verity ${verity.join(' ')} ${rootDigest} ${salt.toString('hex')}`,
  };
}

async function digestsOfFile(file: FileHandle, blocks: number, salt: Buffer): Promise<Buffer> {
  const digests = Buffer.alloc(padded(blocks * DIGEST_BYTES));
  const buffer = Buffer.alloc(READ_BLOCKS * BLOCK_BYTES);
  for (let block = 0; block < blocks; block += READ_BLOCKS) {
    const wanted = Math.min(READ_BLOCKS, blocks - block) * BLOCK_BYTES;
    for (let at = 0; at < wanted; ) {
      const position = block * BLOCK_BYTES + at;
      const { bytesRead } = await file.read(buffer, at, wanted - at, position);
      if (bytesRead === 0) throw new Error(`the disk ends at ${position}`);
      at += bytesRead;
    }
    digestsOf(buffer.subarray(0, wanted), salt).copy(digests, block * DIGEST_BYTES);
  }
  return digests;
}

/** Of whole blocks, one after the other, filled up to a block. */
function digestsOf(blocks: Buffer, salt: Buffer): Buffer {
  const count = blocks.length / BLOCK_BYTES;
  const digests = Buffer.alloc(padded(count * DIGEST_BYTES));
  for (let index = 0; index < count; index++) {
    const block = blocks.subarray(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES);
    digestOf(block, salt).copy(digests, index * DIGEST_BYTES);
  }
  return digests;
}

function digestOf(block: Buffer, salt: Buffer): Buffer {
  return createHash('sha256').update(salt).update(block).digest();
}

function padded(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
}

function superblock(uuid: Buffer, salt: Buffer, dataBlocks: number): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  block.write('verity', 0, 'latin1');
  block.writeUInt32LE(1, 8); // version
  block.writeUInt32LE(1, 12); // the salt comes before the block
  uuid.copy(block, 16, 0, 16);
  block.write('sha256', 32, 'latin1');
  block.writeUInt32LE(BLOCK_BYTES, 64);
  block.writeUInt32LE(BLOCK_BYTES, 68);
  block.writeBigUInt64LE(BigInt(dataBlocks), 72);
  block.writeUInt16LE(salt.length, 80);
  salt.copy(block, 88);
  return block;
}
