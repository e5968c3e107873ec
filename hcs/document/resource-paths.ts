/**
 * The resource paths of ModifySettingRequest (schema of `ResourcePath`): writing them. Reading them is
 * decode-modify-setting-request.ts, which takes exactly what is written here and refuses the rest.
 */

export const MEMORY_SIZE_PATH = 'VirtualMachine/ComputeTopology/Memory/SizeInMB';
export const PROCESSOR_LIMITS_PATH = 'VirtualMachine/ComputeTopology/Processor/Limits';
export const CPU_GROUP_PATH = 'VirtualMachine/ComputeTopology/Processor/CpuGroup';
export const PLAN9_SHARES_PATH = 'VirtualMachine/Devices/Plan9/Shares';

/** A disk; `controller` is its key in the document, see SCSI_CONTROLLER_IDS. */
export function scsiAttachmentPath(controller: string, lun: number): string {
  return `VirtualMachine/Devices/Scsi/${controller}/Attachments/${lun}`;
}

export function virtualPMemDevicePath(device: number): string {
  return `VirtualMachine/Devices/VirtualPMem/Devices/${device}`;
}

/** One image of several in a device; `offset` in bytes, a multiple of 4096. */
export function virtualPMemMappingPath(device: number, offset: number): string {
  return `${virtualPMemDevicePath(device)}/Mappings/${offset}`;
}

export function networkAdapterPath(adapter: string): string {
  return `VirtualMachine/Devices/NetworkAdapters/${adapter}`;
}

export function virtualPciPath(device: string): string {
  return `VirtualMachine/Devices/VirtualPci/${device}`;
}

export function flexibleIoPath(device: string): string {
  return `VirtualMachine/Devices/FlexibleIov/${device}`;
}

export function hvSocketServicePath(service: string): string {
  return `VirtualMachine/Devices/HvSocket/HvSocketConfig/ServiceTable/${service}`;
}
