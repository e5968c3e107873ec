/**
 * Reads an initrd as the kernel unpacks it: cpio archives one behind another, each plain or compressed, with zeros
 * between (Documentation/driver-api/early-userspace/buffer-format.rst). For files that other people made: every
 * length is checked, and what is no archive is refused by name. It unpacks nothing to disk.
 */
import { spawnSync } from 'node:child_process';
import { gunzipSync } from 'node:zlib';

/** A file of the archives, in their order; a later one of the same path stands for an earlier. */
export interface InitrdEntry {
  /** Without a leading slash. */
  readonly path: string;
  /** As stat(2)'s st_mode. */
  readonly mode: number;
  readonly data: Buffer;
}

/** Why an initrd cannot be taken. */
export class InitrdError extends Error {
  override readonly name = 'InitrdError';
}

const HEADER_BYTES = 110;
const TRAILER = 'TRAILER!!!';
const MOST_ENTRIES = 1_000_000;
/** Unpacked; a guest holds it in memory. */
const MOST_BYTES = 1024 ** 3;
const MOST_NAME_BYTES = 4096;

interface Compression {
  readonly name: string;
  readonly magic: readonly number[];
  /** Absent for gzip, which Node has. */
  readonly command?: readonly [string, ...string[]];
}

/** As in the kernel's lib/decompress.c. */
const COMPRESSIONS: readonly Compression[] = [
  { name: 'gzip', magic: [0x1f, 0x8b] },
  { name: 'gzip', magic: [0x1f, 0x9e] },
  { name: 'bzip2', magic: [0x42, 0x5a], command: ['bzip2', '-dc'] },
  { name: 'lzma', magic: [0x5d, 0x00], command: ['xz', '--format=lzma', '-dc'] },
  { name: 'xz', magic: [0xfd, 0x37], command: ['xz', '-dc'] },
  { name: 'lzo', magic: [0x89, 0x4c], command: ['lzop', '-dc'] },
  { name: 'lz4', magic: [0x02, 0x21], command: ['lz4', '-dc'] },
  { name: 'zstd', magic: [0x28, 0xb5], command: ['zstd', '-dcq'] },
];

/**
 * All files of an initrd.
 * @param subject names it in errors
 * @throws InitrdError when it is not made of cpio archives, is cut off, or cannot be unpacked here
 */
export function readInitrd(bytes: Buffer, subject: string): InitrdEntry[] {
  const entries: InitrdEntry[] = [];
  let at = skipZeros(bytes, 0);
  if (at === bytes.length) throw new InitrdError(`${subject} is empty`);
  while (at < bytes.length) {
    if (isHeader(bytes, at)) {
      at = readArchive(bytes, at, subject, entries);
    } else {
      const { unpacked, taken } = decompress(bytes.subarray(at), subject, entries.length > 0);
      readUnpacked(unpacked, subject, entries);
      at += taken;
    }
    at = skipZeros(bytes, at);
  }
  return entries;
}

/** The file that stands at `path` once all is unpacked; undefined where none does. Links are not followed. */
export function findEntry(entries: readonly InitrdEntry[], path: string): InitrdEntry | undefined {
  return entries.findLast((entry) => entry.path === path);
}

function readUnpacked(unpacked: Buffer, subject: string, entries: InitrdEntry[]): void {
  let at = skipZeros(unpacked, 0);
  if (at === unpacked.length || !isHeader(unpacked, at)) {
    const found = unpacked.toString('latin1', at, at + 6);
    throw new InitrdError(
      `${subject} is compressed, but not a cpio archive: it begins with ${JSON.stringify(found)}`,
    );
  }
  while (at < unpacked.length) {
    if (!isHeader(unpacked, at)) throw noArchive(unpacked, at, subject);
    at = skipZeros(unpacked, readArchive(unpacked, at, subject, entries));
  }
}

/** Whether the magic of `newc`, without or with checksums, stands at a place where the kernel looks for it. */
function isHeader(bytes: Buffer, at: number): boolean {
  const magic = bytes.toString('latin1', at, at + 6);
  return at % 4 === 0 && (magic === '070701' || magic === '070702');
}

/** @returns where the archive ends */
function readArchive(bytes: Buffer, start: number, subject: string, into: InitrdEntry[]): number {
  let at = start;
  for (;;) {
    if (at + HEADER_BYTES > bytes.length) throw cutOff(subject, at);
    if (!isHeader(bytes, at)) throw noArchive(bytes, at, subject);
    const field = (index: number): number => {
      const text = bytes.toString('latin1', at + 6 + index * 8, at + 14 + index * 8);
      if (!/^[0-9a-fA-F]{8}$/.test(text)) {
        throw new InitrdError(`${subject} is damaged: "${text}" at ${at} is no number`);
      }
      return Number.parseInt(text, 16);
    };
    const [mode, size, nameSize] = [field(1), field(6), field(11)];
    if (nameSize < 1 || nameSize > MOST_NAME_BYTES) {
      throw new InitrdError(`${subject} is damaged: a name of ${nameSize} bytes at ${at}`);
    }
    const dataAt = align(at + HEADER_BYTES + nameSize);
    const end = dataAt + size;
    if (end > bytes.length) throw cutOff(subject, at);
    const name = bytes.toString('utf8', at + HEADER_BYTES, at + HEADER_BYTES + nameSize - 1);
    at = Math.min(align(end), bytes.length);
    if (name === TRAILER) return at;
    if (into.length >= MOST_ENTRIES) {
      throw new InitrdError(`${subject} has more than ${MOST_ENTRIES} files`);
    }
    into.push({ path: plainPath(name), mode, data: bytes.subarray(dataAt, end) });
  }
}

/** cpio's own users write "./a", "/a" and "a". */
function plainPath(name: string): string {
  return name.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '');
}

function decompress(
  rest: Buffer,
  subject: string,
  behind: boolean,
): { unpacked: Buffer; taken: number } {
  const kind = COMPRESSIONS.find(({ magic }) => magic.every((byte, index) => rest[index] === byte));
  if (kind === undefined) {
    const found = rest.toString('hex', 0, 6);
    throw new InitrdError(
      behind
        ? `${subject} is damaged: behind its first archive comes neither cpio nor anything compressed (${found})`
        : `${subject} is no initrd: neither a cpio archive nor anything compressed that the kernel unpacks (it begins with ${found})`,
    );
  }
  if (kind.command === undefined) return gunzip(rest, subject);
  const [program, ...args] = kind.command;
  const result = spawnSync(program, args, { input: rest, maxBuffer: MOST_BYTES });
  if (result.error !== undefined) {
    const missing = (result.error as NodeJS.ErrnoException).code === 'ENOENT';
    const what = missing ? 'which is not installed' : result.error.message;
    throw new InitrdError(`${subject} is packed with ${kind.name}: ${program} is needed, ${what}`);
  }
  // What stands behind the stream is complained about, after all of it was written.
  if (result.stdout.length === 0) {
    const said = result.stderr.toString().trim().slice(0, 200);
    throw new InitrdError(`${subject} cannot be unpacked: ${program}: ${said}`);
  }
  return { unpacked: result.stdout, taken: rest.length };
}

function gunzip(rest: Buffer, subject: string): { unpacked: Buffer; taken: number } {
  try {
    // With `info` the engine tells how much of the input belongs to the stream.
    const { buffer, engine } = gunzipSync(rest, {
      info: true,
      maxOutputLength: MOST_BYTES,
    } as object) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
    return { unpacked: buffer, taken: engine.bytesWritten };
  } catch (cause) {
    throw new InitrdError(`${subject} cannot be unpacked: ${(cause as Error).message}`, { cause });
  }
}

function skipZeros(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] === 0) at += 1;
  return at;
}

function align(offset: number): number {
  return (offset + 3) & ~3;
}

function cutOff(subject: string, at: number): InitrdError {
  return new InitrdError(`${subject} is cut off: the file at ${at} goes beyond its end`);
}

function noArchive(bytes: Buffer, at: number, subject: string): InitrdError {
  const found = bytes.toString('hex', at, at + 6);
  return new InitrdError(`${subject} is damaged: no cpio header at ${at} (${found})`);
}
