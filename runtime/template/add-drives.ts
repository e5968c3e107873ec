/**
 * Gives a VM that is to become a template the disks that are drives in its clones (hcs/qemu/scsi-drives.ts): the guest
 * probes them here, once, and a clone's disks need no probing. They are as large as a drive can be, and have nothing on
 * them; but for one, which is a fresh scratch disk of the default size, mounted and frozen: the scratch disk of a clone's
 * first container, which is the same byte for byte, takes its place.
 */
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RuntimeError } from '../errors.ts';
import { METHODS } from '../guest/methods.ts';
import { createScratch } from '../rootfs/scratch.ts';
import { scratchDigest } from '../rootfs/scratch-digest.ts';
import { DRIVE_BYTES } from '../uvm/scsi-drive.ts';
import type { ScsiDrive, ScsiSlot } from '../uvm/scsi-slots.ts';
import type { UtilityVm } from '../uvm/utility-vm.ts';

/** For the layers of most images; further ones are plugged in. */
const READ_ONLY_DRIVES = 4;
/** For a scratch disk that has been written to, or is of another size. */
const WRITABLE_DRIVES = 1;

/** @returns the drives, and what is to be disposed of when the VM has been saved */
export async function addDrives(
  vm: UtilityVm,
): Promise<AsyncDisposable & { readonly drives: readonly ScsiDrive[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'lcow-drives-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const drives: ScsiDrive[] = [];
  const add = async (path: string, readOnly: boolean): Promise<ScsiSlot> => {
    const slot = await vm.attachDisk(path, { readOnly });
    await vm.call('probe a drive', METHODS.attach, { disk: { scsi: slot } });
    return slot;
  };
  try {
    for (let number = 0; number < READ_ONLY_DRIVES + WRITABLE_DRIVES; number += 1) {
      const readOnly = number < READ_ONLY_DRIVES;
      const path = join(folder, `${number}.img`);
      await makeEmptyFile(path);
      drives.push({ ...(await add(path, readOnly)), readOnly, sizeBytes: DRIVE_BYTES });
    }
    const path = join(folder, 'scratch.vhd');
    await createScratch(path);
    // Mounting writes to it.
    const mounted = scratchDigest(path);
    const scratch = await add(path, false);
    const isMounted = await mountFrozen(vm, scratch);
    const { size: sizeBytes } = await stat(path);
    drives.push({ ...scratch, readOnly: false, sizeBytes, ...(isMounted ? { mounted } : {}) });
    return { drives, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Returns whether the agent can; one of before then has it unmounted. */
async function mountFrozen(vm: UtilityVm, scratch: ScsiSlot): Promise<boolean> {
  // Where the agent looks for it (linuxkit/agent/src/storage/mod.rs, disk_place).
  const target = `/run/lcow/scratch/${scratch.controller}-${scratch.lun}`;
  const mount = () =>
    vm.call('mount a scratch disk', METHODS.mount, {
      ...{ target, disk: { scsi: scratch }, frozen: true },
    });
  await mount();
  try {
    // What is frozen has one holder; what is mounted as ever is shared.
    await mount();
  } catch (error) {
    if (error instanceof RuntimeError && error.code === 'already-exists') return true;
    throw error;
  }
  for (let held = 0; held < 2; held += 1) {
    await vm.call('unmount a scratch disk', METHODS.unmount, { target });
  }
  return false;
}

/** Sparse. */
async function makeEmptyFile(path: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.truncate(DRIVE_BYTES);
  } finally {
    await file.close();
  }
}
