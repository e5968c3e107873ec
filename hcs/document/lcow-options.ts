/** What may be asked of an LCOW document. Types and defaults only; lcow-document.ts builds it. */
import { availableParallelism } from 'node:os';
import type { HvSocketServiceConfig } from './hv-socket.ts';
import type { NumaOptions } from './numa-topology.ts';
import type { Attachment } from './scsi.ts';
import type { PMemImage } from './virtual-pmem-packing.ts';

/** hcsshim's default. */
export const DEFAULT_MEMORY_MIB = 1024;
/** hcsshim's default; the caller lowers it to what the host has. */
export const DEFAULT_PROCESSOR_COUNT = 2;

/** How many processors this host has for VMs and us. */
export function hostProcessorCount(): number {
  return availableParallelism();
}

/**
 * A root filesystem that is a disk, hcsshim's boot modes b, c and d: an ext4 VHD as PMem device 0 or as SCSI
 * 0:0, whose place it then takes. The kernel line needs the arguments of the kind (lcow-boot.ts).
 */
export interface RootDisk {
  kind: 'pmem' | 'scsi';
  /** Host path. */
  path: string;
  /** With scsi: arguments of dm-mod.create that make /dev/dm-0, a dm-verity device over the disk. */
  verity?: string;
}

/** Who loads the kernel: the host itself, or UEFI from the boot folder, which the host shows it as VmbFs. */
export type Loader = 'kernel-direct' | 'uefi';

/** Who on the host may use hvsocket with the VM; descriptors are SDDL. */
export interface HvSocketAccess {
  /** Default: SYSTEM and Administrators, hcsshim's. */
  bindSecurityDescriptor?: string;
  /** Default: HCS's own. */
  connectSecurityDescriptor?: string;
  /** By service GUID (vsockServiceId() of a port); default none. */
  services?: Readonly<Record<string, HvSocketServiceConfig>>;
}

export interface LcowDocumentOptions {
  /** Free text; `enumerate` selects by it. Default "lcow". */
  owner?: string;
  /** Host path of bzImage or vmlinux; UEFI takes a kernel with an EFI stub, which bzImage is. */
  kernelFilePath: string;
  /** Host path of the uncompressed ELF: taken instead where the host loads the kernel itself. */
  vmlinuxFilePath?: string;
  /** Default kernel-direct where the host can (build 18286, not arm64), else uefi. */
  loader?: Loader;
  /** Host path of the initramfs; absent with a root disk. */
  initRdPath?: string;
  /** Default none: the initramfs is the root. */
  rootDisk?: RootDisk;
  /** See kernelCommandLine(); give it the same processor count, console and log port. */
  kernelCommandLine: string;
  /** Rounded up to even. Default 1024. */
  memoryMiB?: number;
  /** Default true: memory is backed by the page file. */
  allowOvercommit?: boolean;
  /** Default false; needs allowOvercommit. */
  enableDeferredCommit?: boolean;
  /** Default false. */
  enableHotHint?: boolean;
  /** Default false. */
  enableColdHint?: boolean;
  /** Default false; Windows build 18967 and later. */
  enableColdDiscardHint?: boolean;
  /** Back memory with large pages, or with nothing else. Default HCS's. Schema 2.2 and later. */
  largePages?: 'preferred' | 'required';
  /** Schema 2.3 and later, as the two below; default HCS's. */
  lowMmioGapMiB?: number;
  highMmioBaseMiB?: number;
  highMmioGapMiB?: number;
  /** Default 2. */
  processorCount?: number;
  /** 1..100000; default none. */
  processorLimit?: number;
  /** 1..10000; default HCS's. */
  processorWeight?: number;
  /** GUID; default none. Excludes resourcePartitionId. Windows build 19043 and later. */
  cpuGroupId?: string;
  /** GUID; default none. */
  resourcePartitionId?: string;
  /** Default none. Windows build 26100 and later; needs allowOvercommit false. */
  numa?: NumaOptions;
  /** 0..4; default 1, and 4 where there is no PMem, as hcsshim does. */
  scsiControllerCount?: number;
  /** Disks that are there at boot: LUN to disk, for controller 0. */
  scsiAttachments?: Readonly<Record<number, Attachment>>;
  /** Devices that can be hot-added; default 64 (none on arm64), 0 for none. */
  virtualPMemCount?: number;
  /** Of the largest; default 4 GiB. */
  virtualPMemSizeBytes?: number;
  /** Read-only images that are there at boot; packed into few devices from build 18362. */
  virtualPMemImages?: readonly PMemImage[];
  /** The first serial port, whose far end is ComputeSystem.console(). Default false: none. */
  console?: boolean;
  /** Pipe (Windows) or Unix socket (Linux) of that port; default the service's choice. */
  consolePipe?: string;
  /** Pipe or socket of the second serial port, for kernel messages beside a console. Default none. */
  logPipe?: string;
  /** Keyboard, video and monitor, for Hyper-V's own viewer. Default false. */
  graphicsConsole?: boolean;
  /** Default: hcsshim's for LCOW. */
  hvSocket?: HvSocketAccess;
  /** I/O operations a second for all disks; default no limit. */
  storageIopsMaximum?: number;
  /** Bytes a second for all disks; default no limit. */
  storageBandwidthMaximum?: number;
  /** True: the VM outlives the process that made it, for a supervisor that re-adopts. Default false. */
  survivesHost?: boolean;
}
