/** Disks on virtio-scsi controllers: Devices/Scsi/<controller>/Attachments/<lun>. */
import type { Attachment } from '../document/scsi.ts';
import { recognizeDisk, type DiskImage } from './disk-image.ts';
import { controllerOrder } from './machine-arguments.ts';
import { emptyDrive, fillDrive, removeDrive } from './scsi-drives.ts';
import { plugIn, settingError, unplugDevice, type Plug } from './plug.ts';

/** Attaches a disk. @throws HcsError FILE_NOT_FOUND, ERROR_NOT_FOUND, ERROR_ALREADY_EXISTS, ERROR_FILE_CORRUPT */
export async function attachDisk(
  plug: Plug,
  controller: string,
  lun: number,
  disk: Attachment,
): Promise<void> {
  const { source, index, key, at, id } = place(plug, controller, lun);
  if (plug.devices.scsi[key] !== undefined) {
    throw settingError(plug.op, 'ERROR_ALREADY_EXISTS', source, 'has a disk attached already');
  }
  if (disk.Type === 'Iso' || disk.Type === 'ExtensibleVirtualDisk') {
    throw settingError(
      plug.op,
      'NOT_SUPPORTED',
      `${source}/Type`,
      `is ${disk.Type}: QEMU attaches VirtualDisk and PassThru`,
    );
  }
  const readOnly = disk.ReadOnly === true;
  const image = await recognizeDisk(plug.op, disk.Path, `${source}/Path`);
  const node = blockNode(id, disk.Path, readOnly, image);
  const drive = plug.devices.drives?.[key];
  if (drive?.readOnly === readOnly) {
    await fillDrive(plug, { at, source }, drive, node);
    plug.devices.scsi[key] = { type: disk.Type, path: disk.Path, readOnly };
    return;
  }
  if (drive !== undefined) {
    await removeDrive(plug, { at, source });
    delete plug.devices.drives?.[key];
  }
  await plugIn(plug, source, [
    {
      command: 'blockdev-add',
      args: node,
      undo: ['blockdev-del', { 'node-name': id }],
    },
    {
      command: 'device_add',
      args: {
        driver: 'scsi-hd',
        id,
        bus: `scsi${index}.0`,
        channel: 0,
        'scsi-id': 0,
        lun,
        drive: id,
      },
    },
  ]);
  plug.devices.scsi[key] = { type: disk.Type, path: disk.Path, readOnly };
}

/** Detaches a disk; the guest must have let go of it. @throws HcsError ERROR_NOT_FOUND */
export async function detachDisk(plug: Plug, controller: string, lun: number): Promise<void> {
  const { source, key, at, id } = place(plug, controller, lun);
  if (plug.devices.scsi[key] === undefined) {
    throw settingError(plug.op, 'ERROR_NOT_FOUND', source, 'has no disk attached');
  }
  const drive = plug.devices.drives?.[key];
  if (drive !== undefined) {
    await emptyDrive(plug, { at, source }, drive);
    delete plug.devices.scsi[key];
    return;
  }
  await unplugDevice(plug, source, id);
  delete plug.devices.scsi[key];
  await plugIn(plug, source, [{ command: 'blockdev-del', args: { 'node-name': id } }]);
}

function place(
  plug: Plug,
  controller: string,
  lun: number,
): { source: string; index: number; key: string; at: string; id: string } {
  const source = `VirtualMachine/Devices/Scsi/${controller}/Attachments/${lun}`;
  const index = controllerOrder(plug.document).indexOf(controller);
  if (index === -1) {
    const message = 'names a controller that the document does not declare';
    throw settingError(plug.op, 'ERROR_NOT_FOUND', source, message);
  }
  const at = `${index}-${lun}`;
  return { source, index, key: `${controller}:${lun}`, at, id: `disk-${at}` };
}

function blockNode(
  id: string,
  path: string,
  readOnly: boolean,
  image: DiskImage,
): Record<string, unknown> {
  return {
    driver: image.driver,
    'node-name': id,
    'read-only': readOnly,
    discard: 'unmap',
    ...(image.sizeBytes === undefined ? {} : { size: image.sizeBytes }),
    file: {
      driver: image.isBlockDevice ? 'host_device' : 'file',
      filename: path,
      'read-only': readOnly,
      discard: 'unmap',
      aio: 'threads',
    },
  };
}
