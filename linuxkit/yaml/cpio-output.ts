/**
 * A tree as the cpio that Linux unpacks as its first root: newc, with owners, hard links, devices and FIFOs. Times are
 * 0 and extended attributes are left out, which the format has no place for. Deterministic: names in the order of their
 * bytes, inodes counted.
 */
import { RuntimeError } from '../../runtime/errors.ts';
import { displayByteString } from '../../runtime/rootfs/byte-string.ts';
import { CPIO_FIRST_INODE, CPIO_TRAILER, cpioHeader } from '../initrd/cpio.ts';
import { ContentReader } from './content.ts';
import {
  type DirectoryNode,
  entriesOf,
  type FileNode,
  sizeOf,
  type TreeNode,
} from './root-tree.ts';

const TYPE_BITS = {
  directory: 0o040000,
  file: 0o100000,
  symlink: 0o120000,
  char: 0o020000,
  block: 0o060000,
  fifo: 0o010000,
} as const;
/** The kernel's PATH_MAX. */
const MAX_PATH_BYTES = 4095;
/** Of a header's field. */
const MAX_FILE_BYTES = 0xffff_ffff;
const BLOCK_BYTES = 512;
/** Small pieces are handed on together. */
const CHUNK_BYTES = 1 << 20;

/** The archive in pieces. @throws RuntimeError unsupported for what a cpio cannot say */
export async function* cpioOf(root: DirectoryNode): AsyncGenerator<Uint8Array> {
  await using reader = new ContentReader();
  const entries = [...entriesOf(root)];
  const links = new Map<FileNode, number>();
  for (const { node } of entries) {
    if (node.kind === 'file') links.set(node, (links.get(node) ?? 0) + 1);
  }
  const inodes = new Map<TreeNode, number>();
  const left = new Map(links);
  let next = CPIO_FIRST_INODE;
  let written = 0;
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  const take = (bytes: Uint8Array): void => {
    held.push(bytes);
    heldBytes += bytes.length;
    written += bytes.length;
  };
  const flush = (): Buffer => {
    const chunk = Buffer.concat(held);
    held = [];
    heldBytes = 0;
    return chunk;
  };
  for (const { path, node } of entries) {
    check(path, node);
    const isKnown = inodes.get(node);
    const inode = isKnown ?? next++;
    if (isKnown === undefined) inodes.set(node, inode);
    // The bytes come with a file's last name, as every writer of the format does it.
    const isLast = node.kind === 'file' && leave(left, node) === 0;
    const size =
      node.kind === 'file'
        ? isLast
          ? sizeOf(node.content)
          : 0
        : node.kind === 'symlink'
          ? node.target.length
          : 0;
    const device = node.kind === 'char' || node.kind === 'block' ? node : { major: 0, minor: 0 };
    take(
      cpioHeader({
        inode,
        mode: TYPE_BITS[node.kind] | node.attributes.mode,
        uid: node.attributes.uid,
        gid: node.attributes.gid,
        links: node.kind === 'directory' ? 2 : node.kind === 'file' ? (links.get(node) ?? 1) : 1,
        size,
        major: device.major,
        minor: device.minor,
        path: Buffer.from(path, 'latin1'),
      }),
    );
    if (node.kind === 'symlink') take(Buffer.from(node.target, 'latin1'));
    if (node.kind === 'file' && isLast) {
      for await (const bytes of reader.read(node.content)) {
        take(bytes);
        if (heldBytes >= CHUNK_BYTES) yield flush();
      }
    }
    take(Buffer.alloc(padding(size, 4)));
    if (heldBytes >= CHUNK_BYTES) yield flush();
  }
  take(
    cpioHeader({ inode: 0, mode: 0, links: 1, size: 0, major: 0, minor: 0, path: CPIO_TRAILER }),
  );
  take(Buffer.alloc(padding(written, BLOCK_BYTES)));
  yield flush();
}

function check(path: string, node: TreeNode): void {
  const what =
    path.length > MAX_PATH_BYTES
      ? `its path has over ${MAX_PATH_BYTES} bytes`
      : path === CPIO_TRAILER
        ? 'the name ends an archive'
        : node.kind === 'file' && sizeOf(node.content) > MAX_FILE_BYTES
          ? 'it has over 4 GiB'
          : undefined;
  if (what === undefined) return;
  throw new RuntimeError('unsupported', `put ${displayByteString(path)} into a cpio`, what);
}

/** @returns how many names of the file are still to come */
function leave(left: Map<FileNode, number>, node: FileNode): number {
  const rest = (left.get(node) ?? 1) - 1;
  left.set(node, rest);
  return rest;
}

function padding(length: number, to: number): number {
  return (to - (length % to)) % to;
}
