/** What shows containers, and the network: one VM that serves, and containers that are only made. */
import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LcowHost } from '../harness/lcow-host.ts';

const test = suite<{ host: LcowHost }>('watch', { host: LcowHost.withTemplate() });

const SERVE =
  'mkdir -p /www; echo page > /www/index.html; httpd -p 80 -h /www; i=0; trap "exit 3" TERM; ' +
  'while :; do i=$((i+1)); echo tick $i; sleep 0.2; done';

test.before(async ({ host }) => {
  const options = ['-d', '--name', 'web', '-l', 'tier=front', '-p', '127.0.0.1:0:80'];
  await host.ok('run', ...options, host.busybox, 'sh', '-c', SERVE);
  // A container runs before its server listens.
  const listens = 'until wget -qO /dev/null http://127.0.0.1/; do sleep 0.1; done; sleep 0.5';
  await host.ok('exec', 'web', 'sh', '-c', listens);
});

test.after(async ({ host }) => {
  await host.lcow('rm', '-f', 'web');
  const left = await host.settledLeftovers();
  await host[Symbol.asyncDispose]();
  assert.equal(left, []);
});

test('a published port answers HTTP, and ps shows it', async ({ host }) => {
  const ports = await host.ok('ps', '--format', '{{.Ports}}');
  const port = /127\.0\.0\.1:(\d+)->80\/tcp/.exec(ports)?.[1];
  assert.ok(port, ports);
  assert.is(await fetchText(`http://127.0.0.1:${port}/`), 'page\n');
});

test('logs: the last lines, since a time, with times, and following to the end', async ({
  host,
}) => {
  const started = new Date().toISOString();
  const follower = host.start(['logs', '-f', '--tail', '2', 'web']);
  await follower.shows('tick');
  const last = await host.ok('logs', '-n', '2', 'web');
  assert.match(last, /^tick \d+\ntick \d+$/);
  const timed = await host.ok('logs', '-t', '--tail', '1', 'web');
  assert.match(timed, /^\d{4}-\d\d-\d\dT[\d:.]+Z tick \d+$/);
  await host.ok('exec', 'web', 'sleep', '0.5');
  const since = (await host.ok('logs', '--since', started, 'web')).split('\n');
  assert.ok(since.length >= 1 && !since.includes('tick 1'), since.join());
  follower.child.kill('SIGINT');
  await follower.finished;
});

test('stats, top, inspect, uvm list and uvm exec tell of it', async ({ host }) => {
  const stats = JSON.parse(await host.ok('stats', '--no-stream', '--format', 'json', 'web'));
  assert.match(JSON.stringify(stats), /"MemUsage":"[\d.]+/);
  assert.match(await host.ok('top', 'web'), /httpd/);
  const [object] = JSON.parse(await host.ok('inspect', 'web'));
  assert.is(object.Name, '/web');
  assert.is(object.State.Running, true);
  assert.is(object.Config.Labels.tier, 'front');
  const listed = await host.ok('uvm', 'list', '-q');
  assert.is(listed.split('\n').length, 1);
  assert.is((await host.lcow('uvm', 'exec', listed, '/no/such')).code, 127);
  assert.match(await host.ok('uvm', 'console', listed), /Linux version/);
});

test('of commands that take one name in a race one wins', async ({ host }) => {
  const made = await Promise.all(
    Array.from({ length: 5 }, () => host.lcow('create', '--name', 'same', host.busybox, 'true')),
  );
  assert.is(made.filter(({ code }) => code === 0).length, 1);
  for (const { code, stderr } of made) if (code !== 0) assert.match(stderr, /"same".* has it/);
  assert.is(
    await host.ok('ps', '-a', '--filter', 'status=created', '--format', '{{.Names}}'),
    'same',
  );
});

test('prune removes what does not run, and only that', async ({ host }) => {
  const out = await host.ok('prune', '-f');
  assert.match(out, /[0-9a-f]{12}/);
  assert.is(await host.ok('ps', '-a', '--format', '{{.Names}}'), 'web');
});

test('events follow what happens, as JSON; a stop past its time kills', async ({ host }) => {
  const events = host.start(['events', '--filter', 'container=web', '--format', 'json']);
  const waiting = host.lcow('wait', 'web');
  await host.ok('pause', 'web');
  await events.shows('"pause"');
  await host.ok('unpause', 'web');
  await host.ok('kill', '-s', 'STOP', 'web');
  await host.ok('stop', '-t', '1', 'web');
  await events.shows('"die"');
  assert.is((await waiting).stdout, '137\n');
  events.child.kill('SIGINT');
  const lines = (await events.finished).stdout.trim().split('\n');
  const actions = lines.map((line) => JSON.parse(line) as { Action?: string; action?: string });
  assert.ok(
    actions.some((each) => (each.Action ?? each.action) === 'unpause'),
    lines.join('\n'),
  );
});

test('--network none has a loopback and nothing else; uvm stop ends a VM and its container', async ({
  host,
}) => {
  const options = ['-d', '--name', 'alone', '--network', 'none'];
  await host.ok('run', ...options, host.busybox, 'sleep', '999');
  assert.is(await host.ok('exec', 'alone', 'ls', '/sys/class/net'), 'lo');
  const vm = await host.ok('uvm', 'list', '-q');
  await host.ok('uvm', 'stop', vm);
  assert.is(await host.ok('ps', '-q'), '');
  const state = await host.ok('inspect', '-f', '{{.State.Status}}', 'alone');
  assert.is(state, 'exited');
  await host.ok('rm', 'alone');
});

test('pod create, list, inspect, rm', async ({ host }) => {
  await host.ok('pod', 'create', '-m', '256m', '-l', 'a=b', 'duo');
  const [pod] = JSON.parse(await host.ok('pod', 'inspect', 'duo'));
  assert.match(JSON.stringify(pod), /"duo"/);
  assert.match(await host.ok('pod', 'list'), /duo\s+running/);
  await host.ok('pod', 'rm', 'duo');
  assert.not.match(await host.ok('pod', 'list'), /duo/);
});

function fetchText(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, (response) => resolve(text(response))).on('error', reject);
  });
}

test.run();
