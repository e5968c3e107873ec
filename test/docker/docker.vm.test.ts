/**
 * Docker's own commands on containers of ours: the distribution's dockerd with lcow-oci as its default runtime, put there
 * by `lcow setup docker`. One daemon for the file, and as few containers as the cases allow: each is a VM.
 *
 * With LCOW_TEST_DOCKER_RUNTIME=runc the same cases run on runc, to tell Docker's behaviour from ours.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DockerdHost, dockerdMissing } from '../harness/dockerd.ts';
import { skip } from '../harness/skip.ts';

const test = suite<{ host: DockerdHost }>('docker');
const missing = dockerdMissing();

/**
 * Of a file of the container's cgroup. On a host with cgroup v1 Docker gives containers no cgroup namespace, so ours see
 * the guest's whole hierarchy; runc's have one of v1.
 */
const cgroup = (v2: string, v1: string): string =>
  `cat /sys/fs/cgroup$(sed -n s/^0:://p /proc/self/cgroup)/${v2} 2>/dev/null || cat /sys/fs/cgroup/${v1}`;
const MEMORY_MAX = cgroup('memory.max', 'memory/memory.limit_in_bytes');
/** Says it is there, then repeats lines; a lone `sh` would ignore SIGTERM, so it runs under --init. */
const ECHO = 'echo ready; while read line; do echo "got $line"; done';

test.before(async (context) => {
  context.host = await DockerdHost.start({ liveRestore: true });
});

test.after(async ({ host }) => {
  await host?.[Symbol.asyncDispose]();
});

test('docker run -ti busybox sh is a shell on a terminal of its size, and its exit status comes back', async ({
  host,
}) => {
  const shown = await host.pty(
    [
      'expect / #',
      'send stty size; tty\\n',
      'expect 30 100',
      'resize 90x40',
      'expect /',
      'send sleep 1; stty size\\n',
      'expect 40 90',
      'send exit 7\\n',
    ],
    ['run', '-ti', 'busybox', 'sh'],
  );
  assert.match(shown, /\/dev\/pts\/0/);
  assert.match(shown, /-- 7 True$/m);
  const id = await host.ok('ps', '--all', '--quiet');
  assert.is(
    await host.inspect(id, '{{.State.ExitCode}} {{.HostConfig.Runtime}}'),
    `7 ${host.runtime}`,
  );
  assert.is(await host.ok('rm', id), id);
});

test('one command: input, both outputs, its status, a read-only root, tmpfs, volumes, limits', async ({
  host,
}) => {
  const shared = join(host.folder, 'shared');
  mkdirSync(shared);
  writeFileSync(join(shared, 'from-host'), 'of the host');
  const script = [
    'cat',
    'echo on-stderr >&2',
    'cat /ro/from-host; echo',
    'echo of the guest > /rw/from-guest',
    'touch /nowhere 2>/dev/null && echo writable-root',
    'touch /ro/x 2>/dev/null && echo writable-volume',
    'df -k /scratch | tail -1 | awk \'{print "tmpfs", $2}\'',
    'touch /scratch/x && echo scratch-writable',
    'echo nofile $(ulimit -Sn) $(ulimit -Hn)',
    `echo pids $(${cgroup('pids.max', 'pids/pids.max')})`,
    `echo cpu $(${cgroup('cpu.max', 'cpu/cpu.cfs_quota_us')})`,
    `echo memory $(${MEMORY_MAX})`,
    'echo host $(hostname) user $(id -u):$(id -g) in $(pwd) with $WORD',
    'exit 9',
  ].join('\n');
  const running = host.spawn(
    [
      ...['run', '--rm', '-i', '--read-only', '--tmpfs', '/scratch:size=2m,mode=1777'],
      ...['-v', `${shared}:/ro:ro`, '-v', `${shared}:/rw`, '--ulimit', 'nofile=123:456'],
      ...['--pids-limit', '77', '--cpus', '0.5', '--memory', '64m', '--hostname', 'told'],
      ...['--env', 'WORD=word', '--user', '0:7', '--workdir', '/tmp'],
      ...['busybox', 'sh', '-c', script],
    ],
    'open',
  );
  running.child.stdin?.end('through stdin\n');
  const { code, stdout, stderr } = await running.finished;
  assert.is(code, 9, stderr);
  assert.is(stderr, 'on-stderr\n');
  assert.match(
    stdout,
    /^through stdin\nof the host\ntmpfs 2048\nscratch-writable\nnofile 123 456\n/,
  );
  assert.match(stdout, /\npids 77\ncpu 50000.*\nmemory 67108864\n/);
  assert.match(stdout, /\nhost told user 0:7 in \/tmp with word\n/);
  assert.is(readFileSync(join(shared, 'from-guest'), 'utf8'), 'of the guest\n');
});

test('a command that is not there is 127, one that cannot be invoked 126, a wrong runtime 125', async ({
  host,
}) => {
  const absent = await host.run(['--rm'], 'no-such-command');
  assert.is(absent.code, 127, absent.stderr);
  assert.match(absent.stderr, /no-such-command/);
  const folder = await host.run(['--rm'], '/etc');
  assert.is(folder.code, 126, folder.stderr);
  const runtime = await host.run(['--rm', '--runtime', 'nosuch'], 'true');
  assert.is(runtime.code, 125);
  assert.equal(await host.ok('ps', '--all', '--quiet'), '');
});

test('a container in the background: attach, logs, exec, top, stats', async ({ host }) => {
  await host.ok(
    ...['run', '-d', '-i', '--init', '--name', 'box', '--memory', '64m', '--label', 'a=b'],
    ...['busybox', 'sh', '-c', ECHO],
  );
  const attached = host.spawn(['attach', '--sig-proxy=false', 'box'], 'open');
  attached.child.stdin?.write('hello\n');
  await attached.shows('got hello');
  attached.child.kill('SIGKILL');
  await attached.finished;
  assert.is(await host.ok('logs', 'box'), 'ready\ngot hello');
  const exec = await host.docker(
    'exec',
    '-e',
    'A=1',
    '-w',
    '/tmp',
    '-u',
    '1:1',
    'box',
    'sh',
    '-c',
    'echo $A $PWD $(id -u); exit 5',
  );
  assert.equal({ ...exec }, { code: 5, stdout: '1 /tmp 1\n', stderr: '' });
  const piped = host.spawn(['exec', '-i', 'box', 'wc', '-c'], 'open');
  piped.child.stdin?.end('x'.repeat(100_000));
  assert.is((await piped.finished).stdout.trim(), '100000');
  const shell = await host.pty(['expect #', 'send tty; exit 3\\n'], ['exec', '-ti', 'box', 'sh']);
  assert.match(shell, /-- 3 True$/m);
  // dockerd 20.10 says 126 for both, later ones 127.
  const absent = await host.docker('exec', 'box', 'no-such-command');
  assert.ok([126, 127].includes(absent.code), absent.stderr);
  assert.is((await host.docker('exec', 'box', '/etc')).code, 126);
  assert.match(await host.ok('top', 'box'), /^UID.*\n.*\S/);
  const stats = await host.ok(
    'stats',
    '--no-stream',
    '--format',
    '{{.Name}} {{.MemUsage}} {{.PIDs}}',
    'box',
  );
  assert.match(stats, /^box [\d.]+\w*B \/ [\d.]+\w+B \d+$/);
  const state = await host.inspect(
    'box',
    '{{.State.Status}} {{.HostConfig.Memory}} {{.Config.Labels.a}}',
  );
  assert.is(state, 'running 67108864 b');
});

test('pause, unpause and live limits', async ({ host }) => {
  await host.ok('pause', 'box');
  assert.is(await host.inspect('box', '{{.State.Paused}}'), 'true');
  assert.is((await host.docker('exec', 'box', 'true')).code, 1);
  await host.ok('unpause', 'box');
  await host.ok('update', '--memory', '96m', '--memory-swap', '96m', '--pids-limit', '55', 'box');
  assert.is(await host.ok('exec', 'box', 'sh', '-c', MEMORY_MAX), String(96 * 2 ** 20));
  assert.is(await host.ok('exec', 'box', 'sh', '-c', cgroup('pids.max', 'pids/pids.max')), '55');
});

test('files in and out, what differs from the image, an image of it', async ({ host }) => {
  writeFileSync(join(host.folder, 'note'), 'copied in');
  await host.ok('cp', join(host.folder, 'note'), 'box:/root/note');
  assert.is(await host.ok('exec', 'box', 'cat', '/root/note'), 'copied in');
  await host.ok('exec', 'box', 'sh', '-c', 'echo made inside > /root/made; rm /etc/group');
  await host.ok('cp', 'box:/root/made', join(host.folder, 'made'));
  assert.is(readFileSync(join(host.folder, 'made'), 'utf8'), 'made inside\n');
  const differences = (await host.ok('diff', 'box')).split('\n');
  for (const each of ['A /root/note', 'A /root/made', 'D /etc/group']) {
    assert.ok(differences.includes(each), `${each} is not in ${differences.join(', ')}`);
  }
  await host.ok('commit', 'box', 'committed');
  // A container of runc on the same daemon reads the image that was made in a VM.
  const beside = await host.docker(
    'run',
    '--rm',
    '--runtime',
    'runc',
    'committed',
    'cat',
    '/root/made',
  );
  assert.equal({ ...beside }, { code: 0, stdout: 'made inside\n', stderr: '' });
  await host.ok('image', 'rm', 'committed');
});

test('dockerd may be killed and come back: the container runs on, and its end is told', async ({
  host,
}) => {
  await host.stop('SIGKILL');
  await host.launch();
  assert.is(await host.inspect('box', '{{.State.Status}}'), 'running');
  assert.is(await host.ok('exec', 'box', 'cat', '/root/note'), 'copied in');
  const waiting = host.spawn(['wait', 'box']);
  await host.ok('stop', '--time', '20', 'box');
  // The signal went through --init to the shell: 128 + 15.
  assert.is((await waiting.finished).stdout.trim(), '143');
  assert.is(await host.inspect('box', '{{.State.ExitCode}}'), '143');
});

test('a container starts again with its files, and a kill is 137', async ({ host }) => {
  await host.ok('start', 'box');
  assert.is(await host.ok('exec', 'box', 'cat', '/root/note'), 'copied in');
  await host.ok('kill', 'box');
  await host.until('box', '{{.State.Status}} {{.State.ExitCode}}', 'exited 137');
  await host.ok('rm', 'box');
});

test('a health check is asked, a failure restarts, out of memory is told as 137', async ({
  host,
}) => {
  await host.ok(
    ...['run', '-d', '--name', 'again', '--restart', 'on-failure:1', '--memory', '32m'],
    ...[
      '--health-cmd',
      'test -f /tmp/ok',
      '--health-interval',
      '500ms',
      '--health-start-period',
      '30s',
    ],
    ...[
      'busybox',
      'sh',
      '-c',
      'touch /tmp/ok; if [ -f /first ]; then tail /dev/zero; exit $?; fi; touch /first; sleep 600; exit 7',
    ],
  );
  await host.until('again', '{{.State.Health.Status}} {{.RestartCount}}', 'healthy 0');
  // The end of the container may kill `killall` before it has ended itself: its status says nothing.
  await host.docker('exec', 'again', 'killall', 'sleep');
  // The second time it takes all memory that it may have.
  await host.until(
    'again',
    '{{.State.Status}} {{.RestartCount}} {{.State.ExitCode}}',
    'exited 1 137',
  );
  await host.ok('rm', 'again');
});

test('nothing is left of them', async ({ host }) => {
  assert.equal(await host.settledLeftovers(), []);
});

if (missing === undefined) test.run();
else skip(missing);
