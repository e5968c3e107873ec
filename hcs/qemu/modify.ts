/** Carries out a checked modification: which device module does what. */
import type { Modification } from '../document/modification.ts';
import { setMemory } from './memory-size.ts';
import { addAdapter, removeAdapter } from './network-adapters.ts';
import { addPMem, removePMem } from './persistent-memory.ts';
import { addShare, removeShare } from './plan9-shares.ts';
import { settingError, type Plug } from './plug.ts';
import { attachDisk, detachDisk } from './scsi-disks.ts';

/** @throws HcsError as the device modules do; NOT_SUPPORTED for what QEMU has no counterpart of */
export async function applyModification(plug: Plug, change: Modification): Promise<void> {
  switch (change.kind) {
    case 'scsi-attachment':
      if (change.request === 'Remove') return detachDisk(plug, change.controller, change.lun);
      if (change.request === 'Update') break;
      return attachDisk(plug, change.controller, change.lun, change.attachment);
    case 'virtual-pmem-device':
      if (change.request === 'Remove') return removePMem(plug, change.device);
      return addPMem(plug, change.device, change.settings);
    case 'plan9-share':
      if (change.request === 'Remove') return removeShare(plug, change.share.Name);
      return addShare(plug, change.share);
    case 'network-adapter':
      if (change.request === 'Remove') return removeAdapter(plug, change.adapter);
      if (change.request === 'Update') break;
      return addAdapter(plug, change.adapter, change.settings);
    case 'memory-size':
      return setMemory(plug, change.sizeInMB);
    case 'hvsocket-service':
      // Who may bind is decided by the folder's mode here: a table has nothing to add.
      return;
    case 'virtual-pmem-mapping':
    case 'processor-limits':
    case 'cpu-group':
    case 'virtual-pci':
    case 'flexible-io':
      break;
    default:
      change satisfies never;
  }
  const message = `(${change.request}) cannot be changed on QEMU`;
  throw settingError(plug.op, 'NOT_SUPPORTED', change.kind, message);
}
