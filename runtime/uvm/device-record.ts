/**
 * What of a VM's devices a later owner must know to go on with it: plain data, kept by the owner. It names every
 * device before it is attached, so a device that is not in it is not there.
 */
import type { Share } from './plan9-shares.ts';
import type { AttachedDisk, ScsiDrive } from './scsi-slots.ts';

export interface DeviceRecord {
  readonly disks: readonly AttachedDisk[];
  /** Absent: none. */
  readonly drives?: readonly ScsiDrive[];
  readonly shares: readonly Share[];
  /** Names of shares are never used twice in a VM. */
  readonly nextShare: number;
}

export const NO_DEVICES: DeviceRecord = { disks: [], shares: [], nextShare: 0 };
