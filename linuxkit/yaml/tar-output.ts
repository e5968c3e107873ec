/**
 * A tree as a pax tar: ustar headers, records for what they cannot say (long names, large numbers, extended attributes).
 * Deterministic: names in the order of their bytes.
 */
import {
  encodeTarHeader,
  TarFormatError,
  type TarHeader,
} from '../../runtime/rootfs/tar-header.ts';
import { encodePaxRecords } from '../../runtime/rootfs/tar-pax.ts';
import { ContentReader } from './content.ts';
import {
  type DirectoryNode,
  entriesOf,
  type FileNode,
  sizeOf,
  type TreeNode,
} from './root-tree.ts';

const BLOCK_BYTES = 512;
const TYPE_FLAG = {
  file: '0',
  symlink: '2',
  char: '3',
  block: '4',
  directory: '5',
  fifo: '6',
} as const;
const XATTR_PREFIX = 'SCHILY.xattr.';
/** Of a ustar header's field. */
const MAX_OCTAL_SIZE = 8 ** 11;
const CHUNK_BYTES = 1 << 20;

/** The archive in pieces. */
export async function* tarOf(root: DirectoryNode): AsyncGenerator<Uint8Array> {
  await using reader = new ContentReader();
  const first = new Map<FileNode, string>();
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  const take = (bytes: Uint8Array): void => {
    held.push(bytes);
    heldBytes += bytes.length;
  };
  const flush = (): Buffer => {
    const chunk = Buffer.concat(held);
    held = [];
    heldBytes = 0;
    return chunk;
  };
  for (const { path, node } of entriesOf(root)) {
    const linkOf = node.kind === 'file' ? first.get(node) : undefined;
    if (node.kind === 'file' && linkOf === undefined) first.set(node, path);
    for (const block of headersOf(path, node, linkOf)) take(block);
    if (node.kind === 'file' && linkOf === undefined) {
      for await (const bytes of reader.read(node.content)) {
        take(bytes);
        if (heldBytes >= CHUNK_BYTES) yield flush();
      }
      take(Buffer.alloc(padding(sizeOf(node.content))));
    }
    if (heldBytes >= CHUNK_BYTES) yield flush();
  }
  take(Buffer.alloc(2 * BLOCK_BYTES));
  yield flush();
}

function headersOf(path: string, node: TreeNode, linkOf: string | undefined): Buffer[] {
  const { mode, uid, gid, mtime, xattrs } = node.attributes;
  const name = node.kind === 'directory' ? `${path}/` : path;
  const linkName = linkOf ?? (node.kind === 'symlink' ? node.target : '');
  const sizeBytes = node.kind === 'file' && linkOf === undefined ? sizeOf(node.content) : 0;
  const device = node.kind === 'char' || node.kind === 'block' ? node : { major: 0, minor: 0 };
  const header: TarHeader = {
    ...{ name, mode, uid, gid, sizeBytes, linkName },
    mtimeSeconds: mtime.seconds,
    typeflag: linkOf === undefined ? TYPE_FLAG[node.kind] : '1',
    devMajor: device.major,
    devMinor: device.minor,
  };
  const records = new Map<string, Buffer>();
  if (!fitsHeader(name)) {
    records.set('path', Buffer.from(name, 'latin1'));
    header.name = shortened(name);
  }
  if (linkName.length > 100) {
    records.set('linkpath', Buffer.from(linkName, 'latin1'));
    header.linkName = linkName.slice(0, 100);
  }
  if (sizeBytes >= MAX_OCTAL_SIZE) records.set('size', Buffer.from(String(sizeBytes)));
  for (const [key, value] of [...(xattrs ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))) {
    records.set(`${XATTR_PREFIX}${key}`, value);
  }
  if (records.size === 0) return [encodeTarHeader(header)];
  const body = encodePaxRecords(records);
  const extension: TarHeader = {
    ...header,
    ...{ name: 'pax', mode: 0o644, uid: 0, gid: 0, typeflag: 'x', linkName: '' },
    ...{ sizeBytes: body.length, devMajor: 0, devMinor: 0 },
  };
  return [
    encodeTarHeader(extension),
    body,
    Buffer.alloc(padding(body.length)),
    encodeTarHeader(header),
  ];
}

function fitsHeader(name: string): boolean {
  if (name.length <= 100) return true;
  try {
    const fields = { mode: 0, uid: 0, gid: 0, sizeBytes: 0, mtimeSeconds: 0 };
    encodeTarHeader({ name, ...fields, typeflag: '0', linkName: '', devMajor: 0, devMinor: 0 });
    return true;
  } catch (error) {
    if (error instanceof TarFormatError) return false;
    throw error;
  }
}

/** For readers that know no pax; a folder's keeps its slash. */
function shortened(name: string): string {
  return name.endsWith('/') ? `${name.slice(0, 99)}/` : name.slice(0, 100);
}

function padding(length: number): number {
  return (BLOCK_BYTES - (length % BLOCK_BYTES)) % BLOCK_BYTES;
}
