/**
 * Somebody else's LCOW image, made here as LinuxKit's package `init-lcow` was in 2017: busybox, a script as /init that
 * mounts and starts /bin/gcs. Its kernel is the guest image's own, given as a file like any other: once as the bzImage, then as
 * the vmlinux in it, which an emulated processor need not unpack.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type CpioEntry, cpioArchive } from '../../linuxkit/initrd/cpio.ts';
import { readInitrd } from '../../linuxkit/initrd/read-initrd.ts';
import { digestOf, findBootFiles, MANIFEST_FILE } from '../../linuxkit/manifest.ts';
import { LcowHost } from '../harness/lcow-host.ts';
import { repositoryRoot } from '../harness/repository-root.ts';

const own = await findBootFiles({ packageRoot: repositoryRoot() });

const INIT = `#!/bin/sh
mount -t proc proc /proc
mount -t tmpfs -o size=10% tmpfs /run
mount -t tmpfs -o size=10% tmpfs /tmp
mount -t devtmpfs dev /dev
mount -t sysfs sysfs /sys
/bin/gcs -loglevel=debug -logfile=/tmp/gcs.log &
exec sh
`;

function theirInitrd(): Buffer {
  const folders = ['bin', 'dev', 'etc', 'proc', 'run', 'sbin', 'sys', 'tmp', 'usr', 'usr/bin'];
  const applets = ['sh', 'mount', 'mkdir', 'ip', 'hostname', 'cat', 'ls'];
  const entries: CpioEntry[] = [
    ...folders.map((path): CpioEntry => ({ type: 'directory', path, mode: 0o755 })),
    { type: 'file', path: 'bin/busybox', mode: 0o755, data: readFileSync('/bin/busybox') },
    ...applets.map(
      (name): CpioEntry => ({ type: 'symlink', path: `bin/${name}`, target: 'busybox' }),
    ),
    { type: 'file', path: 'init', mode: 0o755, data: Buffer.from(INIT) },
    { type: 'file', path: 'bin/gcs', mode: 0o755, data: Buffer.from('#!/bin/sh\nexec sleep 9\n') },
    { type: 'symlink', path: 'bin/vhd2tar', target: 'gcstools' },
    { type: 'file', path: 'gcs.commit', mode: 0o644, data: Buffer.from('ab442e9\n') },
  ];
  return gzipSync(cpioArchive(entries));
}

interface Context {
  host: LcowHost;
  initrd: string;
  options: string[];
}

const test = suite<Context>("other people's images", {
  host: new LcowHost(),
  initrd: '',
  options: [],
});

test.before((context) => {
  const initrd = join(context.host.folder, 'lcow-initrd.img');
  writeFileSync(initrd, theirInitrd());
  context.initrd = initrd;
  context.options = ['--kernel', own.kernel, '--initrd', initrd];
});
test.after(async ({ host }) => {
  const left = await host.settledLeftovers();
  await host[Symbol.asyncDispose]();
  assert.equal(left, []);
});

test('boots with our agent beside its own init, which stays as it was', async ({
  host,
  initrd,
}) => {
  const options = ['--kernel', join(own.directory, 'kernel'), '--initrd', initrd];
  const exec = '/bin/busybox head -n 1 /init /gcs.commit /proc/1/comm /proc/cmdline';
  const { code, stdout, stderr } = await host.lcow('uvm', 'boot', ...options, '--exec', exec);
  assert.is(code, 0, stderr);
  assert.match(stdout, /==> \/init <==\n#!\/bin\/sh\n/);
  assert.match(stdout, /==> \/gcs\.commit <==\nab442e9\n/);
  assert.match(stdout, /rdinit=\/lcow\/init/);
  assert.match(stderr, /agent \d+\.\d+/);
  assert.not.match(stderr, /lacks/);
});

test('runs our containers', async ({ host, options }) => {
  const { code, stdout, stderr } = await host.lcow(
    ...['run', '--rm', ...options, '--init', host.busybox, 'echo', 'hello'],
  );
  assert.is(code, 0, stderr);
  assert.is(stdout, 'hello\n');
});

test('what its kernel lacks is named, and containers are refused for it', async ({
  host,
  options,
}) => {
  if (own.manifest.modules.length === 0) {
    console.log('skipped: this guest image has no modules to leave out');
    return;
  }
  const env = { LCOW_BOOT_FILES: await withoutOverlay(host.folder) };
  const boot = await host.start(['uvm', 'boot', ...options], { env }).finished;
  assert.is(boot.code, 0, boot.stderr);
  assert.match(boot.stderr, /warning: kernel \S+ lacks CONFIG_OVERLAY_FS \(layers of an image/);
  assert.is(boot.stderr.match(/lacks/g)?.length, 1);
  const run = await host.start(['run', '--rm', ...options, host.busybox, 'true'], { env }).finished;
  assert.is(run.code, 125, run.stderr);
  assert.match(run.stderr, /its kernel \S+ lacks CONFIG_OVERLAY_FS/);
});

/** Our guest image without the one module. */
async function withoutOverlay(folder: string): Promise<string> {
  const directory = join(folder, 'poor');
  mkdirSync(directory);
  const entries = readInitrd(readFileSync(own.initrd), own.initrd);
  const kept = entries.flatMap(({ path, mode, data }): CpioEntry[] => {
    const list = path === 'etc/lcow/modules';
    const lines = (): Buffer => Buffer.from(data.toString().replace(/^.*overlay.*\n/gm, ''));
    switch (mode & 0o170000) {
      case 0o040000:
        return [{ type: 'directory', path, mode }];
      case 0o100000:
        return [{ type: 'file', path, mode, data: list ? lines() : data }];
      default:
        return [];
    }
  });
  const { manifest } = own;
  const files = {
    'initrd.img': cpioArchive(kept),
    [manifest.kernel.boot]: readFileSync(own.kernel),
  };
  const records: Record<string, unknown> = {};
  for (const [name, bytes] of Object.entries(files)) {
    const path = join(directory, name);
    writeFileSync(path, bytes);
    records[name] = { sizeBytes: bytes.length, sha256: await digestOf(path) };
  }
  const changed = { ...manifest, files: records, inputs: 'f'.repeat(64) };
  writeFileSync(join(directory, MANIFEST_FILE), JSON.stringify(changed));
  return directory;
}

test.run();
