/**
 * QEMU's arguments from an HCS document: the table of design §2. Pure: no file is looked at.
 *
 * Devices that come and go (disks, ports, shares, adapters, persistent memory) are not here: they are
 * plugged over QMP, before the guest starts or later, at the places that this file lays out.
 */
import { HcsError, type ErrorEvent } from '../hcs-error.ts';
import type { ComputeSystemDocument } from '../document/compute-system.ts';
import type { Accelerator } from '../document/properties.ts';
import { SCSI_CONTROLLER_IDS } from '../document/scsi-controllers.ts';
import type { LinkKind } from './guest-link.ts';
import {
  checkMicrovm,
  MICROVM_MACHINE,
  mmioArguments,
  TRANSPORT,
  withKernelArguments,
} from './machine-microvm.ts';
import type { MachineType } from './machine-type.ts';
import type { MemoryFile } from './template.ts';

/** Root ports, one device each, for what is hot-added on PCI Express: adapters and the balloon. Each costs boot time. */
export const ROOT_PORTS = 2;
/** NVDIMMs that can be plugged, however many the document declares: each slot is an ACPI device to the guest. */
export const PMEM_SLOTS = 8;
/** The tag that the guest mounts all Plan 9 shares by. */
export const PLAN9_TAG = 'lcow9p';
/** The folder, relative to the system's, that holds the shares. */
export const PLAN9_FOLDER = 'plan9';
/** The visitors' monitors, relative to the system's folder; each serves one process at a time. */
export const MONITOR_SOCKETS = ['qmp-0.sock', 'qmp-1.sock'] as const;
/** The console's socket where the document names none. */
export const CONSOLE_SOCKET = 'com0.sock';
/** Ports the virtio-serial device has; port 0 is reserved for a console. Each costs queues at boot. */
export const SERIAL_PORTS_MAX = 8;
/** The root port of the vsock device, made where the link is vsock. */
export const VSOCK_PORT_ID = 'rp-vsock';
/** The file descriptor of the owner's monitor. */
const OWNER_MONITOR_FD = 3;
/** The file descriptor of the kernel's log; 4 is the vsock back end's. */
export const KERNEL_LOG_FD = 5;

/** PCI addresses on the root bus. */
const ADDRESS = { serial: 2, scsi: 4, plan9: 8, rng: 9, vsock: 10, rootPorts: 16 } as const;

/** What else decides the line. */
export interface MachineOptions {
  accelerator: Accelerator;
  /** Wait for saved state instead of booting. */
  incoming: boolean;
  /** Serial has a virtio-serial device; vsock a place for its device, and RAM that its back end shares. */
  link: LinkKind;
  /** QEMU takes the owner's monitor on file descriptor 3. */
  ownerMonitor: boolean;
  /** A firmware image that only loads kernels, which is faster than QEMU's default, a whole BIOS. */
  firmware?: string;
  /** Default q35. */
  machine?: MachineType;
  /** Default: QEMU's own. */
  memory?: MemoryFile;
  /** QEMU writes what comes out of the port of the kernel's log on file descriptor 5. Default false. */
  kernelLog?: boolean;
}

/** The controllers' keys in guest order: hcsshim's first, then others as the document has them. */
export function controllerOrder(document: ComputeSystemDocument): string[] {
  const keys = Object.keys(document.VirtualMachine.Devices?.Scsi ?? {});
  const known: string[] = SCSI_CONTROLLER_IDS.filter((key) => keys.includes(key));
  return [...known, ...keys.filter((key) => !known.includes(key))];
}

/** The console's socket, absolute or relative to the system's folder; undefined without ComPorts["0"]. */
export function consoleSocket(document: ComputeSystemDocument): string | undefined {
  const port = document.VirtualMachine.Devices?.ComPorts?.['0'];
  return port === undefined ? undefined : (port.NamedPipe ?? CONSOLE_SOCKET);
}

/** The host files that the line names; the system cannot start without them. */
export function bootFiles(document: ComputeSystemDocument): { path: string; source: string }[] {
  const vm = document.VirtualMachine;
  const at = 'VirtualMachine/Chipset/LinuxKernelDirect';
  const direct = vm.Chipset?.LinuxKernelDirect;
  if (direct === undefined) return [];
  const files = [{ path: direct.KernelFilePath, source: `${at}/KernelFilePath` }];
  if (direct.InitRdPath !== undefined) {
    files.push({ path: direct.InitRdPath, source: `${at}/InitRdPath` });
  }
  return files;
}

/** Refuses what this engine, with that machine and link, does not do. @throws HcsError NOT_SUPPORTED */
export function checkSupported(
  op: string,
  document: ComputeSystemDocument,
  machine: MachineType = 'q35',
  link: LinkKind = 'serial',
): void {
  const events: ErrorEvent[] = [];
  const refuse = (Source: string, why: string): void => {
    events.push({ Message: `${Source} is given: ${why}`, Source });
  };
  const vm = document.VirtualMachine;
  const at = 'VirtualMachine';
  if (vm.Chipset?.Uefi !== undefined) refuse(`${at}/Chipset/Uefi`, 'QEMU boots LinuxKernelDirect');
  if (vm.GuestState !== undefined) refuse(`${at}/GuestState`, 'QEMU keeps no VMGS');
  if (vm.SecuritySettings?.Isolation !== undefined) {
    refuse(`${at}/SecuritySettings/Isolation`, 'QEMU isolates by its own process only');
  }
  const devices = vm.Devices ?? {};
  for (const name of ['VideoMonitor', 'EnhancedModeVideo', 'Battery', 'SharedMemory'] as const) {
    if (devices[name] !== undefined) refuse(`${at}/Devices/${name}`, 'this machine has none');
  }
  for (const name of ['FlexibleIov', 'VirtualPci'] as const) {
    if (Object.keys(devices[name] ?? {}).length > 0) {
      refuse(`${at}/Devices/${name}`, 'host devices are not passed through');
    }
  }
  if (devices.ComPorts?.['1'] !== undefined) refuse(`${at}/Devices/ComPorts/1`, 'only "0" is made');
  if (events.length > 0) throw new HcsError(op, 'NOT_SUPPORTED', events);
  if (machine === 'microvm') checkMicrovm(op, document, link);
}

/** The arguments, the program's name left out. Relative paths are in the system's folder. */
export function machineArguments(
  document: ComputeSystemDocument,
  options: MachineOptions,
): readonly string[] {
  const vm = document.VirtualMachine;
  const args: string[] = ['-nodefaults', '-no-user-config', '-display', 'none', '-S'];
  if (vm.StopOnReset === true) args.push('-no-reboot');
  args.push(
    '-sandbox',
    'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny',
    ...processorAndMemory(document, options),
    ...(options.firmware === undefined ? [] : ['-bios', options.firmware]),
    ...boot(document, options.machine),
    ...monitors(options),
    ...(options.machine === 'microvm'
      ? microvmDevices(document)
      : fixedDevices(document, options.link)),
    ...serialPort(document, options.kernelLog === true),
  );
  if (options.incoming) args.push('-incoming', 'defer');
  return args;
}

function processorAndMemory(document: ComputeSystemDocument, options: MachineOptions): string[] {
  const topology = document.VirtualMachine.ComputeTopology;
  const memoryMiB = topology?.Memory?.SizeInMB ?? 0;
  const processors = topology?.Processor?.Count ?? 0;
  const microvm = options.machine === 'microvm';
  const pmem = microvm ? { count: 0, totalMiB: 0 } : pmemLimits(document);
  const machine = [
    ...(microvm ? MICROVM_MACHINE : ['q35']),
    'memory-backend=mem',
    // No disks on AHCI, no SMBus, no keyboard, no backdoor ports: less to probe, less to attack.
    ...(microvm ? [] : ['sata=off', 'smbus=off', 'i8042=off', 'vmport=off']),
    ...['usb=off', 'graphics=off'],
    ...(microvm ? [] : ['hpet=off']),
    'dump-guest-core=off',
    ...(pmem.count > 0 ? ['nvdimm=on'] : []),
  ];
  const memory =
    pmem.count > 0
      ? `size=${memoryMiB}M,slots=${pmem.count},maxmem=${memoryMiB + pmem.totalMiB}M`
      : `size=${memoryMiB}M`;
  return [
    '-machine',
    machine.join(','),
    '-accel',
    options.accelerator === 'kvm' ? 'kvm' : 'tcg,thread=multi',
    '-cpu',
    options.accelerator === 'kvm' ? 'host' : TCG_CPU,
    '-smp',
    `cpus=${processors},sockets=1,cores=${processors},threads=1`,
    '-m',
    memory,
    '-object',
    `${memoryBackend(options)},id=mem,size=${memoryMiB}M`,
  ];
}

/** Memory that a vsock back end, or the template of this system, is to see is shared. */
function memoryBackend({ link, memory }: MachineOptions): string {
  if (memory !== undefined) {
    const share = memory.shared ? 'on' : 'off';
    return `memory-backend-file,mem-path=${escapeOption(memory.path)},share=${share}`;
  }
  return link === 'vsock' ? 'memory-backend-memfd,share=on' : 'memory-backend-ram';
}

/** See docs/decisions/0002-qemu-machine.md. */
const TCG_CPU = 'qemu64,+rdrand';

/** Slots and address space for persistent memory. */
export function pmemLimits(document: ComputeSystemDocument): { count: number; totalMiB: number } {
  const pmem = document.VirtualMachine.Devices?.VirtualPMem;
  const count = Math.min(pmem?.MaximumCount ?? 0, PMEM_SLOTS);
  const sizeMiB = Math.ceil((pmem?.MaximumSizeBytes ?? 0) / 1024 ** 2);
  return { count, totalMiB: count * sizeMiB };
}

function boot(document: ComputeSystemDocument, machine: MachineType = 'q35'): string[] {
  const direct = document.VirtualMachine.Chipset?.LinuxKernelDirect;
  if (direct === undefined) return [];
  const args = ['-kernel', direct.KernelFilePath];
  if (direct.InitRdPath !== undefined) args.push('-initrd', direct.InitRdPath);
  const line =
    machine === 'microvm'
      ? withKernelArguments(direct.KernelCmdLine ?? '', mmioArguments(transports(document)))
      : direct.KernelCmdLine;
  if (line !== undefined) args.push('-append', line);
  return args;
}

function monitors(options: MachineOptions): string[] {
  const args: string[] = [];
  if (options.ownerMonitor) {
    args.push('-chardev', `socket,id=owner,fd=${OWNER_MONITOR_FD}`);
    args.push('-mon', 'chardev=owner,mode=control');
  }
  for (const [index, path] of MONITOR_SOCKETS.entries()) {
    args.push('-chardev', `socket,id=visitor${index},path=${path},server=on,wait=off`);
    args.push('-mon', `chardev=visitor${index},mode=control`);
  }
  return args;
}

function fixedDevices(document: ComputeSystemDocument, link: LinkKind): string[] {
  const args: string[] = [];
  const device = (model: string, id: string, address: string, extra = ''): void => {
    args.push('-device', `${model},id=${id},bus=pcie.0,addr=${address}${extra}`);
  };
  if (link === 'serial') {
    device(
      'virtio-serial-pci-non-transitional',
      'vser',
      hex(ADDRESS.serial),
      `,max_ports=${SERIAL_PORTS_MAX}`,
    );
  } else {
    // The device comes when its back end serves; a root port is where it can.
    device('pcie-root-port', VSOCK_PORT_ID, hex(ADDRESS.vsock), ',chassis=9,slot=9');
  }
  for (const index of controllerOrder(document).keys()) {
    // One queue: under emulation more only cost probe time.
    device(
      'virtio-scsi-pci-non-transitional',
      `scsi${index}`,
      hex(ADDRESS.scsi + index),
      ',num_queues=1',
    );
  }
  if (document.VirtualMachine.Devices?.Plan9 !== undefined) {
    args.push(...SHARED_FOLDER);
    device(
      'virtio-9p-pci-non-transitional',
      'plan9dev',
      hex(ADDRESS.plan9),
      `,fsdev=plan9,mount_tag=${PLAN9_TAG}`,
    );
  }
  args.push(...ENTROPY);
  device('virtio-rng-pci-non-transitional', 'rngdev', hex(ADDRESS.rng), ',rng=rng');
  for (let port = 0; port < ROOT_PORTS; port += 1) {
    const multifunction = port === 0 ? ',multifunction=on' : '';
    device(
      'pcie-root-port',
      `rp${port}`,
      `${hex(ADDRESS.rootPorts)}.${port}`,
      `,chassis=${port + 1},slot=${port + 1}${multifunction}`,
    );
  }
  return args;
}

const SHARED_FOLDER = [
  '-fsdev',
  `local,id=plan9,path=${PLAN9_FOLDER},security_model=passthrough,multidevs=remap`,
] as const;
const ENTROPY = ['-object', 'rng-random,id=rng,filename=/dev/urandom'] as const;

/** The same devices on microvm's transports; the link is serial, and nothing is hot-plugged on a bus of its own. */
function microvmDevices(document: ComputeSystemDocument): string[] {
  const args: string[] = [];
  const device = (model: string, id: string, transport: number, extra = ''): void => {
    // An old driver's registers are QEMU's default on MMIO; ours are the standard's.
    args.push('-device', `${model},id=${id},bus=virtio-mmio-bus.${transport}${extra}`);
  };
  args.push('-global', 'virtio-mmio.force-legacy=off');
  device('virtio-serial-device', 'vser', TRANSPORT.serial, `,max_ports=${SERIAL_PORTS_MAX}`);
  for (const index of controllerOrder(document).keys()) {
    device('virtio-scsi-device', `scsi${index}`, TRANSPORT.scsi[index] ?? 0, ',num_queues=1');
  }
  if (document.VirtualMachine.Devices?.Plan9 !== undefined) {
    args.push(...SHARED_FOLDER);
    device('virtio-9p-device', 'plan9dev', TRANSPORT.plan9, `,fsdev=plan9,mount_tag=${PLAN9_TAG}`);
  }
  args.push(...ENTROPY);
  device('virtio-rng-device', 'rngdev', TRANSPORT.rng, ',rng=rng');
  return args;
}

/** The transports that microvmDevices takes. */
function transports(document: ComputeSystemDocument): number[] {
  return [
    TRANSPORT.serial,
    ...[...controllerOrder(document).keys()].map((index) => TRANSPORT.scsi[index] ?? 0),
    ...(document.VirtualMachine.Devices?.Plan9 === undefined ? [] : [TRANSPORT.plan9]),
    TRANSPORT.rng,
  ];
}

/** COM1: the document's; else where the kernel's errors and a panic's text go (kernel-arguments.ts). */
function serialPort(document: ComputeSystemDocument, kernelLog: boolean): string[] {
  const socket = consoleSocket(document);
  if (socket === undefined) {
    if (!kernelLog) return [];
    const chardev = `socket,id=kernellog,fd=${KERNEL_LOG_FD}`;
    return ['-chardev', chardev, '-device', 'isa-serial,chardev=kernellog'];
  }
  const chardev = `socket,id=com0,path=${escapeOption(socket)},server=on,wait=off`;
  return ['-chardev', chardev, '-device', 'isa-serial,chardev=com0'];
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

/** QEMU's option syntax: a comma in a value is doubled. */
export function escapeOption(value: string): string {
  return value.replaceAll(',', ',,');
}
