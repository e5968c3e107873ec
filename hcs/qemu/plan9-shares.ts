/**
 * Folders shared over 9P: Devices/Plan9/Shares. One virtio-9p device exports one folder; a share is a mount below it,
 * of a folder with all that is mounted in it, or of a staged overlay. It is made in QEMU's own mount namespace, so it
 * vanishes with QEMU.
 */
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PLAN9_FLAGS, type Plan9Share } from '../document/plan9.ts';
import { HcsError } from '../hcs-error.ts';
import { fileError } from './disk-image.ts';
import { PLAN9_FOLDER } from './machine-arguments.ts';
import { mountOverlay } from './overlay-mount.ts';
import { settingError, type Plug } from './plug.ts';
import { checkSeenByVmm, inVmmNamespace, mountFailure, unmountForVmm } from './vmm-mounts.ts';

const SOURCE = 'VirtualMachine/Devices/Plan9/Shares';

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
  const overlay = plug.staged.get(path);
  if (overlay === undefined) await checkPaths(plug, shown, path, files);
  else if (files !== undefined) {
    const message = 'restricts an overlay to some files: it is shared whole';
    throw settingError(op, 'E_INVALIDARG', `${shown}/AllowedFiles`, message);
  }
  const target = join(plug.folder, PLAN9_FOLDER, share.Name);
  await mkdir(target, { mode: 0o755 });
  try {
    if (overlay !== undefined) await mountOverlay(plug, overlay, target, readOnly);
    else await bind(plug, path, target, files, readOnly);
  } catch (error) {
    await rm(target, { recursive: true, force: true });
    if (error instanceof HcsError) throw error;
    const why = mountFailure(error);
    throw settingError(op, 'E_FAIL', shown, `cannot be mounted for QEMU: ${why}`, error);
  }
  plug.staged.delete(path);
  devices.plan9[share.Name] = {
    ...{ path, readOnly },
    ...(files === undefined ? {} : { files }),
    ...(overlay === undefined ? {} : { overlay }),
  };
}

/** Mounts a folder, or some files of it, below `target`. */
async function bind(
  { pid }: Plug,
  path: string,
  target: string,
  files: readonly string[] | undefined,
  readOnly: boolean,
): Promise<void> {
  const mounted: string[] = [];
  try {
    for (const name of files ?? ['']) {
      const point = join(target, name);
      if (name !== '') await writeFile(point, '', { flag: 'wx' });
      const options = readOnly ? 'rbind,ro' : 'rbind';
      await inVmmNamespace(pid, ['mount', '-o', options, '--', join(path, name), point]);
      mounted.push(point);
    }
  } catch (error) {
    for (const point of mounted.reverse()) await unmountForVmm(pid, point);
    throw error;
  }
}

/** Ends a share. Files the guest still has open stay open. @throws HcsError ERROR_NOT_FOUND */
export async function removeShare(plug: Plug, name: string): Promise<void> {
  checkPossible(plug);
  const share = plug.devices.plan9[name];
  if (share === undefined) {
    throw settingError(plug.op, 'ERROR_NOT_FOUND', `${SOURCE}/${name}`, 'is not shared');
  }
  const target = join(plug.folder, PLAN9_FOLDER, name);
  for (const file of share.files ?? ['']) await unmountForVmm(plug.pid, join(target, file));
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
  { op, pid }: Plug,
  shown: string,
  path: string,
  files: readonly string[] | undefined,
): Promise<void> {
  for (const name of ['', ...(files ?? [])]) {
    const at = join(path, name);
    await checkSeenByVmm(op, pid, at, `${shown}/Path`);
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
