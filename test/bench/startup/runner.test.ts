/** The rounds, with made-up subjects: their order, warm-up, failures, interruption, and what is told. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Bench } from '../../../bench/startup/bench.ts';
import { type Progress, rotated, runRounds } from '../../../bench/startup/runner.ts';
import type { Scenario, Subject, Turn } from '../../../bench/startup/scenario.ts';
import { chooseScenarios, SCENARIOS } from '../../../bench/startup/scenarios.ts';
import { noiseOf } from '../../../bench/startup/startup.ts';
import { isCode } from '../../../runtime/lcow/container-handle.ts';
import { RuntimeError } from '../../../runtime/errors.ts';
import { COMMANDS } from '../../../runtime/cli/command-table.ts';
import { ENVIRONMENT, series } from './sample-result.ts';

/** Subjects that are made up share nothing. */
const NO_BENCH = {} as Bench;

interface MadeUp {
  readonly name: string;
  readonly absent?: string;
  readonly take?: (turn: Turn) => ReturnType<Awaited<ReturnType<Subject['open']>>>;
  readonly open?: () => void;
  readonly closed?: () => void;
}

function scenario(name: string, subjects: readonly MadeUp[]): Scenario {
  return {
    name,
    summary: 'made up',
    unit: 'ms',
    better: 'less',
    subjects: subjects.map(
      ({ name: subject, absent, take = async () => ({ value: 1 }), open, closed }): Subject => ({
        name: subject,
        absent: () => absent,
        async open(_bench, scope) {
          open?.();
          scope.defer(() => closed?.());
          return take;
        },
      }),
    ),
  };
}

const never = (): AbortSignal => new AbortController().signal;

test('every round has every subject once, in an order that another round has not', async () => {
  const order: string[] = [];
  const noting = (name: string): MadeUp => ({
    name,
    take: async () => {
      order.push(name);
      return { value: 1 };
    },
  });
  const scenarios = [scenario('a', [noting('1'), noting('2')]), scenario('b', [noting('3')])];
  await runRounds(NO_BENCH, scenarios, { rounds: 3, warmUp: 0, signal: never() });
  assert.equal(order.join(''), '123231312');
  const { series: all } = await runRounds(NO_BENCH, scenarios, {
    ...{ rounds: 2, warmUp: 1, signal: never() },
  });
  assert.equal(
    all.map(({ subject }) => subject).join(''),
    '123',
    'series come in the order of the list, whoever was first',
  );
  assert.equal(rotated([], 5), []);
});

test('warm-up runs and is not counted; every other sample is, in order, with its phases', async () => {
  let turns = 0;
  const take = async ({ turn }: Turn) => {
    turns += 1;
    return {
      value: 10.00049 + turn,
      phases: [{ name: 'p', startMs: -0.2, ms: 1.23456, where: 'host' as const }],
    };
  };
  const { series: all } = await runRounds(NO_BENCH, [scenario('a', [{ name: 's', take }])], {
    ...{ rounds: 3, warmUp: 2, signal: never() },
  });
  assert.is(turns, 5);
  assert.is(all.length, 1);
  assert.equal(
    all[0]?.samples.map(({ round, value }) => [round, value]),
    [
      [0, 12],
      [1, 13],
      [2, 14],
    ],
  );
  assert.equal(all[0]?.samples[0]?.phases, [{ name: 'p', startMs: 0, ms: 1.235, where: 'host' }]);
});

test('one turn may measure several things, and several times', async () => {
  const take = async () => [{ value: 1 }, { value: 2 }, { value: 3, subject: 'other' }];
  const { series: all } = await runRounds(NO_BENCH, [scenario('a', [{ name: 's', take }])], {
    ...{ rounds: 2, warmUp: 0, signal: never() },
  });
  assert.equal(
    all.map(({ subject, samples }) => [subject, samples.map(({ value }) => value)]),
    [
      ['s', [1, 2, 1, 2]],
      ['other', [3, 3]],
    ],
  );
});

test('a subject that fails is told and the others go on', async () => {
  const take = async ({ turn }: Turn) => {
    if (turn === 1) throw new RuntimeError('internal', 'run it', 'it fell over\nand more');
    return { value: 1 };
  };
  const told: Progress[] = [];
  const { series: all, notes } = await runRounds(
    NO_BENCH,
    [scenario('a', [{ name: 'bad', take }, { name: 'good' }])],
    { rounds: 3, warmUp: 0, signal: never(), onProgress: (progress) => told.push(progress) },
  );
  assert.equal(
    all.map(({ samples }) => samples.length),
    [2, 3],
  );
  assert.equal(notes, ['a, bad failed in 1 of 3 turns: cannot run it: it fell over.']);
  assert.is(told.filter(({ kind }) => kind === 'failed').length, 1);
});

test('a subject that fails three times in a row is given up', async () => {
  let turns = 0;
  const take = async () => {
    turns += 1;
    throw new Error('never');
  };
  const { series: all, notes } = await runRounds(
    NO_BENCH,
    [scenario('a', [{ name: 'bad', take }])],
    { rounds: 9, warmUp: 1, signal: never() },
  );
  assert.is(turns, 3);
  assert.equal(all, []);
  assert.equal(notes, ['a, bad failed in 3 of 3 turns, and it was given up: never.']);
});

test('a subject that cannot run or be opened is told, and how to get it', async () => {
  const open = (): void => {
    throw new Error('no such daemon');
  };
  const { notes, series: all } = await runRounds(
    NO_BENCH,
    [
      scenario('a', [
        { name: 'x', absent: 'crun is not installed (apt install crun)' },
        { name: 'y', open },
      ]),
    ],
    { rounds: 1, warmUp: 0, signal: never() },
  );
  assert.equal(all, []);
  assert.equal(notes, [
    'a, x was not measured: crun is not installed (apt install crun).',
    'a, y was not measured: no such daemon.',
  ]);
});

test('what is no number is a failure, not a sample', async () => {
  const take = async () => ({ value: Number.NaN });
  const { series: all, notes } = await runRounds(NO_BENCH, [scenario('a', [{ name: 's', take }])], {
    ...{ rounds: 1, warmUp: 0, signal: never() },
  });
  assert.equal(all, []);
  assert.match(notes[0] ?? '', /s is NaN/);
});

test('an interrupted run ends its turn, closes what was opened, and says that it was cancelled', async () => {
  const controller = new AbortController();
  const events: string[] = [];
  const hanging: MadeUp = {
    name: 'hangs',
    take: ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          events.push('turn ended');
          reject(new Error('killed'));
        });
        queueMicrotask(() => controller.abort());
      }),
    closed: () => events.push('closed'),
  };
  const first: MadeUp = { name: 'first', closed: () => events.push('first closed') };
  const failure = await runRounds(NO_BENCH, [scenario('a', [first, hanging])], {
    ...{ rounds: 5, warmUp: 0, signal: controller.signal },
  }).then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(isCode(failure, 'cancelled'), String(failure));
  assert.equal(events, ['turn ended', 'closed', 'first closed']);
});

test('what cannot be closed is told, and no sample is lost for it', async () => {
  const closed = (): void => {
    throw new Error('it stays');
  };
  const { series: all, notes } = await runRounds(
    NO_BENCH,
    [scenario('a', [{ name: 's', closed }])],
    { rounds: 2, warmUp: 0, signal: never() },
  );
  assert.is(all[0]?.samples.length, 2);
  assert.equal(notes, ['What was measured did not end as it should: it stays.']);
});

test('a turn that does not end is a failure in time, and its signal aborts', async () => {
  let aborted = false;
  const take = ({ signal }: Turn) =>
    new Promise<never>(() => {
      signal.addEventListener('abort', () => (aborted = true));
    });
  const { notes } = await runRounds(NO_BENCH, [scenario('a', [{ name: 's', take }])], {
    ...{ rounds: 1, warmUp: 0, signal: never(), turnTimeoutMs: 20 },
  });
  assert.match(notes[0] ?? '', /no answer within 20 ms/);
  assert.ok(aborted);
});

test('the list of scenarios has each name once, a subject of ours in each, and peers beside', () => {
  const names = SCENARIOS.map(({ name }) => name);
  assert.is(new Set(names).size, names.length);
  for (const { name, subjects, summary, better } of SCENARIOS) {
    assert.match(name, /^[a-z]+(-[a-z0-9]+)*$/);
    assert.ok(
      subjects.some((subject) => /\blcow\b/.test(subject.name)),
      name,
    );
    assert.ok(summary.endsWith('.'), name);
    assert.ok(better === 'less' || better === 'more');
    assert.is(new Set(subjects.map((subject) => subject.name)).size, subjects.length, name);
  }
});

test('scenarios are chosen by name in their own order, and completion knows all', () => {
  const chosen = chooseScenarios(['exec', 'cold', 'exec']).map(({ name }) => name);
  assert.equal(chosen, ['cold', 'exec']);
  assert.is(chooseScenarios([]), SCENARIOS);
  assert.throws(
    () => chooseScenarios(['warm']),
    /cannot read --scenario: there is no "warm"; there are cold, clone, run/,
  );
  const command = COMMANDS.find(({ name }) => name === 'bench startup');
  const option = command?.options.find(({ name }) => name === 'scenario');
  assert.equal(
    option?.completes,
    SCENARIOS.map(({ name }) => name),
  );
});

test('other work on the machine and scatter are told', () => {
  const quiet = { ...ENVIRONMENT, loadAtStart: 0.2 };
  const still = series('cold', 'lcow', [100, 101, 102, 101]);
  assert.equal(noiseOf([still], quiet), []);
  const [load, scatter, ...more] = noiseOf(
    [still, series('run', 'runc', [100, 150, 200, 120, 90])],
    { ...ENVIRONMENT, loadAtStart: 3.4 },
  );
  assert.match(load ?? '', /its load was 3\.4 on 2 processors/);
  assert.match(
    scatter ?? '',
    /^Of these .* more than 10 % of the median wide: run, runc \(42 %\)\.$/,
  );
  assert.equal(more, []);
});

test.run();
