/**
 * A kernel of `lcow kernel build`, where there is one (it takes a quarter of an hour to make): that it boots on both
 * machines, within the memory that is promised, and that containers have there what they have on the distribution's.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MACHINE_TYPES } from '../../hcs/qemu/machine-type.ts';
import { openQemuService } from '../../hcs/qemu/qemu-service.ts';
import { buildGuestImage } from '../../linuxkit/build-guest-image.ts';
import { KernelStore } from '../../linuxkit/kernel/kernel-store.ts';
import { type BootFiles, findBootFiles } from '../../linuxkit/manifest.ts';
import { METHODS } from '../../runtime/guest/methods.ts';
import { createUtilityVm } from '../../runtime/uvm/utility-vm.ts';
import { type Finished, LcowHost } from '../harness/lcow-host.ts';
import { repositoryRoot } from '../harness/repository-root.ts';
import { skip } from '../harness/skip.ts';

const MIB = 2 ** 20;
/** docs/specification.md. */
const USED_MIB_MAX = 40;
const INITRD_BYTES_MAX = 12 * MIB;

const kernelStore = join(process.env['LCOW_DATA'] || '/var/lib/lcow', 'kernel');

if (new KernelStore(kernelStore).list().length === 0) {
  skip('no kernel was built here: `lcow kernel build` makes one');
} else {
  const folder = mkdtempSync(join(tmpdir(), 'lcow-test-'));
  await buildGuestImage({ kernelStore, outputDirectory: join(folder, 'guest') });
  const files = await findBootFiles({ directory: join(folder, 'guest') });
  const host = new LcowHost({ LCOW_BOOT_FILES: files.directory });
  test.after(async () => {
    const left = await host.settledLeftovers();
    await host[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
    assert.equal(left, []);
  });
  built(files, host, join(folder, 'run'));
  test.run();
}

function built(bootFiles: BootFiles, host: LcowHost, runDirectory: string): void {
  test('its initrd has no modules, and is at most 12 MiB with the agent', () => {
    assert.equal(bootFiles.manifest.modules, []);
    const { sizeBytes = Infinity } = bootFiles.manifest.files['initrd.img'] ?? {};
    assert.ok(sizeBytes <= INITRD_BYTES_MAX, `${sizeBytes} bytes`);
  });

  for (const machine of MACHINE_TYPES) {
    test(`it boots on ${machine}, uses at most 40 MB, and is shut down in order`, async () => {
      await using service = await openQemuService({ runDirectory, machine });
      const { Execution: execution } = await service.properties();
      await using vm = await createUtilityVm(service, {
        ...{ id: machine, directory: join(runDirectory, 'guest'), bootFiles, execution },
        memoryMiB: 512,
      });
      await vm.ready;
      assert.match(vm.guest?.kernelRelease ?? '', /-lcow$/);
      const { totalBytes, availableBytes } = await vm.call('ask', METHODS.getMemory, {});
      const used = (totalBytes - availableBytes) / MIB;
      assert.ok(used > 1 && used <= USED_MIB_MAX, `${used} MiB`);
      assert.is((await vm.shutdown(0)).ExitType, 'GracefulExit');
    });
  }

  test('a root under dm-verity boots; a block that changed, or another root digest, is an error', async () => {
    const out = join(host.folder, 'verity');
    const extra = join(host.folder, 'verity.yml');
    const mark = 'as it was built '.repeat(512);
    const file = `  - path: etc/mark\n    contents: "${mark}"\n`;
    writeFileSync(extra, `init:\n  - busybox\nfiles:\n${file}`);
    await host.ok(
      ...['linuxkit', 'build', '-q', '--name', 'vm', '--format', 'vhd', '--dm-verity', '-o', out],
      ...['--oci', host.busybox, join(repositoryRoot(), 'linuxkit/lcow.yml'), extra],
    );
    const disk = join(out, 'vm-rootfs.vhd');
    const boot = (...args: string[]): Promise<Finished> =>
      host.lcow(
        ...['uvm', 'boot', '--kernel', bootFiles.kernel, '--rootfs', disk],
        ...['--boot-mode', 'vhd-verity', ...args],
      );
    const show = 'cat /sys/block/dm-0/dm/name /proc/mounts /etc/mark';
    const whole = await boot('--exec', show);
    assert.is(whole.code, 0, whole.stderr);
    assert.match(whole.stdout, /^rootfs\n/);
    assert.match(whole.stdout, /^\S+ \/ ext4 ro,/m);
    assert.ok(whole.stdout.endsWith(mark));

    const table = readFileSync(disk.replace('.vhd', '.verity'), 'utf8');
    const other = table.replace(/[0-9a-f](?=[0-9a-f]{63} [0-9a-f]{64}$)/, (digit) =>
      digit === '0' ? '1' : '0',
    );
    assert.is.not(other, table);
    const refused = await boot('--dm-verity', other);
    assert.is(refused.code, 125, refused.stderr);
    assert.match(refused.stderr, /Unable to mount root fs/);

    const bytes = readFileSync(disk);
    // In the file, and in the YAML that the image keeps.
    for (let at = bytes.indexOf(mark); at !== -1; at = bytes.indexOf(mark, at))
      bytes[at + 5000] = 0;
    writeFileSync(disk, bytes);
    const changed = await boot('--exec', show);
    assert.is(changed.code, 1, changed.stderr);
    assert.match(changed.stderr, /cat: read error: Input\/output error/);
    assert.not.ok(changed.stdout.includes('\0'));
  });

  test('a container on it has disks, shares, limits, a network, /dev/shm, overlay, seccomp', async () => {
    const script = [
      'echo shared > /share/out && cat /share/out',
      'cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/pids.max /sys/fs/cgroup/cpu.max',
      'grep Seccomp: /proc/self/status',
      'mount | grep -c "^overlay on / "',
      'ip address show eth0 | grep -o "inet [0-9.]*"',
      'ls /dev/shm /proc/self/ns | wc -l',
    ].join('; ');
    const share = join(host.folder, 'share');
    mkdirSync(share);
    const { code, stdout, stderr } = await host.lcow(
      ...['run', '--rm', '-v', `${share}:/share`, '--memory', '64m', '--pids-limit', '50'],
      ...['--cpus', '1', host.busybox, 'sh', '-c', script],
    );
    assert.is(code, 0, stderr);
    assert.match(
      stdout,
      /^shared\n67108864\n50\n100000 100000\nSeccomp:\s+\d\n1\ninet 10\.[0-9.]+\n/,
    );
  });

  test('a container runs on microvm; a network there is refused by name', async () => {
    const args = ['--machine', 'microvm', '--network', 'none'];
    const seen = 'grep -c virtio_mmio.device /proc/cmdline';
    await host.ok('run', '--name', 'small', ...args, host.busybox, 'sh', '-c', seen);
    // Its record says it, whatever the environment of who starts it again.
    const { code, stdout, stderr } = await host.lcow('start', '-a', 'small');
    assert.is(code, 0, stderr);
    assert.is(stdout, '1\n');
    await host.ok('rm', 'small');
    const env = { LCOW_MACHINE: 'microvm' };
    const refused = await host.start(['run', '--rm', host.busybox, 'true'], { env }).finished;
    assert.is(refused.code, 125, refused.stderr);
    assert.match(refused.stderr, /NetworkAdapters.* machine microvm has/);
  });
}
