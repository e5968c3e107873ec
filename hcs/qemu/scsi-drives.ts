/**
 * Drives: what the disks of a template are in its clones. The guest that was saved has each as a device that it has
 * probed; a clone has the device too, empty (it reads as zeros), until a disk of the clone's own is attached in that
 * place, and again after its detach. So neither asks anything of the guest: no device comes or goes.
 *
 * What the guest has learned of a drive stays so: its size is that of the template's disk, whatever is attached; what lies
 * behind the end of that fails to be read. It is for disks that are mounted, whose file system knows its own size.
 *
 *   drive-<controller>-<lun>   the device; and the node it reads, a raw one, whose file is one of:
 *   empty-<controller>-<lun>   nothing
 *   disk-<controller>-<lun>    what is attached (scsi-disks.ts)
 */
import type { ComputeSystemDocument } from '../document/compute-system.ts';
import type { DeviceState, Drive } from './device-state.ts';
import { controllerOrder } from './machine-arguments.ts';
import { plugIn, type Plug, unplugDevice } from './plug.ts';

interface Place {
  /** The controller's index and the LUN: `0-1`. */
  readonly at: string;
  /** Of the setting, for errors. */
  readonly source: string;
}

/** What the line has of drives. */
export function driveArguments(
  document: ComputeSystemDocument,
  drives: DeviceState['drives'] = {},
): string[] {
  const controllers = controllerOrder(document);
  return Object.entries(drives).flatMap(([key, { readOnly, sizeBytes }]) => {
    const colon = key.lastIndexOf(':');
    const index = controllers.indexOf(key.slice(0, colon));
    const lun = Number(key.slice(colon + 1));
    const at = `${index}-${lun}`;
    const empty = {
      ...{ driver: 'null-co', 'node-name': `empty-${at}`, size: sizeBytes },
      ...{ 'read-zeroes': true, 'read-only': readOnly },
    };
    const place = `bus=scsi${index}.0,channel=0,scsi-id=0,lun=${lun}`;
    return [
      ...['-blockdev', JSON.stringify(empty)],
      ...['-blockdev', JSON.stringify(driveNode(at, `empty-${at}`, readOnly))],
      ...['-device', `scsi-hd,id=drive-${at},${place},drive=drive-${at}`],
    ];
  });
}

/** What the attached disks are in clones. */
export async function drivesOf({ qmp, document, devices }: Plug): Promise<Record<string, Drive>> {
  const nodes = (await qmp.execute('query-named-block-nodes', { flat: true })) as unknown as {
    'node-name': string;
    image: { 'virtual-size': number };
  }[];
  const controllers = controllerOrder(document);
  const drives = Object.entries(devices.scsi).map(([key, { readOnly }]): [string, Drive] => {
    const colon = key.lastIndexOf(':');
    const name = `disk-${controllers.indexOf(key.slice(0, colon))}-${key.slice(colon + 1)}`;
    const node = nodes.find((each) => each['node-name'] === name);
    if (node === undefined) throw new Error(`QEMU has no block node ${name}`);
    return [key, { readOnly, sizeBytes: node.image['virtual-size'] }];
  });
  return Object.fromEntries(drives);
}

/** @param disk the node, as blockdev-add has it */
export async function fillDrive(
  plug: Plug,
  { at, source }: Place,
  { readOnly }: Drive,
  disk: Record<string, unknown>,
): Promise<void> {
  const node = `disk-${at}`;
  await plugIn(plug, source, [
    { command: 'blockdev-add', args: disk, undo: ['blockdev-del', { 'node-name': node }] },
    { command: 'blockdev-reopen', args: { options: [driveNode(at, node, readOnly)] } },
  ]);
}

/** Takes what is attached out of its drive; the guest must have let go of it. */
export async function emptyDrive(
  plug: Plug,
  { at, source }: Place,
  { readOnly }: Drive,
): Promise<void> {
  await plugIn(plug, source, [
    {
      command: 'blockdev-reopen',
      args: { options: [driveNode(at, `empty-${at}`, readOnly)] },
    },
    { command: 'blockdev-del', args: { 'node-name': `disk-${at}` } },
  ]);
}

/** Takes an empty drive away, so that a disk of another kind can have its place. */
export async function removeDrive(plug: Plug, { at, source }: Place): Promise<void> {
  await unplugDevice(plug, source, `drive-${at}`);
  await plugIn(plug, source, [
    { command: 'blockdev-del', args: { 'node-name': `drive-${at}` } },
    { command: 'blockdev-del', args: { 'node-name': `empty-${at}` } },
  ]);
}

function driveNode(at: string, file: string, readOnly: boolean): Record<string, unknown> {
  return {
    ...{ driver: 'raw', 'node-name': `drive-${at}`, 'read-only': readOnly },
    ...{ discard: 'unmap', file },
  };
}
