/** How large a VM is for what its containers are limited to. The one place where that is decided. */
import { availableParallelism } from 'node:os';
import { RuntimeError } from '../errors.ts';

/**
 * What a VM needs beside its container's memory: kernel, agent, page tables, and a share that grows with it.
 * Measured: docs/decisions/0005.
 */
const VM_OVERHEAD_MIB = 192;
const VM_OVERHEAD_SHARE = 1 / 32;
const MIB = 1024 * 1024;
/** Docker's least: below it no process starts. */
const LEAST_MEMORY_BYTES = 6 * MIB;

/** @throws RuntimeError invalid-argument for a limit with which no process starts */
export function vmMemoryMiB(memoryBytes: number): number {
  if (memoryBytes < LEAST_MEMORY_BYTES) {
    const what = `${memoryBytes} bytes are less than 6m`;
    throw new RuntimeError('invalid-argument', 'limit memory', what);
  }
  const memoryMiB = memoryBytes / MIB;
  return Math.ceil(memoryMiB * (1 + VM_OVERHEAD_SHARE)) + VM_OVERHEAD_MIB;
}

/** @throws RuntimeError invalid-argument for more processors than the host has */
export function vmProcessors(cpus: number): number {
  const whole = Math.ceil(cpus);
  const most = availableParallelism();
  if (whole > most) {
    const what = `${cpus} processors are more than this host's ${most}`;
    throw new RuntimeError('invalid-argument', 'limit processors', what);
  }
  return whole;
}
