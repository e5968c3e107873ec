/**
 * Where a container's root filesystem comes from: Create's mounts, or without any the folder that the bundle's
 * root.path names. Looked at and named here, never attached or changed.
 *
 *   lcow-layer            disks, overlaid in the VM (lcow-layer.ts)
 *   overlay               an overlay of host folders, mounted for the VM alone and shared
 *   bind, root.path       a folder of the host, shared
 *   ext4 ext3 ext2        a block device or an image: a disk
 *
 * Anything else is refused by its name. A root that is a view (`ro`) is written to nowhere: the VM lays a tmpfs over
 * it for the mount points that it lacks, and the container sees it read-only.
 */
import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { HostOverlay } from '../../hcs/host-overlay.ts';
import { messageOf, RuntimeError } from '../errors.ts';
import { isHostPath, type LayeredRootfs, planLayers } from './lcow-layer.ts';
import { overlayOf } from './overlay-options.ts';
import type { TaskMount } from './task-service.ts';

export type ContainerRootfs = LayeredRootfs | FolderRootfs | OverlayRootfs | DiskRootfs;

export interface FolderRootfs {
  readonly kind: 'folder';
  readonly hostPath: string;
  readonly readOnly: boolean;
}

export interface OverlayRootfs {
  readonly kind: 'overlay';
  readonly overlay: HostOverlay;
  readonly readOnly: boolean;
}

export interface DiskRootfs {
  readonly kind: 'disk';
  readonly path: string;
  readonly type: 'VirtualDisk' | 'PassThru';
  /** Of the file system, for mount(2) in the VM. */
  readonly options: readonly string[];
  readonly readOnly: boolean;
}

/** Where the bundle says its root is. */
export interface BundleRoot {
  /** Absolute. */
  readonly bundle: string;
  /** root.path: absolute or below the bundle; undefined where config.json has none. */
  readonly path: string | undefined;
}

/** The VM's ext4 driver reads the older ones; its modules have no xfs, and erofs comes as a stack of images. */
const DISK_TYPES: ReadonlySet<string> = new Set(['ext4', 'ext3', 'ext2']);
/** What the mounts of a bind say of themselves, and what a share is without. */
const BIND_OPTIONS: ReadonlySet<string> = new Set([
  ...['rbind', 'bind', 'rw', 'ro', 'private', 'rprivate', 'slave', 'rslave'],
]);
/** Of a disk: how the host would have opened an image, and what the VM's own mount is anyway. */
const DISK_IGNORED: ReadonlySet<string> = new Set(['loop', 'rw', 'ro', 'noatime', 'relatime']);
const DISK_OPTIONS: ReadonlySet<string> = new Set(['discard', 'nodiscard']);

/** @throws RuntimeError unsupported naming the type or the option, invalid-argument, not-found */
export async function planRootfs(
  op: string,
  mounts: readonly TaskMount[],
  root: BundleRoot,
): Promise<ContainerRootfs> {
  const [mount, ...more] = mounts;
  if (mount === undefined) return bundleFolder(op, root);
  const foreign = mounts.findIndex(({ type }) => !isKnown(type));
  if (foreign >= 0) {
    const type = JSON.stringify(mounts[foreign]?.type.slice(0, 100));
    const what = `rootfs[${foreign}].type is ${type}; supported are lcow-layer, overlay, bind, ext2, ext3 and ext4`;
    throw new RuntimeError('unsupported', op, what);
  }
  if (more.length > 0) {
    const what = `rootfs has ${mounts.length} mounts; one is supported`;
    throw new RuntimeError('unsupported', op, what);
  }
  if (mount.target !== '' && mount.target !== '/') {
    const what = `rootfs[0].target is ${JSON.stringify(mount.target)}: a root is mounted at its top`;
    throw new RuntimeError('unsupported', op, what);
  }
  if (mount.type === 'lcow-layer') return planLayers(op, mount);
  refuseIdMapping(op, mount);
  if (mount.type === 'overlay') return overlay(op, mount);
  if (mount.type === 'bind') return bind(op, mount);
  return disk(op, mount);
}

function isKnown(type: string): boolean {
  return ['lcow-layer', 'overlay', 'bind'].includes(type) || DISK_TYPES.has(type);
}

async function bundleFolder(op: string, { bundle, path }: BundleRoot): Promise<FolderRootfs> {
  if (path === undefined || path === '') {
    throw invalid(op, 'root.path is missing and Create has no rootfs mounts: there is no root');
  }
  const named = isAbsolute(path) ? path : join(bundle, path);
  return { kind: 'folder', hostPath: await folderAt(op, 'root.path', named), readOnly: false };
}

async function bind(op: string, { source, options }: TaskMount): Promise<FolderRootfs> {
  for (const option of options) {
    if (!BIND_OPTIONS.has(option)) throw unknown(op, option);
  }
  const hostPath = await folderAt(op, 'rootfs[0].source', source);
  return { kind: 'folder', hostPath, readOnly: isReadOnly(op, options) };
}

async function overlay(op: string, { options }: TaskMount): Promise<OverlayRootfs | FolderRootfs> {
  const { overlay: folders, readOnly } = overlayOf(op, options);
  const [only] = folders.lower;
  // The kernel wants two; one alone is itself.
  if (folders.upper === undefined && folders.lower.length === 1) {
    const hostPath = await folderAt(op, 'rootfs[0] lowerdir', only as string);
    return { kind: 'folder', hostPath, readOnly: true };
  }
  return { kind: 'overlay', overlay: folders, readOnly };
}

async function disk(op: string, { type, source, options }: TaskMount): Promise<DiskRootfs> {
  for (const option of options) {
    if (!DISK_IGNORED.has(option) && !DISK_OPTIONS.has(option)) throw unknown(op, option);
  }
  const field = 'rootfs[0].source';
  if (!isHostPath(source)) {
    throw invalid(op, `${field} is ${shown(source)}, not an absolute path`);
  }
  const found = await find(op, field, source);
  if (!found.isFile() && !found.isBlockDevice()) {
    throw invalid(op, `${field} ${shown(source)} is no block device and no image, for ${type}`);
  }
  return {
    kind: 'disk',
    path: source,
    type: found.isBlockDevice() ? 'PassThru' : 'VirtualDisk',
    options: options.filter((option) => DISK_OPTIONS.has(option)),
    readOnly: isReadOnly(op, options),
  };
}

function refuseIdMapping(op: string, { options }: TaskMount): void {
  const mapping = options.find((option) => /^[ug]idmap(=|$)/.test(option));
  if (mapping === undefined) return;
  const what = `rootfs[0].options: ${shown(mapping)}: owners are not remapped on the way into a VM`;
  throw new RuntimeError('unsupported', op, what);
}

function isReadOnly(op: string, options: readonly string[]): boolean {
  const [readOnly, writable] = ['ro', 'rw'].map((mode) => options.includes(mode));
  if (readOnly && writable) throw invalid(op, 'rootfs[0].options has both rw and ro');
  return readOnly === true;
}

async function folderAt(op: string, field: string, path: string): Promise<string> {
  if (!isHostPath(path)) throw invalid(op, `${field} is ${shown(path)}, not an absolute path`);
  const found = await find(op, field, path);
  if (!found.isDirectory()) throw invalid(op, `${field} ${shown(path)} is not a folder`);
  return realpath(path);
}

async function find(op: string, field: string, path: string) {
  return stat(path).catch((cause: unknown) => {
    throw new RuntimeError('not-found', op, `${field}: ${messageOf(cause)}`, { cause });
  });
}

function unknown(op: string, option: string): RuntimeError {
  return new RuntimeError(
    'unsupported',
    op,
    `rootfs[0].options: ${shown(option)} is not supported`,
  );
}

function invalid(op: string, what: string): RuntimeError {
  return new RuntimeError('invalid-argument', op, what);
}

/** A caller's value, bounded. */
function shown(value: string): string {
  const text = JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}...` : text;
}
