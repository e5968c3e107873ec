/**
 * The microvm machine: its arguments of QEMU's line, where its devices are, and what it cannot have. Its devices are
 * virtio over MMIO; the kernel learns their places from its line, to which they are added here and not by QEMU, which
 * would put them behind "--", among /init's arguments. Without ACPI: with it QEMU 7.2's microvm hangs under emulation in
 * about half of its boots (the clocks' calibration).
 */
import { HcsError, type ErrorEvent } from '../hcs-error.ts';
import type { ComputeSystemDocument } from '../document/compute-system.ts';
import type { LinkKind } from './guest-link.ts';
import { settingError, type Plug } from './plug.ts';

/** QEMU's hw/i386/microvm.c: eight transports where there is no ACPI. */
const MMIO_BASE = 0xfeb00000;
const MMIO_BYTES = 512;
const FIRST_INTERRUPT = 5;

/** Transports by what is on them. 3 is left free: its interrupt, 8, is the clock's. */
export const TRANSPORT = { serial: 0, scsi: [1, 2, 4, 5], plan9: 6, rng: 7 } as const;

/** The value of -machine, without what both machines have. */
export const MICROVM_MACHINE = [
  'microvm',
  'acpi=off',
  // The interrupt controller and timer that a kernel without ACPI calibrates the others by.
  'pit=on',
  'pic=on',
  // Without one the kernel waits for it for seconds.
  'rtc=on',
  'isa-serial=off',
  'x-option-roms=off',
  'auto-kernel-cmdline=off',
] as const;

/** The line's words for the kernel: where devices are, in the order of their places. */
export function mmioArguments(transports: readonly number[]): string[] {
  return [...transports]
    .sort((a, b) => a - b)
    .map((transport) => {
      const address = MMIO_BASE + transport * MMIO_BYTES;
      return `virtio_mmio.device=${MMIO_BYTES}@0x${address.toString(16)}:${FIRST_INTERRUPT + transport}`;
    });
}

/** The kernel's line with `words` added: before "--", behind which it is /init's. */
export function withKernelArguments(line: string, words: readonly string[]): string {
  const parts = line.split(' ');
  const end = parts.indexOf('--');
  parts.splice(end === -1 ? parts.length : end, 0, ...words);
  return parts.filter((part) => part !== '').join(' ');
}

/**
 * Refuses what needs PCI Express, ACPI or NVDIMMs. A VirtualPMem controller without a device is no device.
 * @throws HcsError NOT_SUPPORTED naming every setting
 */
export function checkMicrovm(op: string, document: ComputeSystemDocument, link: LinkKind): void {
  const events: ErrorEvent[] = [];
  const refuse = (Source: string, why: string): void => {
    events.push({ Message: `${Source} is given: ${why}`, Source });
  };
  const devices = document.VirtualMachine.Devices ?? {};
  const at = 'VirtualMachine/Devices';
  if (Object.keys(devices.VirtualPMem?.Devices ?? {}).length > 0) {
    refuse(`${at}/VirtualPMem/Devices`, 'machine microvm has no persistent memory; q35 has');
  }
  if (Object.keys(devices.NetworkAdapters ?? {}).length > 0) {
    refuse(`${at}/NetworkAdapters`, 'machine microvm has no hot-plug of adapters; q35 has');
  }
  const controllers = Object.keys(devices.Scsi ?? {}).length;
  if (controllers > TRANSPORT.scsi.length) {
    refuse(`${at}/Scsi`, `machine microvm has ${TRANSPORT.scsi.length} controllers at most`);
  }
  if (document.VirtualMachine.RestoreState !== undefined) {
    refuse('VirtualMachine/RestoreState', 'machine microvm does not restore; q35 does');
  }
  if (link === 'vsock') refuse('link', 'vsock needs hot-plug, which machine microvm has not');
  if (events.length > 0) throw new HcsError(op, 'NOT_SUPPORTED', events);
}

/** Refuses a setting that machine microvm cannot have. @throws HcsError NOT_SUPPORTED */
export function refuseOnMicrovm(
  plug: Plug,
  source: string,
  message = 'needs hot-plug, which machine microvm has not; q35 has',
): void {
  if (plug.machine === 'microvm') throw settingError(plug.op, 'NOT_SUPPORTED', source, message);
}
