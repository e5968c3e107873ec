/** Decoders of schema `Topology` and its parts. What each field means stands with its type. */
import { boolean, integer, list, object, oneOf, required } from './decoder.ts';
import { guid } from './scalars.ts';
import type {
  ComputeTopology,
  CpuGroup,
  Memory,
  Numa,
  NumaProcessors,
  NumaSetting,
  Processor,
} from './compute-topology.ts';

/** Largest memory of a Hyper-V VM: 240 TiB, in MiB. */
const MEMORY_MAX_MIB = 240 * 1024 * 1024;
/** Largest number of virtual processors of a Hyper-V VM. */
const PROCESSORS_MAX = 2048;
const NUMA_NODES_MAX = 64;

/** MiB of memory: even and not zero. */
export const memorySize = integer({ type: 'uint64', min: 2, max: MEMORY_MAX_MIB, multipleOf: 2 });
/** 0 is "no limit". */
export const processorLimit = integer({ type: 'uint64', max: 100_000 });
/** 0 is HCS's default. */
export const processorWeight = integer({ type: 'uint64', max: 10_000 });
export const processorReservation = integer({ type: 'uint64', max: 100_000 });
export const processorFrequency = integer({ type: 'uint32' });
export const cpuGroup = object<CpuGroup>({ Id: required(guid) });

const uint32 = integer({ type: 'uint32' });
const uint64 = integer({ type: 'uint64' });
const backing = oneOf('Physical', 'Virtual', 'Hybrid');

const memory = object<Memory>(
  {
    SizeInMB: required(memorySize),
    AllowOvercommit: boolean,
    BackingPageSize: oneOf('Small', 'Large'),
    FaultClusterSizeShift: uint32,
    DirectMapFaultClusterSizeShift: uint32,
    PinBackingPages: boolean,
    ForbidSmallBackingPages: boolean,
    EnableHotHint: boolean,
    EnableColdHint: boolean,
    EnableColdDiscardHint: boolean,
    EnableDeferredCommit: boolean,
    LowMmioGapInMB: uint64,
    HighMmioBaseInMB: uint64,
    HighMmioGapInMB: uint64,
    SlitType: oneOf('None', 'Firmware', 'Measured', 'FirmwareFallbackMeasured'),
    Backing: backing,
  },
  {
    check(value, path, context) {
      if (value.EnableDeferredCommit === true && value.AllowOvercommit !== true) {
        const at = `${path}/EnableDeferredCommit`;
        context.problem('refused', at, true, `needs ${path}/AllowOvercommit true`);
      }
    },
  },
);

const processor = object<Processor>({
  Count: required(integer({ type: 'uint32', min: 1, max: PROCESSORS_MAX })),
  Limit: processorLimit,
  Weight: processorWeight,
  Reservation: processorReservation,
  MaximumFrequencyMHz: processorFrequency,
  ExposeVirtualizationExtensions: boolean,
  EnablePerfmonPmu: boolean,
  EnablePerfmonPebs: boolean,
  EnablePerfmonLbr: boolean,
  EnablePerfmonIpt: boolean,
  CpuGroup: cpuGroup,
  NumaProcessorsSettings: object<NumaProcessors>({
    count_per_node: object<{ max?: number }>({ max: uint32 }),
    node_per_socket: uint32,
  }),
});

const nodeNumber = integer({ type: 'uint8' });

const numa = object<Numa>({
  VirtualNodeCount: integer({ type: 'uint8', max: NUMA_NODES_MAX }),
  PreferredPhysicalNodes: list(uint64, NUMA_NODES_MAX),
  Settings: list(
    object<NumaSetting>({
      VirtualNodeNumber: required(nodeNumber),
      PhysicalNodeNumber: required(nodeNumber),
      VirtualSocketNumber: required(uint32),
      CountOfProcessors: required(uint32),
      CountOfMemoryBlocks: required(uint64),
      MemoryBackingType: backing,
    }),
    NUMA_NODES_MAX,
  ),
  MaxSizePerNode: uint64,
});

export const computeTopology = object<ComputeTopology>(
  { Memory: memory, Processor: processor, Numa: numa },
  {
    check(value, path, context) {
      if ((value.Numa?.VirtualNodeCount ?? 0) > 1 && value.Memory?.AllowOvercommit === true) {
        const at = `${path}/Memory/AllowOvercommit`;
        context.problem('refused', at, true, `must be false with ${path}/Numa`);
      }
    },
  },
);
