/** `lcow pool`: containers in VMs that waited for them, what dies of it and what does not, and what is left. */
import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { freeFolder, ownerOf, takenFolder } from '../../runtime/pool/pool-folder.ts';
import type { PoolStatus } from '../../runtime/pool/pool-status.ts';
import { podFolder } from '../../runtime/supervisor/pod-folder.ts';
import { podVmId } from '../../runtime/supervisor/pod-vm.ts';
import { LcowHost } from '../harness/lcow-host.ts';

const host = new LcowHost({ LCOW_TEMPLATE: 'make' });
const where = { data: host.data, run: host.run };
const test = suite('lcow pool');
const SMALL = ['--memory', '256m'] as const;
const RUN = ['run', '--rm', '--network', 'none', ...SMALL] as const;

test.before(async () => {
  await host.ok('image', 'import', host.busybox);
  await host.ok('pool', 'start', '--size', '2', ...SMALL, '--wait');
});

test.after(async () => {
  const left = await host.settledLeftovers();
  await host[Symbol.asyncDispose]();
  assert.equal(left, []);
});

async function status(): Promise<PoolStatus> {
  return JSON.parse(await host.ok('pool', 'status', '--format', 'json')) as PoolStatus;
}

function free(): string[] {
  try {
    return readdirSync(freeFolder(where));
  } catch {
    return [];
  }
}

function pidOf(name: string | undefined): number {
  return Number((ownerOf(name ?? '') ?? '').split('.')[0]);
}

function vms(): string[] {
  return readdirSync(join(host.run, 'vm')).filter((name) => !name.startsWith('.'));
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 240_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within four minutes: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('it tells what it has, and there is one a run folder', async () => {
  const { parked, claimed, shape, memoryBytes, lastError } = await status();
  assert.equal({ parked, claimed, lastError }, { parked: 2, claimed: 0, lastError: '' });
  assert.is(shape.memoryMiB, 456, 'with what the VM itself needs');
  assert.ok(memoryBytes > 2 * 40 * 2 ** 20, `${memoryBytes} bytes`);
  assert.match(await host.ok('pool', 'status'), /Parked: +2 of 2/);
  const second = await host.lcow('pool', 'start');
  assert.is(second.code, 125);
  assert.match(second.stderr, 'cannot start the pool: it runs already');
});

test('containers take what is parked, each another guest with the right time', async () => {
  const script = 'cat /proc/sys/kernel/random/boot_id; date +%s; head -c 8 /dev/urandom | md5sum';
  const before = free();
  const [one, two] = await Promise.all(
    [1, 2].map(async () => (await host.ok(...RUN, 'busybox', 'sh', '-c', script)).split('\n')),
  );
  assert.is.not(one?.[0], two?.[0]);
  assert.is.not(one?.[2], two?.[2]);
  for (const seconds of [one?.[1], two?.[1]]) {
    assert.ok(Math.abs(Number(seconds) - Date.now() / 1000) < 30, `${seconds}`);
  }
  for (const name of before) assert.not(free().includes(name));
  assert.is((await status()).claimed, 2);
});

test('of the network that was rehearsed nothing is there: with none loopback alone, with user one adapter', async () => {
  await until('one is parked', () => free().length > 0);
  const { claimed } = await status();
  const links = ['busybox', 'sh', '-c', 'ls /sys/class/net; ip -4 -o addr | wc -l; ip route'];
  assert.is(await host.ok(...RUN, ...links), 'lo\n1');
  await until('one is parked', () => free().length > 0);
  const out = await host.ok('run', '--rm', '--network', 'user', ...SMALL, ...links);
  assert.match(out, /^eth0\nlo\n2\ndefault via [\d.]+ dev eth0/);
  assert.is((await status()).claimed, claimed + 2);
});

test('one of another shape starts without', async () => {
  const { missed } = await status();
  const out = await host.ok(
    'run',
    '--rm',
    '--network',
    'none',
    '-m',
    '320m',
    'busybox',
    'echo',
    'hi',
  );
  assert.is(out, 'hi');
  await until('it is counted', async () => (await status()).missed === missed + 1);
});

test('kill -9 of a claimed supervisor: the next adopts the VM that was parked', async () => {
  await until('one is parked', () => free().length > 0);
  const id = await host.ok('run', '-d', '--network', 'none', ...SMALL, 'busybox', 'sleep', '600');
  const folder = podFolder(where, id);
  assert.match(podVmId(folder) ?? '', /^parked-/);
  assert.match(readFileSync(join(folder, 'supervisor.log'), 'utf8'), 'was parked for');
  assert.ok(host.killSupervisorOf(folder));
  assert.is(await host.ok('exec', id, 'echo', 'still here'), 'still here');
  await host.ok('rm', '-f', id);
  assert.not(existsSync(folder));
});

test('kill -9 of one that is parked, or taken and never told a pod: it goes, and another is made', async () => {
  await until('all are parked', async () => (await status()).parked === 2);
  const [killed, kept] = free();
  const before = vms();
  process.kill(pidOf(killed), 'SIGKILL');
  // Whoever has taken it dies before it dials.
  renameSync(join(freeFolder(where), kept ?? ''), join(takenFolder(where), kept ?? ''));
  await until('both are gone', () => !vms().some((vm) => before.includes(vm)));
  await until('one is parked', () => free().length > 0);
  assert.not(free().includes(killed ?? ''));
  assert.is(await host.ok(...RUN, 'busybox', 'echo', 'hi'), 'hi');
});

test('kill -9 of the daemon: what is parked ends, what was claimed goes on', async () => {
  await until('one is parked', () => free().length > 0);
  const { pid } = await status();
  const id = await host.ok('run', '-d', '--network', 'none', ...SMALL, 'busybox', 'sleep', '600');
  assert.match(podVmId(podFolder(where, id)) ?? '', /^parked-/);
  process.kill(pid, 'SIGKILL');
  await until('only the claimed VM is left', () => vms().length === 1);
  assert.is(await host.ok('exec', id, 'echo', 'still here'), 'still here');
  const gone = await host.lcow('pool', 'status');
  assert.is(gone.code, 125);
  assert.match(gone.stderr, 'none runs on this host');
  await host.ok('rm', '-f', id);
  assert.match(await host.ok('doctor', '--fix'), /pool .*: removed/);
});

test('stopping drains: what was claimed goes on, nothing of the pool is left', async () => {
  await host.ok('pool', 'start', '--size', '1', ...SMALL, '--wait');
  const id = await host.ok('run', '-d', '--network', 'none', ...SMALL, 'busybox', 'sleep', '600');
  await host.ok('pool', 'stop');
  assert.is(await host.ok('exec', id, 'echo', 'still here'), 'still here');
  assert.equal(vms(), [podVmId(podFolder(where, id))]);
  await host.ok('rm', '-f', id);
  assert.not(existsSync(join(host.run, 'pool', 'daemon.sock')));
  assert.equal(await host.settledLeftovers(), []);
});

test('a ceiling below one VM parks nothing, and says so', async () => {
  const tight = await host.lcow('pool', 'start', ...SMALL, '--memory-ceiling', '64m', '--wait');
  assert.is(tight.code, 1);
  assert.match(
    tight.stderr,
    /0 of 2 are parked: one more would take \d+ bytes of memory, of 67108864/,
  );
  await host.ok('pool', 'stop');
});

test.run();
