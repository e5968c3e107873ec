/**
 * Create's mount of type `lcow-layer` as disks, as containerd's windows-lcow snapshotter hands it over; disks are found
 * and named here, never opened or changed.
 *
 *   rw   source is the container's own folder, with its scratch disk in it, or that disk; '' is no disk, but memory
 *   ro   a view: source is the topmost layer, or '' where the parents have it all
 *   parentLayerPaths=[...]   JSON: layers' folders, with `layer.vhd` in each, or their disks; topmost first; `null`,
 *        which Go makes of an empty list, is none
 *
 * How large the scratch disk is was decided when the snapshot was made (its label ...rootfs.size-gb): no option tells.
 */
import { lstat, stat } from 'node:fs/promises';
import { join, posix, win32 } from 'node:path';
import { messageOf, RuntimeError } from '../errors.ts';
import type { TaskMount } from './task-service.ts';

/** What a scratch disk is called in its folder: ours, then those of containerd's snapshotter. */
const SCRATCH_NAMES = ['scratch.vhd', 'scratch.vhdx', 'sandbox.vhd', 'sandbox.vhdx'] as const;
const LAYER_NAMES = ['layer.vhd'] as const;
const PARENTS = 'parentLayerPaths=';
/** What the agent overlays at most. */
const LAYERS_MAX = 128;
/** Windows' longest path; Linux' is shorter. */
const PATH_UNITS_MAX = 32_767;

/** The disks that a container's root is made of. */
export interface LayeredRootfs {
  readonly kind: 'layers';
  /** Layer disks on the host, bottom first; at least one. */
  readonly layers: readonly string[];
  /** The writable disk on the host, this container's alone. Absent: a tmpfs in the VM. */
  readonly scratch?: string;
  /** A view: nothing may be written. */
  readonly readOnly: boolean;
}

/** Whether a path names one place of the host, whatever the working folder and drive: no `\x`, no `C:x` on Windows. */
export function isHostPath(path: string, platform: NodeJS.Platform = process.platform): boolean {
  if (path.includes('\0') || path.length > PATH_UNITS_MAX) return false;
  if (platform !== 'win32') return posix.isAbsolute(path);
  return win32.isAbsolute(path) && win32.parse(path).root.length > 1;
}

/** @throws RuntimeError invalid-argument, not-found, unsupported; each names the field */
export async function planLayers(op: string, mount: TaskMount): Promise<LayeredRootfs> {
  const { parents, writable } = optionsOf(op, mount.options);
  const { source } = mount;
  const ownLayer = !writable && source !== '';
  const layers = await Promise.all([
    ...(ownLayer ? [diskAt(op, 'rootfs[0].source', source, LAYER_NAMES)] : []),
    ...parents.map((path, index) =>
      diskAt(op, `rootfs[0] parentLayerPaths[${index}]`, path, LAYER_NAMES),
    ),
  ]);
  if (layers.length === 0) {
    throw invalid(op, `rootfs[0].options: ${PARENTS}[...] names no layer: nothing can run`);
  }
  const scratch =
    writable && source !== ''
      ? await diskAt(op, 'rootfs[0].source', source, SCRATCH_NAMES)
      : undefined;
  if (scratch !== undefined && layers.includes(scratch)) {
    throw invalid(op, `rootfs[0].source is ${JSON.stringify(source)}, which is a layer too`);
  }
  return {
    kind: 'layers',
    // The bottom first, here. An image may have a layer twice: the lower one adds nothing, and overlayfs refuses it.
    layers: [...new Set(layers)].reverse(),
    ...(scratch === undefined ? {} : { scratch }),
    readOnly: !writable,
  };
}

function optionsOf(
  op: string,
  options: readonly string[],
): { parents: readonly string[]; writable: boolean } {
  let parents: readonly string[] | undefined;
  let mode: string | undefined;
  for (const option of options) {
    if (option === 'rw' || option === 'ro') {
      if ((mode ??= option) !== option) throw invalid(op, 'rootfs[0].options has both rw and ro');
    } else if (option.startsWith(PARENTS)) {
      if (parents !== undefined) throw invalid(op, `rootfs[0].options has ${PARENTS} twice`);
      parents = parentsOf(op, option.slice(PARENTS.length));
    } else throw invalid(op, `rootfs[0].options: ${JSON.stringify(option)} is not known`);
  }
  return { parents: parents ?? [], writable: mode !== 'ro' };
}

function parentsOf(op: string, json: string): readonly string[] {
  let parents: unknown;
  try {
    parents = JSON.parse(json) ?? [];
  } catch (error) {
    throw invalid(op, `rootfs[0] parentLayerPaths is not JSON: ${messageOf(error)}`);
  }
  if (!Array.isArray(parents) || parents.length > LAYERS_MAX) {
    const found = Array.isArray(parents) ? `${parents.length} paths` : typeof parents;
    throw invalid(
      op,
      `rootfs[0] parentLayerPaths is ${found}, not a list of up to ${LAYERS_MAX} paths`,
    );
  }
  for (const [index, path] of (parents as unknown[]).entries()) {
    if (typeof path === 'string' && isHostPath(path)) continue;
    const what = `rootfs[0] parentLayerPaths[${index}] is ${shown(path)}, not an absolute path`;
    throw invalid(op, what);
  }
  return parents as string[];
}

async function diskAt(
  op: string,
  field: string,
  path: string,
  names: readonly string[],
): Promise<string> {
  if (!isHostPath(path)) throw invalid(op, `${field} is ${shown(path)}, not an absolute path`);
  const found = await stat(path).catch((cause: unknown) => {
    throw new RuntimeError('not-found', op, `${field}: ${messageOf(cause)}`, { cause });
  });
  if (found.isFile() || found.isBlockDevice()) return path;
  for (const name of names) {
    const disk = join(path, name);
    const entry = await lstat(disk).catch(() => undefined);
    if (entry?.isFile()) return disk;
    // The snapshotter's label reuse-scratch: another container's disk, which would have two writers.
    if (entry?.isSymbolicLink()) {
      const what = `${field}: ${disk} is a link: a disk that containers share is not supported`;
      throw new RuntimeError('unsupported', op, what);
    }
  }
  const what = `${field}: the folder ${path} has none of ${names.join(', ')}`;
  throw new RuntimeError('not-found', op, what);
}

/** A caller's value, bounded. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 300 ? `${text.slice(0, 300)}...` : text;
}

function invalid(op: string, what: string): RuntimeError {
  return new RuntimeError('invalid-argument', op, what);
}
