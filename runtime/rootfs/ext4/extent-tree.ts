/**
 * Extent trees: which blocks hold a file's data. A pure encoder: given the extents in file order and blocks for the
 * tree's own nodes, it yields the 60 bytes in the inode and the nodes.
 */
import { BLOCK_BYTES } from './format.ts';

/** An extent holds at most this many blocks (128 MiB); more would mean "not initialised". */
export const MAX_EXTENT_BLOCKS = 32768;
const IN_INODE = 4;
const IN_BLOCK = Math.floor((BLOCK_BYTES - 12) / 12);
const MAGIC = 0xf30a;

/** `blocks` blocks of the disk from `start`; the file's blocks follow each other in the list's order. */
export interface Extent {
  start: number;
  blocks: number;
}

export interface EncodedExtents {
  /** What stands in the inode: 60 bytes. */
  root: Buffer;
  /** Tree nodes to be written, each one block, at the number that was allocated for it. */
  nodes: { block: number; bytes: Buffer }[];
}

/** Encode a tree as deep as needed; `allocate` gives a block for each node that does not fit the inode. */
export function encodeExtents(extents: readonly Extent[], allocate: () => number): EncodedExtents {
  const nodes: EncodedExtents['nodes'] = [];
  let level: Entry[] = leafEntries(extents);
  let depth = 0;
  while (level.length > IN_INODE) {
    const parents: Entry[] = [];
    for (let i = 0; i < level.length; i += IN_BLOCK) {
      const part = level.slice(i, i + IN_BLOCK);
      const block = allocate();
      const bytes = Buffer.alloc(BLOCK_BYTES);
      encodeNode(bytes, part, depth, IN_BLOCK);
      nodes.push({ block, bytes });
      parents.push({ fileBlock: (part[0] as Entry).fileBlock, start: block, blocks: 0 });
    }
    level = parents;
    depth++;
  }
  const root = Buffer.alloc(60);
  encodeNode(root, level, depth, IN_INODE);
  return { root, nodes };
}

interface Entry {
  fileBlock: number;
  start: number;
  blocks: number;
}

function leafEntries(extents: readonly Extent[]): Entry[] {
  const entries: Entry[] = [];
  let fileBlock = 0;
  for (const extent of extents) {
    for (let done = 0; done < extent.blocks; done += MAX_EXTENT_BLOCKS) {
      const blocks = Math.min(MAX_EXTENT_BLOCKS, extent.blocks - done);
      entries.push({ fileBlock, start: extent.start + done, blocks });
      fileBlock += blocks;
    }
  }
  return entries;
}

function encodeNode(target: Buffer, entries: readonly Entry[], depth: number, max: number): void {
  target.writeUInt16LE(MAGIC, 0);
  target.writeUInt16LE(entries.length, 2);
  target.writeUInt16LE(max, 4);
  target.writeUInt16LE(depth, 6);
  let at = 12;
  for (const entry of entries) {
    target.writeUInt32LE(entry.fileBlock, at);
    if (depth === 0) {
      target.writeUInt16LE(entry.blocks, at + 4);
      target.writeUInt32LE(entry.start, at + 8);
    } else {
      target.writeUInt32LE(entry.start, at + 4);
    }
    at += 12;
  }
}
