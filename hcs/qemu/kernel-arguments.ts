/**
 * What the kernel line needs on this platform: the engine's part of it, for whoever writes KernelCmdLine.
 * Not a rule: a line without them boots too, slower. Measured in docs/decisions/0002-qemu-machine.md.
 */
import type { Accelerator } from '../document/properties.ts';

/**
 * Arguments that a Linux guest on machine q35 boots fastest with, in the order to give them.
 * @param tscKHz of the host (host-tsc.ts), where it is known
 */
export function platformArguments(accelerator: Accelerator, tscKHz?: number): readonly string[] {
  if (accelerator !== 'tcg') return COMMON;
  return [...COMMON, ...EMULATED, ...(tscKHz === undefined ? [] : [`tsc_early_khz=${tscKHz}`])];
}

const COMMON = [
  // Keyboard controller: q35 has one; probing it for a mouse and a multiplexer costs time.
  'i8042.noaux',
  'i8042.nomux',
  'i8042.nopnp',
  'i8042.dumbkbd',
  // Every PCI device is on bus 0 or behind its bridges; do not look for peers of bus 0.
  'pci=lastbus=0',
  'cryptomgr.notests',
  'rcupdate.rcu_expedited=1',
  'random.trust_cpu=on',
  'tsc=reliable',
  'no_timer_check',
  'noreplace-smp',
  // Every device reaches all memory. Without it persistent memory's address range costs 64 MiB of bounce buffers.
  'swiotlb=noforce',
] as const;

const EMULATED = [
  // Skips the delay loop's calibration; the value only scales udelay.
  'lpj=4000000',
  // Tracing's files: a tenth of an emulated boot goes into making them, and nothing in the guest reads them.
  'initcall_blacklist=tracer_init_tracefs,init_kprobe_trace,trace_eval_init,event_trace_init',
] as const;
