/**
 * The uncompressed kernel inside a bzImage. The x86 boot protocol (Documentation/arch/x86/boot.rst, 2.08 on)
 * gives the compressed payload's place; what it holds is the ELF `vmlinux`, perhaps with a relocation table
 * behind it. Booting that ELF saves the guest the time of unpacking itself.
 */
import { spawnSync } from 'node:child_process';
import { gunzipSync } from 'node:zlib';
import { hasPvhNote, readElf } from './elf.ts';

/** No kernel is near this; a larger claim is a damaged file. */
const MAX_UNCOMPRESSED_BYTES = 512 * 1024 * 1024;

interface Compression {
  name: string;
  magic: number[];
  /** A program that turns the payload on its stdin into the kernel on its stdout; absent for zlib. */
  command?: [string, ...string[]];
}

const COMPRESSIONS: Compression[] = [
  { name: 'gzip', magic: [0x1f, 0x8b, 0x08] },
  {
    name: 'xz',
    magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
    command: ['xz', '--single-stream', '-dc'],
  },
  { name: 'lzma', magic: [0x5d, 0x00, 0x00], command: ['xz', '--format=lzma', '-dc'] },
  { name: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd], command: ['zstd', '-dcq'] },
  { name: 'lz4', magic: [0x02, 0x21, 0x4c, 0x18], command: ['lz4', '-dcq'] },
];

/** A kernel ELF taken out of a bzImage. */
export interface Vmlinux {
  image: Buffer;
  /** Whether QEMU can start it with -kernel. */
  pvh: boolean;
}

/**
 * Takes the `vmlinux` out of a bzImage, cut to the ELF's own extent.
 * @throws Error naming what is wrong with the bzImage, or the program that is missing to unpack it
 */
export function extractVmlinux(bzImage: Buffer, subject: string): Vmlinux {
  const payload = compressedPayload(bzImage, subject);
  const unpacked = decompress(payload, subject);
  const elf = readElf(unpacked, `the kernel inside ${subject}`);
  return { image: unpacked.subarray(0, elf.extent), pvh: hasPvhNote(unpacked, elf) };
}

/**
 * The compressed bytes of a bzImage, without the setup code before and the signature behind.
 * @throws Error when the header is not one or points outside the file
 */
export function compressedPayload(bzImage: Buffer, subject: string): Buffer {
  if (bzImage.length < 0x260 || bzImage.toString('latin1', 0x202, 0x206) !== 'HdrS') {
    throw new Error(`${subject} is not a bzImage: no setup header`);
  }
  const version = bzImage.readUInt16LE(0x206);
  if (version < 0x208) {
    throw new Error(`${subject} has boot protocol 0x${version.toString(16)}, 0x208 is needed`);
  }
  const setupSectors = bzImage[0x1f1] || 4;
  const start = (setupSectors + 1) * 512 + bzImage.readUInt32LE(0x248);
  const length = bzImage.readUInt32LE(0x24c);
  if (length < 16 || start + length > bzImage.length) {
    throw new Error(
      `${subject} is truncated: its kernel lies at ${start}..${start + length} of ${bzImage.length} bytes`,
    );
  }
  return bzImage.subarray(start, start + length);
}

/** Unpacks a payload, whose last four bytes give the unpacked size whatever the compression. */
function decompress(payload: Buffer, subject: string): Buffer {
  const compression = COMPRESSIONS.find(({ magic }) =>
    magic.every((byte, i) => payload[i] === byte),
  );
  if (compression === undefined) {
    throw new Error(
      `${subject} holds a kernel in an unknown compression: ${payload.toString('hex', 0, 6)}`,
    );
  }
  const size = payload.readUInt32LE(payload.length - 4);
  if (size > MAX_UNCOMPRESSED_BYTES) {
    throw new Error(
      `${subject} claims a kernel of ${size} bytes, ${MAX_UNCOMPRESSED_BYTES} is the most`,
    );
  }
  const unpacked =
    compression.command === undefined
      ? gunzipSync(payload, { maxOutputLength: size + 1 })
      : runFilter(compression.command, payload.subarray(0, -4), size, subject);
  if (unpacked.length !== size) {
    throw new Error(`${subject} holds ${unpacked.length} bytes of kernel and says ${size}`);
  }
  return unpacked;
}

function runFilter(
  command: [string, ...string[]],
  input: Buffer,
  size: number,
  subject: string,
): Buffer {
  const [program, ...args] = command;
  const result = spawnSync(program, args, { input, maxBuffer: size + 1 });
  if (result.error !== undefined) {
    const missing = (result.error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new Error(
      missing
        ? `${program} is needed to unpack ${subject} and is not installed`
        : `${program} cannot unpack ${subject}: ${result.error.message}`,
    );
  }
  if (result.status !== 0) {
    throw new Error(`${program} cannot unpack ${subject}: ${result.stderr.toString().trim()}`);
  }
  return result.stdout;
}
