/**
 * What a kernel file of somebody else's is, before anybody boots it: its kind, its release, and its configuration
 * where it carries that (CONFIG_IKCONFIG). A reader on bytes that trusts no offset.
 */
import { gunzipSync } from 'node:zlib';
import { extractVmlinux } from '../kernel/bz-image.ts';
import { hasPvhNote, readElf } from '../kernel/elf.ts';

export interface KernelFile {
  readonly kind: 'vmlinux' | 'bzImage';
  /** `uname -r`; undefined where it is not to be found. */
  readonly release: string | undefined;
  /** `CONFIG_X` to `y`, `m` or a value; undefined where the kernel does not carry its configuration. */
  readonly configuration: ReadonlyMap<string, string> | undefined;
}

/** Why a kernel file cannot be booted. */
export class KernelFileError extends Error {
  override readonly name = 'KernelFileError';
}

const X86_64 = 62;
const MOST_CONFIGURATION_BYTES = 4 * 1024 * 1024;

/**
 * Looks at a kernel.
 * @param subject names it in errors
 * @param pvh whether an ELF must have a PVH entry, by which QEMU starts it
 * @throws KernelFileError when it is neither a bzImage nor an x86-64 ELF that can be started
 */
export function readKernelFile(bytes: Buffer, subject: string, pvh: boolean): KernelFile {
  if (bytes.length >= 4 && bytes.readUInt32BE(0) === 0x7f454c46) {
    checkElf(bytes, subject, pvh);
    return describe('vmlinux', bytes, releaseIn(bytes));
  }
  if (bytes.length < 0x260 || bytes.toString('latin1', 0x202, 0x206) !== 'HdrS') {
    const found = bytes.toString('hex', 0, 6);
    throw new KernelFileError(
      `${subject} is neither a bzImage nor an ELF vmlinux: it begins with ${found || 'nothing'}`,
    );
  }
  return describe('bzImage', unpacked(bytes, subject), bzImageRelease(bytes));
}

function checkElf(bytes: Buffer, subject: string, pvh: boolean): void {
  let elf: ReturnType<typeof readElf>;
  try {
    elf = readElf(bytes, subject);
  } catch (cause) {
    throw new KernelFileError((cause as Error).message, { cause });
  }
  if (elf.machine !== X86_64) {
    throw new KernelFileError(`${subject} is an ELF of machine ${elf.machine}, x86-64 is needed`);
  }
  if (pvh && !hasPvhNote(bytes, elf)) {
    throw new KernelFileError(
      `${subject} has no PVH entry (CONFIG_PVH), without which QEMU cannot start it: give the bzImage`,
    );
  }
}

function describe(
  kind: KernelFile['kind'],
  kernel: Buffer | undefined,
  release: string | undefined,
): KernelFile {
  return { kind, release, configuration: kernel && configurationIn(kernel) };
}

/** Undefined where it cannot be unpacked here: the machine that boots it can. */
function unpacked(bzImage: Buffer, subject: string): Buffer | undefined {
  try {
    return extractVmlinux(bzImage, subject).image;
  } catch {
    return undefined;
  }
}

/** The boot protocol's kernel_version: an offset behind the first sector, then text. */
function bzImageRelease(bzImage: Buffer): string | undefined {
  const at = bzImage.readUInt16LE(0x20e) + 0x200;
  return /^\d+\.\d+\S*/.exec(bzImage.toString('latin1', at, at + 128))?.[0];
}

function releaseIn(kernel: Buffer): string | undefined {
  const mark = 'Linux version ';
  for (let at = kernel.indexOf(mark); at >= 0; at = kernel.indexOf(mark, at + 1)) {
    const text = kernel.toString('latin1', at + mark.length, at + mark.length + 128);
    const found = /^\d+\.\d+[^\s%]*/.exec(text)?.[0];
    if (found !== undefined) return found;
  }
  return undefined;
}

/** kernel/configs.c: a gzip stream between two marks. */
function configurationIn(kernel: Buffer): ReadonlyMap<string, string> | undefined {
  const start = kernel.indexOf('IKCFG_ST');
  const end = kernel.indexOf('IKCFG_ED', start);
  if (start < 0 || end < 0) return undefined;
  try {
    const packed = kernel.subarray(start + 8, end);
    const text = gunzipSync(packed, { maxOutputLength: MOST_CONFIGURATION_BYTES }).toString(
      'latin1',
    );
    return new Map(
      [...text.matchAll(/^(CONFIG_\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
    );
  } catch {
    return undefined;
  }
}
