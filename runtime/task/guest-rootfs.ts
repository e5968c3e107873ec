/**
 * A container's root filesystem on its way into the VM: its disks and shares attached, then mounted by the agent. What
 * it needs is taken back by the scope, or later by the container that has it.
 */
import { RuntimeError } from '../errors.ts';
import { METHODS } from '../guest/methods.ts';
import type { Scope } from '../scope.ts';
import type { Share } from '../uvm/plan9-shares.ts';
import type { ScsiSlot } from '../uvm/scsi-slots.ts';
import type { UtilityVm } from '../uvm/utility-vm.ts';
import type { ContainerRootfs } from './rootfs-mounts.ts';

/** What a root stands on. */
export interface AttachedRootfs {
  readonly disks: readonly ScsiSlot[];
  readonly shares: readonly Share[];
}

/** Attaches what `root` is made of, while the guest may still boot. */
export async function attachRootfs(
  vm: UtilityVm,
  scope: Scope,
  root: ContainerRootfs,
): Promise<AttachedRootfs> {
  const disk = async (
    path: string,
    readOnly: boolean,
    type?: 'VirtualDisk' | 'PassThru',
  ): Promise<ScsiSlot> => {
    const options = { readOnly, isMounted: true, ...(type === undefined ? {} : { type }) };
    const slot = await vm.attachDisk(path, options);
    scope.defer(() => vm.detachDisk(slot));
    return slot;
  };
  switch (root.kind) {
    case 'layers': {
      const { layers, scratch } = root;
      const attached = await allOrNone([
        ...layers.map((path) => disk(path, true)),
        ...(scratch === undefined ? [] : [disk(scratch, false)]),
      ]);
      return { disks: attached, shares: [] };
    }
    case 'disk':
      return { disks: [await disk(root.path, root.readOnly, root.type)], shares: [] };
    case 'folder':
    case 'overlay': {
      const { readOnly } = root;
      const share = await vm.share(
        root.kind === 'folder'
          ? { hostPath: root.hostPath, readOnly }
          : { overlay: root.overlay, readOnly },
      );
      scope.defer(() => vm.unshare(share));
      return { disks: [], shares: [share] };
    }
    default:
      return root satisfies never;
  }
}

/** Mounts it at `target` in the guest. Deleting a container whose root this is unmounts it. */
export async function mountRootfs(
  vm: UtilityVm,
  scope: Scope,
  root: ContainerRootfs,
  { disks, shares }: AttachedRootfs,
  target: string,
): Promise<void> {
  const unmount = (place: string): void =>
    scope.defer(async () => {
      try {
        await vm.call(`unmount ${place}`, METHODS.unmount, { target: place });
      } catch (error) {
        // A container that was created after all took it along.
        if (!(error instanceof RuntimeError && error.code === 'not-found')) throw error;
      }
    });
  const overlay = async (layers: object[], scratch?: ScsiSlot): Promise<void> => {
    await vm.call('mount the root filesystem', METHODS.mountOverlay, {
      target,
      layers,
      ...(scratch === undefined ? {} : { scratch: { scsi: scratch } }),
      // Without a disk to write to it is a tmpfs: a view's mount points are made there.
      readOnly: false,
    });
    unmount(target);
  };
  switch (root.kind) {
    case 'layers': {
      const layers = disks.slice(0, root.layers.length);
      // The guest wants the topmost first.
      await overlay(layers.map((scsi) => ({ disk: { scsi } })).reverse(), disks[layers.length]);
      return;
    }
    case 'disk': {
      const { options, readOnly } = root;
      const disk = { scsi: disks[0] as ScsiSlot };
      if (readOnly) return overlay([{ disk }]);
      await vm.call('mount the root filesystem', METHODS.mount, {
        ...{ target, disk, options: [...options] },
      });
      return unmount(target);
    }
    case 'folder':
    case 'overlay': {
      const { name } = shares[0] as Share;
      const { readOnly } = root;
      const place = readOnly ? viewOf(target) : target;
      await vm.call('mount the root filesystem', METHODS.mount, {
        ...{ target: place, plan9: { name, port: 564 }, readOnly },
      });
      unmount(place);
      if (readOnly) await overlay([{ path: place }]);
      return;
    }
    default:
      root satisfies never;
  }
}

/** Where a view is mounted that a tmpfs lies over. The agent knows it too, to unmount it. */
function viewOf(target: string): string {
  return `${target}.view`;
}

/** As Promise.all, but a failure waits for the others: what they acquired is then known to their scope. */
export async function allOrNone<T extends readonly unknown[]>(
  promises: readonly [...{ [K in keyof T]: Promise<T[K]> }],
): Promise<T> {
  const settled = await Promise.allSettled(promises as readonly Promise<unknown>[]);
  for (const result of settled) if (result.status === 'rejected') throw result.reason;
  return settled.map((result) => (result as PromiseFulfilledResult<unknown>).value) as unknown as T;
}
