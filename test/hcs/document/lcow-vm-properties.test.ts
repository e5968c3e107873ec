/**
 * Any options on any host: a document that our decoder takes and that holds all that was asked, or a refusal
 * that names an option. Nothing is dropped silently.
 */
import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HcsError } from '../../../hcs/hcs-error.ts';
import type { VirtualMachine } from '../../../hcs/document/virtual-machine.ts';
import { decodeComputeSystemDocument } from '../../../hcs/document/decode-compute-system.ts';
import type { HostVersion } from '../../../hcs/document/host-version.ts';
import { type LcowVmOptions, lcowVm } from '../../../hcs/document/lcow-vm.ts';
import type { NumaOptions } from '../../../hcs/document/numa-topology.ts';

/** What an option is called in refusals, and whether a document holds it. */
interface Asked {
  names: RegExp;
  held(vm: VirtualMachine, given: LcowVmOptions): boolean;
}

const memory = (vm: VirtualMachine) => vm.ComputeTopology?.Memory;
const processor = (vm: VirtualMachine) => vm.ComputeTopology?.Processor;
const line = (vm: VirtualMachine) =>
  vm.Chipset?.LinuxKernelDirect?.KernelCmdLine ?? vm.Chipset?.Uefi?.BootThis?.OptionalData ?? '';
const switched = (on: boolean | undefined, field: unknown) =>
  on === true ? field === true : !field;
const same = (given: number | undefined, field: number | undefined) =>
  (given || undefined) === field;

const OPTIONS: Record<
  Exclude<keyof LcowVmOptions, 'platform' | 'platformArguments' | 'initArguments' | 'virtualPci'>,
  Asked
> = {
  owner: { names: /Owner/, held: () => true },
  kernelFilePath: {
    names: /kernelFilePath|KernelFilePath/,
    held: (vm, { kernelFilePath, vmlinuxFilePath }) => {
      const direct = vm.Chipset?.LinuxKernelDirect;
      if (direct !== undefined)
        return direct.KernelFilePath === (vmlinuxFilePath ?? kernelFilePath);
      const { DevicePath = '', VmbFsRootPath = '' } = vm.Chipset?.Uefi?.BootThis ?? {};
      return `${VmbFsRootPath.replace(/\/$/, '')}/${DevicePath.slice(1)}` === kernelFilePath;
    },
  },
  vmlinuxFilePath: { names: /KernelFilePath/, held: () => true },
  loader: {
    names: /loader/,
    held: (vm, { loader }) => (vm.Chipset?.Uefi === undefined) === (loader === 'kernel-direct'),
  },
  initRdPath: {
    names: /initRdPath|InitRdPath/,
    held: (vm, { initRdPath }) =>
      vm.Chipset?.LinuxKernelDirect === undefined
        ? line(vm).startsWith('initrd=/')
        : vm.Chipset.LinuxKernelDirect.InitRdPath === initRdPath,
  },
  rootDisk: {
    names: /rootDisk/,
    held: (vm, { rootDisk }) =>
      JSON.stringify(vm.Devices).includes(JSON.stringify(rootDisk?.path)) &&
      line(vm).includes('root=/dev/') &&
      (rootDisk?.verity === undefined || line(vm).includes(rootDisk.verity)),
  },
  memoryMiB: {
    names: /memoryMiB|SizeInMB/,
    held: (vm, { memoryMiB = 0 }) => memory(vm)?.SizeInMB === memoryMiB + (memoryMiB % 2),
  },
  allowOvercommit: {
    names: /[aA]llowOvercommit/,
    held: (vm, { allowOvercommit }) => switched(allowOvercommit, memory(vm)?.AllowOvercommit),
  },
  enableDeferredCommit: {
    names: /[eE]nableDeferredCommit/,
    held: (vm, { enableDeferredCommit: on }) => switched(on, memory(vm)?.EnableDeferredCommit),
  },
  enableHotHint: {
    names: /[eE]nableHotHint/,
    held: (vm, { enableHotHint: on }) => switched(on, memory(vm)?.EnableHotHint),
  },
  enableColdHint: {
    names: /[eE]nableColdHint/,
    held: (vm, { enableColdHint: on }) => switched(on, memory(vm)?.EnableColdHint),
  },
  enableColdDiscardHint: {
    names: /enableColdDiscardHint/,
    held: (vm, { enableColdDiscardHint: on }) => switched(on, memory(vm)?.EnableColdDiscardHint),
  },
  largePages: { names: /largePages/, held: (vm) => memory(vm)?.BackingPageSize === 'Large' },
  lowMmioGapMiB: {
    names: /lowMmioGapMiB|LowMmioGapInMB/,
    held: (vm, { lowMmioGapMiB }) => same(lowMmioGapMiB, memory(vm)?.LowMmioGapInMB),
  },
  highMmioBaseMiB: {
    names: /highMmioBaseMiB|HighMmioBaseInMB/,
    held: (vm, { highMmioBaseMiB }) => same(highMmioBaseMiB, memory(vm)?.HighMmioBaseInMB),
  },
  highMmioGapMiB: {
    names: /highMmioGapMiB|HighMmioGapInMB/,
    held: (vm, { highMmioGapMiB }) => same(highMmioGapMiB, memory(vm)?.HighMmioGapInMB),
  },
  processorCount: {
    names: /processorCount|Processor\/Count/,
    held: (vm, { processorCount }) =>
      processor(vm)?.Count === processorCount && line(vm).includes(` nr_cpus=${processorCount} `),
  },
  processorLimit: {
    names: /Processor\/Limit/,
    held: (vm, { processorLimit }) => same(processorLimit, processor(vm)?.Limit),
  },
  processorWeight: {
    names: /Processor\/Weight/,
    held: (vm, { processorWeight }) => same(processorWeight, processor(vm)?.Weight),
  },
  cpuGroupId: {
    names: /cpuGroupId|CpuGroup/,
    held: (vm, { cpuGroupId }) => processor(vm)?.CpuGroup?.Id === cpuGroupId,
  },
  resourcePartitionId: {
    names: /ResourcePartitionId/,
    held: (vm, { resourcePartitionId }) => vm.ResourcePartitionId === resourcePartitionId,
  },
  numa: { names: /numa|Numa/, held: (vm) => vm.ComputeTopology?.Numa !== undefined },
  scsiControllerCount: {
    names: /scsiControllerCount/,
    held: (vm, { scsiControllerCount = 0 }) =>
      Object.keys(vm.Devices?.Scsi ?? {}).length >= scsiControllerCount,
  },
  scsiAttachments: {
    names: /Attachments|scsiAttachments/,
    held: (vm, { scsiAttachments = {} }) => {
      const [first] = Object.values(vm.Devices?.Scsi ?? {});
      return Object.entries(scsiAttachments).every(
        ([lun, { Path }]) => first?.Attachments?.[lun]?.Path === Path,
      );
    },
  },
  virtualPMemCount: {
    names: /virtualPMemCount|VirtualPMem/,
    held: (vm, { rootDisk, virtualPMemCount: count = 0 }) =>
      (vm.Devices?.VirtualPMem?.MaximumCount ?? 0) ===
      (rootDisk?.kind === 'pmem' ? Math.max(1, count) : count),
  },
  virtualPMemSizeBytes: {
    names: /MaximumSizeBytes|virtualPMemImages/,
    held: (vm, { virtualPMemSizeBytes: size }) =>
      vm.Devices?.VirtualPMem === undefined || vm.Devices.VirtualPMem.MaximumSizeBytes === size,
  },
  virtualPMemImages: {
    names: /virtualPMemImages/,
    held: (vm, { virtualPMemImages = [] }) => {
      const text = JSON.stringify(vm.Devices?.VirtualPMem?.Devices ?? {});
      return virtualPMemImages.every(({ path }) => text.includes(JSON.stringify(path)));
    },
  },
  console: {
    names: /ComPorts/,
    held: (vm, { console: on }) => on !== true || line(vm).includes('0,115200'),
  },
  consolePipe: {
    names: /ComPorts/,
    held: (vm, { consolePipe }) => vm.Devices?.ComPorts?.['0']?.NamedPipe === consolePipe,
  },
  logPipe: {
    names: /ComPorts/,
    held: (vm, { logPipe }) =>
      vm.Devices?.ComPorts?.['1']?.NamedPipe === logPipe && line(vm).includes('1,115200'),
  },
  graphicsConsole: {
    names: /VideoMonitor/,
    held: (vm, { graphicsConsole: on }) =>
      (on === true) === (vm.Devices?.VideoMonitor !== undefined) &&
      (on === true) === line(vm).includes(' console=tty '),
  },
  hvSocket: {
    names: /HvSocket/,
    held: (vm, { hvSocket }) => {
      const config = vm.Devices?.HvSocket?.HvSocketConfig;
      return (
        Object.keys(hvSocket?.services ?? {}).length ===
          Object.keys(config?.ServiceTable ?? {}).length &&
        config?.DefaultConnectSecurityDescriptor === hvSocket?.connectSecurityDescriptor
      );
    },
  },
  storageIopsMaximum: {
    names: /IopsMaximum/,
    held: (vm, { storageIopsMaximum }) => same(storageIopsMaximum, vm.StorageQoS?.IopsMaximum),
  },
  storageBandwidthMaximum: {
    names: /BandwidthMaximum/,
    held: (vm, { storageBandwidthMaximum: most }) => same(most, vm.StorageQoS?.BandwidthMaximum),
  },
  survivesHost: { names: /ShouldTerminate/, held: () => true },
  userArguments: {
    names: /kernel (?:arguments|command line)/,
    held: (vm, { userArguments = '' }) => line(vm).includes(userArguments.trim()),
  },
};

const path = fc.constantFrom(
  '/boot/kernel',
  '/boot/x/vmlinux',
  '/boot/initrd.img',
  'C:/r.vhd',
  'a',
);
const disk = fc.record({ Type: fc.constant('VirtualDisk' as const), Path: path });
const sdl = fc.constantFrom('D:P(A;;FA;;;SY)', 'D:P(A;;FA;;;BA)', 'everyone');
const numa: fc.Arbitrary<NumaOptions> = fc.oneof(
  fc.record({
    kind: fc.constant('implicit' as const),
    maxProcessorsPerNode: fc.integer({ min: 0, max: 4 }),
    maxMemoryPerNodeMiB: fc.integer({ min: 0, max: 2048 }),
  }),
  fc.constantFrom(
    { kind: 'explicit', nodes: [{ physicalNode: 'any', processorCount: 2, memoryMiB: 1024 }] },
    { kind: 'explicit', nodes: [{ physicalNode: 64, processorCount: 2, memoryMiB: 1024 }] },
  ) as fc.Arbitrary<NumaOptions>,
);

const options: fc.Arbitrary<LcowVmOptions> = fc.record(
  {
    kernelFilePath: fc.constantFrom('/boot/kernel', '/kernel', '/boot/vmlinux', 'kernel', ''),
    vmlinuxFilePath: path,
    owner: fc.constantFrom('lcow', 'a\0b'),
    loader: fc.constantFrom('kernel-direct' as const, 'uefi' as const),
    initRdPath: path,
    rootDisk: fc.record(
      {
        kind: fc.constantFrom('pmem' as const, 'scsi' as const),
        path,
        verity: fc.constantFrom('a,,,ro,0 8 verity', 'a"b', ''),
      },
      { requiredKeys: ['kind', 'path'] },
    ),
    memoryMiB: fc.constantFrom(1024, 1023, 0, 0.5, 2 ** 31),
    allowOvercommit: fc.boolean(),
    enableDeferredCommit: fc.boolean(),
    enableHotHint: fc.boolean(),
    enableColdHint: fc.boolean(),
    enableColdDiscardHint: fc.boolean(),
    largePages: fc.constantFrom('preferred' as const, 'required' as const),
    lowMmioGapMiB: fc.integer({ min: -1, max: 4096 }),
    highMmioBaseMiB: fc.integer({ min: -1, max: 4096 }),
    highMmioGapMiB: fc.integer({ min: -1, max: 4096 }),
    processorCount: fc.constantFrom(1, 2, 64, 0, 2049),
    processorLimit: fc.constantFrom(0, 1, 100_000, 100_001),
    processorWeight: fc.constantFrom(0, 1, 10_000, 10_001),
    cpuGroupId: fc.constantFrom('aaaaaaaa-0000-0000-0000-000000000001', 'group'),
    resourcePartitionId: fc.constantFrom('aaaaaaaa-0000-0000-0000-000000000002', 'partition'),
    numa,
    scsiControllerCount: fc.integer({ min: 0, max: 5 }),
    scsiAttachments: fc.dictionary(fc.constantFrom('0', '1', '63', '64'), disk, {
      maxKeys: 2,
      noNullPrototype: true,
    }) as fc.Arbitrary<NonNullable<LcowVmOptions['scsiAttachments']>>,
    virtualPMemCount: fc.constantFrom(0, 1, 64, 128, 129),
    virtualPMemSizeBytes: fc.constantFrom(4096, 1 << 20, 4 * 1024 ** 3, 1000),
    virtualPMemImages: fc.array(fc.record({ path, sizeBytes: fc.constantFrom(0, 4096, 2 ** 22) }), {
      maxLength: 3,
    }),
    console: fc.boolean(),
    consolePipe: fc.constantFrom('\\\\.\\pipe\\c', ''),
    logPipe: fc.constantFrom('\\\\.\\pipe\\l', ''),
    graphicsConsole: fc.boolean(),
    hvSocket: fc.record(
      {
        bindSecurityDescriptor: sdl,
        connectSecurityDescriptor: sdl,
        services: fc.dictionary(
          fc.constantFrom('00004c43-facb-11e6-bd58-64006a7986d3', 'port'),
          fc.constant({}),
          {
            noNullPrototype: true,
          },
        ),
      },
      { requiredKeys: [] },
    ),
    storageIopsMaximum: fc.integer({ min: -1, max: 10 }),
    storageBandwidthMaximum: fc.integer({ min: -1, max: 10 }),
    survivesHost: fc.boolean(),
    userArguments: fc.constantFrom('a=1', 'a -- b', 'x'.repeat(2048), 'a\nb'),
  },
  { requiredKeys: ['kernelFilePath'] },
);

const host: fc.Arbitrary<HostVersion> = fc.record({
  build: fc.constantFrom(17763, 18286, 18362, 18967, 19041, 19043, 20348, 22000, 22621, 26100),
  schemaVersions: fc
    .subarray([1, 2, 3, 4, 5, 6], { minLength: 1 })
    .map((minors) => minors.map((Minor) => ({ Major: 2, Minor }))),
  arch: fc.constantFrom('amd64' as const, 'arm64' as const),
});

/** Few at a time, mostly: with all options given, nearly everything is refused. */
const few = fc
  .tuple(options, fc.subarray(Object.keys(OPTIONS), { maxLength: 4 }))
  .map(([all, kept]): LcowVmOptions => {
    const entries = Object.entries(all).filter(([name]) => kept.includes(name));
    return { kernelFilePath: '/boot/kernel', ...Object.fromEntries(entries) };
  });

for (const [what, given, runs] of [
  ['a few options', few, 2500],
  ['many options', options, 500],
] as const) {
  test(`${what} on any host make a document that holds them all, or a refusal naming one`, () => {
    let refused = 0;
    let built = 0;
    fc.assert(
      fc.property(given, host, (asked, on) => {
        const names = Object.keys(asked) as (keyof typeof OPTIONS)[];
        let vm: VirtualMachine;
        try {
          const { document } = lcowVm(asked, on);
          assert.equal(decodeComputeSystemDocument(JSON.parse(JSON.stringify(document))), document);
          vm = document.VirtualMachine;
        } catch (error) {
          if (!(error instanceof HcsError)) throw error;
          refused += 1;
          for (const { Message } of error.events) {
            assert.ok(
              names.some((name) => OPTIONS[name].names.test(Message)),
              Message,
            );
          }
          assert.ok(error.events.length > 0);
          return;
        }
        built += 1;
        for (const name of names) {
          assert.ok(OPTIONS[name].held(vm, asked), `${name} is not in ${JSON.stringify(vm)}`);
        }
      }),
      { numRuns: runs },
    );
    assert.ok(refused > runs / 20, `${built} built, ${refused} refused`);
    if (given === few) assert.ok(built > runs / 5, `${built} built, ${refused} refused`);
  });
}

test.run();
