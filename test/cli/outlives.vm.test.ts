/** What outlives what: a killed supervisor, a container that fails, one of two in a pod. On real VMs. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LcowHost, processesOf } from '../harness/lcow-host.ts';

const test = suite<{ host: LcowHost }>('outlives', { host: new LcowHost() });

const COUNTER = 'trap "exit 7" TERM; i=0; while :; do i=$((i+1)); echo line $i; sleep 0.1; done';

test.after(async ({ host }) => {
  const left = await host.settledLeftovers();
  await host[Symbol.asyncDispose]();
  assert.equal(left, []);
});

async function status(host: LcowHost, name: string): Promise<string> {
  return host.ok('ps', '-a', '--filter', `name=${name}`, '--format', '{{.State}}');
}

test.before(async ({ host }) => {
  await host.ok('run', '-d', '--name', 'web', host.busybox, 'sh', '-c', COUNTER);
});

test('kill -9 of the supervisor: attach goes on without loss or repetition', async ({ host }) => {
  const attached = host.start(['attach', '--no-stdin', 'web']);
  await attached.shows('line ');
  const supervisor = processesOf(host.folder).filter((line) => line.includes('lcow-supervisor'));
  assert.is(supervisor.length, 1, supervisor.join('\n'));
  process.kill(Number(supervisor[0]?.split(' ')[0]), 'SIGKILL');
  const later = await host.ok('exec', 'web', 'echo', 'adopted');
  assert.is(later, 'adopted');
  await host.ok('stop', 'web');
  const { stdout } = await attached.finished;
  await host.ok('rm', 'web');
  const numbers = [...stdout.matchAll(/^line (\d+)$/gm)].map(([, n]) => Number(n));
  assert.ok(numbers.length > 5, stdout);
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
  await host.ok('rm', '-f', 'one');
  assert.is(await host.ok('exec', 'two', 'echo', 'here'), 'here');
  assert.match(await host.ok('pod', 'list'), /duo\s+running\s+two/);
  await host.ok('pod', 'rm', '-f', 'duo');
  assert.is(await host.ok('ps', '-aq'), '');
});

test.run();
