/** Builds the ModifySettingRequests that hcsshim sends for LCOW, field for field, non-zero fields only. */
import { evenMiB } from './memory-size.ts';
import type { ModifySettingRequest } from './modify-setting-request.ts';
import type { ProcessorLimits } from './modification.ts';
import type { NetworkAdapter } from './network-adapter.ts';
import { PLAN9_FLAGS, PLAN9_PORT } from './plan9.ts';
import {
  MEMORY_SIZE_PATH,
  networkAdapterPath,
  PLAN9_SHARES_PATH,
  PROCESSOR_LIMITS_PATH,
  scsiAttachmentPath,
  virtualPMemDevicePath,
  virtualPMemMappingPath,
} from './resource-paths.ts';
import type { Attachment } from './scsi.ts';
import { scsiControllerId } from './scsi-controllers.ts';

/** A disk to attach. */
export interface ScsiDisk {
  /** Host path of a VHD, VHDX or (on QEMU) raw image, or of a block device. */
  path: string;
  /** Default false. */
  readOnly?: boolean;
  /** Default VirtualDisk. PassThru for a block device of the host. */
  type?: 'VirtualDisk' | 'PassThru';
}

/** The document's form of a disk. */
export function scsiAttachment(disk: ScsiDisk): Attachment {
  return {
    Type: disk.type ?? 'VirtualDisk',
    Path: disk.path,
    ...(disk.readOnly === true ? { ReadOnly: true } : {}),
  };
}

/** A disk's place: controller 0..3, LUN 0..63. */
export interface ScsiPlace {
  controller: number;
  lun: number;
}

/** Attaches a disk. */
export function addScsiAttachment(place: ScsiPlace, disk: ScsiDisk): ModifySettingRequest {
  return {
    ResourcePath: scsiAttachmentPath(scsiControllerId(place.controller), place.lun),
    RequestType: 'Add',
    Settings: scsiAttachment(disk),
  };
}

/** Detaches it. The guest must have let go of the device first. */
export function removeScsiAttachment(place: ScsiPlace): ModifySettingRequest {
  return {
    ResourcePath: scsiAttachmentPath(scsiControllerId(place.controller), place.lun),
    RequestType: 'Remove',
  };
}

/** A read-only image as persistent memory, the whole device. */
export function addVirtualPMem(device: number, hostPath: string): ModifySettingRequest {
  return {
    ResourcePath: virtualPMemDevicePath(device),
    RequestType: 'Add',
    Settings: { HostPath: hostPath, ReadOnly: true, ImageFormat: 'Vhd1' },
  };
}

export function removeVirtualPMem(device: number): ModifySettingRequest {
  return { ResourcePath: virtualPMemDevicePath(device), RequestType: 'Remove' };
}

/** A read-only image at a byte offset of a device that holds several. */
export function addVirtualPMemMapping(
  device: number,
  offset: number,
  hostPath: string,
): ModifySettingRequest {
  return {
    ResourcePath: virtualPMemMappingPath(device, offset),
    RequestType: 'Add',
    Settings: { HostPath: hostPath, ImageFormat: 'Vhd1' },
  };
}

export function removeVirtualPMemMapping(device: number, offset: number): ModifySettingRequest {
  return { ResourcePath: virtualPMemMappingPath(device, offset), RequestType: 'Remove' };
}

/** A folder of the host to share, or one file in it. */
export interface HostShare {
  /** Unique in the VM; hcsshim's guest takes decimal numbers only. */
  name: string;
  /** Host folder. */
  folder: string;
  /** Default false. */
  readOnly?: boolean;
  /** Only this name in the folder can be opened: how one file is shared. */
  file?: string;
}

export function addPlan9Share(share: HostShare): ModifySettingRequest {
  return {
    ResourcePath: PLAN9_SHARES_PATH,
    RequestType: 'Add',
    Settings: {
      Name: share.name,
      AccessName: share.name,
      Path: share.folder,
      Port: PLAN9_PORT,
      Flags:
        PLAN9_FLAGS.LinuxMetadata |
        (share.readOnly === true ? PLAN9_FLAGS.ReadOnly : 0) |
        (share.file === undefined ? 0 : PLAN9_FLAGS.RestrictFileAccess),
      ...(share.file === undefined ? {} : { AllowedFiles: [share.file] }),
    },
  };
}

export function removePlan9Share({ name }: Pick<HostShare, 'name'>): ModifySettingRequest {
  return {
    ResourcePath: PLAN9_SHARES_PATH,
    RequestType: 'Remove',
    Settings: { Name: name, AccessName: name, Port: PLAN9_PORT },
  };
}

/**
 * `adapter` is a GUID of the caller's making, the adapter's name from then on. The MAC address goes out as every
 * program writes it for HCS: pairs in upper case, joined by '-'.
 */
export function addNetworkAdapter(adapter: string, settings: NetworkAdapter): ModifySettingRequest {
  const { MacAddress } = settings;
  const Settings: NetworkAdapter =
    MacAddress === undefined
      ? settings
      : { ...settings, MacAddress: MacAddress.replaceAll(':', '-').toUpperCase() };
  return { ResourcePath: networkAdapterPath(adapter), RequestType: 'Add', Settings };
}

export function removeNetworkAdapter(adapter: string): ModifySettingRequest {
  return { ResourcePath: networkAdapterPath(adapter), RequestType: 'Remove' };
}

/** Resizes memory to MiB, rounded up to even. */
export function setMemory(memoryMiB: number): ModifySettingRequest {
  return { ResourcePath: MEMORY_SIZE_PATH, Settings: evenMiB(memoryMiB) };
}

export function setProcessorLimits(limits: ProcessorLimits): ModifySettingRequest {
  return { ResourcePath: PROCESSOR_LIMITS_PATH, Settings: limits };
}
