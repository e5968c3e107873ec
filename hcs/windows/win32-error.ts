/** Errors of Windows' own calls (GetLastError, virtdisk.dll) as what HCS speaks: HRESULTs, with names and advice. */
import { HcsError } from '../hcs-error.ts';

/** winerror.h's errors that virtual disks meet: a name, and what to do where that is known. */
const KNOWN: Readonly<Record<number, readonly [name: string, advice?: string]>> = {
  2: ['ERROR_FILE_NOT_FOUND'],
  3: ['ERROR_PATH_NOT_FOUND', 'its folder does not exist'],
  5: ['ERROR_ACCESS_DENIED', 'run as Administrator or as a member of Hyper-V Administrators'],
  6: ['ERROR_INVALID_HANDLE'],
  19: ['ERROR_WRITE_PROTECT'],
  21: ['ERROR_NOT_READY', 'the disk is not attached'],
  32: ['ERROR_SHARING_VIOLATION', 'another process has it open: a virtual machine that uses it?'],
  50: ['ERROR_NOT_SUPPORTED'],
  80: ['ERROR_FILE_EXISTS'],
  87: ['ERROR_INVALID_PARAMETER'],
  112: ['ERROR_DISK_FULL', 'free some space on the volume'],
  122: ['ERROR_INSUFFICIENT_BUFFER'],
  183: ['ERROR_ALREADY_EXISTS'],
  1314: [
    'ERROR_PRIVILEGE_NOT_HELD',
    'attaching a disk needs SeManageVolumePrivilege: run elevated',
  ],
  1392: ['ERROR_FILE_CORRUPT', 'the file is no whole VHD or VHDX'],
  0xc03a0001: ['ERROR_VHD_DRIVE_FOOTER_MISSING', 'the file was cut short'],
  0xc03a0002: ['ERROR_VHD_DRIVE_FOOTER_CHECKSUM_MISMATCH'],
  0xc03a0004: ['ERROR_VHD_FORMAT_UNKNOWN', 'the file is neither a VHD nor a VHDX'],
  0xc03a0012: ['ERROR_VHD_INVALID_SIZE'],
  0xc03a0014: [
    'ERROR_VIRTDISK_PROVIDER_NOT_FOUND',
    'the extension must be .vhd or .vhdx, and the Hyper-V feature be there',
  ],
  0xc03a0015: ['ERROR_VIRTDISK_NOT_VIRTUAL_DISK'],
  0xc03a001a: [
    'ERROR_VIRTUAL_DISK_LIMITATION',
    'disk files must be neither sparse, nor compressed, nor encrypted: see `fsutil sparse` and `compact`',
  ],
  0xc03a001b: ['ERROR_VHD_INVALID_TYPE'],
  0xc03a001e: ['ERROR_VIRTDISK_DISK_ALREADY_OWNED'],
};

/** winerror.h's macro: small numbers get FACILITY_WIN32, what is an HRESULT already stays. */
export function hresultFromWin32(error: number): number {
  const unsigned = error >>> 0;
  if (unsigned === 0 || unsigned >= 0x8000_0000) return unsigned;
  return ((unsigned & 0xffff) | 0x8007_0000) >>> 0;
}

/** The failure of `call` on `subject`, a Win32 error. */
export function win32Failure(op: string, call: string, error: number, subject: string): HcsError {
  const [name, advice] = KNOWN[error >>> 0] ?? [`error ${error >>> 0}`];
  const Message = `${call} on ${JSON.stringify(subject)} failed with ${name}${advice === undefined ? '' : `: ${advice}`}`;
  return new HcsError(op, hresultFromWin32(error), [{ Message, Source: call }]);
}
