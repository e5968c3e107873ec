/** `lcow template`: VMs are cloned from what it makes, each somebody else, and boot where it is of no use. */
import { readdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { filesUnder, LcowHost } from '../harness/lcow-host.ts';
import { assertClean } from '../runtime/rootfs/file-system-check.ts';

const test = suite<{ host: LcowHost; id: string }>('lcow template', {
  host: new LcowHost(),
  id: '',
});

/** At once, of as many as there are. */
const CLONES = 4;
const AT_ONCE = 2;

test.before(async (context) => {
  const { host } = context;
  await host.ok('image', 'import', host.busybox);
  context.id = await host.ok('template', 'create', '--memory', '256m');
  assert.match(context.id, /^template-[0-9a-f]{24}$/);
});

test.after(async ({ host }) => {
  await host[Symbol.asyncDispose]();
});

test('one that is there is kept, and shown without its secret', async ({ host, id }) => {
  assert.is(await host.ok('template', 'create', '--memory', '256m'), id);
  assert.is(await host.ok('template', 'list', '-q'), id);
  assert.match(await host.ok('template', 'list'), /256 MiB/);
  const [shown] = JSON.parse(await host.ok('template', 'inspect', id)) as Record<string, unknown>[];
  assert.is(shown?.['Id'], id);
  assert.is(shown?.['MemoryMiB'], 256);
  assert.not.match(JSON.stringify(shown), /secret/i);
  const missing = await host.lcow('template', 'inspect', 'template-x');
  assert.is(missing.code, 1);
  assert.match(missing.stderr, /inspect the template "template-x".*there is none/);
});

test('a pod of its shape is a clone, and clones share no identity and no random byte', async ({
  host,
}) => {
  const script =
    'cat /proc/sys/kernel/random/boot_id; cat /proc/sys/kernel/random/uuid; head -c 24 /dev/urandom | base64';
  const names = Array.from({ length: CLONES }, (_, index) => `pod${index}`);
  const said: string[][] = [];
  const begin = async (): Promise<void> => {
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      await host.ok('pod', 'create', '--memory', '256m', '--network', 'none', name);
      const { stdout, stderr } = await host.lcow(
        ...['run', '--rm', '--debug', '--pod', name, 'busybox', 'sh', '-c', script],
      );
      const identity = await host.ok('uvm', 'exec', name, '/init', '--version');
      assert.match(identity, /^lcow-agent/);
      said.push(stdout.trim().split('\n'));
      assert.is(said.at(-1)?.length, 3, stderr);
      await host.ok('pod', 'rm', name);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, begin));
  const seen = said.flat();
  assert.is(new Set(seen).size, CLONES * 3, seen.join('\n'));
});

test('a container that can be cloned has the time, and boots where nothing fits', async ({
  host,
}) => {
  const run = ['run', '--rm', '--network', 'none', '--timeline'];
  // 256 MiB is what a limit of this makes of a VM.
  const clone = await host.lcow(...run, '--memory', '62m', 'busybox', 'date', '+%s');
  const boot = await host.lcow(...run, '--memory', '70m', 'busybox', 'date', '+%s');
  for (const { code, stdout, stderr } of [clone, boot]) {
    assert.is(code, 0, stderr);
    assert.ok(Math.abs(Number(stdout) - Date.now() / 1000) < 60, stdout);
  }
  assert.not.match(clone.stderr, /^kernel /m);
  assert.match(boot.stderr, /^kernel /m);
  const without = await host.start([...run, '--memory', '62m', 'busybox', 'true'], {
    env: { LCOW_TEMPLATE: 'none' },
  }).finished;
  assert.match(without.stderr, /^kernel /m);
});

test('what a container wrote is there when it starts again, cloned or booted, and in no other', async ({
  host,
}) => {
  const script = 'cat /said; echo "$(hostname)" >> /said; dd if=/dev/urandom of=/big bs=1M count=3';
  const shape = ['--network', 'none', '--memory', '62m', 'busybox', 'sh', '-c', script];
  const names = ['kept', 'other'];
  await Promise.all(
    names.map((name) => host.ok('run', '--name', name, '--hostname', name, ...shape)),
  );
  for (const name of names) {
    assert.is(await host.ok('start', '-a', name), name);
    if (name === 'kept') {
      const env = { LCOW_TEMPLATE: 'none' };
      const booted = await host.start(['start', '-a', name], { env }).finished;
      assert.is(booted.stdout, `${name}\n`.repeat(2), booted.stderr);
    }
    // Its end is told before its VM is gone, which takes the disk off.
    const deadline = Date.now() + 30_000;
    while (filesUnder(join(host.run, 'pod')).length > 0) {
      assert.ok(Date.now() < deadline, 'its pod goes on');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const disks = filesUnder(host.data).filter((path) => path.endsWith('scratch.vhd'));
    assert.is(disks.length, 2);
    for (const path of disks) assertClean(path);
  }
  await host.ok('rm', ...names);
});

test('with make, the boot that found none has one made for the next', async ({ host }) => {
  const start = () =>
    host.start(['run', '--rm', '--network', 'none', '--timeline', '-m', '64m', 'busybox', 'true'], {
      env: { LCOW_TEMPLATE: 'make' },
    }).finished;
  const boot = await start();
  assert.match(boot.stderr, /^kernel /m);
  const folder = join(host.data, 'template');
  const deadline = Date.now() + 120_000;
  while (filesUnder(folder).filter((path) => path.endsWith('template.json')).length < 2) {
    assert.ok(Date.now() < deadline, 'no template was made');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const clone = await start();
  assert.is(clone.code, 0, clone.stderr);
  assert.not.match(clone.stderr, /^kernel /m);
});

test('one that is damaged is told of, and the VM boots; no later one tries it, and another can be made', async ({
  host,
  id,
}) => {
  const state = join(host.data, 'template', id, 'state');
  truncateSync(state, 100_000);
  const pod = async (name: string): Promise<void> => {
    await host.ok('pod', 'create', '--memory', '256m', '--network', 'none', name);
    await host.ok('run', '-d', '--pod', name, 'busybox', 'sleep', '1000');
  };
  await pod('damaged');
  await host.supervisorShows(`boots, since ${id} cannot be used`);
  await host.supervisorShows(`${id} is set aside`);
  assert.match(await host.ok('template', 'list'), new RegExp(`${id}.* set aside`));
  const [shown] = JSON.parse(await host.ok('template', 'inspect', id)) as {
    SetAside?: { Why: string };
  }[];
  assert.match(String(shown?.SetAside?.Why), /./);
  await pod('later');
  const logs = filesUnder(join(host.run, 'pod')).filter((path) => path.endsWith('supervisor.log'));
  const told = logs.filter((path) => readFileSync(path, 'utf8').includes('cannot be used'));
  assert.is(logs.length - told.length, 1, 'the later one does not try it');
  await host.ok('pod', 'rm', '-f', 'damaged', 'later');
  assert.is(await host.ok('template', 'create', '--memory', '256m'), id);
  assert.not.match(await host.ok('template', 'list'), /set aside/);
  const clone = ['run', '--rm', '--network', 'none', '--timeline', '-m', '62m', 'busybox', 'true'];
  assert.not.match((await host.lcow(...clone)).stderr, /^kernel /m);
});

test('rm and prune remove what is named, unfinished or of something older', async ({
  host,
  id,
}) => {
  // That of the boot that had one made.
  const older = (await host.ok('template', 'list', '-q')).split('\n').find((one) => one !== id);
  assert.ok(older);
  assert.is(await host.ok('template', 'prune'), '');
  assert.is(await host.ok('template', 'rm', older), older);
  const again = await host.lcow('template', 'rm', older);
  assert.is(again.code, 1);
  assert.match(again.stderr, /there is none/);
  assert.match(await host.ok('template', 'prune', '--all'), id);
  assert.equal(readdirSync(join(host.data, 'template')), []);
});

test('nothing is left', async ({ host }) => {
  assert.equal(await host.settledLeftovers(), []);
});

test.run();
