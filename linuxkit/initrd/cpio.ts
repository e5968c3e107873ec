/**
 * Writes the cpio archive that Linux unpacks as its first root file system: the `newc` format of
 * Documentation/driver-api/early-userspace/buffer-format.rst. A pure function from entries to bytes; the same
 * entries give the same bytes, because times, owners and inode numbers come from here and not from a disk.
 */

/** One file of the archive. Paths are relative, without `.`, `..` or a leading slash. */
export type CpioEntry =
  | { type: 'directory'; path: string; mode: number }
  | { type: 'file'; path: string; mode: number; data: Uint8Array }
  | { type: 'symlink'; path: string; target: string }
  | { type: 'character-device'; path: string; mode: number; major: number; minor: number };

const TYPE_BITS = {
  directory: 0o040000,
  file: 0o100000,
  symlink: 0o120000,
  'character-device': 0o020000,
} as const;
/** GNU cpio and the kernel's gen_init_cpio count from here, so that no inode collides with a real one's 0..n. */
export const CPIO_FIRST_INODE = 721;
/** The name that ends an archive. */
export const CPIO_TRAILER = 'TRAILER!!!';
/** The kernel's limit for a name in an archive (PATH_MAX). */
const MAX_PATH_BYTES = 4095;
const MAX_FILE_BYTES = 0xffff_ffff;
/** cpio's own block; QEMU and the kernel do not need it, other readers expect it. */
const BLOCK_BYTES = 512;

/**
 * The archive, in the order of `entries`, which must name a directory before what is in it.
 * @throws Error naming the path and what is wrong with it: not canonical, twice, before its directory, too long
 */
export function cpioArchive(entries: readonly CpioEntry[]): Buffer {
  const parts: Uint8Array[] = [];
  const types = new Map<string, CpioEntry['type']>();
  entries.forEach((entry, index) => {
    checkPath(entry.path, types);
    types.set(entry.path, entry.type);
    parts.push(...encode(entry, CPIO_FIRST_INODE + index));
  });
  parts.push(
    cpioHeader({ inode: 0, mode: 0, links: 1, size: 0, major: 0, minor: 0, path: CPIO_TRAILER }),
  );
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  parts.push(Buffer.alloc(padding(length, BLOCK_BYTES)));
  return Buffer.concat(parts);
}

function checkPath(path: string, known: ReadonlyMap<string, CpioEntry['type']>): void {
  const steps = path.split('/');
  if (steps.some((step) => step === '' || step === '.' || step === '..') || path.includes('\0')) {
    throw new Error(`cannot archive ${JSON.stringify(path)}: not a canonical relative path`);
  }
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
    throw new Error(`cannot archive ${path.slice(0, 64)}...: over ${MAX_PATH_BYTES} bytes of path`);
  }
  if (path === CPIO_TRAILER) throw new Error(`cannot archive ${path}: the name ends an archive`);
  if (known.has(path)) throw new Error(`cannot archive ${path}: it is there twice`);
  const parent = steps.slice(0, -1).join('/');
  if (parent !== '' && known.get(parent) !== 'directory') {
    throw new Error(`cannot archive ${path}: its directory ${parent} does not come before it`);
  }
}

function encode(entry: CpioEntry, inode: number): Uint8Array[] {
  const data =
    entry.type === 'file'
      ? entry.data
      : entry.type === 'symlink'
        ? Buffer.from(entry.target)
        : new Uint8Array(0);
  if (data.length > MAX_FILE_BYTES) throw new Error(`cannot archive ${entry.path}: over 4 GiB`);
  const permissions = entry.type === 'symlink' ? 0o777 : entry.mode & 0o7777;
  const device = entry.type === 'character-device' ? entry : { major: 0, minor: 0 };
  return [
    cpioHeader({
      inode,
      mode: TYPE_BITS[entry.type] | permissions,
      links: entry.type === 'directory' ? 2 : 1,
      size: data.length,
      major: device.major,
      minor: device.minor,
      path: entry.path,
    }),
    data,
    Buffer.alloc(padding(data.length, 4)),
  ];
}

/** The fields of an entry's header that are not always the same. */
export interface CpioHeader {
  /** Entries of the same inode, and more than one link, are one file. */
  inode: number;
  /** With the bits of the type. */
  mode: number;
  /** Default: 0, root. */
  uid?: number;
  /** Default: 0, root. */
  gid?: number;
  links: number;
  size: number;
  /** Of a device. */
  major: number;
  minor: number;
  /** Text, or the bytes themselves. */
  path: string | Buffer;
}

/** Magic and thirteen fields of eight hexadecimal digits, then the path, its NUL, and zeros to four bytes. */
export function cpioHeader(of: CpioHeader): Buffer {
  const path = typeof of.path === 'string' ? Buffer.from(of.path) : of.path;
  const name = Buffer.concat([path, Buffer.alloc(1)]);
  const fields = [
    of.inode,
    of.mode,
    of.uid ?? 0,
    of.gid ?? 0,
    of.links,
    0, // mtime
    of.size,
    0, // device of the archive: major
    0, // and minor
    of.major,
    of.minor,
    name.length,
    0, // checksum: unused in this variant
  ];
  const head = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
  const unpadded = Buffer.concat([Buffer.from(head, 'latin1'), name]);
  return Buffer.concat([unpadded, Buffer.alloc(padding(unpadded.length, 4))]);
}

function padding(length: number, to: number): number {
  return (to - (length % to)) % to;
}
