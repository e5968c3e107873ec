/** Each verb of a container's life, on real VMs: one container for most, because a boot costs seconds. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LcowHost } from '../harness/lcow-host.ts';

const test = suite<{ host: LcowHost }>('lifecycle', { host: LcowHost.withTemplate() });

const COUNTER = 'trap "exit 7" TERM; i=0; while :; do i=$((i+1)); echo line $i; sleep 0.1; done';

test.after(async ({ host }) => {
  const left = await host.settledLeftovers();
  await host[Symbol.asyncDispose]();
  assert.equal(left, []);
});

async function status(host: LcowHost, name: string): Promise<string> {
  return host.ok('ps', '-a', '--filter', `name=${name}`, '--format', '{{.State}}');
}

test('create makes it, start starts it, and its id and names lead to it', async ({ host }) => {
  const id = await host.ok(
    'create',
    '--name',
    'web',
    '-l',
    'a=b',
    host.busybox,
    'sh',
    '-c',
    COUNTER,
  );
  assert.match(id, /^[0-9a-f]{64}$/);
  assert.is(await status(host, 'web'), 'created');
  assert.is(await host.ok('start', 'web'), 'web');
  assert.is(await status(host, 'web'), 'running');
  assert.is(await host.ok('exec', id.slice(0, 12), 'echo', 'hello'), 'hello');
  assert.is(await host.ok('start', 'web'), 'web', 'one that runs is left as it is');
});

test('a name that is taken is refused with its holder, before anything boots', async ({ host }) => {
  const { code, stderr } = await host.lcow('run', '-d', '--name', 'web', host.busybox, 'true');
  assert.is(code, 125);
  assert.match(stderr, /name a container "web": container [0-9a-f]{12} has it/);
});

test('exec has the process’s streams, status, environment, folder and user', async ({ host }) => {
  const script = 'echo $A; pwd; id -u; cat; echo bad >&2; exit 9';
  const args = ['-i', '-e', 'A=b', '-w', '/tmp', '-u', '1:1', 'web', 'sh', '-c', script];
  const run = host.start(['exec', ...args], { input: Buffer.from('typed\n') });
  const { code, stdout, stderr } = await run.finished;
  assert.equal([code, stdout, stderr], [9, 'b\n/tmp\n1\ntyped\n', 'bad\n']);
});

test('exec of what is not there is 127, in what is not there 1, detached it goes on', async ({
  host,
}) => {
  assert.is((await host.lcow('exec', 'web', 'nosuch')).code, 127);
  assert.is((await host.lcow('exec', 'nosuch', 'true')).code, 1);
  await host.ok('exec', '-d', 'web', 'sh', '-c', 'echo done > /tmp/detached');
  await host.ok('exec', 'web', 'sh', '-c', 'while [ ! -s /tmp/detached ]; do sleep 0.05; done');
});

test('logs has all of it, in order', async ({ host }) => {
  const lines = (await host.ok('logs', 'web')).split('\n');
  assert.ok(lines.length > 5);
  assert.equal(
    lines,
    lines.map((_, index) => `line ${index + 1}`),
  );
});

test('pause stops the output, resume lets it go on; neither twice', async ({ host }) => {
  await host.ok('pause', 'web');
  assert.is(await status(host, 'web'), 'paused');
  assert.is((await host.lcow('pause', 'web')).code, 1);
  assert.is((await host.lcow('exec', 'web', 'true')).code, 1);
  await host.ok('unpause', 'web');
  assert.is(await status(host, 'web'), 'running');
  assert.is((await host.lcow('resume', 'web')).code, 1);
});

test('update changes limits of what runs, and they hold', async ({ host }) => {
  await host.ok('update', '--memory', '64m', '--pids-limit', '20', '--cpus', '0.5', 'web');
  const files = ['memory.max', 'pids.max', 'cpu.max'].map((name) => `/sys/fs/cgroup/${name}`);
  assert.is(await host.ok('exec', 'web', 'cat', ...files), '67108864\n20\n50000 100000');
  assert.is((await host.lcow('update', 'web')).code, 125);
});

test('rename, and both names mean what they should', async ({ host }) => {
  await host.ok('rename', 'web', 'shop');
  assert.is((await host.lcow('exec', 'web', 'true')).code, 1);
  await host.ok('rename', 'shop', 'web');
  assert.is((await host.lcow('rename', 'web', 'a/b')).code, 1);
});

test('wait tells the status of a stop, whose signal the process saw', async ({ host }) => {
  const waiting = host.lcow('wait', 'web');
  assert.is(await host.ok('stop', 'web'), 'web');
  assert.is((await waiting).stdout, '7\n');
  assert.is(await status(host, 'web'), 'exited');
  assert.is(await host.ok('wait', 'web'), '7');
  assert.is(await host.ok('stop', 'web'), 'web', 'one that has exited is left as it is');
  assert.is((await host.lcow('kill', 'web')).code, 1);
});

test('started again it has its files and limits; -a shows its output; restart restarts it', async ({
  host,
}) => {
  await host.ok('restart', 'web');
  assert.is(await host.ok('exec', 'web', 'cat', '/tmp/detached'), 'done');
  assert.is(await host.ok('exec', 'web', 'cat', '/sys/fs/cgroup/pids.max'), '20');
});

test('of several operands those that can be done are, the others are a line each', async ({
  host,
}) => {
  const { code, stdout, stderr } = await host.lcow('kill', '-s', 'CONT', 'nope', 'web', 'none');
  assert.equal([code, stdout], [1, 'web\n']);
  assert.equal(stderr.match(/"(nope|none)"/g), ['"nope"', '"none"']);
});

test('rm removes it, not while it runs unless forced; its name is free', async ({ host }) => {
  await host.ok('stop', 'web');
  assert.is(await host.ok('rm', 'web'), 'web');
  assert.is((await host.lcow('rm', 'web')).code, 1);
  assert.is((await host.lcow('rm', '-f', 'web')).code, 0);
  await host.ok('run', '-d', '--name', 'web', host.busybox, 'sleep', '1000');
  const refused = await host.lcow('rm', 'web');
  assert.is(refused.code, 1);
  assert.match(refused.stderr, /it is running/);
  await host.ok('rm', '-f', 'web');
  assert.is(await host.ok('ps', '-aq'), '');
});

test.run();
