/** The documents that golden/ holds: hosts and options, by name. Files are golden/<build>-<arch>-<name>.json. */
import {
  confidentialDocument,
  type ConfidentialOptions,
} from '../../../hcs/document/confidential-document.ts';
import type { ComputeSystemDocument } from '../../../hcs/document/compute-system.ts';
import { type HostArchitecture, hostOfBuild } from '../../../hcs/document/host-version.ts';
import { type LcowVmOptions, lcowVm } from '../../../hcs/document/lcow-vm.ts';

export interface GoldenDocument {
  readonly file: string;
  readonly build: number;
  /** Paths in the document of fields that no published schema of this build has, and that hcsshim sends. */
  readonly unpublished: readonly string[];
  readonly make: () => ComputeSystemDocument;
}

const BOOT = 'C:\\Program Files\\Linux Containers';
const BASE: LcowVmOptions = {
  kernelFilePath: `${BOOT}\\kernel`,
  vmlinuxFilePath: `${BOOT}\\vmlinux`,
};
const INITRD = { ...BASE, initRdPath: `${BOOT}\\initrd.img` };
const ROOT = `${BOOT}\\rootfs.vhd`;
const VHD_PMEM: LcowVmOptions = { ...BASE, rootDisk: { kind: 'pmem', path: ROOT } };
const VHD_SCSI: LcowVmOptions = {
  ...BASE,
  rootDisk: { kind: 'scsi', path: ROOT },
  virtualPMemCount: 0,
};
const VERITY = 'rootfs,,,ro,0 16384 verity 1 /dev/sda /dev/sda 4096 4096 2048 2048 sha256 00 00';
const CONSOLE = { consolePipe: '\\\\.\\pipe\\console' };
const LOG = { logPipe: '\\\\.\\pipe\\log' };
const GROUP = 'aaaaaaaa-0000-0000-0000-000000000001';
const MIB = 1024 * 1024;
const IMAGES = [
  { path: 'C:\\layers\\1\\layer.vhd', sizeBytes: 5 * MIB },
  { path: 'C:\\layers\\2\\layer.vhd', sizeBytes: 900 * 1024 },
  { path: 'C:\\layers\\3\\layer.vhd', sizeBytes: 100 * MIB },
];
const NUMA_VM = { memoryMiB: 4096, processorCount: 4, allowOvercommit: false };
const NUMA_FIELDS = [
  'VirtualMachine/ComputeTopology/Memory/SlitType',
  'VirtualMachine/ComputeTopology/Numa',
];
const CPU_GROUP_FIELD = 'VirtualMachine/ComputeTopology/Processor/CpuGroup';

export const GOLDEN_DOCUMENTS: readonly GoldenDocument[] = [
  ...[17763, 18286, 18362, 19041, 20348, 22000, 22621, 26100].flatMap((build) => [
    lcow(build, 'initrd', INITRD),
    lcow(build, 'vhd-pmem', VHD_PMEM),
    lcow(build, 'vhd-scsi', VHD_SCSI),
  ]),
  lcow(17763, 'console', { ...INITRD, ...CONSOLE }),
  lcow(17763, 'limits', {
    ...INITRD,
    processorLimit: 50_000,
    processorWeight: 200,
    storageIopsMaximum: 1000,
    storageBandwidthMaximum: 100 * MIB,
  }),
  lcow(17763, 'memory-hints', {
    ...INITRD,
    memoryMiB: 2047,
    enableDeferredCommit: true,
    enableHotHint: true,
    enableColdHint: true,
  }),
  lcow(17763, 'pmem-images', { ...INITRD, virtualPMemImages: IMAGES }),
  lcow(17763, 'initrd', INITRD, 'arm64'),
  lcow(18362, 'pmem-images', { ...INITRD, virtualPMemImages: IMAGES }),
  lcow(18362, 'vhd-pmem-images', { ...VHD_PMEM, virtualPMemImages: IMAGES }),
  lcow(18362, 'uefi', { ...INITRD, loader: 'uefi' }),
  lcow(18362, 'uefi-vhd-pmem', { ...VHD_PMEM, loader: 'uefi' }),
  lcow(18362, 'large-pages', { ...INITRD, allowOvercommit: false, largePages: 'required' }),
  lcow(19041, 'console-and-log', { ...INITRD, ...CONSOLE, ...LOG }),
  lcow(19041, 'cold-discard-hint', { ...INITRD, enableColdDiscardHint: true }),
  lcow(19041, 'mmio-gaps', {
    ...INITRD,
    lowMmioGapMiB: 256,
    highMmioBaseMiB: 65_536,
    highMmioGapMiB: 4096,
  }),
  lcow(19041, 'initrd', INITRD, 'arm64'),
  // hcsshim puts a group in the document from 19043 on; the schema has it from 20348 on.
  lcow(19043, 'cpu-group', { ...INITRD, cpuGroupId: GROUP }, 'amd64', [CPU_GROUP_FIELD]),
  lcow(20348, 'cpu-group', { ...INITRD, cpuGroupId: GROUP }),
  lcow(20348, 'log', { ...INITRD, ...LOG }),
  lcow(20348, 'resource-partition', { ...INITRD, resourcePartitionId: GROUP }, 'amd64', [
    'VirtualMachine/ResourcePartitionId',
  ]),
  confidential(20348, {}),
  confidential(26100, {
    rootDiskPath: ROOT,
    hclEnabled: true,
    memoryMiB: 2048,
    processorCount: 4,
  }),
  lcow(22000, 'graphics-console', { ...INITRD, graphicsConsole: true }),
  lcow(22000, 'service-table', {
    ...INITRD,
    hvSocket: {
      bindSecurityDescriptor: 'D:P(A;;FA;;;SY)',
      connectSecurityDescriptor: 'D:P(A;;FA;;;BA)',
      services: {
        '00004c43-facb-11e6-bd58-64006a7986d3': {
          BindSecurityDescriptor: 'D:P(A;;FA;;;SY)',
          AllowWildcardBinds: true,
        },
      },
    },
  }),
  lcow(22000, 'vhd-scsi', { ...VHD_SCSI, ...CONSOLE }, 'arm64'),
  lcow(22621, 'vhd-verity', {
    ...VHD_SCSI,
    rootDisk: { kind: 'scsi', path: ROOT, verity: VERITY },
  }),
  lcow(22621, 'uefi-vhd-verity', {
    ...VHD_SCSI,
    loader: 'uefi',
    rootDisk: { kind: 'scsi', path: ROOT, verity: VERITY },
  }),
  lcow(22621, 'no-overcommit', { ...INITRD, allowOvercommit: false, memoryMiB: 512 }),
  lcow(22621, 'pmem-128', {
    ...INITRD,
    virtualPMemCount: 128,
    virtualPMemSizeBytes: 512 * MIB,
  }),
  lcow(22621, 'disks', {
    ...INITRD,
    scsiControllerCount: 2,
    scsiAttachments: {
      0: { Type: 'VirtualDisk', Path: 'C:\\disks\\data.vhdx' },
      5: { Type: 'PassThru', Path: '\\\\.\\PHYSICALDRIVE2', ReadOnly: true },
    },
  }),
  lcow(22621, 'initrd', INITRD, 'arm64'),
  lcow(
    26100,
    'numa-implicit',
    {
      ...INITRD,
      ...NUMA_VM,
      numa: {
        kind: 'implicit',
        maxProcessorsPerNode: 2,
        maxMemoryPerNodeMiB: 2048,
        preferredPhysicalNodes: [0, 1],
      },
    },
    'amd64',
    [...NUMA_FIELDS, 'VirtualMachine/ComputeTopology/Processor/NumaProcessorsSettings'],
  ),
  lcow(
    26100,
    'numa-explicit',
    {
      ...INITRD,
      ...NUMA_VM,
      cpuGroupId: GROUP,
      numa: {
        kind: 'explicit',
        nodes: [
          { physicalNode: 0, processorCount: 2, memoryMiB: 2048 },
          { physicalNode: 1, processorCount: 2, memoryMiB: 2048 },
        ],
      },
    },
    'amd64',
    NUMA_FIELDS,
  ),
  lcow(
    26100,
    'numa-anywhere',
    {
      ...INITRD,
      ...NUMA_VM,
      numa: {
        kind: 'explicit',
        nodes: [
          { physicalNode: 'any', processorCount: 3, memoryMiB: 1024 },
          { physicalNode: 'any', processorCount: 1, memoryMiB: 3072 },
        ],
      },
    },
    'amd64',
    NUMA_FIELDS,
  ),
  lcow(26100, 'survives-host', { ...INITRD, survivesHost: true, owner: 'lcow-supervisor' }),
  lcow(26100, 'initrd', INITRD, 'arm64'),
  lcow(26100, 'console-and-log', { ...INITRD, ...CONSOLE, ...LOG }, 'arm64'),
];

function lcow(
  build: number,
  name: string,
  options: LcowVmOptions,
  arch: HostArchitecture = 'amd64',
  unpublished: readonly string[] = [],
): GoldenDocument {
  return {
    file: `${build}-${arch}-${name}.json`,
    build,
    unpublished,
    make: () => lcowVm(options, hostOfBuild(build, arch)).document,
  };
}

function confidential(build: number, options: Partial<ConfidentialOptions>): GoldenDocument {
  const made: ConfidentialOptions = {
    guestStateFilePath: 'C:\\bundle\\kernel.vmgs',
    policyDigest: new Uint8Array(32).fill(7),
    vsockPorts: [1, 109, 0x4000_0000, 0x4000_0001],
    ...options,
  };
  return {
    file: `${build}-amd64-confidential.json`,
    build,
    unpublished: [
      'VirtualMachine/GuestState/GuestStateFileType',
      'VirtualMachine/SecuritySettings',
    ],
    make: () => confidentialDocument(made, hostOfBuild(build)),
  };
}
