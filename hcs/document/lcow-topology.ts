/** Memory, processors and NUMA of an LCOW document: hcsshim's, non-zero fields only. */
import type { ComputeTopology, Memory, Processor } from './compute-topology.ts';
import {
  DEFAULT_MEMORY_MIB,
  DEFAULT_PROCESSOR_COUNT,
  type LcowDocumentOptions,
} from './lcow-options.ts';
import { evenMiB } from './memory-size.ts';
import { nonZero } from './non-zero.ts';
import { type NumaTopology, numaTopology } from './numa-topology.ts';

/** The options that this part reads. */
export type TopologyOptions = Pick<
  LcowDocumentOptions,
  | 'memoryMiB'
  | 'allowOvercommit'
  | 'enableDeferredCommit'
  | 'enableHotHint'
  | 'enableColdHint'
  | 'enableColdDiscardHint'
  | 'largePages'
  | 'lowMmioGapMiB'
  | 'highMmioBaseMiB'
  | 'highMmioGapMiB'
  | 'processorCount'
  | 'processorLimit'
  | 'processorWeight'
  | 'cpuGroupId'
  | 'numa'
>;

/** @throws HcsError E_INVALIDARG where `numa` does not add up; the rest is left for the decoder to judge */
export function lcowTopology(options: TopologyOptions): ComputeTopology {
  const topology = topologyOf(options);
  return {
    Memory: memory(options, topology),
    Processor: processor(options, topology),
    ...(topology === undefined ? {} : { Numa: topology.numa }),
  };
}

function topologyOf(options: TopologyOptions): NumaTopology | undefined {
  if (options.numa === undefined) return undefined;
  return numaTopology(options.numa, {
    processorCount: options.processorCount ?? DEFAULT_PROCESSOR_COUNT,
    memoryMiB: evenMiB(options.memoryMiB ?? DEFAULT_MEMORY_MIB),
    allowOvercommit: options.allowOvercommit ?? true,
  });
}

function memory(options: TopologyOptions, topology: NumaTopology | undefined): Memory {
  const size = options.memoryMiB ?? DEFAULT_MEMORY_MIB;
  return {
    SizeInMB: evenMiB(size),
    ...nonZero({
      AllowOvercommit: options.allowOvercommit ?? true,
      EnableDeferredCommit: options.enableDeferredCommit,
      EnableHotHint: options.enableHotHint,
      EnableColdHint: options.enableColdHint,
      EnableColdDiscardHint: options.enableColdDiscardHint,
      LowMmioGapInMB: options.lowMmioGapMiB,
      HighMmioBaseInMB: options.highMmioBaseMiB,
      HighMmioGapInMB: options.highMmioGapMiB,
      ForbidSmallBackingPages: options.largePages === 'required',
    }),
    ...(options.largePages === undefined ? {} : { BackingPageSize: 'Large' }),
    ...(topology === undefined ? {} : { SlitType: 'FirmwareFallbackMeasured' }),
  };
}

function processor(options: TopologyOptions, topology: NumaTopology | undefined): Processor {
  return {
    Count: options.processorCount ?? DEFAULT_PROCESSOR_COUNT,
    ...nonZero({ Limit: options.processorLimit, Weight: options.processorWeight }),
    ...(options.cpuGroupId === undefined ? {} : { CpuGroup: { Id: options.cpuGroupId } }),
    ...(topology?.processors === undefined ? {} : { NumaProcessorsSettings: topology.processors }),
  };
}
