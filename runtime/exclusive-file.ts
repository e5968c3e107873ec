/**
 * Windows' lock between processes: a file that its holder has open so that nobody else can open it, and that the kernel
 * removes and releases however the holder ends. Node has no call for it, libuv has two flags for open(). Not for other
 * systems: those have abstract sockets, or names in /proc.
 */
import { closeSync, constants, openSync } from 'node:fs';

/** libuv's, uv/win.h: share mode 0, so that every other open fails with ERROR_SHARING_VIOLATION. */
const UV_FS_O_EXLOCK = 0x10000000;
/** libuv's UV_FS_O_TEMPORARY, Windows' FILE_FLAG_DELETE_ON_CLOSE. */
const UV_FS_O_TEMPORARY = 0x40;

/** Held until it is released, or until this process ends. */
export interface ExclusiveFile {
  /** Idempotent. */
  release(): void;
}

/**
 * Takes the file; its folder exists.
 * @returns undefined when another has it
 * @throws the error of open() where that is not why
 */
export function takeExclusively(path: string): ExclusiveFile | undefined {
  const flags = constants.O_RDWR | constants.O_CREAT | UV_FS_O_EXLOCK | UV_FS_O_TEMPORARY;
  let file: number | undefined;
  try {
    file = openSync(path, flags, 0o600);
  } catch (error) {
    if (isHeldError(error)) return undefined;
    throw error;
  }
  return {
    release() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}

/** Whether somebody has the file. What a power cut left is nobody's. */
export function isTakenExclusively(path: string): boolean {
  try {
    closeSync(openSync(path, 'r'));
    return false;
  } catch (error) {
    return isHeldError(error);
  }
}

/** EBUSY: a sharing violation. EPERM, EACCES: the holder has just gone, and the name with it in a moment. */
function isHeldError(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EBUSY' || code === 'EPERM' || code === 'EACCES';
}
