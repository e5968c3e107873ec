/** `lcow ps` over a store that was made up. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseContainerFilters } from '../../../runtime/cli/container-filter.ts';
import { statusText } from '../../../runtime/cli/container-columns.ts';
import { CommandHost } from './captured-command.ts';
import { makeUp, madeUpState } from './made-up-store.ts';
import { rejection } from './rejected.ts';

const HOUR_MS = 3_600_000;
const ago = (hours: number): string => new Date(Date.now() - hours * HOUR_MS).toISOString();

async function withContainers(
  use: (host: CommandHost, ids: readonly string[]) => Promise<void>,
): Promise<void> {
  using host = new CommandHost();
  const ids = await makeUp(host.data, [
    { name: 'first', record: { createdAt: ago(5), labels: { tier: 'db', env: 'test' } } },
    {
      name: 'second',
      record: { createdAt: ago(4), args: ['true'] },
      state: { status: 'exited', exitCode: 3, startedAt: ago(4), finishedAt: ago(2) },
    },
    {
      name: 'third',
      record: {
        createdAt: ago(3),
        labels: { tier: 'web' },
        image: { name: 'nginx:1.29', id: `sha256:${'cd'.repeat(32)}`, layers: [] },
      },
      state: { status: 'exited', exitCode: 0, startedAt: ago(3), finishedAt: ago(1) },
    },
  ]);
  await use(host, ids);
}

test('ps shows those that run, ps -a all, newest first, in docker columns', async () => {
  await withContainers(async (host, [first = '', second = '', third = '']) => {
    const none = await host.lcow(['ps']);
    assert.equal([none.code, none.stdout.split('\n').length], [0, 2]);
    assert.match(none.stdout, /^CONTAINER ID +IMAGE +COMMAND +CREATED +STATUS +PORTS +NAMES\n$/);
    const { stdout } = await host.lcow(['ps', '-a']);
    const lines = stdout.trimEnd().split('\n').slice(1);
    assert.equal(
      lines.map((line) => line.split(/ {2,}/).at(-1)),
      ['third', 'second', 'first'],
    );
    assert.match(
      lines[0] ?? '',
      new RegExp(`^${third.slice(0, 12)} +nginx:1.29 +"sh -c sleep 1000"`),
    );
    assert.match(lines[1] ?? '', /"true" +4 hours ago +Exited \(3\) 2 hours ago/);
    assert.match(lines[2] ?? '', /5 hours ago +Created +first$/);
    assert.is(
      (await host.lcow(['ps', '-aq'])).stdout,
      [third, second, first].map((id) => `${id.slice(0, 12)}\n`).join(''),
    );
    assert.is((await host.lcow(['ps', '-lq', '--no-trunc'])).stdout, `${third}\n`);
    assert.is((await host.lcow(['ps', '-n2', '--format', 'name'])).stdout, 'third\nsecond\n');
  });
});

test('filters choose: the same key is or, labels and different keys are and', async () => {
  await withContainers(async (host, [first = '']) => {
    const names = async (...filters: string[]): Promise<string> => {
      const args = filters.flatMap((filter) => ['--filter', filter]);
      const { stdout } = await host.lcow(['ps', '-a', '--format', '{{.Names}}', ...args]);
      return stdout.trim().replaceAll('\n', ' ');
    };
    assert.is(await names('name=ir'), 'third first');
    assert.is(await names('status=exited'), 'third second');
    assert.is(await names('status=exited', 'status=created'), 'third second first');
    assert.is(await names('exited=3'), 'second');
    assert.is(await names('label=tier'), 'third first');
    assert.is(await names('label=tier', 'label=env=test'), 'first');
    assert.is(await names('label=tier=web', 'status=created'), '');
    assert.is(await names('ancestor=nginx:1.29'), 'third');
    assert.is(await names('ancestor=busybox'), 'second first');
    assert.is(await names(`ancestor=${'cd'.repeat(6)}`), 'third');
    assert.is(await names(`id=${first.slice(0, 6)}`), 'first');
    const implied = await host.lcow(['ps', '-q', '--filter', 'exited=3']);
    assert.is(implied.stdout.split('\n').length, 2);
  });
});

test('wrong filters, formats and counts are refused by name', async () => {
  using host = new CommandHost();
  const cases: readonly (readonly [string[], RegExp])[] = [
    [['--filter', 'color=red'], /--filter "color=red": it is not KEY=VALUE with one of id, name/],
    [['--filter', 'name'], /--filter "name"/],
    [['--filter', 'status=dead'], /--filter status=dead: a status is one of created/],
    [['--filter', 'exited=x'], /--filter exited=x/],
    [['--filter', 'label!=x'], /negated/],
    [['-n', '0'], /read --last: "0" is not a whole number from 1/],
    [['--format', '{{.Nope}}'], /"Nope"; there are ID/],
    [['extra'], /it was given 1 argument; usage: lcow ps/],
  ];
  for (const [args, message] of cases) {
    const { code, stderr, stdout } = await host.lcow(['ps', ...args]);
    assert.equal([code, stdout], [125, ''], args.join(' '));
    assert.match(stderr, message);
  }
});

test('a container whose record is damaged is told, and the others are shown', async () => {
  await withContainers(async (host, [first = '', second = '']) => {
    writeFileSync(join(host.data, 'container', first, 'container.json'), '{"version":1');
    rmSync(join(host.data, 'container', second, 'state.json'));
    const { code, stdout, stderr } = await host.lcow(['ps', '-a', '--format', 'name']);
    assert.equal([code, stdout], [0, 'third\n']);
    assert.is(stderr.trim().split('\n').length, 2);
    assert.match(stderr, new RegExp(`container/${first}/container.json`));
  });
});

test('JSON has a line a container, with docker names', async () => {
  await withContainers(async (host) => {
    const { stdout } = await host.lcow(['ps', '-a', '--format', 'json', '--no-trunc']);
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>);
    assert.equal(
      rows.map(({ Names, State, ExitCode }) => [Names, State, ExitCode]),
      [
        ['third', 'exited', '0'],
        ['second', 'exited', '3'],
        ['first', 'created', ''],
      ],
    );
    assert.is(rows[2]?.['Labels'], 'env=test,tier=db');
  });
});

test('a status says how long, and paused ones so', () => {
  const now = Date.parse('2026-01-01T12:00:00Z');
  const startedAt = '2026-01-01T11:57:00Z';
  const text = (state: Parameters<typeof madeUpState>[0]): string =>
    statusText(madeUpState(state), now);
  assert.is(text({ status: 'running', startedAt }), 'Up 3 minutes');
  assert.is(text({ status: 'paused', startedAt }), 'Up 3 minutes (Paused)');
  assert.is(
    text({ status: 'restarting', exitCode: 1, finishedAt: startedAt }),
    'Restarting (1) 3 minutes ago',
  );
  assert.is(
    text({ status: 'exited', exitCode: 137, finishedAt: startedAt }),
    'Exited (137) 3 minutes ago',
  );
  // The clock was set back.
  assert.is(
    text({ status: 'running', startedAt: '2026-01-01T13:00:00Z' }),
    'Up Less than a second',
  );
});

test('filters are read before anything is looked up', () => {
  assert.is(rejection(() => parseContainerFilters(['=x'])).code, 'invalid-argument');
});

test.run();
