import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FEATURE_NEEDS } from '../../../hcs/document/host-features.ts';
import {
  checkHostVersion,
  type HostVersion,
  hostOfBuild,
  MODERN_HOST,
} from '../../../hcs/document/host-version.ts';
import type { LcowDocumentOptions } from '../../../hcs/document/lcow-options.ts';
import { lcowDocument } from '../../../hcs/document/lcow-document.ts';
import { lcowVm } from '../../../hcs/document/lcow-vm.ts';
import { hcsThrow } from '../../harness/rejection.ts';

const BASE = { kernelFilePath: '/boot/kernel', kernelCommandLine: 'quiet' };

test('a build has the schema of its SDK, and builds between two that of the older', () => {
  const newest = (build: number) => hostOfBuild(build).schemaVersions.at(-1)?.Minor;
  const builds = [17763, 18361, 18362, 19041, 19045, 20348, 22000, 22621, 26100, 27000];
  assert.equal(builds.map(newest), [1, 1, 2, 3, 3, 5, 6, 6, 6, 6]);
});

test('builds before 17763 are refused by number, and what is no build too', () => {
  for (const build of [14393, 17134, 17762]) {
    const error = hcsThrow(() => hostOfBuild(build), 'NOT_SUPPORTED');
    assert.match(error.message, `Windows build ${build} has no computecore.dll`);
    assert.match(error.message, '17763');
    const host = { ...MODERN_HOST, build };
    hcsThrow(() => lcowDocument(BASE, host), 'NOT_SUPPORTED');
    hcsThrow(() => lcowVm(BASE, host), 'NOT_SUPPORTED');
  }
  for (const build of [0, -1, 1.5, Number.NaN, 1e6]) {
    hcsThrow(() => hostOfBuild(build), 'E_INVALIDARG');
  }
});

test('a host that reports no schema 2.1 is refused with what it reports', () => {
  const host: HostVersion = { ...MODERN_HOST, schemaVersions: [{ Major: 1, Minor: 0 }] };
  assert.match(hcsThrow(() => checkHostVersion(host), 'NOT_SUPPORTED').message, '1.0');
  hcsThrow(() => checkHostVersion({ ...host, schemaVersions: [] }), 'NOT_SUPPORTED');
});

test("the builds are hcsshim's", () => {
  const builds = FEATURE_NEEDS.flatMap(({ build, option }) =>
    build === undefined ? [] : [[option, build]],
  );
  assert.equal(builds, [
    ['loader', 18286],
    ['enableColdDiscardHint', 18967],
    ['cpuGroupId', 19043],
    ['numa', 26100],
  ]);
});

/** An option for each need, which a modern host takes. */
const ASKED: Record<string, Partial<LcowDocumentOptions>> = {
  loader: { loader: 'kernel-direct' },
  rootDisk: { rootDisk: { kind: 'pmem', path: 'r.vhd' } },
  virtualPMemCount: { virtualPMemCount: 1 },
  virtualPMemImages: { virtualPMemImages: [{ path: 'i.vhd', sizeBytes: 4096 }] },
  enableColdDiscardHint: { enableColdDiscardHint: true },
  largePages: { largePages: 'preferred' },
  lowMmioGapMiB: { lowMmioGapMiB: 128 },
  highMmioBaseMiB: { highMmioBaseMiB: 65_536 },
  highMmioGapMiB: { highMmioGapMiB: 512 },
  cpuGroupId: { cpuGroupId: 'aaaaaaaa-0000-0000-0000-000000000001' },
  numa: {
    allowOvercommit: false,
    numa: { kind: 'implicit', maxProcessorsPerNode: 1, maxMemoryPerNodeMiB: 512 },
  },
};

for (const need of FEATURE_NEEDS) {
  const asked = { ...BASE, ...ASKED[need.option] };
  test(`${need.option} is taken by the first host that has it, and refused by name before`, () => {
    assert.ok(need.option in ASKED);
    lcowDocument(asked, MODERN_HOST);
    const refusing: [HostVersion, string][] = [];
    if (need.build !== undefined) {
      lcowDocument(asked, { ...MODERN_HOST, build: need.build });
      refusing.push([{ ...MODERN_HOST, build: need.build - 1 }, `build ${need.build}`]);
    }
    if (need.schema !== undefined) {
      const { Minor } = need.schema;
      lcowDocument(asked, { ...MODERN_HOST, schemaVersions: [{ Major: 2, Minor }] });
      const schemaVersions = [{ Major: 2, Minor: Minor - 1 }];
      refusing.push([{ ...MODERN_HOST, schemaVersions }, `schema 2.${Minor}`]);
    }
    if (need.amd64Only === true) refusing.push([hostOfBuild(26100, 'arm64'), 'arm64']);
    assert.ok(refusing.length > 0);
    for (const [host, words] of refusing) {
      const error = hcsThrow(() => lcowDocument(asked, host), 'NOT_SUPPORTED');
      assert.is(error.events.length, 1);
      assert.match(error.message, need.option);
      assert.match(error.message, words);
    }
  });
}

test('a field of a disk that the host does not know is refused by its path', () => {
  const scsiAttachments = {
    3: { Type: 'VirtualDisk' as const, Path: 'd', AlwaysAllowSparseFiles: true },
  };
  lcowDocument({ ...BASE, scsiAttachments }, hostOfBuild(22000));
  const old = hostOfBuild(20348);
  const error = hcsThrow(() => lcowDocument({ ...BASE, scsiAttachments }, old), 'NOT_SUPPORTED');
  assert.match(error.message, 'Attachments/3/AlwaysAllowSparseFiles needs schema 2.6');
});

test('what the host does another way is told', () => {
  const images = [1, 2].map((each) => ({ path: `${each}.vhd`, sizeBytes: 4096 }));
  const options = { kernelFilePath: '/boot/kernel', virtualPMemImages: images };
  assert.equal(lcowVm(options, hostOfBuild(18362)).notes, []);
  const old = lcowVm(options, hostOfBuild(17763));
  assert.is(old.loader, 'uefi');
  assert.is(old.packsPMem, false);
  assert.is(old.notes.length, 2);
  assert.match(old.notes[0] ?? '', '18286');
  assert.match(old.notes[1] ?? '', '18362');
  const arm = lcowVm({ kernelFilePath: '/boot/kernel' }, hostOfBuild(26100, 'arm64'));
  assert.match(arm.notes.join(), /UEFI.*arm64.*no persistent memory/);
});

test('UEFI refuses what it cannot reach or boot', () => {
  const uefi = { loader: 'uefi' as const };
  const refused = (options: Parameters<typeof lcowVm>[0]) =>
    hcsThrow(() => lcowVm({ ...uefi, ...options }), 'E_INVALIDARG').message;
  assert.match(refused({ kernelFilePath: 'C:\\b\\vmlinux' }), 'kernelFilePath "C:');
  assert.match(refused({ kernelFilePath: 'kernel' }), 'in a folder');
  assert.match(refused({ kernelFilePath: '/a/k', initRdPath: '/b/i' }), 'initRdPath "/b/i"');
  assert.match(refused({ kernelFilePath: '/a/k', initRdPath: '/a/i d' }), 'initRdPath "/a/i d"');
  const root = lcowVm({ ...uefi, kernelFilePath: 'D:\\kernel', initRdPath: 'D:\\i' }).document;
  assert.is(root.VirtualMachine.Chipset?.Uefi?.BootThis?.VmbFsRootPath, 'D:\\');
});

test('two disks do not share a place', () => {
  const error = hcsThrow(
    () =>
      lcowDocument({
        ...BASE,
        rootDisk: { kind: 'scsi', path: 'r' },
        scsiAttachments: { 0: { Type: 'VirtualDisk', Path: 'd' } },
      }),
    'E_INVALIDARG',
  );
  assert.match(error.message, 'LUN 0, which rootDisk');
});

test.run();
