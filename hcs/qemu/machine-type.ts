/**
 * The machines of QEMU that a system may be given. Not part of the document, which says what devices there are: the
 * service is opened with one, and a system keeps its own.
 *
 * q35 has PCI Express, ACPI and NVDIMMs: everything comes and goes. microvm has none of them: virtio over MMIO at fixed
 * places, so it boots sooner; disks, shares and the agent's ports still come and go, since SCSI, 9P and virtio-serial
 * have their own ways. What it cannot have is refused by name (machine-microvm.ts).
 */
export const MACHINE_TYPES = ['q35', 'microvm'] as const;

export type MachineType = (typeof MACHINE_TYPES)[number];
