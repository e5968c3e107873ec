/**
 * What a checked ModifySettingRequest asks for: its resource path taken apart and its settings typed.
 * Types only; `decodeModifySettingRequest` makes them. GUIDs are in lower case.
 */
import type { CpuGroup } from './compute-topology.ts';
import type { FlexibleIoDevice } from './devices.ts';
import type { HvSocketServiceConfig } from './hv-socket.ts';
import type { NetworkAdapter } from './network-adapter.ts';
import type { Plan9Share } from './plan9.ts';
import type { Attachment } from './scsi.ts';
import type { VirtualPciDevice } from './virtual-pci.ts';
import type { VirtualPMemDevice, VirtualPMemMapping } from './virtual-pmem.ts';

/** One change of a compute system. `request` says what is done, `kind` to what. */
export type Modification =
  | { kind: 'memory-size'; request: 'Update'; sizeInMB: number }
  | { kind: 'processor-limits'; request: 'Update'; limits: ProcessorLimits }
  | { kind: 'cpu-group'; request: 'Update'; cpuGroup: CpuGroup }
  | ({ kind: 'scsi-attachment'; controller: string; lun: number } & (
      | { request: 'Add' | 'Update'; attachment: Attachment }
      | { request: 'Remove' }
    ))
  | ({ kind: 'virtual-pmem-device'; device: number } & (
      | { request: 'Add'; settings: VirtualPMemDevice }
      | { request: 'Remove' }
    ))
  | ({ kind: 'virtual-pmem-mapping'; device: number; offset: number } & (
      | { request: 'Add'; mapping: VirtualPMemMapping }
      | { request: 'Remove' }
    ))
  /** A share to remove is named by Name; Path is then absent. */
  | { kind: 'plan9-share'; request: 'Add' | 'Remove'; share: Plan9Share }
  | ({ kind: 'network-adapter'; adapter: string } & (
      | { request: 'Add' | 'Update'; settings: NetworkAdapter }
      | { request: 'Remove' }
    ))
  | ({ kind: 'virtual-pci'; device: string } & (
      | { request: 'Add'; settings: VirtualPciDevice }
      | { request: 'Remove' }
    ))
  | ({ kind: 'flexible-io'; device: string } & (
      | { request: 'Add'; settings: FlexibleIoDevice }
      | { request: 'Remove' }
    ))
  | ({ kind: 'hvsocket-service'; service: string } & (
      | { request: 'Add' | 'Update'; config: HvSocketServiceConfig }
      | { request: 'Remove' }
    ));

/** Schema `ProcessorLimits`; an absent member stays as it is. */
export interface ProcessorLimits {
  /** 1..100000 hundred thousandths of the VM's processors; 0 lifts the limit. */
  Limit?: number;
  Weight?: number;
  Reservation?: number;
  MaximumFrequencyMHz?: number;
}
