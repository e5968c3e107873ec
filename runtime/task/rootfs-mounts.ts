/**
 * The root filesystem of Create's mounts as disks. One type so far, containerd's `lcow-layer`: `source` is the
 * container's own folder (with its scratch disk in it) or that disk; the option parentLayerPaths is a JSON list of
 * layer folders (with `layer.vhd`) or layer disks, topmost first.
 */
import { stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { messageOf, RuntimeError } from '../errors.ts';
import type { TaskMount } from './task-service.ts';

export interface ContainerRootfs {
  /** Layer disks on the host, bottom first; at least one. */
  readonly layers: readonly string[];
  /** The writable disk on the host, this container's alone. Absent: a tmpfs in the VM. */
  readonly scratch?: string;
  readonly readOnly: boolean;
}

/** What a scratch disk is called in its folder: ours, then those of containerd's snapshotter. */
const SCRATCH_NAMES = ['scratch.vhd', 'sandbox.vhd', 'sandbox.vhdx'] as const;
const LAYER_NAMES = ['layer.vhd'] as const;
const PARENTS = 'parentLayerPaths=';
/** What the agent overlays at most. */
const LAYERS_MAX = 128;

/**
 * @throws RuntimeError unsupported naming the type, invalid-argument, not-found
 */
export async function planRootfs(
  op: string,
  mounts: readonly TaskMount[],
): Promise<ContainerRootfs> {
  const [mount, ...more] = mounts;
  if (mount === undefined) {
    const what = 'rootfs has no mount; a root filesystem in a folder of the host is not supported';
    throw new RuntimeError('unsupported', op, what);
  }
  if (mount.type !== 'lcow-layer') {
    const what = `rootfs[0].type is ${JSON.stringify(mount.type)}; supported is "lcow-layer"`;
    throw new RuntimeError('unsupported', op, what);
  }
  if (more.length > 0) {
    const what = `rootfs has ${mounts.length} mounts; an lcow-layer stands alone`;
    throw new RuntimeError('unsupported', op, what);
  }
  return layered(op, mount);
}

async function layered(op: string, mount: TaskMount): Promise<ContainerRootfs> {
  let parents: readonly string[] = [];
  let writable = true;
  for (const option of mount.options) {
    if (option === 'rw') writable = true;
    else if (option === 'ro') writable = false;
    else if (option.startsWith(PARENTS)) parents = parentsOf(op, option.slice(PARENTS.length));
    else throw invalid(op, `rootfs[0].options: ${JSON.stringify(option)} is not known`);
  }
  const disks = parents.map((path, index) =>
    diskAt(op, `rootfs[0] parent layer ${index}`, path, LAYER_NAMES),
  );
  const [scratch, ...layers] = await Promise.all([
    writable && mount.source !== ''
      ? diskAt(op, 'rootfs[0].source', mount.source, SCRATCH_NAMES)
      : undefined,
    ...disks,
  ]);
  return {
    // The bottom first, here.
    layers: (layers as string[]).reverse(),
    ...(scratch === undefined ? {} : { scratch }),
    // A root that the spec wants read-only becomes so with its mount points made: the container runtime's work.
    readOnly: !writable,
  };
}

function parentsOf(op: string, json: string): readonly string[] {
  let parents: unknown;
  try {
    parents = JSON.parse(json);
  } catch (error) {
    throw invalid(op, `rootfs[0] parentLayerPaths is not JSON: ${messageOf(error)}`);
  }
  if (!Array.isArray(parents) || parents.length === 0 || parents.length > LAYERS_MAX) {
    throw invalid(op, `rootfs[0] parentLayerPaths is not a list of 1 to ${LAYERS_MAX} paths`);
  }
  for (const path of parents as unknown[]) {
    if (typeof path !== 'string' || !isAbsolute(path) || path.includes('\0')) {
      throw invalid(op, `rootfs[0] parentLayerPaths: ${JSON.stringify(path)} is not absolute`);
    }
  }
  return parents as string[];
}

async function diskAt(
  op: string,
  field: string,
  path: string,
  names: readonly string[],
): Promise<string> {
  if (!isAbsolute(path)) throw invalid(op, `${field} is ${JSON.stringify(path)}, not absolute`);
  const found = await stat(path).catch((cause: unknown) => {
    throw new RuntimeError('not-found', op, `${field}: ${messageOf(cause)}`, { cause });
  });
  if (found.isFile() || found.isBlockDevice()) return path;
  for (const name of names) {
    const disk = join(path, name);
    if (
      await stat(disk).then(
        (info) => info.isFile(),
        () => false,
      )
    ) {
      return disk;
    }
  }
  const what = `${field}: the folder ${path} has none of ${names.join(', ')}`;
  throw new RuntimeError('not-found', op, what);
}

function invalid(op: string, what: string): RuntimeError {
  return new RuntimeError('invalid-argument', op, what);
}
