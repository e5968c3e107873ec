/**
 * A tree as `rootfs.vhd`: a read-only ext4 file system in a fixed VHD, which hcsshim attaches over SCSI or as
 * persistent memory and boots with `ro`. Deterministic: its id is the digest of what the tree says.
 */
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Attributes as DiskAttributes, Inode } from '../../runtime/rootfs/ext4/file-tree.ts';
import { type DirectoryInode, newDirectory } from '../../runtime/rootfs/ext4/file-tree.ts';
import { ImageWriter } from '../../runtime/rootfs/ext4/image-writer.ts';
import { isStorableXattr } from '../../runtime/rootfs/ext4/xattr.ts';
import { encodeVhdFooter } from '../../runtime/rootfs/vhd.ts';
import { ContentReader } from './content.ts';
import {
  type Attributes,
  type DirectoryNode,
  type FileNode,
  sizeOf,
  type TreeNode,
} from './root-tree.ts';
import { appendVerity } from './verity.ts';

/**
 * @param file empty and open for reading and writing
 * @param verity put a dm-verity tree behind the file system
 * @returns what dm-mod.create is to be told, where a tree was asked for
 */
export async function writeVhd(
  root: DirectoryNode,
  file: FileHandle,
  verity = false,
): Promise<string | undefined> {
  await using reader = new ContentReader();
  const image = new ImageWriter(file);
  const inodes = new Map<FileNode, Inode>();
  const hash = createHash('sha256');
  const write = async (directory: DirectoryNode, into: DirectoryInode): Promise<void> => {
    for (const name of [...directory.children.keys()].sort()) {
      const node = directory.children.get(name) as TreeNode;
      const { mode, uid, gid } = node.attributes;
      hash.update(`${name}\0${node.kind} ${mode} ${uid} ${gid}\0`, 'latin1');
      const inode = await inodeOf(node);
      image.tree.set(into, name, inode);
      if (node.kind === 'directory') await write(node, inode as DirectoryInode);
    }
    hash.update('/');
  };
  const inodeOf = async (node: TreeNode): Promise<Inode> => {
    const of = diskAttributes(node.attributes);
    const blank = { attributes: of, links: 0, number: 0 };
    switch (node.kind) {
      case 'directory':
        return newDirectory(of);
      case 'symlink':
        hash.update(node.target, 'latin1');
        return { ...blank, content: { kind: 'symlink', target: node.target } };
      case 'char':
      case 'block':
        hash.update(`${node.major}:${node.minor}`);
        return { ...blank, content: { kind: node.kind, major: node.major, minor: node.minor } };
      case 'fifo':
        return { ...blank, content: { kind: 'fifo' } };
      case 'file': {
        const known = inodes.get(node);
        if (known !== undefined) return known;
        const inode = image.createFile(of, sizeOf(node.content));
        for await (const bytes of reader.read(node.content)) {
          hash.update(bytes);
          image.writeData(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
          await image.drain();
        }
        image.endFile();
        inodes.set(node, inode);
        return inode;
      }
      default:
        throw new TypeError(String(node satisfies never));
    }
  };
  image.tree.root.attributes = diskAttributes(root.attributes);
  await write(root, image.tree.root);
  const uuid = hash.digest().subarray(0, 16);
  const dataBytes = await image.finish(uuid);
  const tree = verity ? await appendVerity(file, dataBytes, uuid) : undefined;
  const diskSizeBytes = tree?.sizeBytes ?? dataBytes;
  const footer = encodeVhdFooter({ diskSizeBytes, uniqueId: uuid });
  await file.write(footer, 0, footer.length, diskSizeBytes);
  return tree?.table;
}

function diskAttributes({ mode, uid, gid, mtime, xattrs }: Attributes): DiskAttributes {
  const kept = [...(xattrs ?? [])].filter(([name]) => isStorableXattr(name));
  return { mode, uid, gid, mtime, ...(kept.length === 0 ? {} : { xattrs: new Map(kept) }) };
}
