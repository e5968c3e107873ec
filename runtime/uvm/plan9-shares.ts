/**
 * The host folders and files that a VM sees over 9P, by share name. A single file shares its parent folder
 * restricted to that one name (HCS Plan9 flag RestrictFileAccess).
 */
import { stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute } from 'node:path';
import type { HostOverlay } from '../../hcs/host-overlay.ts';
import { RuntimeError } from '../errors.ts';

/** What to share. */
export interface ShareSource {
  readonly hostPath: string;
  readonly readOnly: boolean;
}

/** What to share: an overlay that is mounted for the VM alone. */
export interface OverlaySource {
  readonly overlay: HostOverlay;
  readonly readOnly: boolean;
}

/** A share as the guest mounts it: `file` is set when only that one file of it is meant. */
export interface Share {
  readonly name: string;
  readonly folder: string;
  readonly readOnly: boolean;
  readonly file?: string;
}

/**
 * Looks at the host path and names the share.
 * @throws RuntimeError invalid-argument (not absolute, neither file nor folder), not-found
 */
export async function planShare(name: string, { hostPath, readOnly }: ShareSource): Promise<Share> {
  const op = `share ${hostPath}`;
  if (!isAbsolute(hostPath)) {
    throw new RuntimeError('invalid-argument', op, 'a host path must be absolute');
  }
  const found = await stat(hostPath).catch((cause: NodeJS.ErrnoException) => {
    const what = cause.code === 'ENOENT' ? 'it does not exist on the host' : cause.message;
    throw new RuntimeError('not-found', op, what, { cause });
  });
  if (found.isDirectory()) return { name, folder: hostPath, readOnly };
  if (found.isFile())
    return { name, folder: dirname(hostPath), readOnly, file: basename(hostPath) };
  throw new RuntimeError('invalid-argument', op, 'it is neither a folder nor a regular file');
}
