/** `lcow uvm boot --document-only --windows-build N`, on a host that has no VMM and no boot files. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ComputeSystemDocument } from '../../../hcs/document/compute-system.ts';
import { repositoryRoot } from '../../harness/repository-root.ts';
import { CommandHost } from './captured-command.ts';

const test = suite<{ host: CommandHost }>('lcow uvm boot --windows-build', {
  host: new CommandHost(),
});
test.after(({ host }) => {
  host[Symbol.dispose]();
});

const NO_QEMU = { LCOW_QEMU: '/nonexistent/qemu', LCOW_BOOT_FILES: '/nonexistent' };

function boot(host: CommandHost, ...args: string[]) {
  return host.lcow(['uvm', 'boot', '--document-only', ...args], NO_QEMU);
}

async function documentOf(host: CommandHost, ...args: string[]) {
  const { code, stderr, stdout } = await boot(host, '--windows-build', ...args);
  assert.is(code, 0, stderr);
  return { document: JSON.parse(stdout) as ComputeSystemDocument, stderr };
}

/** Of --boot-mode and the golden files. */
for (const [mode, name] of [
  ['initrd', 'initrd'],
  ['vhd-pmem', 'vhd-pmem'],
  ['vhd-scsi', 'vhd-scsi'],
] as const) {
  test(`--boot-mode ${mode} prints the golden document of each build`, async ({ host }) => {
    for (const build of [17763, 18362, 19041, 20348, 22000, 22621, 26100]) {
      const file = join(repositoryRoot(), `test/hcs/document/golden/${build}-amd64-${name}.json`);
      const { document } = await documentOf(host, String(build), '--boot-mode', mode);
      assert.equal(document, JSON.parse(readFileSync(file, 'utf8')));
    }
  });
}

test('the kernel line and what the host decided stand on stderr', async ({ host }) => {
  const { stderr } = await documentOf(host, '17763', '--kernel-args', 'lcow.test=1');
  assert.match(stderr, /^kernel line: initrd=\/initrd\.img .*lcow\.test=1 .*nr_cpus=2/);
  assert.match(stderr, 'note: boots by UEFI from VmbFs');
});

test('every option has its field', async ({ host }) => {
  const group = 'aaaaaaaa-0000-0000-0000-000000000001';
  const { document, stderr } = await documentOf(
    host,
    ...['26100', '--memory', '4g', '--cpus', '4', '--cpu-limit', '50000', '--cpu-weight', '200'],
    ...['--cpu-group', group, '--numa', 'any:2:1g,any:2:3g', '--scsi-controllers', '2'],
    ...['--memory-option', 'no-overcommit', '--memory-option', 'cold-discard-hint'],
    ...['--memory-option', 'large-pages-only', '--pmem', '8', '--console'],
    ...['--log-pipe', '\\\\.\\pipe\\log', '--kernel', 'D:\\k\\bzImage', '--boot-mode', 'uefi'],
  );
  const vm = document.VirtualMachine;
  assert.equal(vm.Chipset?.Uefi?.BootThis?.VmbFsRootPath, 'D:\\k');
  assert.match(vm.Chipset?.Uefi?.BootThis?.OptionalData ?? '', /^initrd=\/initrd\.img /);
  assert.equal(vm.ComputeTopology?.Memory, {
    SizeInMB: 4096,
    EnableColdDiscardHint: true,
    ForbidSmallBackingPages: true,
    BackingPageSize: 'Large',
    SlitType: 'FirmwareFallbackMeasured',
  });
  assert.equal(vm.ComputeTopology?.Processor, {
    Count: 4,
    Limit: 50_000,
    Weight: 200,
    CpuGroup: { Id: group },
  });
  assert.equal(
    vm.ComputeTopology?.Numa?.Settings?.map((node) => [
      node.PhysicalNodeNumber,
      node.CountOfProcessors,
      node.CountOfMemoryBlocks,
    ]),
    [
      [255, 2, 1024],
      [255, 2, 3072],
    ],
  );
  assert.is(Object.keys(vm.Devices?.Scsi ?? {}).length, 2);
  assert.is(vm.Devices?.VirtualPMem?.MaximumCount, 8);
  assert.equal(vm.Devices?.ComPorts, {
    0: { NamedPipe: '\\\\.\\pipe\\lcow-uvm-console' },
    1: { NamedPipe: '\\\\.\\pipe\\log' },
  });
  assert.match(stderr, 'console=ttyS1,115200 console=ttyS0,115200');
});

test('a root VHD is on PMem where there is some, else on SCSI', async ({ host }) => {
  const root = async (...args: string[]) =>
    /root=\/dev\/(\S+)/.exec(
      (await documentOf(host, '26100', '--rootfs', 'r', ...args)).stderr,
    )?.[1];
  assert.is(await root(), 'pmem0');
  assert.is(await root('--pmem', '0'), 'sda');
  assert.is(await root('--arch', 'arm64'), 'sda');
  assert.is(await root('--boot-mode', 'vhd-verity', '--dm-verity', 'a,,,ro,0 8'), 'dm-0');
});

const REFUSED: [string[], RegExp][] = [
  [['--windows-build', '17134'], /build 17134 has no computecore\.dll.*17763/],
  [['--windows-build', 'x'], /--windows-build: "x"/],
  [['--windows-build', '26100', '--arch', 'mips'], /--arch: "mips"/],
  [['--windows-build', '26100', '--boot-mode', 'disk'], /--boot-mode: "disk"/],
  [['--windows-build', '26100', '--boot-mode', 'initrd', '--rootfs', 'r'], /--rootfs is not used/],
  [['--windows-build', '26100', '--boot-mode', 'vhd-pmem', '--initrd', 'i'], /--initrd is not/],
  [['--windows-build', '26100', '--boot-mode', 'vhd-verity'], /--dm-verity goes with/],
  [['--windows-build', '26100', '--dm-verity', 'a'], /--dm-verity goes with/],
  [
    ['--windows-build', '26100', '--arch', 'arm64', '--pmem', '1'],
    /--pmem does not exist on arm64/,
  ],
  [['--windows-build', '26100', '--pmem', '129'], /--pmem: "129"/],
  [['--windows-build', '26100', '--scsi-controllers', '5'], /--scsi-controllers: "5"/],
  [['--windows-build', '26100', '--cpu-limit', '0'], /--cpu-limit: "0"/],
  [['--windows-build', '26100', '--cpu-weight', '10001'], /--cpu-weight: "10001"/],
  [['--windows-build', '26100', '--cpu-group', 'g'], /--cpu-group: "g" is not a GUID/],
  [['--windows-build', '26100', '--log-pipe', ''], /--log-pipe is empty/],
  [['--windows-build', '26100', '--memory', '999t'], /--memory: "999t" is more than 240t/],
  [['--windows-build', '26100', '--memory-option', 'fast'], /--memory-option: "fast" is none of/],
  [
    ['--windows-build', '17763', '--memory-option', 'cold-discard-hint'],
    /--memory-option cold-discard-hint needs Windows build 18967: the host has 17763/,
  ],
  [
    ['--windows-build', '17763', '--memory-option', 'large-pages'],
    /--memory-option large-pages needs schema 2\.2/,
  ],
  [
    ['--windows-build', '19041', '--cpu-group', 'aaaaaaaa-0000-0000-0000-000000000001'],
    /--cpu-group needs Windows build 19043/,
  ],
  [['--windows-build', '22621', '--numa', 'max=1:1g'], /--numa needs Windows build 26100/],
  [['--windows-build', '26100', '--numa', 'max=1:1g'], /--numa needs .*overcommit/],
  [['--windows-build', '26100', '--numa', 'two'], /--numa: "two" is neither/],
  [['--windows-build', '26100', '--numa', '64:1:1g'], /--numa: "64"/],
  [['--cpu-group', 'g'], /--cpu-group needs --document-only and --windows-build/],
  [['--memory-option', 'hot-hint'], /--memory-option needs --document-only and --windows-build/],
];

for (const [args, words] of REFUSED) {
  test(`${args.join(' ')} is refused by name and prints nothing`, async ({ host }) => {
    const { code, stderr, stdout } = await boot(host, ...args);
    assert.is(code, 125);
    assert.is(stdout, '');
    assert.match(stderr, words);
  });
}

test('--windows-build starts nothing: it needs --document-only', async ({ host }) => {
  const { code, stderr } = await host.lcow(['uvm', 'boot', '--windows-build', '26100'], NO_QEMU);
  assert.is(code, 125);
  assert.match(stderr, '--windows-build needs --document-only');
});

test.run();
