/**
 * Mounts an image's layers in a parked VM under a fresh scratch disk, and takes the disk out again: the guest has the
 * whole root of a container to come, frozen, and the disk is a file that nobody has open (task/root-ahead.ts). As the
 * mounted scratch of templates (docs/decisions/0019), with the overlay on it. Nothing of the image is executed.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { METHODS } from '../guest/methods.ts';
import { createScratch } from '../rootfs/scratch.ts';
import { scratchDigest } from '../rootfs/scratch-digest.ts';
import { temporaryName } from '../rootfs/temporary-file.ts';
import type { RootAhead } from '../task/root-ahead.ts';
import type { UtilityVm } from '../uvm/utility-vm.ts';

const TARGET = '/run/lcow/ahead';
const REHEARSED = '/run/lcow/rehearsed';

/**
 * @param layers paths of their disks, the lowest first
 * @param folder for the scratch disk; of the file system that has containers' disks
 * @returns undefined where the VM has no drive for it, or its agent does not know how
 * @throws what attaching and mounting throw
 */
export async function mountAhead(
  vm: UtilityVm,
  layers: readonly string[],
  folder: string,
): Promise<RootAhead | undefined> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const scratch = temporaryName(folder);
  await createScratch(scratch);
  try {
    const fresh = scratchDigest(scratch);
    if (await mountFrozen(vm, layers, scratch)) return { layers, scratch, fresh };
  } catch (error) {
    rmSync(scratch, { force: true });
    throw error;
  }
  rmSync(scratch, { force: true });
  return undefined;
}

/** Makes such a root, mounts it as a container's is, and takes it away again. */
export async function rehearseAhead(
  vm: UtilityVm,
  layers: readonly string[],
  folder: string,
): Promise<void> {
  const root = await mountAhead(vm, layers, folder);
  if (root === undefined) return;
  try {
    const [scratch, ...below] = await Promise.all([
      vm.attachDisk(root.scratch, { readOnly: false, isMounted: true }),
      ...layers.map((path) => vm.attachDisk(path, { readOnly: true })),
    ]);
    await vm.call('mount the root filesystem', METHODS.mountOverlay, {
      ...{ target: REHEARSED, scratch: { scsi: scratch } },
      layers: below.map((scsi) => ({ disk: { scsi } })).reverse(),
    });
    await vm.call('unmount a root', METHODS.unmount, { target: REHEARSED });
    // Those of the layers stay attached: they are wanted again.
    await vm.detachDisk(scratch);
  } finally {
    rmSync(root.scratch, { force: true });
  }
}

async function mountFrozen(
  vm: UtilityVm,
  layers: readonly string[],
  scratch: string,
): Promise<boolean> {
  const slot = await vm.attachDisk(scratch, { readOnly: false, isMounted: true });
  if (!vm.isInDrive(slot)) {
    await vm.detachDisk(slot);
    return false;
  }
  const below = await Promise.all(layers.map((path) => vm.attachDisk(path, { readOnly: true })));
  const { frozen } = await vm.call('mount a root ahead', METHODS.mountOverlay, {
    ...{ target: TARGET, frozen: true, scratch: { scsi: slot } },
    // The guest wants the topmost first.
    layers: below.map((scsi) => ({ disk: { scsi } })).reverse(),
  });
  if (frozen) {
    await vm.vacate(slot, scratch);
    return true;
  }
  await vm.call('unmount a root', METHODS.unmount, { target: TARGET });
  for (const each of [slot, ...below]) await vm.detachDisk(each);
  return false;
}
