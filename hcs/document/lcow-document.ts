/**
 * Builds the document of an LCOW utility VM: hcsshim's MakeLCOWDoc field for field, non-zero fields only.
 *
 * The VM it describes boots the same on Hyper-V and on QEMU; only kernel arguments differ, and those come
 * from kernel-command-line.ts.
 */
import { availableParallelism } from 'node:os';
import type { ComputeSystemDocument } from './compute-system.ts';
import type { Memory, Processor } from './compute-topology.ts';
import { decodeComputeSystemDocument } from './decode-compute-system.ts';
import type { Devices } from './devices.ts';
import { LCOW_BIND_SECURITY_DESCRIPTOR } from './hv-socket.ts';
import { evenMiB } from './memory-size.ts';
import { LCOW_SCHEMA_VERSION } from './schema-version.ts';
import type { Attachment, ScsiController } from './scsi.ts';
import { scsiControllerId } from './scsi-controllers.ts';
import type { VirtualMachine } from './virtual-machine.ts';
import { VPMEM_DEFAULT_COUNT, VPMEM_DEFAULT_SIZE_BYTES } from './virtual-pmem.ts';

/** hcsshim's default. */
export const DEFAULT_MEMORY_MIB = 1024;
/** hcsshim's default; the caller lowers it to what the host has. */
export const DEFAULT_PROCESSOR_COUNT = 2;

/** How many processors this host has for VMs and us. */
export function hostProcessorCount(): number {
  return availableParallelism();
}

/**
 * A root filesystem that is a disk, hcsshim's boot modes b and c: an ext4 VHD as PMem device 0 or as SCSI
 * 0:0, whose place it then takes. The kernel line needs ROOT_ARGUMENTS of the kind.
 */
export interface RootDisk {
  kind: 'pmem' | 'scsi';
  /** Host path. */
  path: string;
}

export interface LcowDocumentOptions {
  /** Free text; `enumerate` selects by it. Default "lcow". */
  owner?: string;
  /** Host path of bzImage or vmlinux. */
  kernelFilePath: string;
  /** Host path of the initramfs; absent with a root disk. */
  initRdPath?: string;
  /** Default none: the initramfs is the root. */
  rootDisk?: RootDisk;
  /** See kernelCommandLine(); give it the same processor count and console. */
  kernelCommandLine: string;
  /** Rounded up to even. Default 1024. */
  memoryMiB?: number;
  /** Default true: memory is backed by the page file. */
  allowOvercommit?: boolean;
  /** Default false; needs allowOvercommit. */
  enableDeferredCommit?: boolean;
  /** Default false; Windows build 18967 and later. */
  enableColdDiscardHint?: boolean;
  /** Default 2. */
  processorCount?: number;
  /** 1..100000; default none. */
  processorLimit?: number;
  /** 1..10000; default HCS's. */
  processorWeight?: number;
  /** GUID; default none. Excludes resourcePartitionId. */
  cpuGroupId?: string;
  /** GUID; default none. */
  resourcePartitionId?: string;
  /** 0..4; default 1, and 4 where there is no PMem, as hcsshim does. */
  scsiControllerCount?: number;
  /** Disks that are there at boot: LUN to disk, for controller 0. */
  scsiAttachments?: Readonly<Record<number, Attachment>>;
  /** Devices that can be hot-added; default 64, 0 for none. */
  virtualPMemCount?: number;
  /** Of the largest; default 4 GiB. */
  virtualPMemSizeBytes?: number;
  /** The first serial port, whose far end is ComputeSystem.console(). Default false: none. */
  console?: boolean;
  /** Pipe (Windows) or Unix socket (Linux) of that port; default the service's choice. */
  consolePipe?: string;
  /** I/O operations a second for all disks; default no limit. */
  storageIopsMaximum?: number;
  /** Bytes a second for all disks; default no limit. */
  storageBandwidthMaximum?: number;
  /** True: the VM outlives the process that made it, for a supervisor that re-adopts. Default false. */
  survivesHost?: boolean;
}

/**
 * Builds and checks the document.
 * @throws HcsError E_INVALIDARG or HCS_E_INVALID_JSON when an option makes a document that HCS refuses
 */
export function lcowDocument(options: LcowDocumentOptions): ComputeSystemDocument {
  const document: ComputeSystemDocument = {
    Owner: options.owner ?? 'lcow',
    SchemaVersion: { ...LCOW_SCHEMA_VERSION },
    ...(options.survivesHost === true ? {} : { ShouldTerminateOnLastHandleClosed: true }),
    VirtualMachine: virtualMachine(options),
  };
  return decodeComputeSystemDocument(document, 'build LCOW document');
}

function virtualMachine(options: LcowDocumentOptions): VirtualMachine {
  const storageQoS = nonZero({
    IopsMaximum: options.storageIopsMaximum,
    BandwidthMaximum: options.storageBandwidthMaximum,
  });
  return {
    StopOnReset: true,
    Chipset: {
      LinuxKernelDirect: {
        KernelFilePath: options.kernelFilePath,
        ...(options.initRdPath === undefined ? {} : { InitRdPath: options.initRdPath }),
        KernelCmdLine: options.kernelCommandLine,
      },
    },
    ComputeTopology: { Memory: memory(options), Processor: processor(options) },
    Devices: devices(options),
    ...(Object.keys(storageQoS).length > 0 ? { StorageQoS: storageQoS } : {}),
    ...(options.resourcePartitionId === undefined
      ? {}
      : { ResourcePartitionId: options.resourcePartitionId }),
  };
}

function memory(options: LcowDocumentOptions): Memory {
  const size = options.memoryMiB ?? DEFAULT_MEMORY_MIB;
  return {
    SizeInMB: evenMiB(size),
    ...nonZero({
      AllowOvercommit: options.allowOvercommit ?? true,
      EnableDeferredCommit: options.enableDeferredCommit,
      EnableColdDiscardHint: options.enableColdDiscardHint,
    }),
  };
}

function processor(options: LcowDocumentOptions): Processor {
  return {
    Count: options.processorCount ?? DEFAULT_PROCESSOR_COUNT,
    ...nonZero({ Limit: options.processorLimit, Weight: options.processorWeight }),
    ...(options.cpuGroupId === undefined ? {} : { CpuGroup: { Id: options.cpuGroupId } }),
  };
}

function devices(options: LcowDocumentOptions): Devices {
  const count = options.virtualPMemCount ?? VPMEM_DEFAULT_COUNT;
  const root = options.rootDisk;
  const controllers = scsiControllers(options, count);
  return {
    ...comPorts(options),
    ...(Object.keys(controllers).length > 0 ? { Scsi: controllers } : {}),
    ...(count > 0 || root?.kind === 'pmem'
      ? {
          VirtualPMem: {
            ...(root?.kind === 'pmem'
              ? { Devices: { 0: { HostPath: root.path, ReadOnly: true, ImageFormat: 'Vhd1' } } }
              : {}),
            MaximumCount: Math.max(count, root?.kind === 'pmem' ? 1 : 0),
            MaximumSizeBytes: options.virtualPMemSizeBytes ?? VPMEM_DEFAULT_SIZE_BYTES,
          },
        }
      : {}),
    HvSocket: {
      HvSocketConfig: { DefaultBindSecurityDescriptor: LCOW_BIND_SECURITY_DESCRIPTOR },
    },
    Plan9: {},
  };
}

function comPorts(options: LcowDocumentOptions): Pick<Devices, 'ComPorts'> {
  if (options.consolePipe !== undefined) {
    return { ComPorts: { 0: { NamedPipe: options.consolePipe } } };
  }
  return options.console === true ? { ComPorts: { 0: {} } } : {};
}

function scsiControllers(
  options: LcowDocumentOptions,
  pmemCount: number,
): Record<string, ScsiController> {
  const count = options.scsiControllerCount ?? (pmemCount === 0 ? 4 : 1);
  const controllers: Record<string, ScsiController> = {};
  for (let number = 0; number < count; number += 1) controllers[scsiControllerId(number)] = {};
  const attachments: Record<string, Attachment> = { ...options.scsiAttachments };
  if (options.rootDisk?.kind === 'scsi') {
    attachments['0'] = { Type: 'VirtualDisk', Path: options.rootDisk.path, ReadOnly: true };
  }
  if (Object.keys(attachments).length > 0) {
    controllers[scsiControllerId(0)] = { Attachments: attachments };
  }
  return controllers;
}

/** The members that are neither undefined, zero nor false: what Go's omitempty leaves. */
function nonZero<T extends Record<string, number | boolean | undefined>>(
  members: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept = Object.entries(members).filter(
    ([, value]) => value !== undefined && value !== 0 && value !== false,
  );
  return Object.fromEntries(kept) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
