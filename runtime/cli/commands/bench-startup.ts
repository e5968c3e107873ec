/** `lcow bench startup`: measures starts, and what comes after them, beside other runtimes; a table, and a file of results. */
import type { Progress } from '../../../bench/startup/runner.ts';
import type { BenchResult, Series } from '../../../bench/startup/result.ts';
import { RuntimeError } from '../../errors.ts';
import { cancelOnSignals } from '../cancel.ts';
import type { CommandInput } from '../command.ts';
import { escapeControl } from '../escape.ts';
import { parseCount } from '../size.ts';
import { formatOf, table } from '../table.ts';

const MOST_ROUNDS = 100_000;
const MOST_LABEL = 200;

export async function run({ options }: CommandInput): Promise<number> {
  const format = formatOf(options);
  const rounds = parseCount('--runs', options.text('runs') ?? '20', 1, MOST_ROUNDS);
  const warmUp = parseCount('--warm-up', options.text('warm-up') ?? '2', 0, MOST_ROUNDS);
  const label = labelOf(options.text('label'));
  const image = options.text('image');
  const out = options.text('output');
  const [{ chooseScenarios }, { runStartup }, { checkWritable, writeResultFile }] =
    await Promise.all([
      import('../../../bench/startup/scenarios.ts'),
      import('../../../bench/startup/startup.ts'),
      import('../../../bench/startup/result-file.ts'),
    ]);
  const scenarios = chooseScenarios(options.list('scenario'));
  if (options.flag('list')) {
    const rows = scenarios.map(({ name, unit, summary }) => [name, unit, summary]);
    process.stdout.write(table(['SCENARIO', 'UNIT', 'WHAT'], rows));
    return 0;
  }
  if (out !== undefined) await checkWritable(out);
  const cancel = cancelOnSignals();
  let result: BenchResult;
  try {
    result = await runStartup({
      ...{ scenarios, rounds, warmUp, signal: cancel.signal },
      ...(label === undefined ? {} : { label }),
      ...(image === undefined ? {} : { image }),
      traceBoot: options.flag('trace-boot'),
      onProgress: teller(rounds, warmUp),
    });
  } finally {
    cancel.release();
  }
  if (out !== undefined) await writeResultFile(out, result);
  if (format === 'json') process.stdout.write(`${JSON.stringify(result, null, 1)}\n`);
  else process.stdout.write(await resultText(result));
  // What was not measured is told; a run in which nothing was is a failure.
  return result.series.length === 0 ? 1 : 0;
}

function labelOf(text: string | undefined): string | undefined {
  if (text === undefined || (text !== '' && text.length <= MOST_LABEL)) return text;
  const what = `${JSON.stringify(text.slice(0, 64))} is not 1..${MOST_LABEL} characters`;
  throw new RuntimeError('invalid-argument', 'read --label', what);
}

/** Says on stderr how far it is, a line a round. */
function teller(rounds: number, warmUp: number): (progress: Progress) => void {
  const { stderr } = process;
  const line = (text: string): void => void stderr.write(`${escapeControl(text)}\n`);
  const transient = (text: string): void => {
    if (stderr.isTTY) stderr.write(`\r\x1b[K${escapeControl(text)}`);
  };
  const left = rounds + warmUp;
  return (progress) => {
    switch (progress.kind) {
      case 'opening':
        return transient(`preparing ${progress.what}`);
      case 'turn':
        return transient(`${roundName(progress.round, rounds)}: ${progress.what}`);
      case 'absent':
        transient('');
        return line(`${progress.what} is not measured: ${progress.why}`);
      case 'failed':
        transient('');
        return line(`${progress.what} failed: ${progress.why}`);
      case 'round': {
        transient('');
        const seconds = progress.tookMs / 1000;
        const toGo = left - (progress.round + warmUp + 1);
        const until = toGo === 0 ? '' : `, about ${Math.ceil((seconds * toGo) / 60)} min to go`;
        return line(`${roundName(progress.round, rounds)}: ${seconds.toFixed(1)} s${until}`);
      }
      default:
        return progress satisfies never;
    }
  };
}

function roundName(round: number, rounds: number): string {
  return round < 0 ? 'warm-up' : `round ${round + 1} of ${rounds}`;
}

/** One line a series, notes below. */
async function resultText({ series, notes, environment }: BenchResult): Promise<string> {
  const [{ medianInterval, spread, summarize }, { byRound, valuesOf }] = await Promise.all([
    import('../../../bench/statistics.ts'),
    import('../../../bench/startup/grouped-values.ts'),
  ]);
  const row = (each: Series): string[] => {
    const values = valuesOf(each);
    const { count, median, p90, p99 } = summarize(values);
    const { low, high } = medianInterval(byRound(each));
    const numbers = [median, low, high, p90, p99].map(digits);
    const [middle = '', from = '', to = '', ...tails] = numbers;
    const scatter = `${Math.round(spread(values) * 100)} %`;
    const names = [each.scenario, each.subject, each.unit, String(count)];
    return [...names, middle, `${from}..${to}`, ...tails, scatter];
  };
  const header = ['SCENARIO', 'SUBJECT', 'UNIT', 'N', 'MEDIAN', '95 % OF IT', 'P90', 'P99', 'IQR'];
  const where = `${environment.cpu}, ${environment.cpus} processors, guests by ${environment.accelerator}, load ${environment.loadAtStart} to ${environment.loadAtEnd}`;
  return [
    table(header, series.map(row)),
    `${escapeControl(where)}\n`,
    ...notes.map((note) => `${escapeControl(note)}\n`),
  ].join('');
}

/** Three that count. */
function digits(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}
