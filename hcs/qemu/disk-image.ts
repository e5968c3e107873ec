/** What a disk's file is: fixed VHD, other VHD, VHDX, or raw bytes. Looks at the file, never changes it. */
import { open, type FileHandle } from 'node:fs/promises';
import { HcsError } from '../hcs-error.ts';

const SECTOR_BYTES = 512;
const VHD_COOKIE = 'conectix';
const VHD_FIXED = 2;
/** Where a VHDX has its two headers and its two region tables ([MS-VHDX] 2.2), and their first bytes. */
const VHDX_PARTS = [
  { name: 'header', signature: 'head', at: [64 * 1024, 128 * 1024] },
  { name: 'region table', signature: 'regi', at: [192 * 1024, 256 * 1024] },
] as const;

/** How QEMU's block layer opens a file. */
export interface DiskImage {
  driver: 'raw' | 'vpc' | 'vhdx';
  /** With raw: what of the file is the disk; absent is all of it. A fixed VHD ends in a footer. */
  sizeBytes?: number;
  isBlockDevice: boolean;
}

/**
 * Recognizes the image at `path`.
 * @param source the setting that names it, for the error
 * @throws HcsError FILE_NOT_FOUND, E_ACCESSDENIED, E_INVALIDARG (a folder), ERROR_FILE_CORRUPT (cut short)
 */
export async function recognizeDisk(op: string, path: string, source: string): Promise<DiskImage> {
  const handle = await openFile(op, path, source);
  try {
    const stat = await handle.stat();
    if (stat.isBlockDevice()) return { driver: 'raw', isBlockDevice: true };
    if (!stat.isFile()) {
      const Message = `${source} is ${JSON.stringify(path)}: neither a file nor a block device`;
      throw new HcsError(op, 'E_INVALIDARG', [{ Message, Source: source }]);
    }
    return await recognizeFile(op, handle, stat.size, path, source);
  } finally {
    await handle.close();
  }
}

async function recognizeFile(
  op: string,
  handle: FileHandle,
  size: number,
  path: string,
  source: string,
): Promise<DiskImage> {
  const corrupt = (what: string): HcsError => {
    const Message = `${source} is ${JSON.stringify(path)}: ${what}`;
    return new HcsError(op, 'ERROR_FILE_CORRUPT', [{ Message, Source: source }]);
  };
  if (size === 0) throw corrupt('the file is empty');
  const head = await readAt(handle, 0);
  if (head.toString('latin1', 0, 8) === 'vhdxfile') {
    for (const { name, signature, at } of VHDX_PARTS) {
      const copies = await Promise.all(at.map((position) => readAt(handle, position)));
      if (copies.some((copy) => copy.toString('latin1', 0, 4) === signature)) continue;
      throw corrupt(`a VHDX without its ${name}`);
    }
    return { driver: 'vhdx', isBlockDevice: false };
  }
  const footer = size >= SECTOR_BYTES ? await readAt(handle, size - SECTOR_BYTES) : Buffer.alloc(0);
  if (footer.toString('latin1', 0, 8) !== VHD_COOKIE) {
    // Dynamic VHDs repeat the footer in front: one that has only that was cut short.
    if (head.toString('latin1', 0, 8) === VHD_COOKIE) throw corrupt('a VHD without its footer');
    return { driver: 'raw', isBlockDevice: false };
  }
  if (footer.readUInt32BE(60) !== VHD_FIXED) return { driver: 'vpc', isBlockDevice: false };
  const sizeBytes = Number(footer.readBigUInt64BE(48));
  if (sizeBytes !== size - SECTOR_BYTES) {
    throw corrupt(`a fixed VHD of ${sizeBytes} bytes, but the file holds ${size - SECTOR_BYTES}`);
  }
  return { driver: 'raw', sizeBytes, isBlockDevice: false };
}

async function readAt(handle: FileHandle, position: number): Promise<Buffer> {
  const buffer = Buffer.alloc(SECTOR_BYTES);
  const { bytesRead } = await handle.read(buffer, 0, SECTOR_BYTES, position);
  return buffer.subarray(0, bytesRead);
}

async function openFile(op: string, path: string, source: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    throw fileError(op, error, path, source);
  }
}

/** The error for a host path that cannot be used. */
export function fileError(op: string, error: unknown, path: string, source: string): HcsError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const hresult =
    code === 'ENOENT' || code === 'ENOTDIR'
      ? 'FILE_NOT_FOUND'
      : code === 'EACCES' || code === 'EPERM'
        ? 'E_ACCESSDENIED'
        : 'E_FAIL';
  const what = hresult === 'FILE_NOT_FOUND' ? 'there is no such file' : (error as Error).message;
  const Message = `${source} is ${JSON.stringify(path)}: ${what}`;
  return new HcsError(op, hresult, [{ Message, Source: source }], { cause: error });
}
