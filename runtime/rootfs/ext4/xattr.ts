/**
 * Extended attributes: a pure encoder. They stand behind the inode's fields when they fit there (92 bytes: a file
 * capability, an SELinux label), else in one block of their own; more than a block is refused, as by Linux.
 */
import { BLOCK_BYTES } from './format.ts';

const MAGIC = 0xea020000;
const BLOCK_HEADER_BYTES = 32;

/** Prefixes that ext4 replaces by an index; attributes with other names cannot be stored. */
const PREFIXES: readonly (readonly [string, number])[] = [
  ['user.', 1],
  ['trusted.', 4],
  ['security.', 6],
  ['system.posix_acl_access', 2],
  ['system.posix_acl_default', 3],
];

interface Attribute {
  index: number;
  name: string;
  value: Buffer;
}

/** True when ext4 can hold an attribute of that name. */
export function isStorableXattr(name: string): boolean {
  return split(name) !== undefined;
}

/**
 * Encode for the space behind an inode's fields (`spaceBytes`).
 * Returns undefined when they do not fit there.
 */
export function encodeInodeXattrs(
  xattrs: ReadonlyMap<string, Buffer>,
  spaceBytes: number,
): Buffer | undefined {
  const attributes = sorted(xattrs);
  // Entries, then four zero bytes, then values growing down from the end.
  if (4 + sizeOf(attributes) > spaceBytes) return undefined;
  const bytes = Buffer.alloc(spaceBytes);
  bytes.writeUInt32LE(MAGIC, 0);
  encodeAttributes(bytes, 4, 4, attributes, false);
  return bytes;
}

/** Encode for a block of its own. Returns undefined when they do not fit one. */
export function encodeBlockXattrs(xattrs: ReadonlyMap<string, Buffer>): Buffer | undefined {
  const attributes = sorted(xattrs);
  if (BLOCK_HEADER_BYTES + sizeOf(attributes) > BLOCK_BYTES) return undefined;
  const bytes = Buffer.alloc(BLOCK_BYTES);
  bytes.writeUInt32LE(MAGIC, 0);
  bytes.writeUInt32LE(1, 4); // references
  bytes.writeUInt32LE(1, 8); // blocks
  const hash = encodeAttributes(bytes, BLOCK_HEADER_BYTES, 0, attributes, true);
  bytes.writeUInt32LE(hash, 12);
  return bytes;
}

/** Returns the hash over all entries. Offsets of values count from `origin`. */
function encodeAttributes(
  bytes: Buffer,
  first: number,
  origin: number,
  attributes: readonly Attribute[],
  hashed: boolean,
): number {
  let at = first;
  let end = bytes.length;
  let total = 0;
  for (const { index, name, value } of attributes) {
    const size = (value.length + 3) & ~3;
    if (value.length > 0) {
      end -= size;
      value.copy(bytes, end);
    }
    bytes.writeUInt8(name.length, at);
    bytes.writeUInt8(index, at + 1);
    bytes.writeUInt16LE(value.length > 0 ? end - origin : 0, at + 2);
    bytes.writeUInt32LE(value.length, at + 8);
    bytes.write(name, at + 16, name.length, 'latin1');
    if (hashed) {
      const hash = hashOf(name, bytes, end, value.length > 0 ? size : 0);
      bytes.writeUInt32LE(hash, at + 12);
      total = ((total << 16) ^ (total >>> 16) ^ hash) >>> 0;
    }
    at += entryBytes(name);
  }
  return total;
}

/** The kernel's ext4_xattr_hash_entry, with unsigned characters. */
function hashOf(name: string, bytes: Buffer, at: number, size: number): number {
  let hash = 0;
  for (let i = 0; i < name.length; i++) {
    hash = ((hash << 5) ^ (hash >>> 27) ^ name.charCodeAt(i)) >>> 0;
  }
  for (let i = at; i < at + size; i += 4) {
    hash = ((hash << 16) ^ (hash >>> 16) ^ bytes.readUInt32LE(i)) >>> 0;
  }
  return hash;
}

/** Entries of a block must be in this order: the kernel searches them by it. */
function sorted(xattrs: ReadonlyMap<string, Buffer>): Attribute[] {
  const attributes: Attribute[] = [];
  for (const [full, value] of xattrs) {
    const found = split(full);
    if (found === undefined) continue;
    const isAcl = found.index === 2 || found.index === 3;
    attributes.push({ ...found, value: isAcl ? encodeAcl(value) : value });
  }
  return attributes.sort(
    (a, b) =>
      a.index - b.index ||
      a.name.length - b.name.length ||
      (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  );
}

function split(full: string): { index: number; name: string } | undefined {
  for (const [prefix, index] of PREFIXES) {
    if (index === 2 || index === 3) {
      if (full === prefix) return { index, name: '' };
    } else if (full.startsWith(prefix)) {
      const name = full.slice(prefix.length);
      // Kernels disagree on how bytes above 127 hash, and nobody uses them.
      const isPlain = name.length >= 1 && name.length <= 255 && /^[ -~]+$/.test(name);
      return isPlain ? { index, name } : undefined;
    }
  }
  return undefined;
}

function sizeOf(attributes: readonly Attribute[]): number {
  let size = 4;
  for (const { name, value } of attributes) size += entryBytes(name) + ((value.length + 3) & ~3);
  return size;
}

function entryBytes(name: string): number {
  return (16 + name.length + 3) & ~3;
}

/** An ACL as user space sees it (version 2, 8 bytes an entry) to ext4's own form (version 1, ids only where they mean something). */
function encodeAcl(value: Buffer): Buffer {
  if (value.length < 4 || value.length % 8 !== 4 || value.readUInt32LE(0) !== 2) {
    throw new RangeError('POSIX ACL is not of version 2');
  }
  const parts: Buffer[] = [Buffer.from([1, 0, 0, 0])];
  for (let at = 4; at < value.length; at += 8) {
    const tag = value.readUInt16LE(at);
    parts.push(value.subarray(at, tag === 2 || tag === 8 ? at + 8 : at + 4));
  }
  return Buffer.concat(parts);
}
