/**
 * `ctr run` with a real containerd: what a container is asked to be, and what its caller sees of it. Most containers
 * here are members of one pod, so that one VM serves them. Runs over runc too, where that says the same:
 * LCOW_TEST_RUNTIME=io.containerd.runc.v2.
 */
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BUSYBOX, ContainerdHost, containerdMissing, RUNC_RUNTIME } from '../harness/containerd.ts';
import type { Finished } from '../harness/lcow-host.ts';
import { skip } from '../harness/skip.ts';

const test = suite<{ host: ContainerdHost }>('ctr run');
const GROUP = ['--annotation', 'io.containerd.runc.v2.group=keeper'];

/** Runs a container of the pod to its end and removes it. */
function once(
  host: ContainerdHost,
  options: readonly string[],
  id: string,
  ...command: string[]
): Promise<Finished> {
  return host.ctr(...host.runArguments(['--rm', ...GROUP, ...options], id, ...command));
}

/** The same, with a script, which must succeed. @returns its stdout */
async function script(host: ContainerdHost, options: string[], text: string): Promise<string> {
  const { code, stdout, stderr } = await once(host, options, 'script', 'sh', '-c', text);
  assert.is(code, 0, `${stderr}${stdout}`);
  assert.is(stderr, '');
  return stdout;
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within 20 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const missing = containerdMissing();
if (missing !== undefined) skip(missing);
else {
  test.before(async (context) => {
    const snapshotters = ['overlayfs', 'native'];
    context.host = await ContainerdHost.start({ snapshotters });
    await context.host.ok(...context.host.runArguments(['-d'], 'keeper', 'sleep', '100000'));
  });

  test.after(({ host }) => host[Symbol.asyncDispose]());

  test('output comes on its stream, exit statuses and signals come as the status of ctr', async ({
    host,
  }) => {
    const command = 'echo out; echo err >&2; exit 3';
    const run = await once(host, [], 'status', 'sh', '-c', command);
    assert.equal(run, { code: 3, stdout: 'out\n', stderr: 'err\n' });
    assert.is((await once(host, [], 'status', 'true')).code, 0);
    assert.not.ok((await host.tasks()).has('status'));
  });

  test('folder, variables and mounts are as the caller says', async ({ host }) => {
    const shared = join(host.folder, 'shared');
    mkdirSync(shared, { recursive: true });
    writeFileSync(join(shared, 'from-host'), 'of the host\n');
    const options = [
      ...['--cwd', '/var/tmp', '--env', 'A=b c'],
      ...['--mount', `type=bind,src=${shared},dst=/mnt,options=rbind:rw`],
      ...['--mount', 'type=tmpfs,src=tmpfs,dst=/scratch,options=nosuid:size=1m'],
    ];
    const text =
      'pwd; echo "$A"; cat /mnt/from-host; echo of the guest > /mnt/made; grep -c "/scratch tmpfs.*nosuid" /proc/mounts';
    assert.is(await script(host, options, text), '/var/tmp\nb c\nof the host\n1\n');
    assert.is(readFileSync(join(shared, 'made'), 'utf8'), 'of the guest\n');
    const readOnly = ['--mount', `type=bind,src=${shared},dst=/mnt,options=rbind:ro`];
    const refused = await script(host, readOnly, 'touch /mnt/no 2>&1 || cat /mnt/made');
    assert.match(refused, /Read-only file system\nof the guest\n$/);
  });

  test('a whole specification: its user, groups and limits; a root that is a folder, without mounts of containerd', async ({
    host,
  }) => {
    const rootfs = join(host.folder, 'rootfs');
    mkdirSync(join(rootfs, 'bin'), { recursive: true });
    for (const name of ['proc', 'tmp']) mkdirSync(join(rootfs, name));
    cpSync('/bin/busybox', join(rootfs, 'bin/busybox'));
    const spec = join(host.folder, 'spec.json');
    const text =
      'id -u; id -g; busybox id -G; ulimit -n; hostname; echo made > /tmp/made; echo $HOME';
    writeFileSync(
      spec,
      JSON.stringify({
        ociVersion: '1.0.2',
        process: {
          user: { uid: 1000, gid: 100, additionalGids: [5, 7] },
          args: [
            '/bin/busybox',
            'sh',
            '-c',
            text.replaceAll(/(^|; )(id|hostname)/g, '$1busybox $2'),
          ],
          env: ['PATH=/bin', 'HOME=/tmp'],
          cwd: '/',
          rlimits: [{ type: 'RLIMIT_NOFILE', soft: 77, hard: 99 }],
        },
        root: { path: rootfs },
        hostname: 'of-the-spec',
        mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }],
        annotations: { 'io.containerd.runc.v2.group': 'keeper' },
        linux: { namespaces: ['pid', 'mount', 'uts', 'ipc', 'network'].map((type) => ({ type })) },
      }),
    );
    chmodSync(join(rootfs, 'tmp'), 0o777);
    const args = host
      .runArguments(['--rm', '--config', spec], 'whole')
      .filter((a) => a !== BUSYBOX);
    const { code, stdout, stderr } = await host.ctr(...args);
    assert.is(code, 0, stderr);
    assert.is(stdout, '1000\n100\n100 5 7\n77\nof-the-spec\n/tmp\n');
    assert.is(readFileSync(join(rootfs, 'tmp/made'), 'utf8'), 'made\n');
  });

  test('a read-only root is not written to, another is, and each has its own', async ({ host }) => {
    const text = 'touch /new 2>&1 && ls /new; touch /run/ok && echo ok';
    assert.match(await script(host, ['--read-only'], text), /Read-only file system\nok\n$/);
    assert.is(await script(host, [], text), '/new\nok\n');
    assert.is(await script(host, [], 'ls -d /new 2>/dev/null || echo none'), 'none\n');
  });

  test('a container of the native snapshotter runs', async ({ host }) => {
    const text = 'echo native > /file; cat /file; ls /bin/busybox';
    const output = await script(host, ['--snapshotter', 'native'], text);
    assert.is(output, 'native\n/bin/busybox\n');
  });

  test('seccomp, privileges and capabilities are what was asked for', async ({ host }) => {
    const text = 'grep -E "^(Seccomp|NoNewPrivs|CapEff):" /proc/self/status';
    const field = (output: string, name: string): string | undefined =>
      new RegExp(`^${name}:\\s+(\\S+)$`, 'm').exec(output)?.[1];
    const plain = await script(host, [], text);
    assert.is(field(plain, 'NoNewPrivs'), '1', plain);
    assert.is(field(plain, 'Seccomp'), '0', plain);
    assert.is(field(plain, 'CapEff'), '00000000a80425fb');
    assert.is(field(await script(host, ['--seccomp'], text), 'Seccomp'), '2');
    const privileged = await script(host, ['--privileged', '--allow-new-privs'], text);
    assert.is(field(privileged, 'NoNewPrivs'), '0');
    assert.ok(BigInt(`0x${field(privileged, 'CapEff')}`) > 0x1_0000_0000n, privileged);
    const dropped = await script(host, ['--cap-drop', 'CAP_CHOWN'], text);
    assert.is(field(dropped, 'CapEff'), '00000000a80425fa');
  });

  test('limits of memory and processor are those of its cgroup', async ({ host }) => {
    if (host.runtime === RUNC_RUNTIME) return skip('under runc the cgroup is of the host');
    const options = ['--privileged', '--cpus', '0.5', '--memory-limit', String(64 << 20)];
    const text =
      'mount -t cgroup2 none /tmp && cd /tmp$(cut -d: -f3 /proc/self/cgroup) && cat memory.max cpu.max';
    assert.is(await script(host, options, text), `${64 << 20}\n50000 100000\n`);
  });

  test('a program that uses up its memory is killed, and containerd is told of it', async ({
    host,
  }) => {
    const events = await host.events();
    const options = ['--memory-limit', String(16 << 20)];
    const eat = ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=200M', 'count=1'];
    const { code } = await once(host, options, 'eater', ...eat);
    assert.is(code, 137);
    await events.until(
      'OOM event',
      ({ topic, fields }) => topic === '/tasks/oom' && fields['container_id'] === 'eater',
    );
  });

  test('the log goes to a file, and to a program of the caller', async ({ host }) => {
    const file = join(host.folder, 'logs', 'file.log');
    const text = 'echo one; echo two >&2';
    const toFile = ['-d', ...GROUP, '--log-uri', `file://${file}`];
    const events = await host.events();
    const deleted = async (id: string): Promise<void> => {
      await events.until(
        'exit',
        ({ topic, fields }) => topic === '/tasks/exit' && fields['id'] === id,
      );
      await host.remove(id);
    };
    await host.ok(...host.runArguments(toFile, 'filed', 'sh', '-c', text));
    await deleted('filed');
    assert.equal(readFileSync(file, 'utf8').split('\n').sort(), ['', 'one', 'two']);

    const logger = join(host.folder, 'logger.sh');
    const log = join(host.folder, 'binary.log');
    // Ready: descriptor 5 closed. Ends with its two streams, not when it is told to end.
    writeFileSync(
      logger,
      `#!/bin/sh
trap '' TERM
exec 5>&-
{ echo "$CONTAINER_NAMESPACE $CONTAINER_ID $*"; sed s/^/out:/ <&3; sed s/^/err:/ <&4; } > ${log}.part
mv ${log}.part ${log}
`,
      { mode: 0o755 },
    );
    const toProgram = ['-d', ...GROUP, '--log-uri', `binary://${logger}?key=value`];
    await host.ok(...host.runArguments(toProgram, 'piped', 'sh', '-c', text));
    await deleted('piped');
    await until('the log of the program', () => existsSync(log));
    const said = readFileSync(log, 'utf8');
    assert.match(
      said,
      new RegExp(`^${host.namespace} piped .*key value\nout:one\nerr:two\n$`),
      said,
    );
  });

  test('stdin is read to its end, and output of megabytes arrives whole', async ({ host }) => {
    const events = await host.events();
    const args = host.runArguments(['--rm', ...GROUP], 'reader', 'sh', '-c', 'cat; echo end');
    const reader = host.spawn(args, 'open');
    await events.until(
      'start of the reader',
      ({ topic, fields }) => topic === '/tasks/start' && fields['container_id'] === 'reader',
    );
    reader.child.stdin?.write('first\n');
    await reader.shows('first\n');
    // ctr passes the end on only if it has its task by then; it has, or nothing would have been shown.
    reader.child.stdin?.end('last\n');
    assert.equal(await reader.finished, { code: 0, stdout: 'first\nlast\nend\n', stderr: '' });

    const long = await once(host, [], 'long', 'sh', '-c', 'yes 0123456 | head -c 8m');
    assert.is(long.code, 0, long.stderr);
    assert.is(long.stdout.length, 8 << 20);
    assert.ok(long.stdout === '0123456\n'.repeat(1 << 20), 'bytes are lost or out of order');
  });

  test('a terminal: size, resizing, Ctrl-C, exit status, and its own again afterwards', async ({
    host,
  }) => {
    const steps = [
      'expect # ',
      'send tty; stty size\\r',
      'expect /dev/',
      'expect 30 100',
      'resize 120x40',
      'send sleep 0.5; stty size\\r',
      'expect 40 120',
      'send sh -c "echo begun; exec sleep 100"\\r',
      'expect \\nbegun\\r',
      'send \\x03',
      'expect # ',
      'send exit 5\\r',
    ];
    const run = await host.pty(steps, host.runArguments(['--rm', '-t', ...GROUP], 'shell', 'sh'));
    assert.match(run, /-- 5 True/, run);
    const exec = await host.pty(steps, host.execArguments(['-t'], 'keeper', 'sh'));
    assert.match(exec, /-- 5 True/, exec);
  });

  test('exec: output, status, user, folder; one that is killed; a command that is not there', async ({
    host,
  }) => {
    const exec = (options: string[], ...command: string[]): Promise<Finished> =>
      host.ctr(...host.execArguments(options, 'keeper', ...command));
    const text = 'echo out; echo err >&2; pwd; id -u; exit 4';
    assert.equal(await exec(['--cwd', '/tmp', '--user', '7'], 'sh', '-c', text), {
      code: 4,
      stdout: 'out\n/tmp\n7\n',
      stderr: 'err\n',
    });
    const events = await host.events();
    const killed = exec(['--exec-id', 'victim'], 'sleep', '1000');
    await events.until(
      'start of the exec',
      ({ topic, fields }) => topic === '/tasks/exec-started' && fields['exec_id'] === 'victim',
    );
    await host.ok('task', 'kill', '--exec-id', 'victim', '-s', 'KILL', 'keeper');
    assert.is((await killed).code, 137);
    const wrong = await exec(['--exec-id', 'wrong'], '/no/such/program');
    assert.is.not(wrong.code, 0);
    assert.match(wrong.stderr, /no such file or directory/i);
    // The id is free again, and the container as before.
    assert.is((await exec(['--exec-id', 'wrong'], 'true')).code, 0);
    assert.is((await host.tasks()).get('keeper'), 'RUNNING');
  });

  test('pause stops it, resume lets it go on', async ({ host }) => {
    const ticks = join(host.folder, 'ticks');
    writeFileSync(ticks, '');
    const options = [
      '-d',
      ...GROUP,
      '--mount',
      `type=bind,src=${ticks},dst=/ticks,options=rbind:rw`,
    ];
    const text = 'while :; do echo x >> /ticks; usleep 20000; done';
    await host.ok(...host.runArguments(options, 'ticker', 'sh', '-c', text));
    const size = (): number => readFileSync(ticks).length;
    const grows = async (): Promise<void> => {
      const before = size();
      await until(`more than ${before} ticks`, () => size() > before);
    };
    await grows();
    await host.ok('task', 'pause', 'ticker');
    assert.is((await host.tasks()).get('ticker'), 'PAUSED');
    const paused = size();
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.is(size(), paused);
    await host.ok('task', 'resume', 'ticker');
    assert.is((await host.tasks()).get('ticker'), 'RUNNING');
    await grows();
    await host.remove('ticker');
  });

  test('a checkpoint is refused where the host shares folders with the VM, as its root', async ({
    host,
  }) => {
    if (host.runtime === RUNC_RUNTIME) return skip('runc asks CRIU');
    const { code, stderr } = await host.ctr('task', 'checkpoint', 'keeper');
    assert.is(code, 1);
    assert.match(stderr, /folders of the host shared over 9P.*not implemented/);
    assert.is((await host.tasks()).get('keeper'), 'RUNNING');
  });

  test('metrics have numbers of the container, ps its processes', async ({ host }) => {
    const options = ['-d', ...GROUP, '--memory-limit', String(64 << 20)];
    const busy = 'x=$(head -c 1m /dev/zero | tr "\\0" a); while :; do :; done';
    await host.ok(...host.runArguments(options, 'metric', 'sh', '-c', busy));
    const exec = host.ctr(
      ...host.execArguments(['--exec-id', 'sleeper'], 'metric', 'sleep', '1000'),
    );
    const text = await host.ok('task', 'metrics', '--format', 'json', 'metric');
    const metrics = JSON.parse(text) as Record<string, Record<string, unknown>>;
    assert.ok(Number((metrics['pids'] as { current: number }).current) >= 1, text);
    if (host.runtime !== RUNC_RUNTIME) {
      const table = await host.ok('task', 'metrics', 'metric');
      assert.match(table, /memory\.usage_limit\s+67108864/);
      const value = (name: string): number =>
        Number(new RegExp(`${name}\\s+(\\d+)`).exec(table)?.[1] ?? 0);
      assert.ok(value('memory\\.usage') > 100_000, table);
      assert.ok(value('cpu\\.usage_usec') > 1000, table);
    }
    const [title, ...processes] = (await host.ok('task', 'ps', 'metric')).split('\n');
    assert.match(title ?? '', /PID\s+INFO/);
    assert.ok(processes.length >= 1, processes.join());
    const [, pid] = (await host.ok('task', 'ls')).match(/^metric\s+(\d+)\s+RUNNING/m) ?? [];
    assert.ok(
      processes.some((line) => line.startsWith(`${pid} `)),
      `${pid}: ${processes.join()}`,
    );
    await host.remove('metric');
    assert.is((await exec).code, 137);
  });

  test('-d leaves it running under the pid in --pid-file, a process of this host; kill ends it', async ({
    host,
  }) => {
    const pidFile = join(host.folder, 'pid');
    const events = await host.events();
    const said = join(host.folder, 'daemon.log');
    const options = ['-d', ...GROUP, '--pid-file', pidFile, '--log-uri', `file://${said}`];
    const text = 'trap "exit 9" TERM; echo ready; while :; do usleep 50000; done';
    await host.ok(...host.runArguments(options, 'daemon', 'sh', '-c', text));
    // Before, TERM would be nobody's: an init has no default for it.
    await until('the handler', () => readFileSync(said, 'utf8') === 'ready\n');
    const pid = readFileSync(pidFile, 'utf8').trim();
    assert.match(await host.ok('task', 'ls'), new RegExp(`^daemon\\s+${pid}\\s+RUNNING`, 'm'));
    assert.ok(readFileSync(`/proc/${pid}/cmdline`).length > 0);
    await host.ok('task', 'kill', 'daemon');
    await events.until(
      'exit',
      ({ topic, fields }) => topic === '/tasks/exit' && fields['id'] === 'daemon',
    );
    assert.is((await host.tasks()).get('daemon'), 'STOPPED');
    const again = await host.ctr('task', 'kill', 'daemon');
    assert.match(again.stderr, /not found|finished/);
    await host.ok('task', 'delete', 'daemon');
    assert.throws(() => readFileSync(`/proc/${pid}/cmdline`), /ENOENT/);
    await host.ok('container', 'delete', 'daemon');
    assert.equal(events.tasksOf('daemon'), [
      '/tasks/create',
      '/tasks/start',
      '/tasks/exit daemon 9',
      '/tasks/delete',
    ]);
  });

  test('events come in order, of execs too', async ({ host }) => {
    const events = await host.events();
    await host.ok(...host.runArguments(['-d', ...GROUP], 'eventful', 'sleep', '1000'));
    const exec = await host.ctr(
      ...host.execArguments(['--exec-id', 'x'], 'eventful', 'sh', '-c', 'exit 2'),
    );
    assert.is(exec.code, 2);
    await host.remove('eventful');
    await events.until(
      'delete',
      ({ topic, fields }) => topic === '/tasks/delete' && fields['container_id'] === 'eventful',
    );
    assert.equal(
      // The reference tells no deletion of an exec, and of whom it tells one it is after the exit.
      events
        .tasksOf('eventful')
        .filter((line, at, all) => line !== '/tasks/delete' || at === all.length - 1),
      [
        '/tasks/create',
        '/tasks/start',
        '/tasks/exec-added',
        '/tasks/exec-started',
        '/tasks/exit x 2',
        '/tasks/exit eventful 137',
        '/tasks/delete',
      ],
    );
  });

  test('a command that is not there is an error that says so, and leaves nothing', async ({
    host,
  }) => {
    const events = await host.events();
    const { code, stderr } = await once(host, [], 'wrong', '/no/such/program', 'x');
    assert.is.not(code, 0);
    assert.match(stderr, /\/no\/such\/program.*no such file or directory/i);
    assert.is(stderr.split('cannot create container').length, 2, stderr);
    assert.not.ok((await host.tasks()).has('wrong'));
    await host.ctr('container', 'delete', 'wrong');
    // The next one of this name is as if there had been none.
    assert.is((await once(host, [], 'wrong', 'true')).code, 0);
    assert.not.match(events.tasksOf('wrong').slice(0, -4).join(), /exit/);
    assert.is((await host.tasks()).get('keeper'), 'RUNNING');
  });

  test('when the last container is removed nothing is left', async ({ host }) => {
    await host.remove('keeper');
    assert.equal(await host.settledLeftovers(), []);
  });

  test.run();
}
