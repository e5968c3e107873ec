/**
 * The mounts of a bundle sorted by where their source is: folders and files of the host become Plan 9 shares, paths
 * of the VM and file systems of the kernel stay mounts. Pure; it attaches nothing.
 *
 * A bind of the host stays in the spec, in its order and with its options: its source becomes the place where the
 * agent mounts the share for this container.
 */
import { isAbsolute, join } from 'node:path';
import { RuntimeError } from '../errors.ts';
import type { ShareSource } from '../uvm/plan9-shares.ts';
import type { BundleMount } from './bundle.ts';
import { VM_PREFIX } from './vm-prefix.ts';

/** File systems that the guest's kernel makes by itself. */
const KERNEL_TYPES: ReadonlySet<string> = new Set([
  'tmpfs',
  'proc',
  'sysfs',
  'devpts',
  'mqueue',
  'cgroup',
  'cgroup2',
]);
/** Mounts made below them in the container are wanted on the host, where they cannot come. */
const OUTWARD: ReadonlySet<string> = new Set(['shared', 'rshared']);

export interface HostMount extends ShareSource {
  /** In the container. */
  readonly destination: string;
}

export interface MountPlan {
  /** What is to be shared, in the order in which the agent gets it. */
  readonly shares: readonly HostMount[];
  /**
   * The spec's mounts, once each share is known to be a folder or one file of it.
   * @param files by share: the file's name, undefined for a folder
   */
  place(containerId: string, files: readonly (string | undefined)[]): BundleMount[];
}

/** @throws RuntimeError unsupported, naming the mount, for what cannot work in a VM */
export function planMounts(op: string, bundle: string, mounts: readonly BundleMount[]): MountPlan {
  const shares: HostMount[] = [];
  const placed = mounts.map((mount, index) => {
    const at = `mounts[${index}] (${mount.destination})`;
    if (!isBind(mount)) {
      if (KERNEL_TYPES.has(mount.type)) return () => mount;
      const what = `${at}: a mount of type ${JSON.stringify(mount.type)} cannot be made in a VM`;
      throw new RuntimeError('unsupported', op, what);
    }
    const outward = mount.options.find((option) => OUTWARD.has(option));
    if (outward !== undefined) {
      const what = `${at}: option ${outward}: mounts do not propagate from a VM to its host`;
      throw new RuntimeError('unsupported', op, what);
    }
    if (mount.source.startsWith(VM_PREFIX)) {
      const inVm = { ...mount, type: 'bind' };
      return () => inVm;
    }
    if (mount.source === '') {
      throw new RuntimeError('invalid-argument', op, `${at}: a bind mount has no source`);
    }
    const hostPath = isAbsolute(mount.source) ? mount.source : join(bundle, mount.source);
    const share = shares.length;
    const readOnly = mount.options.includes('ro');
    shares.push({ hostPath, readOnly, destination: mount.destination });
    return (containerId: string, files: readonly (string | undefined)[]): BundleMount => {
      const folder = shareFolder(containerId, share);
      const file = files[share];
      const path = file === undefined ? folder : `${folder}/${file}`;
      return { ...mount, type: 'bind', source: `${VM_PREFIX}${path}` };
    };
  });
  return { shares, place: (id, files) => placed.map((place) => place(id, files)) };
}

/** Where the agent mounts the index-th share of a container (docs/protocol.md §4). */
function shareFolder(containerId: string, index: number): string {
  return `/run/lcow/c/${containerId}/mounts/m${index}`;
}

function isBind({ type, options }: BundleMount): boolean {
  return type === 'bind' || options.some((option) => option === 'bind' || option === 'rbind');
}
