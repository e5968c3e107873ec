/**
 * Overlays of host folders for a share: checked when they are staged, mounted in QEMU's own namespace when they are
 * shared. The kernel takes one page of options and reads ':' and ',' in them, so the folders are named by short links
 * in a folder that the mount is made from, whatever they are called.
 */
import { mkdir, rm, stat, symlink } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import { HcsError } from '../hcs-error.ts';
import { type HostOverlay, OVERLAY_LOWER_MAX } from '../host-overlay.ts';
import { fileError } from './disk-image.ts';
import { settingError, type Plug } from './plug.ts';
import { checkSeenByVmm, inVmmNamespace } from './vmm-mounts.ts';

const PATH_BYTES_MAX = 4095;

/** @throws HcsError E_INVALIDARG, FILE_NOT_FOUND, E_ACCESSDENIED; each names the field */
export async function checkOverlay(op: string, overlay: HostOverlay): Promise<void> {
  const { lower, upper, options = [] } = overlay;
  const least = upper === undefined ? 2 : 1;
  if (lower.length < least || lower.length > OVERLAY_LOWER_MAX) {
    const message = `has ${lower.length} folders, not ${least} to ${OVERLAY_LOWER_MAX}`;
    throw settingError(op, 'E_INVALIDARG', 'lower', message);
  }
  for (const option of options) {
    if (/^(?!lowerdir|upperdir|workdir)[a-z_]+(?:=[a-z0-9_-]+)?$/.test(option)) continue;
    const message = `has ${JSON.stringify(option.slice(0, 100))}, not "name" or "name=value"`;
    throw settingError(op, 'E_INVALIDARG', 'options', message);
  }
  await Promise.all(foldersOf(overlay).map(([field, path]) => checkFolder(op, field, path)));
}

/** Mounts a checked overlay on a folder. @throws Error as mount(8) says, HcsError as checkSeenByVmm */
export async function mountOverlay(
  plug: Plug,
  overlay: HostOverlay,
  target: string,
  readOnly: boolean,
): Promise<void> {
  const folders = foldersOf(overlay);
  await Promise.all(folders.map(([field, path]) => checkSeenByVmm(plug.op, plug.pid, path, field)));
  // Beside what the guest sees.
  const links = join(plug.folder, `links-${basename(target)}`);
  await mkdir(links, { mode: 0o700 });
  try {
    await Promise.all(folders.map(([, path], index) => symlink(path, join(links, String(index)))));
    const count = overlay.lower.length;
    const lower = Array.from({ length: count }, (_, index) => String(index)).join(':');
    const data = [
      ...(readOnly ? ['ro'] : []),
      ...(overlay.options ?? []),
      `lowerdir=${lower}`,
      ...(overlay.upper === undefined ? [] : [`upperdir=${count}`, `workdir=${count + 1}`]),
    ].join(',');
    const command = ['mount', '-i', '-t', 'overlay', '-o', data, '--', 'overlay', target];
    await inVmmNamespace(plug.pid, command, links);
  } finally {
    await rm(links, { recursive: true, force: true });
  }
}

function foldersOf({ lower, upper }: HostOverlay): (readonly [string, string])[] {
  return [
    ...lower.map((path, index) => [`lower[${index}]`, path] as const),
    ...(upper === undefined
      ? []
      : ([
          ['upper.folder', upper.folder],
          ['upper.work', upper.work],
        ] as const)),
  ];
}

async function checkFolder(op: string, field: string, path: string): Promise<void> {
  if (!isAbsolute(path) || path.includes('\0') || Buffer.byteLength(path) > PATH_BYTES_MAX) {
    const shown = JSON.stringify(path.slice(0, 300));
    throw settingError(op, 'E_INVALIDARG', field, `is ${shown}, not an absolute path`);
  }
  const found = await stat(path).catch((error: unknown) => {
    throw fileError(op, error, path, field);
  });
  if (found.isDirectory()) return;
  const Message = `${field} is ${JSON.stringify(path)}, not a folder`;
  throw new HcsError(op, 'E_INVALIDARG', [{ Message, Source: field }]);
}
