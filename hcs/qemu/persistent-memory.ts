/** Persistent memory: Devices/VirtualPMem/Devices/<n>, read-only NVDIMMs that the guest sees as pmem. */
import { stat } from 'node:fs/promises';
import type { VirtualPMemDevice } from '../document/virtual-pmem.ts';
import { fileError, recognizeDisk } from './disk-image.ts';
import { PMEM_SLOTS } from './machine-arguments.ts';
import { refuseOnMicrovm } from './machine-microvm.ts';
import { plugIn, settingError, unplugDevice, type Plug } from './plug.ts';

/** NVDIMMs are plugged in whole units of this; what a file lacks reads as zeros. */
const ALIGN_BYTES = 4096;

/** Plugs a device in. @throws HcsError FILE_NOT_FOUND, ERROR_NOT_FOUND, ERROR_ALREADY_EXISTS, NOT_SUPPORTED */
export async function addPMem(
  plug: Plug,
  number: number,
  device: VirtualPMemDevice,
): Promise<void> {
  const source = `VirtualMachine/Devices/VirtualPMem/Devices/${number}`;
  refuseOnMicrovm(plug, source);
  const controller = plug.document.VirtualMachine.Devices?.VirtualPMem;
  if (controller === undefined || number >= (controller.MaximumCount ?? 0)) {
    const message = `is not below VirtualPMem/MaximumCount, which is ${controller?.MaximumCount ?? 0}`;
    throw settingError(plug.op, 'ERROR_NOT_FOUND', source, message);
  }
  if (plug.devices.pmem[number] !== undefined) {
    throw settingError(plug.op, 'ERROR_ALREADY_EXISTS', source, 'is plugged in already');
  }
  if (device.ReadOnly !== true) {
    throw settingError(
      plug.op,
      'NOT_SUPPORTED',
      `${source}/ReadOnly`,
      'is not true: QEMU maps images read-only',
    );
  }
  const path = device.HostPath;
  if (path === undefined || device.Mappings !== undefined) {
    throw settingError(
      plug.op,
      'NOT_SUPPORTED',
      `${source}/Mappings`,
      'is given: QEMU maps one file a device',
    );
  }
  const sizeBytes = await contentBytes(plug.op, path, `${source}/HostPath`);
  const limit = controller.MaximumSizeBytes ?? 0;
  if (sizeBytes > limit) {
    const message = `is ${sizeBytes} bytes: VirtualPMem/MaximumSizeBytes is ${limit}`;
    throw settingError(plug.op, 'E_INVALIDARG', `${source}/HostPath`, message);
  }
  const slot = freeSlot(plug, source);
  const memory = `pmemmem${number}`;
  await plugIn(plug, source, [
    {
      command: 'object-add',
      args: {
        'qom-type': 'memory-backend-file',
        id: memory,
        'mem-path': path,
        size: sizeBytes,
        share: true,
        readonly: true,
      },
      undo: ['object-del', { id: memory }],
    },
    {
      command: 'device_add',
      args: { driver: 'nvdimm', id: `pmem${number}`, memdev: memory, slot, unarmed: true },
    },
  ]);
  plug.devices.pmem[number] = { path, slot };
}

/** Unplugs a device. @throws HcsError ERROR_NOT_FOUND, and what QEMU says where the guest keeps it */
export async function removePMem(plug: Plug, number: number): Promise<void> {
  const source = `VirtualMachine/Devices/VirtualPMem/Devices/${number}`;
  if (plug.devices.pmem[number] === undefined) {
    throw settingError(plug.op, 'ERROR_NOT_FOUND', source, 'is not plugged in');
  }
  await unplugDevice(plug, source, `pmem${number}`);
  delete plug.devices.pmem[number];
  await plugIn(plug, source, [{ command: 'object-del', args: { id: `pmemmem${number}` } }]);
}

/** @throws HcsError NOT_ENOUGH_MEMORY when all are taken: the caller's way out is a SCSI disk */
function freeSlot(plug: Plug, source: string): number {
  const taken = new Set(Object.values(plug.devices.pmem).map((device) => device.slot));
  for (let slot = 0; slot < PMEM_SLOTS; slot += 1) {
    if (!taken.has(slot)) return slot;
  }
  const message = `is one too many: all ${PMEM_SLOTS} NVDIMM slots are in use`;
  throw settingError(plug.op, 'NOT_ENOUGH_MEMORY', source, message);
}

/** The disk's own bytes: a fixed VHD's without its footer, a raw file's all. */
async function contentBytes(op: string, path: string, source: string): Promise<number> {
  const image = await recognizeDisk(op, path, source);
  if (image.driver !== 'raw') {
    const message = `is ${JSON.stringify(path)}, a ${image.driver} image: only fixed VHDs can be mapped`;
    throw settingError(op, 'NOT_SUPPORTED', source, message);
  }
  const file = await stat(path).catch((error: unknown) => {
    throw fileError(op, error, path, source);
  });
  const bytes = image.sizeBytes ?? file.size;
  return Math.floor(bytes / ALIGN_BYTES) * ALIGN_BYTES;
}
