/** Directory entries in linear blocks: a pure encoder. Hashed directories (htree) are not needed: overlay reads once. */
import { BLOCK_BYTES } from './format.ts';

export interface DirectoryEntry {
  /** Byte string of 1 to 255 bytes. */
  name: string;
  inode: number;
  /** One of DIRENT_TYPE. */
  type: number;
}

/** Encode "." and ".." and the entries in their order; at least one block. */
export function encodeDirectory(
  self: number,
  parent: number,
  entries: Iterable<DirectoryEntry>,
): Buffer {
  const encoder = new DirectoryEncoder();
  encoder.add('.', self, 2);
  encoder.add('..', parent, 2);
  for (const entry of entries) encoder.add(entry.name, entry.inode, entry.type);
  return encoder.finish();
}

class DirectoryEncoder {
  private blocks: Buffer[] = [];
  private block = Buffer.alloc(BLOCK_BYTES);
  private at = 0;
  private last = 0;

  add(name: string, inode: number, type: number): void {
    const length = (8 + name.length + 3) & ~3;
    if (this.at + length > BLOCK_BYTES) {
      this.closeBlock();
      this.block = Buffer.alloc(BLOCK_BYTES);
    }
    const { block, at } = this;
    block.writeUInt32LE(inode, at);
    block.writeUInt16LE(length, at + 4);
    block.writeUInt8(name.length, at + 6);
    block.writeUInt8(type, at + 7);
    block.write(name, at + 8, name.length, 'latin1');
    this.last = at;
    this.at += length;
  }

  finish(): Buffer {
    this.closeBlock();
    return this.blocks.length === 1 ? (this.blocks[0] as Buffer) : Buffer.concat(this.blocks);
  }

  /** The last entry's record reaches to the end of the block. */
  private closeBlock(): void {
    this.block.writeUInt16LE(BLOCK_BYTES - this.last, this.last + 4);
    this.blocks.push(this.block);
    this.at = 0;
    this.last = 0;
  }
}
