/** Memory, processors and NUMA of a VM (schema `Topology`). Types only. */

/** Schema `Topology`. */
export interface ComputeTopology {
  Memory?: Memory;
  Processor?: Processor;
  /** Build 26100 and later. */
  Numa?: Numa;
}

/** Schema `VirtualMachine_Memory`. */
export interface Memory {
  /** MiB, in spite of the name; even. */
  SizeInMB: number;
  /** True: backed by the page file rather than by committed physical memory. */
  AllowOvercommit?: boolean;
  BackingPageSize?: 'Small' | 'Large';
  FaultClusterSizeShift?: number;
  DirectMapFaultClusterSizeShift?: number;
  PinBackingPages?: boolean;
  ForbidSmallBackingPages?: boolean;
  EnableHotHint?: boolean;
  EnableColdHint?: boolean;
  EnableColdDiscardHint?: boolean;
  /** Commit is charged at first access; only with AllowOvercommit. */
  EnableDeferredCommit?: boolean;
  LowMmioGapInMB?: number;
  HighMmioBaseInMB?: number;
  HighMmioGapInMB?: number;
  /** hcsshim, vNUMA only. */
  SlitType?: 'None' | 'Firmware' | 'Measured' | 'FirmwareFallbackMeasured';
  /** hcsshim, vNUMA only. */
  Backing?: 'Physical' | 'Virtual' | 'Hybrid';
}

/** Schema `VirtualMachine_Processor`. */
export interface Processor {
  Count: number;
  /** 1..100000, hundred thousandths of the whole; absent is no limit. */
  Limit?: number;
  /** 0..10000; absent is HCS's default of 100. */
  Weight?: number;
  /** 0..100000. */
  Reservation?: number;
  MaximumFrequencyMHz?: number;
  ExposeVirtualizationExtensions?: boolean;
  EnablePerfmonPmu?: boolean;
  EnablePerfmonPebs?: boolean;
  EnablePerfmonLbr?: boolean;
  EnablePerfmonIpt?: boolean;
  CpuGroup?: CpuGroup;
  NumaProcessorsSettings?: NumaProcessors;
}

/** Schema `CpuGroup`. */
export interface CpuGroup {
  /** GUID; the null GUID leaves the group. */
  Id: string;
}

/** hcsshim `NumaProcessors`; its keys are snake_case, unlike everything else in the schema. */
export interface NumaProcessors {
  count_per_node?: { max?: number };
  node_per_socket?: number;
}

/** hcsshim `Numa`. */
export interface Numa {
  /** At most 64. */
  VirtualNodeCount?: number;
  /** 255 stands for any node. */
  PreferredPhysicalNodes?: number[];
  Settings?: NumaSetting[];
  /** MiB. */
  MaxSizePerNode?: number;
}

/** hcsshim `NumaSetting`. */
export interface NumaSetting {
  VirtualNodeNumber: number;
  PhysicalNodeNumber: number;
  VirtualSocketNumber: number;
  CountOfProcessors: number;
  CountOfMemoryBlocks: number;
  MemoryBackingType?: 'Physical' | 'Virtual' | 'Hybrid';
}
