/**
 * Mounts in QEMU's own mount namespace: made by util-linux inside of it, seen by QEMU alone, gone with it. The host's
 * namespace never has one of them.
 */
import { execFile } from 'node:child_process';
import { lstat, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { fileError } from './disk-image.ts';
import { settingError } from './plug.ts';

const run = promisify(execFile);
const MOUNT_TIMEOUT_MS = 10_000;

/**
 * Runs mount(8) or umount(8) in QEMU's namespace.
 * @param folder the working folder, seen from inside
 */
export async function inVmmNamespace(
  pid: number,
  command: readonly string[],
  folder?: string,
): Promise<void> {
  const within = folder === undefined ? [] : [`--wdns=${folder}`];
  await run('nsenter', ['--target', String(pid), '--mount', ...within, '--', ...command], {
    timeout: MOUNT_TIMEOUT_MS,
    env: {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      LANG: 'C.UTF-8',
      // fsconfig(2), which newer ones use, takes 255 bytes an option.
      LIBMOUNT_FORCE_MOUNT2: 'always',
    },
  });
}

/** Lazily: files that are open stay open. Not mounted is no failure. */
export async function unmountForVmm(pid: number, point: string): Promise<void> {
  await inVmmNamespace(pid, ['umount', '--lazy', '--', point]).catch(() => undefined);
}

/** What a failed mount(8) said. */
export function mountFailure(error: unknown): string {
  return (error as { stderr?: string }).stderr?.trim() || (error as Error).message;
}

/**
 * The path is there, and QEMU's namespace has the same at it: what the host mounted over it after QEMU was started is
 * not seen in there, where the host's mounts do not propagate.
 * @throws HcsError FILE_NOT_FOUND, E_ACCESSDENIED, HCS_E_INVALID_STATE
 */
export async function checkSeenByVmm(
  op: string,
  pid: number,
  path: string,
  source: string,
): Promise<void> {
  const seen = await stat(path).catch((error: unknown) => {
    throw fileError(op, error, path, source);
  });
  const link = (await lstat(path)).isSymbolicLink();
  // A link would be followed to a path of ours: mount(8) checks it in there.
  if (link) return;
  const inside = await stat(`/proc/${pid}/root${path}`).catch(() => undefined);
  if (inside !== undefined && inside.dev === seen.dev && inside.ino === seen.ino) return;
  const message =
    `is ${JSON.stringify(path)}, which the host mounted after this VM was started, and its mounts do not ` +
    'propagate (findmnt -o PROPAGATION / shows private): mount it before, or make / shared';
  throw settingError(op, 'HCS_E_INVALID_STATE', source, message);
}
