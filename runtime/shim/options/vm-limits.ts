/** How large a pod's VM is to be where nobody says: after what its containers are limited to. */
import { availableParallelism } from 'node:os';
import { vmMemoryMiB, vmProcessors } from '../../container/vm-size.ts';
import { refuseOption } from './option-value.ts';

export interface VmLimits {
  readonly memoryMiB?: number;
  readonly processorCount?: number;
}

const GROUP = 'io.containerd.runc.v2.group';
const SANDBOX = 'io.kubernetes.cri.sandbox-id';
const CRI_MEMORY = 'io.kubernetes.cri.sandbox-memory';
const CRI_QUOTA = 'io.kubernetes.cri.sandbox-cpu-quota';
const CRI_PERIOD = 'io.kubernetes.cri.sandbox-cpu-period';
/** Linux's default period of CPU time, microseconds. */
const DEFAULT_PERIOD = 100_000;
/** Limits beyond say that there is none: runtimes write the largest number for it. */
const UNLIMITED_BYTES = 2 ** 50;

/**
 * Of a lone container: its own limits. Of a pod: what the kubelet tells of all its containers together; a first
 * container's limit says nothing of those that follow.
 * @param resources `linux.resources` of the OCI spec
 */
export function vmLimits(
  annotations: Readonly<Record<string, string>>,
  resources: unknown,
): VmLimits {
  const isPod = annotations[GROUP] !== undefined || annotations[SANDBOX] !== undefined;
  const { memoryBytes, cpus } = isPod ? ofPod(annotations) : ofContainer(resources);
  return {
    ...(memoryBytes === undefined ? {} : { memoryMiB: vmMemoryMiB(memoryBytes) }),
    // A limit may be more than there is: it is no wish for so many.
    ...(cpus === undefined
      ? {}
      : { processorCount: vmProcessors(Math.min(cpus, availableParallelism())) }),
  };
}

interface Limits {
  readonly memoryBytes: number | undefined;
  readonly cpus: number | undefined;
}

function ofPod(annotations: Readonly<Record<string, string>>): Limits {
  const number = (name: string): number | undefined => {
    const text = annotations[name];
    if (text === undefined || text === '') return undefined;
    if (/^-?\d{1,19}$/.test(text)) return Number(text);
    throw refuseOption(`annotation ${name}`, `${JSON.stringify(text.slice(0, 64))} is no number`);
  };
  const memory = number(CRI_MEMORY);
  return {
    memoryBytes: isLimit(memory) ? memory : undefined,
    cpus: cpusOf(number(CRI_QUOTA), number(CRI_PERIOD)),
  };
}

function ofContainer(resources: unknown): Limits {
  const { memory, cpu } = objectOf(resources);
  const { limit } = objectOf(memory);
  const { quota, period } = objectOf(cpu);
  return { memoryBytes: isLimit(limit) ? limit : undefined, cpus: cpusOf(quota, period) };
}

function isLimit(bytes: unknown): bytes is number {
  return typeof bytes === 'number' && bytes > 0 && bytes < UNLIMITED_BYTES;
}

function cpusOf(quota: unknown, period: unknown): number | undefined {
  if (typeof quota !== 'number' || !(quota > 0)) return undefined;
  return quota / (typeof period === 'number' && period > 0 ? period : DEFAULT_PERIOD);
}

function objectOf(value: unknown): Record<string, unknown> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : {};
}
