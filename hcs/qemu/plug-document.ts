/** Plugs in what the document declares, and what saved state had: the devices that are not on the line. */
import { openSerialPort } from './guest-link.ts';
import type { DeviceState } from './device-state.ts';
import { attachDisk } from './scsi-disks.ts';
import { plugBalloon } from './memory-size.ts';
import { addAdapter } from './network-adapters.ts';
import { addPMem } from './persistent-memory.ts';
import { addShare } from './plan9-shares.ts';
import type { Plug } from './plug.ts';
import { plugVsock } from './vsock-backend.ts';
import { PLAN9_FLAGS } from '../document/plan9.ts';

/** Idempotent: what is plugged in already is left alone. */
export async function plugDocument(plug: Plug, saved?: DeviceState): Promise<void> {
  const declared = plug.document.VirtualMachine.Devices ?? {};
  const { devices } = plug;
  if (saved?.drives !== undefined) devices.drives ??= { ...saved.drives };
  if (plug.backend !== undefined) await plugVsock(plug, plug.backend);
  // Ports first and in order: their numbers are part of the saved state.
  for (const port of saved?.ports ?? []) await openSerialPort(plug, port);
  for (const [controller, { Attachments = {} }] of Object.entries(declared.Scsi ?? {})) {
    for (const [lun, disk] of Object.entries(Attachments)) {
      if (devices.scsi[`${controller}:${lun}`] === undefined) {
        await attachDisk(plug, controller, Number(lun), disk);
      }
    }
  }
  for (const [number, device] of Object.entries(declared.VirtualPMem?.Devices ?? {})) {
    if (devices.pmem[number] === undefined) await addPMem(plug, Number(number), device);
  }
  for (const share of declared.Plan9?.Shares ?? []) {
    if (devices.plan9[share.Name] === undefined) await addShare(plug, share);
  }
  for (const [key, adapter] of Object.entries(declared.NetworkAdapters ?? {})) {
    if (devices.adapters[key] === undefined) await addAdapter(plug, key, adapter);
  }
  if (saved !== undefined) await plugSaved(plug, saved);
}

async function plugSaved(plug: Plug, saved: DeviceState): Promise<void> {
  const { devices } = plug;
  for (const [key, disk] of Object.entries(saved.scsi)) {
    if (devices.scsi[key] !== undefined) continue;
    const at = key.lastIndexOf(':');
    await attachDisk(plug, key.slice(0, at), Number(key.slice(at + 1)), {
      Type: disk.type,
      Path: disk.path,
      ReadOnly: disk.readOnly,
    });
  }
  for (const [number, device] of Object.entries(saved.pmem)) {
    if (devices.pmem[number] !== undefined) continue;
    await addPMem(plug, Number(number), { HostPath: device.path, ReadOnly: true });
  }
  for (const [name, share] of Object.entries(saved.plan9)) {
    if (devices.plan9[name] !== undefined) continue;
    const restricted = share.files === undefined ? 0 : PLAN9_FLAGS.RestrictFileAccess;
    if (share.overlay !== undefined) plug.staged.set(share.path, share.overlay);
    await addShare(plug, {
      Name: name,
      Path: share.path,
      Flags: restricted | (share.readOnly ? PLAN9_FLAGS.ReadOnly : 0),
      ...(share.files === undefined ? {} : { AllowedFiles: share.files }),
    });
  }
  for (const [key, { endpoint, macAddress, slot }] of Object.entries(saved.adapters)) {
    if (devices.adapters[key] !== undefined) continue;
    await addAdapter(plug, key, { EndpointId: endpoint, MacAddress: macAddress }, slot);
  }
  if (saved.balloonSlot !== undefined && devices.balloonSlot === undefined) {
    await plugBalloon(plug, saved.balloonSlot);
  }
}
