/** What a guest sees of what is plugged in on QEMU: disks, PMem, shares, adapters; and after a restore. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  addNetworkAdapter,
  addPlan9Share,
  addScsiAttachment,
  addVirtualPMem,
  removeNetworkAdapter,
  removePlan9Share,
  removeScsiAttachment,
  setMemory,
} from '../../../hcs/document/resource-requests.ts';
import { USER_MODE_ENDPOINT } from '../../../hcs/qemu/endpoint.ts';
import { openQemuService, type QemuComputeService } from '../../../hcs/qemu/qemu-service.ts';
import type { QemuComputeSystem } from '../../../hcs/qemu/qemu-system.ts';
import { buildShellGuest, Shell, shellDocument, type ShellGuest } from './shell-guest.ts';

const SECTOR_BYTES = 512;

let folder = '';
let service: QemuComputeService;
let guest: ShellGuest;
let system: QemuComputeSystem;
let shell: Shell;

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lcow-devices-'));
  guest = await buildShellGuest(join(folder, 'guest'));
  service = await openQemuService({ runDirectory: join(folder, 'run'), accelerator: 'tcg' });
  system = await service.create(
    'devices',
    shellDocument(guest, { scsiControllerCount: 2, memoryMiB: 512 }),
  );
  await system.listen(19523);
  await system.start();
  shell = await Shell.of(system);
  await shell.run('mods scsi 9p pmem net late');
});

test.after(async () => {
  shell.close();
  await service[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

test('a raw image is a disk at its controller and LUN, and goes away when removed', async () => {
  const path = await image('raw.img', 'raw!');
  await system.modify(addScsiAttachment({ controller: 1, lun: 7 }, { path, readOnly: true }));
  await shell.run('await "ls -d /sys/class/scsi_disk/*:7 >/dev/null 2>&1"');
  const at = (await shell.run('ls -d /sys/devices/pci*/*/virtio*/host*/target*/*:7')).trim();
  // The second controller stands after the first in PCI order.
  assert.match(at, /0000:00:05\.0\/.*:0:7$/);
  assert.match(await shell.run('cat /sys/block/sda/ro'), '1');
  assert.is(await shell.run('head -c 4 /dev/sda'), 'raw!');
  await system.modify(removeScsiAttachment({ controller: 1, lun: 7 }));
  await shell.run('await "! [ -e /sys/block/sda ]"');
});

test('a fixed VHD is the bytes before its footer, and writing to it keeps the footer', async () => {
  const path = await fixedVhd('fixed.vhd', 4 * 1024 * 1024);
  await system.modify(addScsiAttachment({ controller: 0, lun: 0 }, { path }));
  await shell.run('await "[ -b /dev/sda ]"');
  assert.is((await shell.run('cat /sys/block/sda/size')).trim(), String(4 * 1024 * 2));
  await shell.run('printf written | dd of=/dev/sda conv=fsync 2>/dev/null');
  await system.modify(removeScsiAttachment({ controller: 0, lun: 0 }));
  const bytes = await readFile(path);
  assert.is(bytes.toString('latin1', 0, 7), 'written');
  assert.is(bytes.toString('latin1', bytes.length - SECTOR_BYTES, bytes.length - 504), 'conectix');
});

test('persistent memory is a read-only block device with the bytes of the image', async () => {
  const path = await image('pmem.img', 'pmem', 16 * 1024 * 1024);
  await system.modify(addVirtualPMem(0, path));
  await shell.run('await "[ -b /dev/pmem0 ]"');
  assert.is(await shell.run('head -c 4 /dev/pmem0'), 'pmem');
  assert.is((await shell.run('cat /sys/block/pmem0/size')).trim(), String(16 * 1024 * 2));
  await shell.run('! (printf x > /dev/pmem0) 2>/dev/null || [ "$(cat /sys/block/pmem0/ro)" = 1 ]');
  assert.is((await readFile(path)).toString('latin1', 0, 4), 'pmem');
});

test('a shared folder is read and written, a read-only one only read', async () => {
  const shared = join(folder, 'shared');
  await mkdir(shared);
  await writeFile(join(shared, 'file'), 'from the host');
  await system.modify(addPlan9Share({ name: '0', folder: shared }));
  await system.modify(addPlan9Share({ name: '1', folder: shared, readOnly: true }));
  await shell.run(
    'mkdir -p /mnt/9p && mount -t 9p -o trans=virtio,version=9p2000.L lcow9p /mnt/9p',
  );
  assert.is(await shell.run('cat /mnt/9p/0/file'), 'from the host');
  await shell.run('echo from the guest > /mnt/9p/0/answer');
  assert.is(await readFile(join(shared, 'answer'), 'utf8'), 'from the guest\n');
  assert.is(await shell.run('cat /mnt/9p/1/file'), 'from the host');
  await shell.run('! touch /mnt/9p/1/not 2>/dev/null');
  await shell.run('! rm /mnt/9p/1/file 2>/dev/null');
});

test('a share of one file has that file only', async () => {
  const shared = join(folder, 'one-file');
  await mkdir(shared);
  await writeFile(join(shared, 'open'), 'open');
  await writeFile(join(shared, 'secret'), 'secret');
  await system.modify(addPlan9Share({ name: '2', folder: shared, file: 'open' }));
  assert.is((await shell.run('ls -A /mnt/9p/2')).trim(), 'open');
  assert.is(await shell.run('cat /mnt/9p/2/open'), 'open');
  await system.modify(removePlan9Share({ name: '2' }));
  assert.is(await shell.run('ls -A /mnt/9p/2 2>/dev/null || true'), '');
  assert.is(await readFile(join(shared, 'open'), 'utf8'), 'open');
});

test('an adapter appears with its address, reaches the network, and goes when removed', async () => {
  const key = 'aaaaaaaa-0000-4000-8000-000000000001';
  await system.modify(
    addNetworkAdapter(key, { EndpointId: USER_MODE_ENDPOINT, MacAddress: '02-00-00-00-00-01' }),
  );
  await shell.run('await "[ -e /sys/class/net/eth0 ]"');
  assert.is((await shell.run('cat /sys/class/net/eth0/address')).trim(), '02:00:00:00:00:01');
  await shell.run('ip addr add 10.0.2.15/24 dev eth0 && ip link set eth0 up');
  await shell.run('ping -c 1 -W 5 10.0.2.2');
  await system.modify(removeNetworkAdapter(key));
  await shell.run('! [ -e /sys/class/net/eth0 ]');
});

test('memory is taken by a balloon and given back', async () => {
  await system.modify(setMemory(384));
  await shell.run(`await '[ $(sed -n "s/[^0-9]//g;1p" /proc/meminfo) -lt 380000 ]'`);
  await system.modify(setMemory(512));
  await shell.run(`await '[ $(sed -n "s/[^0-9]//g;1p" /proc/meminfo) -gt 400000 ]'`);
});

test('saved with its devices and restored, the guest goes on with all of them', async () => {
  const state = join(folder, 'devices.state');
  const disk = await image('kept.img', 'kept');
  await system.modify(addScsiAttachment({ controller: 0, lun: 3 }, { path: disk, readOnly: true }));
  await shell.run('await "[ -b /dev/sda ]"');
  await shell.run('umount /mnt/9p; marker=remembered');
  await system.pause();
  await system.save({ SaveStateFilePath: state });
  const document = shellDocument(guest, { scsiControllerCount: 2, memoryMiB: 512 });
  document.VirtualMachine.RestoreState = { SaveStateFilePath: state };
  const startMs = performance.now();
  const restored = await service.create('restored', document);
  await restored.listen(19523);
  await restored.start();
  const again = await Shell.of(restored);
  assert.is((await again.run('echo $marker')).trim(), 'remembered');
  console.log(`restore to first answer: ${Math.round(performance.now() - startMs)} ms`);
  assert.is(await again.run('head -c 4 /dev/sda'), 'kept');
  assert.is(await again.run('head -c 4 /dev/pmem0'), 'pmem');
  again.close();
  await restored.terminate();
});

async function image(name: string, text: string, sizeBytes = 1024 * 1024): Promise<string> {
  const path = join(folder, name);
  const bytes = Buffer.alloc(sizeBytes);
  bytes.write(text);
  await writeFile(path, bytes);
  return path;
}

/** A fixed VHD: the data, then a footer with what is looked at. */
async function fixedVhd(name: string, sizeBytes: number): Promise<string> {
  const footer = Buffer.alloc(SECTOR_BYTES);
  footer.write('conectix');
  footer.writeBigUInt64BE(BigInt(sizeBytes), 48);
  footer.writeUInt32BE(2, 60);
  const path = join(folder, name);
  await writeFile(path, Buffer.concat([Buffer.alloc(sizeBytes), footer]));
  return path;
}

test.run();
