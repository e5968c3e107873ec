/** Whether the boot files are those that a parked VM was made of: by what a look at the files tells. */
import { statSync } from 'node:fs';
import type { BootFilePaths } from '../uvm/utility-vm.ts';

export interface FilesLook {
  readonly files: readonly { readonly path: string; readonly look: string }[];
}

export function lookOf({ kernel, initrd }: BootFilePaths): FilesLook {
  const paths = [kernel, ...(initrd === undefined ? [] : [initrd])];
  return { files: paths.map((path) => ({ path, look: lookAt(path) })) };
}

export function sameFiles({ files }: FilesLook): boolean {
  return files.every(({ path, look }) => lookAt(path) === look);
}

function lookAt(path: string): string {
  try {
    const { size, mtimeMs, ino } = statSync(path);
    return `${size} ${mtimeMs} ${ino}`;
  } catch {
    return '';
  }
}
