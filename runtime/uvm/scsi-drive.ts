/** What a drive of a template can hold: a disk in a file that is not larger than the guest takes the drive for. */
import { statSync } from 'node:fs';

/** More than a VHD can have (2040 GiB), and less than SCSI's short commands reach. */
export const DRIVE_BYTES = 2 ** 41 - 4096;

/** How large the disk at `path` is at most; undefined where that cannot be told by its file, as of a VHDX. */
export function sizeForDrive(path: string): number | undefined {
  if (path.toLowerCase().endsWith('.vhdx')) return undefined;
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() === true ? found.size : undefined;
}
