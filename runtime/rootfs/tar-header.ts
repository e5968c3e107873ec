/**
 * The 512-byte tar header (ustar, GNU and V7): a pure codec. It knows nothing of pax records, long names or streams;
 * tar-reader.ts puts those together.
 *
 * Follows POSIX.1-2017 "pax", ustar interchange format, and GNU tar's base-256 numbers.
 */
import { byteString } from './byte-string.ts';

export const TAR_BLOCK_BYTES = 512;

/** A header as it stands, before pax and GNU extensions. Strings are byte strings (byte-string.ts). */
export interface TarHeader {
  name: string;
  mode: number;
  uid: number;
  gid: number;
  sizeBytes: number;
  /** Seconds since 1970; may be negative. */
  mtimeSeconds: number;
  /** One character: '0' file, '1' hard link, '2' symlink, '3' char, '4' block, '5' directory, '6' FIFO, 'x', 'g', 'L', 'K'... */
  typeflag: string;
  linkName: string;
  devMajor: number;
  devMinor: number;
}

/** A header does not decode; `field` and `value` say which part and what stands there. */
export class TarFormatError extends Error {
  override readonly name = 'TarFormatError';
}

/**
 * Decode a header. Returns undefined for a block of zeros (the end marker).
 * Throws TarFormatError on a wrong checksum or a field that is no number.
 */
export function decodeTarHeader(block: Buffer, at = 0): TarHeader | undefined {
  let unsigned = 0;
  for (let i = 0; i < TAR_BLOCK_BYTES; i++) unsigned += block[at + i] as number;
  if (unsigned === 0) return undefined;

  let inChecksum = 0;
  let inChecksumSigned = 0;
  for (let i = at + 148; i < at + 156; i++) {
    const byte = block[i] as number;
    inChecksum += byte;
    inChecksumSigned += (byte << 24) >> 24;
  }
  const stated = decodeNumber(block, at + 148, 8, 'checksum');
  const expected = unsigned - inChecksum + 8 * 0x20;
  if (stated !== expected) {
    // Some old writers summed signed characters.
    let signed = 8 * 0x20 - inChecksumSigned;
    for (let i = 0; i < TAR_BLOCK_BYTES; i++) signed += ((block[at + i] as number) << 24) >> 24;
    if (stated !== signed) {
      throw new TarFormatError(`header checksum is ${stated}, the block sums to ${expected}`);
    }
  }

  const magic = byteString(block, at + 257, at + 265);
  const isUstar = magic.startsWith('ustar');
  const isPosix = magic.startsWith('ustar\0');
  const name = decodeText(block, at, 100);
  const prefix = isPosix ? decodeText(block, at + 345, 155) : '';
  const typeByte = block[at + 156] as number;
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    mode: decodeNumber(block, at + 100, 8, 'mode'),
    uid: decodeNumber(block, at + 108, 8, 'uid'),
    gid: decodeNumber(block, at + 116, 8, 'gid'),
    sizeBytes: decodeNumber(block, at + 124, 12, 'size'),
    mtimeSeconds: decodeNumber(block, at + 136, 12, 'mtime'),
    typeflag: typeByte === 0 ? '0' : String.fromCharCode(typeByte),
    linkName: decodeText(block, at + 157, 100),
    devMajor: isUstar ? decodeNumber(block, at + 329, 8, 'devmajor') : 0,
    devMinor: isUstar ? decodeNumber(block, at + 337, 8, 'devminor') : 0,
  };
}

/**
 * Encode a header as POSIX ustar; numbers too large for octal become base-256.
 * Throws TarFormatError when a name does not fit (use a pax record then).
 */
export function encodeTarHeader(header: TarHeader): Buffer {
  const block = Buffer.alloc(TAR_BLOCK_BYTES);
  const { name, prefix } = splitName(header.name);
  if (header.linkName.length > 100) throw new TarFormatError('link name is longer than 100 bytes');
  block.write(name, 0, 100, 'latin1');
  encodeNumber(block, 100, 8, header.mode);
  encodeNumber(block, 108, 8, header.uid);
  encodeNumber(block, 116, 8, header.gid);
  encodeNumber(block, 124, 12, header.sizeBytes);
  encodeNumber(block, 136, 12, header.mtimeSeconds);
  block.fill(0x20, 148, 156);
  block.write(header.typeflag, 156, 1, 'latin1');
  block.write(header.linkName, 157, 100, 'latin1');
  block.write('ustar\x0000', 257, 8, 'latin1');
  encodeNumber(block, 329, 8, header.devMajor);
  encodeNumber(block, 337, 8, header.devMinor);
  block.write(prefix, 345, 155, 'latin1');
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 8, 'latin1');
  return block;
}

function splitName(full: string): { name: string; prefix: string } {
  if (full.length <= 100) return { name: full, prefix: '' };
  // The prefix ends at a slash, at most 155 bytes in, and leaves 1 to 100 bytes.
  for (let slash = full.indexOf('/'); slash !== -1 && slash <= 155; ) {
    const rest = full.length - slash - 1;
    if (slash > 0 && rest >= 1 && rest <= 100) {
      return { name: full.slice(slash + 1), prefix: full.slice(0, slash) };
    }
    slash = full.indexOf('/', slash + 1);
  }
  throw new TarFormatError(`name of ${full.length} bytes does not fit a ustar header`);
}

function decodeText(block: Buffer, at: number, length: number): string {
  let end = at;
  while (end < at + length && block[end] !== 0) end++;
  return byteString(block, at, end);
}

/** Octal digits padded with spaces or NULs, or (first bit set) a big-endian two's complement number. */
function decodeNumber(block: Buffer, at: number, length: number, field: string): number {
  const first = block[at] as number;
  if (first & 0x80) return decodeBase256(block, at, length, field);
  let i = at;
  const end = at + length;
  while (i < end && (block[i] === 0x20 || block[i] === 0)) i++;
  let value = 0;
  for (; i < end; i++) {
    const byte = block[i] as number;
    if (byte === 0 || byte === 0x20) break;
    if (byte < 0x30 || byte > 0x37) {
      throw new TarFormatError(
        `header field ${field} is not octal: ${JSON.stringify(byteString(block, at, end))}`,
      );
    }
    value = value * 8 + (byte - 0x30);
  }
  return value;
}

function decodeBase256(block: Buffer, at: number, length: number, field: string): number {
  const negative = ((block[at] as number) & 0x40) !== 0;
  let value = BigInt((block[at] as number) & 0x3f) - (negative ? 0x40n : 0n);
  for (let i = at + 1; i < at + length; i++) value = value * 256n + BigInt(block[i] as number);
  const number = Number(value);
  if (!Number.isSafeInteger(number)) {
    throw new TarFormatError(`header field ${field} is out of range: ${value}`);
  }
  return number;
}

function encodeNumber(block: Buffer, at: number, length: number, value: number): void {
  const digits = length - 1;
  if (value >= 0 && value < 8 ** digits) {
    block.write(`${value.toString(8).padStart(digits, '0')}\0`, at, length, 'latin1');
    return;
  }
  let rest = BigInt.asUintN(length * 8, BigInt(value));
  for (let i = at + length - 1; i >= at; i--) {
    block[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  block[at] = (block[at] as number) | 0x80;
}
