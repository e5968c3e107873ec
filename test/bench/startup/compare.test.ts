/** Results beside each other, and `lcow bench compare` over files. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compareResults, environmentChanges, slowerThan } from '../../../bench/startup/compare.ts';
import type { BenchResult, Phase } from '../../../bench/startup/result.ts';
import { parseShare } from '../../../runtime/cli/commands/bench-compare.ts';
import { type Captured, CommandHost } from '../../runtime/cli/captured-command.ts';
import { ENVIRONMENT, result, series } from './sample-result.ts';

const around = (middle: number): number[] =>
  Array.from({ length: 20 }, (_, at) => middle + ((at * 7) % 11) - 5);
const phases =
  (kernelMs: number) =>
  (value: number): Phase[] => [
    { name: 'spawn', startMs: 0, ms: 40, where: 'host' },
    { name: 'kernel', startMs: 40, ms: kernelMs, where: 'guest' },
    { name: 'agent', startMs: 40 + kernelMs, ms: value - 40 - kernelMs, where: 'guest' },
  ];

const BEFORE = result([
  series('cold', 'lcow', around(1000), { phasesOf: phases(600) }),
  series('run', 'runc', around(40)),
  series('stdout', 'lcow', around(200), { unit: 'MiB/s', better: 'more' }),
  series('gone', 'lcow', [1]),
]);
const AFTER = result(
  [
    series('cold', 'lcow', around(1100), { phasesOf: phases(690) }),
    series('run', 'runc', around(40)),
    series('stdout', 'lcow', around(150), { unit: 'MiB/s', better: 'more' }),
    series('new', 'lcow', [1]),
  ],
  { environment: { ...ENVIRONMENT, kernelSha256: 'e'.repeat(64), loadAtEnd: 7 } },
);

test('what got slower is told with its size, its sureness and its phase', () => {
  const [cold, run, stdout, gone, fresh] = compareResults(BEFORE, AFTER);
  assert.is(cold?.verdict, 'worse');
  assert.is(cold?.difference, 100);
  assert.is(cold?.share?.toFixed(3), '0.100');
  assert.ok((cold?.p ?? 1) < 0.001);
  assert.equal(cold?.phase, { name: 'kernel', differenceMs: 90 });
  assert.is(run?.verdict, 'alike');
  assert.is(run?.phase, undefined);
  // Fewer bytes a second are worse.
  assert.is(stdout?.verdict, 'worse');
  assert.is(stdout?.difference, -50);
  assert.equal([gone?.verdict, gone?.after], ['not in both', undefined]);
  assert.equal([fresh?.scenario, fresh?.before], ['new', undefined]);
});

test('the other way round it is better', () => {
  const verdicts = compareResults(AFTER, BEFORE).map(({ verdict }) => verdict);
  assert.equal(verdicts, ['better', 'alike', 'better', 'not in both', 'not in both']);
});

test('only what is worse by more than the limit, and sure, counts as slower', () => {
  const names = (share: number): string[] =>
    slowerThan(compareResults(BEFORE, AFTER), share).map(({ scenario }) => scenario);
  assert.equal(names(0.05), ['cold', 'stdout']);
  assert.equal(names(0.2), ['stdout']);
  const few = compareResults(
    result([series('cold', 'lcow', [100, 101])]),
    result([series('cold', 'lcow', [200, 201])]),
  );
  assert.equal(slowerThan(few, 0.05), [], 'two samples are sure of nothing');
});

test('a series of another unit is not compared', () => {
  const other = result([series('cold', 'lcow', [1], { unit: 'MiB' })]);
  const [change] = compareResults(result([series('cold', 'lcow', [1])]), other);
  assert.is(change?.verdict, 'not in both');
});

test('what of the environment differs is told, and loads are not', () => {
  const peers = { ...ENVIRONMENT.peers, crun: '1.8' };
  const after = { ...AFTER, environment: { ...AFTER.environment, peers } };
  assert.equal(
    environmentChanges(BEFORE, after).map(({ field }) => field),
    ['kernelSha256', 'peers.crun'],
  );
  assert.equal(environmentChanges(BEFORE, BEFORE), []);
});

test('percentages are read, and what is none is named', () => {
  assert.is(parseShare('5%'), 0.05);
  assert.is(parseShare('2.5 %'), 0.025);
  assert.is(parseShare('10'), 0.1);
  assert.is(parseShare(undefined), undefined);
  for (const text of ['', 'five', '-1%', '5%%', '1e3']) {
    assert.throws(() => parseShare(text), /--fail-if-slower: .* is no percentage such as 5%/, text);
  }
});

test('the command exits with 1 when something is slower for sure, and names it', async () => {
  await inFolder(async (folder) => {
    const before = write(folder, 'before.json', BEFORE);
    const after = write(folder, 'after.json', AFTER);
    const told = await captured('bench compare', ['--fail-if-slower', '5%', before, after]);
    assert.is(told.code, 1, told.stderr);
    assert.match(told.stdout, /cold, lcow is slower by 10 % \(p = 0\.0001\): more than 5 %/);
    assert.match(told.stdout, /kernelSha256: bbbbbbbbbbbb, after eeeeeeeeeeee/);
    assert.match(told.stdout, /kernel \(\+90\.0 ms\)/);
    const lenient = await captured('bench compare', ['--fail-if-slower', '30%', before, after]);
    assert.is(lenient.code, 0);
    assert.match(lenient.stdout, /nothing is slower by more than 30 % for sure/);
    assert.is((await captured('bench compare', [before, after])).code, 0);
  });
});

test('the command tells JSON of each further file', async () => {
  await inFolder(async (folder) => {
    const before = write(folder, 'before.json', BEFORE);
    const after = write(folder, 'after.json', AFTER);
    const { stdout } = await captured('bench compare', [
      ...['--format', 'json', before, after, before],
    ]);
    const { comparisons, failIfSlower } = JSON.parse(stdout) as {
      comparisons: { after: string; changes: { verdict: string }[] }[];
      failIfSlower: unknown;
    };
    assert.is(failIfSlower, null);
    assert.equal(
      comparisons.map((each) => [each.after, each.changes[0]?.verdict]),
      [
        [after, 'worse'],
        [before, 'alike'],
      ],
    );
  });
});

test('a bad file is an error that names it, its field and its value', async () => {
  await inFolder(async (folder) => {
    const before = write(folder, 'before.json', BEFORE);
    const bad = write(folder, 'bad.json', { ...AFTER, rounds: 'many' });
    const { code, stderr } = await captured('bench compare', [before, bad]);
    assert.is(code, 125);
    assert.match(stderr, /cannot read .*bad\.json: rounds is "many", not a whole number/);
    const missing = await captured('bench compare', [before, join(folder, 'none.json')]);
    assert.is(missing.code, 125);
    assert.match(missing.stderr, /cannot read .*none\.json/);
    const directory = await captured('bench compare', [before, folder]);
    assert.match(directory.stderr, /it is not a regular file/);
  });
});

test('a run whose results cannot be written where they are to go does not begin', async () => {
  await inFolder(async (folder) => {
    const nowhere = join(folder, 'none', 'x.json');
    const { code, stderr } = await captured('bench startup', ['--runs', '1', '-o', nowhere]);
    assert.is(code, 125);
    assert.match(stderr, /cannot write .*none\/x\.json: ENOENT/);
    assert.not(existsSync(join(folder, 'none')));
    const onFolder = await captured('bench startup', ['--runs', '1', '-o', folder]);
    assert.match(onFolder.stderr, /it is not a regular file/);
  });
});

test.run();

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'lcow-compare-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function write(folder: string, name: string, value: BenchResult | object): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(value));
  return path;
}

async function captured(command: string, args: readonly string[]): Promise<Captured> {
  using host = new CommandHost();
  return await host.lcow([...command.split(' '), ...args]);
}
