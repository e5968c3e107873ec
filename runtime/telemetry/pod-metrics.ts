/** What a supervisor tells of its pod when it is asked for numbers: the message, its decoder, and where a VM's come from. */
import { addCounters, type Counters, newCounters } from './counters.ts';

/** Of the task service. */
export const TASK_STATES = ['created', 'running', 'paused', 'stopped'] as const;
export type TaskStates = Record<(typeof TASK_STATES)[number], number>;

/** Of the process of the host that has the VM. */
export interface VmMetrics {
  /** What it has of the host's memory, shared with other VMs or not. */
  readonly residentBytes: number;
  /** Its own alone: what a template's clones share is not in it. */
  readonly privateBytes: number;
  /** What the guest was given. */
  readonly assignedBytes: number;
  readonly cpuSeconds: number;
}

export interface PodMetrics {
  readonly counters: Counters;
  readonly supervisor: { readonly residentBytes: number; readonly cpuSeconds: number };
  /** Of those that the host's store does not have: containerd's, and other callers'. */
  readonly containers: TaskStates;
  /** Absent where it does not run. */
  readonly vm?: VmMetrics;
}

/** What of HCS's properties of a compute system is asked for. */
interface VmProperties {
  readonly Memory?: { readonly VirtualMachineMemory?: { readonly AssignedMemory?: number } };
  readonly Statistics?: {
    readonly Processor?: { readonly TotalRuntime100ns?: number };
    readonly Memory?: {
      readonly MemoryUsageCommitBytes?: number;
      readonly MemoryUsagePrivateWorkingSetBytes?: number;
    };
  };
}

const PAGE_BYTES = 4096;

export function vmMetrics({ Memory, Statistics }: VmProperties): VmMetrics {
  const { Memory: used = {}, Processor = {} } = Statistics ?? {};
  return {
    residentBytes: used.MemoryUsageCommitBytes ?? 0,
    privateBytes: used.MemoryUsagePrivateWorkingSetBytes ?? 0,
    assignedBytes: (Memory?.VirtualMachineMemory?.AssignedMemory ?? 0) * PAGE_BYTES,
    cpuSeconds: (Processor.TotalRuntime100ns ?? 0) / 1e7,
  };
}

export function noContainers(): TaskStates {
  return { created: 0, running: 0, paused: 0, stopped: 0 };
}

/** Of a supervisor of any version: what is no number counts as none. */
export function decodePodMetrics(value: unknown): PodMetrics {
  const counters = newCounters();
  const { counters: told, supervisor, containers, vm } = recordOf(value);
  addCounters(counters, told);
  const { residentBytes, cpuSeconds } = recordOf(supervisor);
  const states = noContainers();
  for (const state of TASK_STATES) states[state] = numberOf(recordOf(containers)[state]);
  const machine = recordOf(vm);
  return {
    counters,
    supervisor: { residentBytes: numberOf(residentBytes), cpuSeconds: numberOf(cpuSeconds) },
    containers: states,
    ...(vm === undefined
      ? {}
      : {
          vm: {
            residentBytes: numberOf(machine['residentBytes']),
            privateBytes: numberOf(machine['privateBytes']),
            assignedBytes: numberOf(machine['assignedBytes']),
            cpuSeconds: numberOf(machine['cpuSeconds']),
          },
        }),
  };
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : 0;
}
