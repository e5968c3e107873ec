/**
 * An image's layers in a parked VM: attached and mounted, so that a container of that image finds them there. Nothing of
 * the image is executed. They are let go with the VM.
 */
import { METHODS } from '../guest/methods.ts';
import type { UtilityVm } from '../uvm/utility-vm.ts';

/** @param layers paths of their disks, the lowest first; @throws what attaching and mounting them throws */
export async function holdLayers(
  vm: UtilityVm,
  layers: readonly string[],
  place: number,
): Promise<void> {
  const slots = await Promise.all(layers.map((path) => vm.attachDisk(path, { readOnly: true })));
  await vm.call('mount the layers of an image', METHODS.mountOverlay, {
    target: `/run/lcow/held/${place}`,
    // The guest wants the topmost first. What is written would go to a tmpfs; nothing is.
    layers: slots.map((scsi) => ({ disk: { scsi } })).reverse(),
    readOnly: false,
  });
}
