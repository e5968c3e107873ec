/**
 * Writes a read-only ext4 image into an open file: data as it arrives, the metadata after it, the superblock last.
 * So an image that was not finished has no superblock, and cannot be taken for one that was.
 *
 *   block 0      superblock (written last)
 *   1 .. g       group descriptors, room for `maxSizeBytes`; what is not needed stays free
 *   ...          file data in order of arrival
 *   ...          long symlinks, attribute blocks, extent tree nodes, directories
 *   ...          inode tables of all groups, then block and inode bitmaps (flex_bg allows both anywhere)
 *
 * No journal and no checksums: the image is immutable and its source was verified. Equal input gives equal bytes.
 */
import type { FileHandle } from 'node:fs/promises';
import { BlockOutput } from './block-output.ts';
import { type DirectoryEntry, encodeDirectory } from './directory-blocks.ts';
import { encodeExtents, type Extent } from './extent-tree.ts';
import { type Attributes, FileTree, type Inode, isDirectory } from './file-tree.ts';
import {
  BLOCK_BYTES,
  BLOCKS_PER_GROUP,
  COMPAT,
  DESCRIPTOR_BYTES,
  DESCRIPTORS_PER_BLOCK,
  DIRENT_TYPE,
  FIRST_INODE,
  GROUP_BYTES,
  INCOMPAT,
  INODE_BYTES,
  INODES_PER_BLOCK,
  RO_COMPAT,
  ROOT_INODE,
} from './format.ts';
import { clearBits, encodeBitmap, encodeGroupDescriptor } from './group-descriptor.ts';
import {
  encodeInode,
  FAST_SYMLINK_BYTES,
  INODE_XATTR_BYTES,
  type InodePlacement,
} from './inode-record.ts';
import { encodeSuperblock, SUPERBLOCK_OFFSET } from './superblock.ts';
import { encodeBlockXattrs, encodeInodeXattrs } from './xattr.ts';

export interface ImageLimits {
  /** The image's largest size. Default 128 GiB, the most that hcsshim advises for a layer. */
  maxSizeBytes?: number;
  /** Most files and directories; each costs some hundred bytes of memory until the end. Default 4 million. */
  maxInodes?: number;
}

export class ImageWriter {
  /** Names to inodes; add to it directly, except files, which `createFile` makes. */
  readonly tree: FileTree;
  private readonly file: FileHandle;
  private readonly output: BlockOutput;
  private readonly freed: Extent[] = [];
  private readonly firstDataBlock: number;
  private readonly maxSizeBytes: number;

  /** `file` is empty and open for writing; the caller closes it. */
  constructor(file: FileHandle, limits: ImageLimits = {}) {
    const maxSizeBytes = limits.maxSizeBytes ?? 128 * 2 ** 30;
    const maxGroups = Math.ceil(maxSizeBytes / GROUP_BYTES);
    this.file = file;
    this.maxSizeBytes = maxSizeBytes;
    this.firstDataBlock = 1 + Math.ceil(maxGroups / DESCRIPTORS_PER_BLOCK);
    this.output = new BlockOutput(file, this.firstDataBlock, maxSizeBytes);
    this.tree = new FileTree(limits.maxInodes ?? 4_000_000, (inode) => this.release(inode));
  }

  /**
   * Begin a file of `sizeBytes`; its data follows by `writeData`, then `endFile`. It has no name yet.
   * Only one file is written at a time.
   */
  createFile(attributes: Attributes, sizeBytes: number): Inode {
    if (this.output.position + sizeBytes > this.maxSizeBytes) {
      throw new RangeError(`the image would be larger than ${this.maxSizeBytes} bytes`);
    }
    const blocks = Math.ceil(sizeBytes / BLOCK_BYTES);
    const extents = blocks === 0 ? [] : [{ start: this.output.block, blocks }];
    return { attributes, content: { kind: 'file', sizeBytes, extents }, links: 0, number: 0 };
  }

  writeData(chunk: Buffer): void {
    this.output.write(chunk);
  }

  endFile(): void {
    this.output.align();
  }

  /** To be awaited between chunks of input: keeps the memory for unwritten data bounded. */
  drain(): Promise<void> {
    return this.output.drain();
  }

  /** Write the metadata; `uuid` has 16 bytes. Returns the image's size in bytes, a multiple of the block size. */
  async finish(uuid: Buffer): Promise<number> {
    const inodes = this.number();
    const placements: InodePlacement[] = [];
    for (const { inode, parent } of inodes) {
      placements.push(this.place(inode, parent));
      if (placements.length % 1024 === 0) await this.output.drain();
    }

    const used = FIRST_INODE - 2 + inodes.length; // the root is one of the reserved ten
    const geometry = planGroups(this.output.block, used);
    const { groups, inodesPerGroup } = geometry;
    const inodeTable = this.output.block;
    await this.writeInodeTables(inodes, placements, groups * inodesPerGroup);
    const bitmaps = this.output.block;

    const directoriesIn = Array.from({ length: groups }, () => 0);
    for (const { inode } of inodes) {
      const group = Math.floor((inode.number - 1) / inodesPerGroup);
      if (isDirectory(inode)) directoriesIn[group] = (directoriesIn[group] as number) + 1;
    }
    const free = this.freeRanges(bitmaps + 2 * groups, geometry.blocks, groups);
    let nextFree = 0;
    const descriptors = Buffer.alloc(groups * DESCRIPTOR_BYTES);
    let freeBlocks = 0;
    let freeInodes = 0;
    for (let group = 0; group < groups; group++) {
      const start = group * BLOCKS_PER_GROUP;
      const size = Math.min(BLOCKS_PER_GROUP, geometry.blocks - start);
      const bitmap = encodeBitmap(size, size);
      let freeInGroup = 0;
      for (let range = free[nextFree]; range !== undefined; range = free[nextFree]) {
        const from = Math.max(range.start - start, 0);
        const end = range.start + range.blocks - start;
        const to = Math.min(end, size);
        if (from < to) {
          clearBits(bitmap, from, to);
          freeInGroup += to - from;
        }
        if (end > size) break;
        nextFree++;
      }
      const usedInodes = Math.max(0, Math.min(inodesPerGroup, used - group * inodesPerGroup));
      this.output.write(bitmap);
      this.output.write(encodeBitmap(usedInodes, inodesPerGroup));
      await this.output.drain();
      encodeGroupDescriptor(descriptors, group * DESCRIPTOR_BYTES, {
        blockBitmap: bitmaps + 2 * group,
        inodeBitmap: bitmaps + 2 * group + 1,
        inodeTable: inodeTable + group * (inodesPerGroup / INODES_PER_BLOCK),
        freeBlocks: freeInGroup,
        freeInodes: inodesPerGroup - usedInodes,
        directories: directoriesIn[group] as number,
        flags: 0,
        unusedInodes: 0,
      });
      freeBlocks += freeInGroup;
      freeInodes += inodesPerGroup - usedInodes;
    }
    await this.output.flush();

    const sizeBytes = geometry.blocks * BLOCK_BYTES;
    if (sizeBytes > this.maxSizeBytes) {
      throw new RangeError(`the image would be larger than ${this.maxSizeBytes} bytes`);
    }
    await this.file.truncate(sizeBytes);
    await this.file.write(descriptors, 0, descriptors.length, BLOCK_BYTES);
    const superblock = encodeSuperblock({
      blocks: geometry.blocks,
      freeBlocks,
      inodesPerGroup,
      groups,
      freeInodes,
      uuid,
      label: '',
      compat: COMPAT.extAttr | COMPAT.sparseSuper2,
      incompat: INCOMPAT.filetype | INCOMPAT.extents | INCOMPAT.flexBg,
      roCompat:
        RO_COMPAT.largeFile |
        RO_COMPAT.hugeFile |
        RO_COMPAT.dirNlink |
        RO_COMPAT.extraIsize |
        RO_COMPAT.readonly,
    });
    await this.file.write(superblock, 0, superblock.length, SUPERBLOCK_OFFSET);
    return sizeBytes;
  }

  /** Give every inode its number, parents before children, and list each once. */
  private number(): { inode: Inode; parent: Inode }[] {
    const { root } = this.tree;
    root.number = ROOT_INODE;
    const list: { inode: Inode; parent: Inode }[] = [{ inode: root, parent: root }];
    let next = FIRST_INODE;
    for (let i = 0; i < list.length; i++) {
      const { inode } = list[i] as { inode: Inode };
      if (!isDirectory(inode)) continue;
      for (const child of inode.content.children.values()) {
        if (child.number !== 0) continue;
        child.number = next++;
        list.push({ inode: child, parent: inode });
      }
    }
    return list;
  }

  /** Write what belongs to an inode besides file data, and say where it is. */
  private place(inode: Inode, parent: Inode): InodePlacement {
    const { content } = inode;
    const placement: InodePlacement = { links: inode.links, sizeBytes: 0, blocks: 0 };
    let extents: readonly Extent[] | undefined;
    switch (content.kind) {
      case 'directory': {
        const { children } = content;
        let subdirectories = 0;
        for (const child of children.values()) if (isDirectory(child)) subdirectories++;
        placement.links = 2 + subdirectories;
        const bytes = encodeDirectory(inode.number, parent.number, directoryEntries(children));
        placement.sizeBytes = bytes.length;
        extents = [this.append(bytes)];
        break;
      }
      case 'file':
        placement.sizeBytes = content.sizeBytes;
        extents = content.extents;
        break;
      case 'symlink':
        placement.sizeBytes = content.target.length;
        if (content.target.length >= FAST_SYMLINK_BYTES) {
          extents = [this.append(Buffer.from(content.target, 'latin1'))];
        }
        break;
      case 'char':
      case 'block':
      case 'fifo':
        break;
      default:
        content satisfies never;
    }
    if (extents !== undefined) {
      const first = this.output.block;
      let allocated = 0;
      const { root, nodes } = encodeExtents(extents, () => first + allocated++);
      for (const node of nodes) this.append(node.bytes);
      placement.extents = root;
      for (const extent of extents) placement.blocks += extent.blocks;
      placement.blocks += nodes.length;
    }
    const { xattrs } = inode.attributes;
    if (xattrs !== undefined && xattrs.size > 0) {
      const inline = encodeInodeXattrs(xattrs, INODE_XATTR_BYTES);
      if (inline !== undefined) placement.inlineXattrs = inline;
      else {
        // layer-applier.ts has refused what does not fit.
        const bytes = encodeBlockXattrs(xattrs);
        if (bytes === undefined) throw new RangeError('extended attributes do not fit a block');
        placement.xattrBlock = this.append(bytes).start;
        placement.blocks++;
      }
    }
    return placement;
  }

  private append(bytes: Buffer): Extent {
    const start = this.output.block;
    this.output.write(bytes);
    this.output.align();
    return { start, blocks: this.output.block - start };
  }

  private async writeInodeTables(
    inodes: readonly { inode: Inode }[],
    placements: readonly InodePlacement[],
    total: number,
  ): Promise<void> {
    const start = this.output.block;
    // Inodes 1 to 10: only the root is in use.
    for (let number = 1; number < FIRST_INODE; number++) {
      const piece = this.output.piece(INODE_BYTES);
      if (number !== ROOT_INODE) continue;
      const root = (inodes[0] as { inode: Inode }).inode;
      encodeInode(piece, root.attributes, root.content, placements[0] as InodePlacement);
    }
    for (let i = 1; i < inodes.length; i++) {
      const { inode } = inodes[i] as { inode: Inode };
      const piece = this.output.piece(INODE_BYTES);
      encodeInode(piece, inode.attributes, inode.content, placements[i] as InodePlacement);
      if (i % 4096 === 0) await this.output.drain();
    }
    this.output.align();
    this.output.skip(start + total / INODES_PER_BLOCK - this.output.block);
  }

  private release(inode: Inode): void {
    if (inode.content.kind !== 'file') return;
    for (const { start, blocks } of inode.content.extents) {
      const last = this.freed[this.freed.length - 1];
      if (last !== undefined && last.start + last.blocks === start) last.blocks += blocks;
      else this.freed.push({ start, blocks });
    }
  }

  /** Blocks that nothing uses, in order: descriptors' spare room, data of replaced files, the end of an empty last group. */
  private freeRanges(end: number, blocks: number, groups: number): Extent[] {
    const descriptorsEnd = 1 + Math.ceil(groups / DESCRIPTORS_PER_BLOCK);
    return [
      { start: descriptorsEnd, blocks: this.firstDataBlock - descriptorsEnd },
      ...this.freed.sort((a, b) => a.start - b.start),
      { start: end, blocks: blocks - end },
    ];
  }
}

function* directoryEntries(children: ReadonlyMap<string, Inode>): Iterable<DirectoryEntry> {
  for (const [name, child] of children) {
    yield { name, inode: child.number, type: DIRENT_TYPE[child.content.kind] };
  }
}

/** The fewest groups that hold `before` blocks, the inode tables for `inodes` inodes, and two bitmaps a group. */
function planGroups(
  before: number,
  inodes: number,
): { groups: number; inodesPerGroup: number; blocks: number } {
  for (let groups = Math.ceil(inodes / BLOCKS_PER_GROUP); ; groups++) {
    const inodesPerGroup =
      Math.ceil(Math.ceil(inodes / groups) / INODES_PER_BLOCK) * INODES_PER_BLOCK;
    const needed = before + groups * (inodesPerGroup / INODES_PER_BLOCK + 2);
    if (Math.ceil(needed / BLOCKS_PER_GROUP) > groups) continue;
    // The kernel counts groups by blocks: many inodes and little data need a file system longer than its content.
    const blocks = Math.max(needed, (groups - 1) * BLOCKS_PER_GROUP + 1);
    return { groups, inodesPerGroup, blocks };
  }
}
