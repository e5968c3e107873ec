/** Views that need no VM: events, logs, prune, config show, images, and the columns of stats and top. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { listText, parseListFormat } from '../../../runtime/cli/list-output.ts';
import { statsColumns } from '../../../runtime/cli/stats-columns.ts';
import { topColumns } from '../../../runtime/cli/top-columns.ts';
import { ContainerStore } from '../../../runtime/container/container-store.ts';
import { decodeMetrics } from '../../../runtime/lcow/stats.ts';
import { EventJournal } from '../../../runtime/supervisor/event-journal.ts';
import { containerd } from '../../../proto/generated/task.js';
import { CommandHost } from './captured-command.ts';
import { makeUp } from './made-up-store.ts';

const AT_MS = Date.parse('2026-01-02T03:04:05.678Z');

test('events shows what was, filtered, and ends where --until is over', async () => {
  using host = new CommandHost();
  const journal = new EventJournal(host.run);
  const web = { name: 'web', image: 'busybox', tier: 'x\u001b[2J' };
  journal.append('container', 'create', 'a'.repeat(64), web, AT_MS);
  journal.append('container', 'start', 'a'.repeat(64), web, AT_MS + 1000);
  journal.append('container', 'die', 'b'.repeat(64), { name: 'db', exitCode: '3' }, AT_MS + 2000);
  journal.append('pod', 'create', 'front', {}, AT_MS + 3000);
  const until = '2026-01-02T04:00:00Z';
  const all = await host.lcow(['events', '--since', '2026-01-01T00:00:00Z', '--until', until]);
  assert.is(all.code, 0);
  const lines = all.stdout.trimEnd().split('\n');
  assert.is(lines.length, 4);
  assert.is(
    lines[0],
    `2026-01-02T03:04:05.678000000Z container create ${'a'.repeat(64)} (image=busybox, name=web, tier=x\\x1b[2J)`,
  );
  const actions = async (...filters: string[]): Promise<string> => {
    const args = filters.flatMap((filter) => ['--filter', filter]);
    const { stdout } = await host.lcow(['events', '--until', until, '--format', 'Action', ...args]);
    return stdout.trim().replaceAll('\n', ' ');
  };
  assert.is(await actions('container=web'), 'create start');
  assert.is(await actions('container=bbb'), 'die');
  assert.is(await actions('event=start', 'event=die'), 'start die');
  assert.is(await actions('type=pod'), 'create');
  assert.is(await actions('label=tier', 'event=start'), 'start');
  const json = await host.lcow(['events', '--until', until, '--format', 'json']);
  const [first] = json.stdout.split('\n');
  assert.is((JSON.parse(first ?? '') as { Actor: { ID: string } }).Actor.ID, 'a'.repeat(64));
  assert.not.ok(json.stdout.includes('\u001b'));
  assert.match((await host.lcow(['events', '--since', 'soon'])).stderr, /--since: "soon"/);
  assert.match((await host.lcow(['events', '--filter', 'x=y'])).stderr, /--filter "x=y"/);
});

test('logs puts stdout and stderr where they belong, byte for byte', async () => {
  using host = new CommandHost();
  const [id = '', silent = ''] = await makeUp(host.data, [
    { name: 'web', state: { status: 'exited', exitCode: 0 } },
    { name: 'quiet', record: { logDriver: 'none' }, state: { status: 'exited', exitCode: 0 } },
  ]);
  assert.ok(silent);
  const { log } = new ContainerStore(host.data).paths(id);
  const record = (stream: string, text: string, second: number): void =>
    appendFileSync(
      log,
      `${JSON.stringify({ log: text, stream, time: `2026-01-02T03:04:0${second}.000Z` })}\n`,
    );
  record('stdout', 'one\n', 1);
  record('stderr', 'two\u001b[0m\n', 2);
  record('stdout', 'thr', 3);
  record('stdout', 'ee\n', 3);
  const all = await host.lcow(['logs', 'web']);
  assert.equal([all.code, all.stdout, all.stderr], [0, 'one\nthree\n', 'two\u001b[0m\n']);
  const tail = await host.lcow(['logs', '-n', '1', 'web']);
  assert.equal([tail.stdout, tail.stderr], ['three\n', '']);
  assert.is((await host.lcow(['logs', '--tail', '-1', 'web'])).stdout, 'one\nthree\n');
  const stamped = await host.lcow(['logs', '-t', 'web']);
  assert.is(stamped.stdout, '2026-01-02T03:04:01.000Z one\n2026-01-02T03:04:03.000Z three\n');
  const since = await host.lcow(['logs', '--since', '2026-01-02T03:04:02Z', '-f', 'web']);
  assert.equal([since.stdout, since.stderr], ['three\n', 'two\u001b[0m\n']);
  assert.is((await host.lcow(['logs', '--until', '2026-01-02T03:04:02Z', 'web'])).stdout, 'one\n');
  const none = await host.lcow(['logs', 'quiet']);
  assert.is(none.code, 125);
  assert.match(none.stderr, /log of container "quiet": its log driver is "none"/);
  assert.match((await host.lcow(['logs', 'nobody'])).stderr, /"nobody": there is none/);
  assert.match((await host.lcow(['logs', '-n', 'x', 'web'])).stderr, /--tail: "x"/);
});

test('prune removes what its filters choose, and asks nobody who is not there', async () => {
  using host = new CommandHost();
  const ids = await makeUp(host.data, [
    { name: 'old', state: { status: 'exited', exitCode: 0 } },
    { name: 'kept', record: { labels: { keep: 'yes' } }, state: { status: 'exited', exitCode: 0 } },
    { name: 'young', record: { createdAt: new Date().toISOString() } },
  ]);
  if (!process.stdin.isTTY) {
    const asked = await host.lcow(['prune']);
    assert.is(asked.code, 125);
    assert.match(asked.stderr, /--force/);
  }
  const pruned = await host.lcow([
    'prune',
    '-f',
    '--filter',
    'until=1h',
    '--filter',
    'label!=keep',
  ]);
  assert.is(pruned.code, 0, pruned.stderr);
  assert.match(
    pruned.stdout,
    new RegExp(`^Deleted Containers:\n${ids[0]}\n\nTotal reclaimed space: `),
  );
  const left = await host.lcow(['ps', '-a', '--format', 'name']);
  assert.is(left.stdout, 'young\nkept\n');
  assert.match((await host.lcow(['prune', '-f', '--filter', 'until=x'])).stderr, /until: "x"/);
  assert.match((await host.lcow(['prune', '-f', '--filter', 'size=1'])).stderr, /"size=1"/);
});

test('config show tells each value and where it comes from', async () => {
  using host = new CommandHost();
  mkdirSync(join(host.folder, 'xdg', 'lcow'), { recursive: true });
  const file = join(host.folder, 'xdg', 'lcow', 'config.toml');
  writeFileSync(file, '# of this user\nmemory = "512m"\n');
  const shown = await host.lcow(['config', 'show', '--origin'], { LCOW_CPUS: '2' });
  assert.is(shown.code, 0, shown.stderr);
  assert.match(shown.stdout, new RegExp(`^memory +512m +${file}:2 +LCOW_MEMORY +--memory`, 'm'));
  assert.match(shown.stdout, /^cpus +2 +environment LCOW_CPUS/m);
  assert.match(shown.stdout, /^link +serial +default/m);
  const json = await host.lcow(['config', 'show', '--format', 'json', 'memory', 'qemu']);
  assert.equal(JSON.parse(json.stdout), {
    files: [file],
    settings: {
      memory: { value: '512m', origin: 'file', from: `${file}:2` },
      qemu: { value: null, origin: 'default', from: 'default' },
    },
  });
  assert.match((await host.lcow(['config', 'show', 'nope'])).stderr, /"nope": there are data/);
  writeFileSync(file, 'memory = 1\n');
  const wrong = await host.lcow(['ps']);
  assert.is(wrong.code, 125);
  assert.match(wrong.stderr, new RegExp(`^lcow: cannot read the configuration ${file}:1: memory`));
  assert.is((await host.lcow(['--help'])).code, 0);
});

test('a setting in a file moves the folders', async () => {
  using host = new CommandHost();
  await makeUp(join(host.folder, 'elsewhere'), [{ name: 'moved' }]);
  const file = join(host.folder, 'named.toml');
  writeFileSync(file, `data = "${join(host.folder, 'elsewhere')}"\n`);
  const { stdout } = await host.lcow(['ps', '-a', '--format', 'name'], {
    LCOW_CONFIG: file,
    LCOW_DATA: '',
  });
  assert.is(stdout, 'moved\n');
});

test('stats has docker columns, CPU from two looks, memory without what the kernel gives back', () => {
  const metrics = (usageUsec: number): ReturnType<typeof decodeMetrics> =>
    decodeMetrics(
      containerd.task.v2.Metrics.encode({
        cpu: { usageUsec, psi: { some: { avg10: 1.5 }, full: { avg10: 0.25 } } },
        memory: { usage: 3 * 2 ** 20, inactiveFile: 2 ** 20, usageLimit: 2 ** 28 },
        pids: { current: 4 },
        io: { usage: [{ rbytes: 1500, wbytes: 2_000_000 }] },
        network: [{ name: 'eth0', rxBytes: 10, txBytes: 2000 }],
        memoryEvents: { oomKill: 2 },
      }).finish(),
    );
  const running = {
    id: 'a'.repeat(64),
    name: 'web',
    vmMemoryBytes: 0,
    before: { atMs: 1000, metrics: metrics(1_000_000) },
    sample: { atMs: 2000, metrics: metrics(1_500_000) },
  };
  const stopped = { id: 'b'.repeat(64), name: 'old', vmMemoryBytes: 0 };
  const fields = 'id,name,cpu,memory,MemPerc,net,block,pids,pressure,fullpressure,oom';
  assert.is(
    listText(parseListFormat(fields), statsColumns(true), [running, stopped]),
    'aaaaaaaaaaaa\tweb\t50.00%\t2MiB / 256MiB\t0.78%\t10B / 2kB\t1.5kB / 2MB\t4\t1.50% / 0.00% / 0.00%\t' +
      '0.25% / 0.00% / 0.00%\t2\n' +
      'bbbbbbbbbbbb\told\t--\t-- / --\t--\t-- / --\t-- / --\t--\t--\t--\t--\n',
  );
});

test('top shows processes as ps -ef does, and nothing that a terminal obeys', () => {
  const process_ = {
    pid: 100,
    ppid: 1,
    uid: 0,
    state: 'S',
    startNs: 60e9,
    cpuNs: 3_725e9,
    rssBytes: 4096,
    tty: '',
    command: 'sh -c \u001b]0;x\u0007',
    containerPid: 1,
    execId: '',
  };
  const bootMs = new Date(2026, 0, 2, 3, 4).getTime();
  const text = listText(parseListFormat(undefined), topColumns(bootMs), [process_]);
  assert.match(
    text,
    /^UID +PID +PPID +C +STIME +TTY +TIME +CMD\n0 +100 +1 +0 +03:05 +\? +01:02:05 +sh -c \\x1b\]0;x\\x07\n$/,
  );
});

test.run();
