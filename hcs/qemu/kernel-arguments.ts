/**
 * What the kernel line needs on this platform: the engine's part of it, for whoever writes KernelCmdLine.
 * Not a rule: a line without them boots too, slower (on microvm, of which `reboot=t` is the way to end, it does not
 * end). Measured in docs/decisions/0002-qemu-machine.md and docs/performance.md.
 */
import type { Accelerator } from '../document/properties.ts';
import type { MachineType } from './machine-type.ts';

/**
 * Arguments that a Linux guest boots fastest with, in the order to give them.
 * @param tscKHz of the host (host-tsc.ts), where it is known
 * @param machine default q35
 */
export function platformArguments(
  accelerator: Accelerator,
  tscKHz?: number,
  machine: MachineType = 'q35',
): readonly string[] {
  const common = [...(machine === 'q35' ? Q35 : MICROVM), ...COMMON];
  if (accelerator !== 'tcg') return common;
  return [
    ...common,
    ...EMULATED,
    ...(machine === 'microvm' ? EMULATED_MICROVM : []),
    ...(tscKHz === undefined ? [] : [`tsc_early_khz=${tscKHz}`]),
  ];
}

const Q35 = [
  // Keyboard controller: q35 has one; probing it for a mouse and a multiplexer costs time.
  'i8042.noaux',
  'i8042.nomux',
  'i8042.nopnp',
  'i8042.dumbkbd',
  // Every PCI device is on bus 0 or behind its bridges; do not look for peers of bus 0.
  'pci=lastbus=0',
] as const;

const MICROVM = [
  // Neither is there: nothing to look for.
  'pci=off',
  'acpi=off',
  // No power button, no reset port: a triple fault is what ends it.
  'reboot=t',
] as const;

const COMMON = [
  'cryptomgr.notests',
  'rcupdate.rcu_expedited=1',
  'random.trust_cpu=on',
  'tsc=reliable',
  'no_timer_check',
  'noreplace-smp',
  // Every device reaches all memory. Without it persistent memory's address range costs 64 MiB of bounce buffers.
  'swiotlb=noforce',
  // For a kernel that has SCSI built in (modules are told by the agent): do not ask 256 targets a controller, 345 ms
  // under emulation. Disks announce themselves, and the agent asks for those that were there before.
  'scsi_mod.scan=manual',
  // Errors and a panic's text go to COM1, written by the port alone: no driver, nothing in a boot that goes well.
  'earlyprintk=serial,ttyS0,115200,keep',
] as const;

const EMULATED = [
  // Skips the delay loop's calibration; the value only scales udelay.
  'lpj=4000000',
  // Tracing's files: a tenth of an emulated boot goes into making them, and nothing in the guest reads them. A kernel of
  // `lcow kernel build` has none, and boots 35 ms sooner without these names to compare (BootFilePaths.builtKernel).
  'initcall_blacklist=tracer_init_tracefs,init_kprobe_trace,trace_eval_init,event_trace_init',
] as const;

const EMULATED_MICROVM = [
  // The timer of the interrupt controller is measured for 120 ms and, where there is no ACPI timer to compare it with, for
  // as long again. The PC's old timer needs no measuring; but it sleeps for 27 ms at most, so that an idle VM takes 1.6 %
  // of a processor in place of 0.4. With more processors than one it would wake all of them: kernelCommandLine() leaves it out.
  'nolapic_timer',
] as const;
