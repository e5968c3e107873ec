/** A template as it is shown: without its secret. */
import type { StoredTemplate } from '../template/template-store.ts';

export function templateObject({ record, sizeBytes, setAside }: StoredTemplate) {
  const { ComputeTopology } = record.identity.virtualMachine;
  return {
    Id: record.systemId,
    Created: record.createdAt,
    TookMs: record.tookMs,
    SizeBytes: sizeBytes,
    MemoryMiB: ComputeTopology?.Memory?.SizeInMB ?? 0,
    Processors: ComputeTopology?.Processor?.Count ?? 0,
    Kernel: record.guest.kernelRelease,
    Agent: record.guest.agentVersion,
    ...(setAside === undefined ? {} : { SetAside: { At: setAside.at, Why: setAside.why } }),
    Identity: record.identity,
  };
}
