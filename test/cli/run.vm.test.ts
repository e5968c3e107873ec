/** `lcow run` as a person uses it, each test a command on a real VM: a clone, but where the boot or the VM's size counts. */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LcowHost } from '../harness/lcow-host.ts';

const test = suite<{ host: LcowHost }>('lcow run', { host: LcowHost.withTemplate() });

test.after(async ({ host }) => {
  const left = await host.settledLeftovers();
  await host[Symbol.asyncDispose]();
  assert.equal(left, []);
});

const BOOTS = { env: { LCOW_TEMPLATE: 'none' } };

async function sh(host: LcowHost, script: string, ...options: string[]) {
  return host.lcow('run', '--rm', ...options, host.busybox, 'sh', '-c', script);
}

test('prints what the container prints, each on its own stream', async ({ host }) => {
  const script = 'echo out; echo err >&2';
  const booted = host.start(['run', '--rm', host.busybox, 'sh', '-c', script], BOOTS).finished;
  for (const { code, stdout, stderr } of [await booted, await sh(host, script)]) {
    assert.equal([code, stdout, stderr], [0, 'out\n', 'err\n']);
  }
});

test('exits as the container does: a code, a signal, not found, not invocable', async ({
  host,
}) => {
  assert.is((await sh(host, 'exit 7')).code, 7);
  // PID 1 ignores what it does not handle, so a child takes the signal and the shell tells of it.
  assert.is((await sh(host, "sh -c 'kill -TERM $$'; exit $?")).code, 143);
  const missing = await host.lcow('run', '--rm', host.busybox, 'no-such-command');
  assert.is(missing.code, 127, missing.stderr);
  assert.match(missing.stderr, /no-such-command/);
  const refused = await host.lcow('run', '--rm', host.busybox, '/etc/passwd');
  assert.is(refused.code, 126, refused.stderr);
});

test('takes environment, working directory, user and hostname', async ({ host }) => {
  const { stdout, stderr } = await sh(
    host,
    'echo $A $B; pwd; id -u; id -g; hostname; echo $HOME',
    ...['-e', 'A=1', '-e', 'B=two', '-w', '/tmp', '-u', '1000:50', '--hostname', 'box'],
  );
  assert.is(stdout, '1 two\n/tmp\n1000\n50\nbox\n/\n', stderr);
  const named = await sh(host, 'id -un; echo $HOME', '-u', 'root');
  assert.is(named.stdout, 'root\n/root\n', named.stderr);
  const unknown = await sh(host, 'id', '-u', 'nobody-here');
  assert.is(unknown.code, 125, unknown.stdout);
  assert.match(unknown.stderr, /nobody-here/);
});

test('replaces the entrypoint', async ({ host }) => {
  const { stdout } = await host.lcow(
    'run',
    '--rm',
    '--entrypoint',
    '/bin/echo',
    host.busybox,
    'x',
    '-n',
  );
  assert.is(stdout, 'x -n\n');
});

test('the root is writable, or read-only when asked', async ({ host }) => {
  assert.is((await sh(host, 'echo x > /file && cat /file')).stdout, 'x\n');
  const readOnly = await sh(host, 'echo x > /file', '--read-only');
  assert.is(readOnly.code, 1);
  assert.match(readOnly.stderr, /Read-only file system/);
});

test('memory and processors are limited, in the VM and in the cgroup', async ({ host }) => {
  const script = 'cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/cpu.max; nproc';
  const { stdout, stderr } = await sh(host, script, '--memory', '64m', '--cpus', '1.5');
  assert.is(stdout, '67108864\n150000 100000\n2\n', stderr);
});

test('a process over the memory limit is killed with 137', async ({ host }) => {
  const { code } = await sh(
    host,
    'dd if=/dev/zero of=/dev/null bs=100M count=1',
    '--memory',
    '32m',
  );
  assert.is(code, 137);
});

test('host folders and files are shared, writable or read-only', async ({ host }) => {
  const folder = mkdtempSync(join(host.folder, 'share-'));
  writeFileSync(join(folder, 'in'), 'from the host\n');
  mkdirSync(join(folder, 'sub'));
  const script =
    'cat /s/in; echo back > /s/sub/out; cat /one; echo no > /ro/x || echo refused; ls /one';
  const { stdout, stderr, code } = await sh(
    host,
    script,
    ...['-v', `${folder}:/s`, '-v', `${folder}:/ro:ro`, '-v', `${join(folder, 'in')}:/one:ro`],
  );
  assert.is(code, 0, stderr);
  assert.is(stdout, 'from the host\nfrom the host\nrefused\n/one\n');
  assert.is(readFileSync(join(folder, 'sub/out'), 'utf8'), 'back\n');
});

test('a share that does not exist is refused with its path', async ({ host }) => {
  const { code, stderr } = await sh(host, 'true', '-v', '/no/such/folder:/x');
  assert.is(code, 125);
  assert.match(stderr, /\/no\/such\/folder/);
});

test('stdin reaches the container with -i and is empty without', async ({ host }) => {
  const cat = host.start(['run', '--rm', '-i', host.busybox, 'cat'], {
    input: Buffer.from('typed\n'),
  });
  assert.is((await cat.finished).stdout, 'typed\n');
  const none = host.start(['run', '--rm', host.busybox, 'cat'], { input: Buffer.from('typed\n') });
  assert.is((await none.finished).stdout, '');
});

test('the container is alone: its own pids, few devices, no host files, default capabilities', async ({
  host,
}) => {
  const { stdout } = await sh(
    host,
    'ls /proc | grep -c "^[0-9]*$"; ls /dev | tr "\\n" " "; echo; grep CapEff /proc/self/status; cat /proc/1/comm; true',
  );
  const [pids, devices, capabilities, init] = stdout.split('\n');
  assert.ok(Number(pids) <= 6, `${pids} pids`);
  assert.not.match(devices ?? '', /vport|sda|kmsg/);
  assert.match(capabilities ?? '', /00000000a80425fb/);
  assert.is(init, 'sh');
});

test('the timeline names every phase in order and as JSON', async ({ host }) => {
  const file = join(host.folder, 'timeline.json');
  const args = ['run', '--rm', '--timeline', '--timeline-json', file, host.busybox, 'echo', 'x'];
  const { stderr } = await host.start(args, BOOTS).finished;
  const { phases, accelerator } = JSON.parse(readFileSync(file, 'utf8')) as {
    phases: { name: string; atMs: number }[];
    accelerator: string;
  };
  const names = phases.map(({ name }) => name);
  const expected = ['spawn', 'vmm-ready', 'kernel', 'init', 'agent', 'link', 'devices', 'rootfs'];
  for (const name of [
    ...expected,
    'container created',
    'process started',
    'first byte',
    'exit',
    'torn down',
  ]) {
    assert.ok(names.includes(name), `${name} is not in ${names.join(', ')}`);
    assert.match(stderr, name);
  }
  assert.ok(['tcg', 'kvm'].includes(accelerator));
  const times = phases.map(({ atMs }) => atMs);
  assert.equal(
    times,
    [...times].sort((a, b) => a - b),
  );
});

test('wrong options are refused before anything starts', async ({ host }) => {
  for (const [args, message] of [
    [['--memory', '1m', 'x'], /less than 6m/],
    [['--memory', 'lots', 'x'], /"lots" is not a size/],
    [['--cpus', '999', 'x'], /--cpus/],
    [['-v', 'nocolon', 'x'], /"nocolon"/],
    [['--nope', 'x'], /--nope/],
    [['/no/such/image'], /no\/such\/image/],
    [['-t', '-i', host.busybox], /not a terminal/],
    [['-e', '=x', host.busybox], /"=x"/],
  ] as const) {
    const { code, stderr } = await host.lcow('run', ...args);
    assert.is(code, 125, stderr);
    assert.match(stderr, message);
  }
});

test.run();
