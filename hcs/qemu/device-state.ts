/**
 * What is plugged into a system now: enough to build the same machine again (restore) and to answer
 * Removes after another process adopted it. Plain data; it is part of the record and of saved state.
 */
import type { AttachmentType } from '../document/scsi.ts';
import type { HostOverlay } from '../host-overlay.ts';

/** See the module's comment. */
export interface DeviceState {
  /** "<controller>:<lun>" -> what is attached. */
  scsi: Record<string, AttachedDisk>;
  /** "<controller>:<lun>" -> a drive for what is attached there (scsi-drives.ts). Absent: none. */
  drives?: Record<string, Drive>;
  /** Device number -> host path. */
  pmem: Record<string, AttachedPMem>;
  /** Share name -> host path. */
  plan9: Record<string, SharedFolder>;
  /** Adapter's key -> its slot. */
  adapters: Record<string, PluggedAdapter>;
  /** Guest link ports that have a device. */
  ports: number[];
  /** Whether the vsock device is there. */
  vsock?: boolean;
  /** The slot of the memory balloon, once memory was resized. */
  balloonSlot?: number;
  /** MiB the guest may use now; absent: what the document says. */
  memoryMiB?: number;
}

export interface AttachedDisk {
  type: AttachmentType;
  path: string;
  readOnly: boolean;
}

/** A disk of the template that a clone is of. */
export interface Drive {
  readOnly: boolean;
  /** As the guest knows it. */
  sizeBytes: number;
}

export interface AttachedPMem {
  path: string;
  /** NVDIMM slot. */
  slot: number;
}

export interface SharedFolder {
  path: string;
  readOnly: boolean;
  /** Present: only these names of the folder. */
  files?: string[];
  /** Present: what is shared is this, and `path` only what it was called. */
  overlay?: HostOverlay;
}

export interface PluggedAdapter {
  endpoint: string;
  macAddress: string;
  /** Root port. */
  slot: number;
}

export function emptyDeviceState(): DeviceState {
  return { scsi: {}, pmem: {}, plan9: {}, adapters: {}, ports: [] };
}
