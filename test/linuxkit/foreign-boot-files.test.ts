/** Boot files from other people's kernels and initrds: what is made of them, what is refused, what is left behind. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { foreignBootFiles } from '../../linuxkit/foreign/foreign-boot-files.ts';
import { KernelFileError, readKernelFile } from '../../linuxkit/foreign/kernel-file.ts';
import { neverAnswers } from '../../linuxkit/foreign/needed-options.ts';
import { cpioArchive } from '../../linuxkit/initrd/cpio.ts';
import { readInitrd } from '../../linuxkit/initrd/read-initrd.ts';
import type { BootFiles, GuestManifest } from '../../linuxkit/manifest.ts';
import { missingLines, refuseContainers } from '../../runtime/uvm/kernel-features.ts';
import { rejection } from '../harness/rejection.ts';

interface Bench {
  folder: string;
  own: BootFiles;
}
const test = suite<Bench>('boot files of other people');

const AGENT = Buffer.from('lcow-agent is PID 1 of an lcow utility VM');
const COMPLETE = [
  ...['BLK_DEV_INITRD', 'BINFMT_ELF', 'DEVTMPFS', 'PROC_FS', 'SYSFS', 'TMPFS', 'UNIX', 'EPOLL'],
  ...['SIGNALFD', 'FUTEX', 'VIRTIO_PCI', 'VIRTIO_CONSOLE'],
];

/** A bzImage's head with a release, whose kernel cannot be unpacked. */
function bzImage(release: string): Buffer {
  const bytes = Buffer.alloc(0x1000);
  bytes.write('HdrS', 0x202);
  bytes.writeUInt16LE(0x20c, 0x206);
  bytes.writeUInt16LE(0x300, 0x20e);
  bytes.write(`${release} (somebody@somewhere) #1 SMP\0`, 0x500);
  return bytes;
}

/** An ELF with a PVH note, a banner and a configuration. */
function vmlinux(release: string, options: readonly string[], machine = 62, pvh = true): Buffer {
  const configuration = options.map((name) => `CONFIG_${name}=y\n`).join('');
  const banner = Buffer.from(`Linux version %s\0Linux version ${release} (a@b)\0`);
  const packed = gzipSync(Buffer.from(`# a comment\n${configuration}# CONFIG_X is not set\n`));
  const note = Buffer.alloc(20);
  note.writeUInt32LE(4, 0);
  note.writeUInt32LE(4, 4);
  note.writeUInt32LE(pvh ? 18 : 17, 8);
  note.write('Xen\0', 12);
  const head = Buffer.alloc(64 + 56);
  head.write('\x7fELF\x02\x01\x01', 0, 'latin1');
  head.writeUInt16LE(machine, 18);
  head.writeBigUInt64LE(64n, 32);
  head.writeUInt16LE(56, 54);
  head.writeUInt16LE(1, 56);
  head.writeUInt32LE(4, 64);
  head.writeBigUInt64LE(120n, 64 + 8);
  head.writeBigUInt64LE(20n, 64 + 32);
  return Buffer.concat([
    head,
    note,
    banner,
    Buffer.from('IKCFG_ST'),
    packed,
    Buffer.from('IKCFG_ED'),
  ]);
}

test.before((bench) => {
  bench.folder = mkdtempSync(join(tmpdir(), 'lcow-foreign-'));
  const directory = join(bench.folder, 'own');
  mkdirSync(directory);
  const initrd = cpioArchive([
    { type: 'directory', path: 'etc', mode: 0o755 },
    { type: 'directory', path: 'etc/lcow', mode: 0o755 },
    { type: 'directory', path: 'm', mode: 0o755 },
    { type: 'file', path: 'init', mode: 0o755, data: AGENT },
    { type: 'file', path: 'm/virtio_console.ko', mode: 0o644, data: Buffer.from('console') },
    {
      type: 'file',
      path: 'etc/lcow/modules',
      mode: 0o644,
      data: Buffer.from('base /m/virtio_console.ko\n'),
    },
  ]);
  writeFileSync(join(directory, 'initrd.img'), initrd);
  writeFileSync(join(directory, 'vmlinux'), vmlinux('6.1.0-ours', COMPLETE));
  const manifest = {
    kernel: { release: '6.1.0-ours', package: 'p', packageVersion: '1', boot: 'vmlinux' },
    agent: { version: '0.1.0', sizeBytes: AGENT.length, sha256: '0'.repeat(64) },
    modules: [{ name: 'virtio_console', groups: ['base'], sizeBytes: 7 }],
    absentModules: [],
    inputs: '1'.repeat(64),
  } as unknown as GuestManifest;
  bench.own = {
    directory,
    kernel: join(directory, 'vmlinux'),
    initrd: join(directory, 'initrd.img'),
    manifest,
  };
});
test.after(({ folder }) => rmSync(folder, { recursive: true, force: true }));

function put({ folder }: Bench, name: string, bytes: Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

function made({ folder, own }: Bench, files: { kernel?: string; initrd?: string }) {
  return foreignBootFiles({ ...files, own, dataDirectory: join(folder, 'data'), qemu: true });
}

const THEIRS = gzipSync(
  cpioArchive([{ type: 'file', path: 'init', mode: 0o755, data: Buffer.from('#!/bin/sh\n') }]),
);

test('an initrd gets agent and arguments; modules where the kernel is of our release', async (bench) => {
  const initrd = put(bench, 'theirs.img', THEIRS);
  const ours = await made(bench, { initrd });
  assert.is(ours.arguments, 'rdinit=/lcow/init');
  assert.match(ours.kernel, /vmlinux$/);
  const paths = readInitrd(readFileSync(ours.initrd), 'x').map(({ path }) => path);
  assert.ok(paths.includes('lcow/module/virtio_console.ko'), paths.join(' '));
  const kernel = put(bench, 'bzImage', bzImage('4.19.34-linuxkit'));
  const both = await made(bench, { kernel, initrd });
  assert.is(both.manifest.kernel.release, '4.19.34-linuxkit');
  assert.is(both.manifest.kernel.boot, 'kernel');
  assert.equal(
    readInitrd(readFileSync(both.initrd), 'x').map(({ path }) => path),
    ['init', 'lcow', 'lcow/init'],
  );
  assert.is(readFileSync(initrd).compare(THEIRS), 0, 'the file itself is left alone');
});

test('the same files are made once, changed ones anew', async (bench) => {
  const initrd = put(bench, 'again.img', THEIRS);
  const first = await made(bench, { initrd });
  assert.is((await made(bench, { initrd })).directory, first.directory);
  writeFileSync(initrd, cpioArchive([]));
  assert.is.not((await made(bench, { initrd })).directory, first.directory);
});

test('an initrd with our agent stays as it is', async (bench) => {
  const { own } = bench;
  const files = await made(bench, { initrd: own.initrd });
  assert.is(files.arguments, undefined);
  assert.is(readFileSync(files.initrd).compare(readFileSync(own.initrd)), 0);
});

test('what cannot boot is refused by name and leaves nothing', async (bench) => {
  const junk = put(bench, 'junk', Buffer.alloc(9000, 0x55));
  const data = join(bench.folder, 'data', 'foreign');
  const before = readdirSync(data);
  const cases: [{ kernel?: string; initrd?: string }, string, RegExp][] = [
    [{ kernel: junk }, 'unsupported', /kernel ".*junk" is neither a bzImage nor an ELF vmlinux/],
    [{ initrd: junk }, 'unsupported', /initrd ".*junk" is no initrd/],
    [{ initrd: join(bench.folder, 'none') }, 'not-found', /none" cannot be read/],
    [{ kernel: bench.folder }, 'not-found', /it is not a file/],
    [
      { kernel: put(bench, 'arm', vmlinux('6.1.0', COMPLETE, 183)) },
      'unsupported',
      /machine 183, x86-64 is needed/,
    ],
    [
      { kernel: put(bench, 'nopvh', vmlinux('6.1.0', COMPLETE, 62, false)) },
      'unsupported',
      /no PVH entry .*give the bzImage/,
    ],
    [
      { kernel: put(bench, 'poor', vmlinux('6.1.0', COMPLETE.slice(0, -2))) },
      'unsupported',
      /could never answer: CONFIG_VIRTIO_PCI, which .*, is not set; CONFIG_VIRTIO_CONSOLE/,
    ],
  ];
  for (const [files, code, expected] of cases) {
    const error = (await rejection(made(bench, files))) as Error & { code: string };
    assert.is(error.code, code, error.message);
    assert.match(error.message, expected);
  }
  assert.equal(readdirSync(data), before);
});

test('a kernel tells its release and its configuration', () => {
  const elf = readKernelFile(vmlinux('6.6.1-x', ['A', 'B']), 'k', true);
  assert.is(elf.kind, 'vmlinux');
  assert.is(elf.release, '6.6.1-x');
  assert.equal(
    [...(elf.configuration ?? [])],
    [
      ['CONFIG_A', 'y'],
      ['CONFIG_B', 'y'],
    ],
  );
  const image = readKernelFile(bzImage('4.14.35-lcow'), 'k', true);
  assert.equal(
    [image.kind, image.release, image.configuration],
    ['bzImage', '4.14.35-lcow', undefined],
  );
  assert.throws(
    () => readKernelFile(Buffer.from('\x7fELF'), 'k', true),
    (error: unknown) => error instanceof KernelFileError,
  );
});

test('a driver that is a module counts where the module comes along', () => {
  const options = new Map(COMPLETE.map((name) => [`CONFIG_${name}`, 'y']));
  options.set('CONFIG_VIRTIO_CONSOLE', 'm');
  assert.equal(neverAnswers(options, new Set(['virtio_console'])), []);
  assert.match(neverAnswers(options, new Set())[0] ?? '', /is a module that is not there/);
});

test('what a kernel lacks is told in words, and refused where no container starts', () => {
  assert.equal(missingLines('6.1', ['CONFIG_MEMCG', 'CONFIG_NEW']), [
    'kernel 6.1 lacks CONFIG_MEMCG (memory cannot be limited)',
    'kernel 6.1 lacks CONFIG_NEW',
  ]);
  refuseContainers('6.1', ['CONFIG_MEMCG']);
  assert.throws(
    () => refuseContainers('6.1', ['CONFIG_MEMCG', 'CONFIG_OVERLAY_FS']),
    /its kernel 6\.1 lacks CONFIG_OVERLAY_FS \(layers of an image cannot be stacked\)$/,
  );
});

test.run();
