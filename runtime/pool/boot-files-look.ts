/** Whether files are those that they were, of a parked VM's boot or of this program: by what a look at them tells. */
import { statSync } from 'node:fs';
import type { BootFilePaths } from '../uvm/utility-vm.ts';

export interface FilesLook {
  readonly files: readonly { readonly path: string; readonly look: string }[];
}

export function lookOf({ kernel, initrd }: BootFilePaths): FilesLook {
  return lookOfFiles([kernel, ...(initrd === undefined ? [] : [initrd])]);
}

export function lookOfFiles(paths: readonly string[]): FilesLook {
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
