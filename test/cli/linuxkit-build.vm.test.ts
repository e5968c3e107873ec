/** Our own image, built from its YAML, boots: as kernel and initrd, and from the disk that hcsshim boots. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findBootFiles } from '../../linuxkit/manifest.ts';
import { LcowHost } from '../harness/lcow-host.ts';
import { repositoryRoot } from '../harness/repository-root.ts';
import { skip } from '../harness/skip.ts';

const YAML = join(repositoryRoot(), 'linuxkit/lcow.yml');
const ROOTFS_MOUNT = /^\S+ \/ ext4 ro,/m;

const test = suite<{ host: LcowHost }>('lcow.yml', { host: new LcowHost() });

test.after(async ({ host }) => {
  const left = await host.settledLeftovers();
  await host[Symbol.asyncDispose]();
  assert.equal(left, []);
});

/** Builds lcow.yml, with busybox in the root to look around with. @returns the folder */
async function build(host: LcowHost, ...formats: string[]): Promise<string> {
  const extra = join(host.folder, 'lcow.yml');
  writeFileSync(extra, 'init:\n  - busybox\n');
  const out = join(host.folder, 'out');
  const args = formats.flatMap((format) => ['--format', format]);
  await host.ok('linuxkit', 'build', '-q', ...args, '-o', out, '--oci', host.busybox, YAML, extra);
  return out;
}

test('kernel and initrd boot, and the root is what the YAML says', async ({ host }) => {
  const out = await build(host, 'lcow');
  const set = join(out, 'lcow-lcow');
  const files = ['--kernel', join(set, 'vmlinux'), '--initrd', join(set, 'initrd.img')];
  const { code, stdout, stderr } = await host.lcow(
    ...['uvm', 'boot', ...files, '--exec', 'cat /etc/linuxkit.yml'],
  );
  assert.is(code, 0, stderr);
  assert.match(stdout, /^kernel:\n +image: lcow\/kernel:latest\n/);
  assert.match(stdout, /\n +- lcow\/agent:latest\n +- busybox\n/);
});

test('rootfs.vhd boots over SCSI and as persistent memory, read-only', async ({ host }) => {
  const own = await findBootFiles();
  if (own.manifest.modules.length > 0) {
    return skip(
      `the drivers of kernel ${own.manifest.kernel.release} are modules: no disk to boot`,
    );
  }
  const disk = join(await build(host, 'vhd'), 'lcow-rootfs.vhd');
  for (const mode of ['vhd-scsi', 'vhd-pmem']) {
    const boot = ['uvm', 'boot', '--kernel', own.kernel, '--rootfs', disk, '--boot-mode', mode];
    const { code, stdout, stderr } = await host.lcow(...boot, '--exec', 'cat /proc/mounts');
    assert.is(code, 0, `${mode}: ${stderr}`);
    assert.match(stdout, ROOTFS_MOUNT, mode);
  }
});

test('what cannot be a root is refused by its option', async ({ host }) => {
  const disk = join(host.folder, 'disk.vhd');
  writeFileSync(disk, '');
  const refusal = async (...args: string[]): Promise<string> => {
    const { code, stderr } = await host.lcow('uvm', 'boot', ...args);
    assert.is(code, 125);
    return stderr;
  };
  assert.match(
    await refusal('--rootfs', join(host.folder, 'none')),
    /read --rootfs: there is no file/,
  );
  assert.match(
    await refusal('--rootfs', disk, '--initrd', disk),
    /read --initrd: with --rootfs the disk is the root/,
  );
  assert.match(
    await refusal('--rootfs', disk, '--boot-mode', 'uefi'),
    /read --boot-mode: "uefi" is not vhd-scsi, vhd-pmem or vhd-verity/,
  );
  assert.match(
    await refusal('--rootfs', disk, '--boot-mode', 'vhd-verity'),
    /read --dm-verity: .* there is no file .*disk\.verity/,
  );
  assert.match(
    await refusal('--rootfs', disk, '--boot-mode', 'vhd-verity', '--dm-verity', 'a "b"'),
    /read --dm-verity: .*one line without quotes/,
  );
  assert.match(
    await refusal('--rootfs', disk, '--dm-verity', 'a'),
    /read --dm-verity: it goes with --boot-mode vhd-verity/,
  );
  assert.match(
    await refusal('--boot-mode', 'vhd-scsi'),
    /--boot-mode needs --document-only and --windows-build/,
  );
});

test.run();
