/** A VM that was made ahead of need, with no pod yet (runtime/pool): its agent has answered, and nobody's code has run in it. */
import type { DeviceRecord } from '../uvm/device-record.ts';
import type { UtilityVm, utilityVmDocument } from '../uvm/utility-vm.ts';
import type { RootsAhead } from './root-ahead.ts';

export interface ParkedVm {
  readonly vm: UtilityVm;
  readonly secret: Buffer;
  readonly startedAtMs: number;
  readonly document: ReturnType<typeof utilityVmDocument>;
  /** Mounted in it, for containers to come. */
  readonly roots: RootsAhead;
  /** Who keeps the record of its devices from now on. */
  keepDevices(keep: (devices: DeviceRecord) => Promise<void>): void;
  /** vm.json names it: whoever comes after this process finds it there. */
  recorded(): void;
}
