/** What outlives what: a killed supervisor, a container that fails, one of two in a pod. On real VMs. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LcowHost, processesOf } from '../harness/lcow-host.ts';

const test = suite<{ host: LcowHost }>('outlives', { host: LcowHost.withTemplate() });

const COUNTER = 'trap "exit 7" TERM; i=0; while :; do i=$((i+1)); echo line $i; sleep 0.1; done';

test.after(async ({ host }) => {
  const left = await host.settledLeftovers();
  await host[Symbol.asyncDispose]();
  assert.equal(left, []);
});

/** The guest's side of a shared folder tells nobody: looked at until it is so. */
async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`not within a minute: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function status(host: LcowHost, name: string): Promise<string> {
  return host.ok('ps', '-a', '--filter', `name=${name}`, '--format', '{{.State}}');
}

for (const driver of ['json-file', 'none']) {
  test(`kill -9 of the supervisor, twice, under a run in the foreground: nothing is lost, repeated or told twice; log ${driver}`, async ({
    host,
  }) => {
    const count =
      'i=0; while [ $i -lt 60 ]; do i=$((i+1)); echo line $i; echo err $i >&2; sleep 0.1; done';
    const options = ['--name', 'counter', '--log-driver', driver, '-l', `driver=${driver}`];
    const run = host.start(['run', ...options, host.busybox, 'sh', '-c', `${count}; exit 7`]);
    for (const mark of ['line 8\n', 'line 30\n']) {
      await run.shows(mark);
      assert.is(host.killSupervisors(), 1);
    }
    const { code, stdout, stderr } = await run.finished;
    const expected = (word: string) => Array.from({ length: 60 }, (_, n) => `${word} ${n + 1}\n`);
    assert.is(stdout, expected('line').join(''));
    assert.is(stderr, expected('err').join(''));
    assert.is(code, 7);
    const filter = ['--filter', `label=driver=${driver}`];
    const past = ['--since', '1h', '--until', '0s'];
    const told = await host.ok('events', ...past, ...filter, '--format', '{{.Action}}');
    assert.equal(told.split('\n'), ['create', 'start', 'die']);
    assert.is(
      await host.ok('ps', '-aq', '--filter', 'status=exited', '--format', '{{.Names}}'),
      'counter',
    );
    if (driver === 'json-file') {
      assert.is(await host.ok('logs', 'counter'), stdout.trimEnd());
    }
    await host.ok('rm', 'counter');
  });
}

test('an exit while no supervisor was there is told once, with its output', async ({ host }) => {
  const at = (name: string) => join(host.folder, name);
  const script = 'while [ ! -e /s/go ]; do sleep 0.1; done; echo end; touch /s/done; exit 9';
  const options = ['-d', '--name', 'alone', '-l', 'test=exit', '-v', `${host.folder}:/s`];
  await host.ok('run', ...options, host.busybox, 'sh', '-c', script);
  assert.is(host.killSupervisors(), 1);
  writeFileSync(at('go'), '');
  await until(() => existsSync(at('done')));
  assert.is(await host.ok('wait', 'alone'), '9');
  assert.is(await status(host, 'alone'), 'exited');
  assert.is(await host.ok('logs', 'alone'), 'end');
  const args = ['--since', '1h', '--until', '0s', '--filter', 'label=test=exit'];
  const told = await host.ok('events', ...args, '--format', '{{.Action}}');
  assert.equal(told.split('\n'), ['create', 'start', 'die']);
  await host.ok('rm', 'alone');
});

test('a restart policy is the successor’s to follow', async ({ host }) => {
  const at = (name: string) => join(host.folder, name);
  const script = 'echo >> /s/runs; while [ ! -e /s/stop ]; do sleep 0.1; done; rm /s/stop; exit 3';
  const options = ['-d', '--name', 'again', '--restart', 'always', '-v', `${host.folder}:/s`];
  await host.ok('run', ...options, host.busybox, 'sh', '-c', script);
  await until(() => runs() === 1);
  assert.is(host.killSupervisors(), 1);
  writeFileSync(at('stop'), '');
  await until(() => !existsSync(at('stop')));
  await host.ok('ps');
  await until(() => runs() === 2);
  assert.is(await host.ok('inspect', '--format', '{{.RestartCount}}', 'again'), '1');
  await host.ok('rm', '-f', 'again');

  function runs(): number {
    return existsSync(at('runs')) ? readFileSync(at('runs'), 'utf8').length : 0;
  }
});

test('kill -9 of the supervisor: attach goes on without loss or repetition', async ({ host }) => {
  await host.ok('run', '-d', '--name', 'web', host.busybox, 'sh', '-c', COUNTER);
  const attached = host.start(['attach', '--no-stdin', 'web']);
  await attached.shows('line ');
  assert.is(host.killSupervisors(), 1);
  assert.is(await host.ok('exec', 'web', 'echo', 'adopted'), 'adopted');
  const written = (await host.ok('logs', 'web')).split('\n').length;
  await attached.shows(`line ${written + 2}\n`);
  await host.ok('stop', 'web');
  const { stdout, code } = await attached.finished;
  assert.is(code, 7);
  await host.ok('rm', 'web');
  const numbers = [...stdout.matchAll(/^line (\d+)$/gm)].map(([, n]) => Number(n));
  assert.equal(
    numbers,
    numbers.map((_, index) => (numbers[0] ?? 0) + index),
  );
});

test('a container that fails is started again as often as its policy says', async ({ host }) => {
  const args = ['run', '-d', '--name', 'again', '--restart', 'on-failure:2', host.busybox];
  await host.ok(...args, 'sh', '-c', 'echo run; exit 3');
  for (;;) {
    await host.ok('wait', 'again');
    if ((await status(host, 'again')) === 'exited') break;
  }
  assert.is(await host.ok('logs', 'again'), 'run\nrun\nrun');
  await host.ok('rm', 'again');
});

test('two containers of a pod share its VM and network; one goes, the other stays', async ({
  host,
}) => {
  await host.ok('pod', 'create', 'duo', '-m', '384m');
  await host.ok('run', '-d', '--pod', 'duo', '--name', 'one', host.busybox, 'sleep', '1000');
  await host.ok('run', '-d', '--pod', 'duo', '--name', 'two', host.busybox, 'sleep', '1000');
  const vms = processesOf(host.folder).filter((line) => line.includes('qemu-system'));
  assert.is(vms.length, 1);
  const boot = (name: string) => host.ok('exec', name, 'cat', '/proc/sys/kernel/random/boot_id');
  assert.is(await boot('one'), await boot('two'));
  assert.is((await host.lcow('pod', 'rm', 'duo')).code, 1);
  assert.is(host.killSupervisors(), 1);
  await host.ok('rm', '-f', 'one');
  assert.is(await host.ok('exec', 'two', 'echo', 'here'), 'here');
  assert.match(await host.ok('pod', 'list'), /duo\s+running\s+two/);
  await host.ok('pod', 'rm', '-f', 'duo');
  assert.is(await host.ok('ps', '-aq'), '');
});

test.run();
