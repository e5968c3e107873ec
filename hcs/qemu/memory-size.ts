/** ComputeTopology/Memory/SizeInMB at run time: a balloon, plugged in when it is first needed. */
import { refuseOnMicrovm } from './machine-microvm.ts';
import { freeRootPort, plugIn, settingError, type Plug } from './plug.ts';

const SOURCE = 'VirtualMachine/ComputeTopology/Memory/SizeInMB';
const MIB = 1024 ** 2;

/**
 * Sets how much memory the guest may use. More than the system was created with cannot be given.
 * The guest's balloon driver follows when it can; this does not wait for it.
 * @throws HcsError NOT_SUPPORTED above the initial size, and on microvm
 */
export async function setMemory(plug: Plug, sizeMiB: number): Promise<void> {
  const initial = plug.document.VirtualMachine.ComputeTopology?.Memory?.SizeInMB ?? 0;
  if (sizeMiB > initial) {
    const message = `is ${sizeMiB}: QEMU cannot give more than the ${initial} MiB it started with`;
    throw settingError(plug.op, 'NOT_SUPPORTED', SOURCE, message);
  }
  refuseOnMicrovm(plug, SOURCE);
  if (plug.devices.balloonSlot === undefined) await plugBalloon(plug, freeRootPort(plug, SOURCE));
  await plugIn(plug, SOURCE, [{ command: 'balloon', args: { value: sizeMiB * MIB } }]);
  plug.devices.memoryMiB = sizeMiB;
}

/** Gives the guest its balloon at a root port. */
export async function plugBalloon(plug: Plug, slot: number): Promise<void> {
  await plugIn(plug, SOURCE, [
    {
      command: 'device_add',
      args: { driver: 'virtio-balloon-pci-non-transitional', id: 'balloon', bus: `rp${slot}` },
    },
  ]);
  plug.devices.balloonSlot = slot;
}
