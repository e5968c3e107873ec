/** What of a Task.Update's resources (OCI LinuxResources, JSON) a person set: limits as the records keep them. */
import type { ContainerRecord } from '../container/container-record.ts';

/** Absent fields are unchanged; a limit of -1 or 0 is none any more and is not in the result. */
export function limitsOf(resources: Uint8Array): ContainerRecord['limits'] {
  let decoded: Resources;
  try {
    decoded = (JSON.parse(Buffer.from(resources).toString('utf8')) ?? {}) as Resources;
  } catch {
    return {};
  }
  const { memory, cpu, pids } = decoded;
  const cpus = positive(cpu?.quota) && positive(cpu?.period) ? cpu.quota / cpu.period : undefined;
  return {
    ...(positive(memory?.limit) ? { memoryBytes: memory.limit } : {}),
    ...(cpus === undefined ? {} : { cpus }),
    ...(positive(pids?.limit) ? { pids: pids.limit } : {}),
  };
}

interface Resources {
  readonly memory?: { readonly limit?: number };
  readonly cpu?: { readonly quota?: number; readonly period?: number };
  readonly pids?: { readonly limit?: number };
}

function positive<T>(value: T | undefined): value is T & number {
  return typeof value === 'number' && value > 0;
}
