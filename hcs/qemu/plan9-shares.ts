/**
 * Folders shared over 9P: Devices/Plan9/Shares. One virtio-9p device exports one folder; a share is a
 * bind mount below it, made in QEMU's own mount namespace, so it vanishes with QEMU.
 */
import { execFile } from 'node:child_process';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PLAN9_FLAGS, type Plan9Share } from '../document/plan9.ts';
import { fileError } from './disk-image.ts';
import { PLAN9_FOLDER } from './machine-arguments.ts';
import { settingError, type Plug } from './plug.ts';

const run = promisify(execFile);
const SOURCE = 'VirtualMachine/Devices/Plan9/Shares';
const MOUNT_TIMEOUT_MS = 10_000;

/** Shares a folder, or some files of it. @throws HcsError FILE_NOT_FOUND, ERROR_ALREADY_EXISTS, ERROR_NOT_FOUND */
export async function addShare(plug: Plug, share: Plan9Share): Promise<void> {
  const { op, devices } = plug;
  checkPossible(plug);
  const path = share.Path ?? '';
  const shown = `${SOURCE}/${share.Name}`;
  if (devices.plan9[share.Name] !== undefined) {
    throw settingError(op, 'ERROR_ALREADY_EXISTS', shown, 'is shared already');
  }
  const flags = share.Flags ?? 0;
  const readOnly = (flags & PLAN9_FLAGS.ReadOnly) !== 0;
  const files =
    (flags & PLAN9_FLAGS.RestrictFileAccess) !== 0 ? (share.AllowedFiles ?? []) : undefined;
  await checkPaths(op, shown, path, files);
  const target = join(plug.folder, PLAN9_FOLDER, share.Name);
  await mkdir(target, { mode: 0o755 });
  const mounted: string[] = [];
  try {
    for (const name of files ?? ['']) {
      const point = join(target, name);
      if (name !== '') await writeFile(point, '', { flag: 'wx' });
      const options = readOnly ? 'bind,ro' : 'bind';
      await inNamespace(plug.pid, ['mount', '-o', options, '--', join(path, name), point]);
      mounted.push(point);
    }
  } catch (error) {
    for (const point of mounted.reverse()) await unmount(plug.pid, point);
    await rm(target, { recursive: true, force: true });
    const why = (error as { stderr?: string }).stderr?.trim() || (error as Error).message;
    throw settingError(op, 'E_FAIL', shown, `cannot be mounted for QEMU: ${why}`, error);
  }
  devices.plan9[share.Name] = { path, readOnly, ...(files === undefined ? {} : { files }) };
}

/** Ends a share. Files the guest still has open stay open. @throws HcsError ERROR_NOT_FOUND */
export async function removeShare(plug: Plug, name: string): Promise<void> {
  checkPossible(plug);
  const share = plug.devices.plan9[name];
  if (share === undefined) {
    throw settingError(plug.op, 'ERROR_NOT_FOUND', `${SOURCE}/${name}`, 'is not shared');
  }
  const target = join(plug.folder, PLAN9_FOLDER, name);
  for (const file of share.files ?? ['']) await unmount(plug.pid, join(target, file));
  delete plug.devices.plan9[name];
  // In our own namespace nothing is mounted there: this can only remove the empty mount points.
  await rm(target, { recursive: true, force: true });
}

function checkPossible(plug: Plug): void {
  if (plug.document.VirtualMachine.Devices?.Plan9 === undefined) {
    const message = 'needs Devices/Plan9 in the document that the system was created from';
    throw settingError(plug.op, 'ERROR_NOT_FOUND', SOURCE, message);
  }
  if (process.geteuid?.() !== 0) {
    const message = 'needs root: shares are mounts in a mount namespace';
    throw settingError(plug.op, 'E_ACCESSDENIED', SOURCE, message);
  }
}

async function checkPaths(
  op: string,
  shown: string,
  path: string,
  files: readonly string[] | undefined,
): Promise<void> {
  for (const name of ['', ...(files ?? [])]) {
    const at = join(path, name);
    const found = await stat(at).catch((error: unknown) => {
      throw fileError(op, error, at, `${shown}/Path`);
    });
    if (name === '' && !found.isDirectory()) {
      const message = `is ${JSON.stringify(path)}, not a folder: share its folder with AllowedFiles`;
      throw settingError(op, 'E_INVALIDARG', `${shown}/Path`, message);
    }
    if (name !== '' && found.isDirectory()) {
      const message = `has ${JSON.stringify(name)}, a folder: only files can be allowed`;
      throw settingError(op, 'E_INVALIDARG', `${shown}/AllowedFiles`, message);
    }
  }
}

async function inNamespace(pid: number, command: string[]): Promise<void> {
  await run('nsenter', ['--target', String(pid), '--mount', '--', ...command], {
    timeout: MOUNT_TIMEOUT_MS,
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' },
  });
}

async function unmount(pid: number, point: string): Promise<void> {
  await inNamespace(pid, ['umount', '--lazy', '--', point]).catch(() => undefined);
}
