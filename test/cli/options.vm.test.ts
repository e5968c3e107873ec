/** What `run` takes, each option seen in the container that it makes: containers of one pod, which need no boot each. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LcowHost } from '../harness/lcow-host.ts';

const test = suite<{ host: LcowHost }>('options', { host: LcowHost.withTemplate() });

test.before(async ({ host }) => {
  await host.ok('pod', 'create', 'pod', '-m', '512m');
});

test.after(async ({ host }) => {
  await host.lcow('pod', 'rm', '-f', 'pod');
  const left = await host.settledLeftovers();
  await host[Symbol.asyncDispose]();
  assert.equal(left, []);
});

/** A shell script in a container of the pod. @returns its stdout @throws where it exits otherwise than with 0 */
function sh(host: LcowHost, script: string, ...options: string[]): Promise<string> {
  return host.ok('run', '--rm', '--pod', 'pod', ...options, host.busybox, 'sh', '-c', script);
}

test('--init reaps what it adopts and passes signals on', async ({ host }) => {
  const orphan = '(sleep 0.3 &); (sleep 0.3 &); sleep 1.5; ps -o pid,stat,comm';
  const seen = await sh(host, orphan, '--init');
  assert.not.match(seen, / Z/, seen);
  assert.match(seen, /^ *1 .*(init|lcow)/m, seen);
  await host.ok(
    'run',
    '-d',
    '--init',
    '--pod',
    'pod',
    '--name',
    'init',
    host.busybox,
    'sleep',
    '999',
  );
  await host.ok('stop', '-t', '60', 'init');
  assert.is(await host.ok('wait', 'init'), '143', 'without an init PID 1 would not hear of it');
  await host.ok('rm', 'init');
});

test('capabilities: none, one, all; no-new-privileges', async ({ host }) => {
  const effective = 'grep CapEff /proc/self/status';
  const none = await sh(host, effective, '--cap-drop', 'ALL');
  assert.match(none, /\b0000000000000000$/);
  const one = await sh(host, effective, '--cap-drop', 'ALL', '--cap-add', 'NET_BIND_SERVICE');
  assert.match(one, /\b0000000000000400$/);
  const flag = await sh(
    host,
    'grep NoNewPrivs /proc/self/status',
    '--security-opt',
    'no-new-privileges',
  );
  assert.match(flag, /\b1$/);
});

test('--privileged mounts and sees devices, the default does neither; --device gives one', async ({
  host,
}) => {
  const script = 'mount -t tmpfs none /tmp 2> /dev/null && echo mounted; ls /dev | wc -l';
  const [mounted, all] = (await sh(host, script, '--privileged')).split('\n');
  assert.is(mounted, 'mounted');
  const few = await sh(host, script);
  assert.ok(Number(all) > Number(few), `${all} and ${few} devices`);
  const fuse = '[ -c /dev/fuse ] && exec 3<>/dev/fuse && echo open';
  assert.is(await sh(host, fuse, '--device', '/dev/fuse'), 'open');
  const without = await host.lcow('run', '--rm', '--pod', 'pod', host.busybox, 'sh', '-c', fuse);
  assert.is.not(without.code, 0);
});

test('--sysctl, --ulimit, --shm-size, --oom-score-adj, --cpu-shares, --group-add, --add-host', async ({
  host,
}) => {
  const seen = await sh(
    host,
    'cat /proc/sys/kernel/msgmax; ulimit -Sn; ulimit -Hn; cat /proc/self/oom_score_adj; ' +
      'df -k /dev/shm | tail -1 | tr -s " " | cut -d " " -f 2; id -G; grep friend /etc/hosts; hostname',
    ...['--sysctl', 'kernel.msgmax=12345', '--ulimit', 'nofile=123:456', '--shm-size', '2m'],
    ...['--oom-score-adj', '77', '--cpu-shares', '512', '--group-add', '42'],
    ...['--add-host', 'friend:10.1.2.3', '--hostname', 'box'],
  );
  const [msgmax, soft, hard, score, shm, groups, friend, name] = seen.split('\n');
  assert.equal([msgmax, soft, hard, score, shm], ['12345', '123', '456', '77', '2048'], seen);
  assert.match(groups ?? '', /\b42\b/);
  assert.match(friend ?? '', /^10\.1\.2\.3\s+friend/, seen);
  assert.is(name, 'box');
});

test('--tmpfs, --mount and --read-only', async ({ host }) => {
  const folder = join(host.folder, 'shared');
  mkdirSync(folder);
  writeFileSync(join(folder, 'file'), 'from the host\n');
  const script = [
    'df -k /t | tail -1 | tr -s " " | cut -d " " -f 2',
    'echo x > /t/x && echo x > /m/x && echo tmpfs',
    'cat /b/file',
    'echo x > /b/y 2> /dev/null || echo refused',
    'echo x > /root/y 2> /dev/null || echo read-only',
  ].join('; ');
  const seen = await sh(
    host,
    script,
    ...['--tmpfs', '/t:size=1m', '--mount', 'type=tmpfs,target=/m', '--read-only'],
    ...['--mount', `type=bind,source=${folder},target=/b,readonly`],
  );
  assert.is(seen, '1024\ntmpfs\nfrom the host\nrefused\nread-only');
});

test('--pids-limit holds a fork bomb; its neighbour goes on, and the bomb is removed', async ({
  host,
}) => {
  const bomb = 'b() { b | b & }; b; sleep 999';
  const options = ['-d', '--pod', 'pod', '--pids-limit', '20'];
  await host.ok('run', ...options, '--name', 'bomb', host.busybox, 'sh', '-c', `echo up; ${bomb}`);
  assert.is(await sh(host, 'echo alive'), 'alive');
  const pids = await host.ok('stats', '--no-stream', '--format', '{{.PIDs}}', 'bomb');
  assert.ok(Number(pids) >= 1 && Number(pids) <= 20, pids);
  await host.ok('rm', '-f', 'bomb');
});

test('-m: what goes over it is killed: 137, OOMKilled, and an event', async ({ host }) => {
  const hog = ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=100M', 'count=1'];
  const options = ['--pod', 'pod', '--name', 'hog', '-m', '32m'];
  const { code } = await host.lcow('run', ...options, host.busybox, ...hog);
  assert.is(code, 137);
  assert.is(await host.ok('inspect', '-f', '{{.State.OOMKilled}}', 'hog'), 'true');
  const args = ['--since', '5m', '--until', '0s', '--filter', 'container=hog'];
  assert.match(await host.ok('events', ...args, '--format', '{{.Action}}'), /^oom$/m);
  await host.ok('rm', 'hog');
});

test('--env-file, --label, --cidfile, --stop-signal, --log-driver none', async ({ host }) => {
  const at = (name: string) => join(host.folder, name);
  writeFileSync(at('env'), '# comment\nA=from file\nB\n');
  assert.is(await sh(host, 'echo $A', '--env-file', at('env')), 'from file');
  const script = 'trap "echo got; exit 4" INT; echo up; while :; do sleep 0.1; done';
  const options = ['-d', '--pod', 'pod', '--name', 'sig', '-l', 'a=b', '--cidfile', at('cid')];
  const more = ['--stop-signal', 'INT', '--log-driver', 'none'];
  const id = await host.ok('run', ...options, ...more, host.busybox, 'sh', '-c', script);
  assert.is(readFileSync(at('cid'), 'utf8'), id);
  const again = await host.lcow('run', '--cidfile', at('cid'), host.busybox, 'true');
  assert.match(again.stderr, /exists/);
  assert.is(await host.ok('ps', '-q', '--no-trunc', '--filter', 'label=a=b'), id);
  await host.ok('stop', '-t', '60', 'sig');
  assert.is(await host.ok('wait', 'sig'), '4');
  const logs = await host.lcow('logs', 'sig');
  assert.is.not(logs.code, 0);
  assert.match(logs.stderr, /none/);
  await host.ok('rm', 'sig');
  assert.not(existsSync(join(host.data, 'container', id)));
});

test('exec has its own environment, user and folder, runs detached and privileged', async ({
  host,
}) => {
  await host.ok(
    'run',
    '-d',
    '--pod',
    'pod',
    '--name',
    'web',
    '-e',
    'X=1',
    host.busybox,
    'sleep',
    '999',
  );
  const own = ['-e', 'Y=2', '-w', '/tmp', '-u', '5:6'];
  const seen = await host.ok('exec', ...own, 'web', 'sh', '-c', 'echo $X$Y; pwd; id -u; id -g');
  assert.is(seen, '12\n/tmp\n5\n6');
  const status = ['grep', 'CapEff', '/proc/self/status'];
  const plain = await host.ok('exec', 'web', ...status);
  const privileged = await host.ok('exec', '--privileged', 'web', ...status);
  assert.match(plain, /00000000a80425fb$/);
  assert.match(privileged, /[0-9a-f]{6}ffffffff$/);
  assert.match(await host.ok('top', 'web'), /sleep 999/);
  await host.ok('rm', '-f', 'web');
});

test.run();
