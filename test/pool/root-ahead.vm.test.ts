/** A root that a parked VM has mounted ahead: it becomes the container's own, and nothing of it is left where it does not. */
import { copyFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ContainerStore } from '../../runtime/container/container-store.ts';
import { DataFolder } from '../../runtime/image/data-folder.ts';
import { freeFolder, ownerOf } from '../../runtime/pool/pool-folder.ts';
import { podFolder } from '../../runtime/supervisor/pod-folder.ts';
import { podVmId } from '../../runtime/supervisor/pod-vm.ts';
import { LcowHost } from '../harness/lcow-host.ts';

const host = new LcowHost({ LCOW_TEMPLATE: 'make' });
const where = { data: host.data, run: host.run };
const test = suite('a root mounted ahead');
const SMALL = ['--memory', '256m'] as const;
const ALONE = ['--network', 'none', ...SMALL] as const;

test.before(async () => {
  await host.ok('image', 'import', host.busybox);
  await host.ok('pool', 'start', '--size', '1', '--image', 'busybox', ...SMALL, '--wait');
});

test.after(async () => {
  await host.lcow('pool', 'stop');
  const left = await host.settledLeftovers();
  await host[Symbol.asyncDispose]();
  assert.equal(left, []);
});

/** The disks of roots that wait. */
function waiting(): string[] {
  const { temporary } = new DataFolder(host.data);
  return readdirSync(temporary).map((name) => join(temporary, name));
}

function scratchOf(id: string): string {
  return new ContainerStore(host.data).paths(id).scratch;
}

async function parked(): Promise<string> {
  const deadline = Date.now() + 240_000;
  while (readdirSync(freeFolder(where)).length === 0 || waiting().length !== 1) {
    if (Date.now() > deadline) throw new Error('nothing is parked');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return waiting()[0] ?? '';
}

test("its disk is the container's, with what that writes, and is there in another VM", async () => {
  const disk = statSync(await parked()).ino;
  const script = 'cat /kept 2>/dev/null; echo kept >/kept; sync';
  const id = await host.ok('create', '--name', 'first', ...ALONE, 'busybox', 'sh', '-c', script);
  assert.is(await host.ok('start', '--attach', 'first'), '');
  assert.is(statSync(scratchOf(id)).ino, disk);
  // In another VM.
  await parked();
  assert.is(await host.ok('start', '--attach', 'first'), 'kept');
  await host.ok('rm', 'first');
});

test('in a pod one container has it, and the next is made as ever', async () => {
  const disk = statSync(await parked()).ino;
  // What `run --memory 256m` makes its VM of.
  await host.ok('pod', 'create', '--network', 'none', '--memory', '456m', 'two');
  const run = (name: string, script: string) =>
    host.ok('run', '-d', '--pod', 'two', '--name', name, 'busybox', 'sh', '-c', script);
  const one = await run('one', 'echo one >/name; sleep 600');
  const other = await run('other', 'echo other >/name; sleep 600');
  assert.match(podVmId(podFolder(where, 'two')) ?? '', /^parked-/);
  assert.is(statSync(scratchOf(one)).ino, disk);
  assert.is.not(statSync(scratchOf(other)).ino, disk);
  assert.is(await host.ok('exec', 'one', 'cat', '/name'), 'one');
  assert.is(await host.ok('exec', 'other', 'cat', '/name'), 'other');
  await host.ok('rm', '-f', 'one', 'other');
  await host.ok('pod', 'rm', 'two');
});

test('kill -9 of its supervisor: the next one adopts the VM with its disk', async () => {
  await parked();
  const id = await host.ok('run', '-d', ...ALONE, 'busybox', 'sleep', '600');
  const folder = podFolder(where, id);
  assert.match(podVmId(folder) ?? '', /^parked-/);
  assert.ok(host.killSupervisorOf(folder));
  assert.is(await host.ok('exec', id, 'sh', '-c', 'echo written >/file; cat /file'), 'written');
  await host.ok('rm', '-f', id);
});

test("kill -9 between the disk's taking and its attachment: the container starts from it", async () => {
  const disk = await parked();
  const id = await host.ok(
    ...['create', ...ALONE, '--kernel-args', 'lcow.test=1', 'busybox'],
    ...['sh', '-c', 'touch /written && ls /'],
  );
  copyFileSync(disk, scratchOf(id));
  assert.match(await host.ok('start', '--attach', id), /\bwritten\b/);
  await host.ok('rm', id);
});

test('kill -9 of one that is parked leaves no disk', async () => {
  const disk = await parked();
  const [name] = readdirSync(freeFolder(where));
  process.kill(Number((ownerOf(name ?? '') ?? '').split('.')[0]), 'SIGKILL');
  while (waiting().includes(disk)) await new Promise((resolve) => setTimeout(resolve, 20));
  await parked();
});

test.run();
