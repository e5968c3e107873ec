/** Modes that writing a tar with its owners takes away: chown clears the special bits, and the umask others. */
import { chmod, lstat } from 'node:fs/promises';
import { join } from 'node:path';

export interface CopiedMode {
  /** Where it is, below the folder that is copied to. */
  readonly parts: readonly string[];
  readonly mode: number;
}

/** Gives files and folders the modes that they have in the container; before links are made. */
export async function restoreModes(folder: string, modes: readonly CopiedMode[]): Promise<void> {
  for (const { parts, mode } of modes) {
    const path = join(folder, ...parts.filter((part) => part !== '..'));
    const found = await lstat(path).catch(() => undefined);
    if (found === undefined || !(found.isFile() || found.isDirectory())) continue;
    if ((found.mode & 0o7777) !== mode) await chmod(path, mode);
  }
}
