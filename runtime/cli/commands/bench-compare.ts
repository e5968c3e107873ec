/** `lcow bench compare`: what changed between files of results, by how much, how sure, in which phase; for people and for CI. */
import {
  type Change,
  compareResults,
  environmentChanges,
  type Side,
  slowerThan,
} from '../../../bench/startup/compare.ts';
import type { BenchResult } from '../../../bench/startup/result.ts';
import { readResultFile } from '../../../bench/startup/result-file.ts';
import { RuntimeError } from '../../errors.ts';
import type { CommandInput } from '../command.ts';
import { escapeControl } from '../escape.ts';
import { safeJson } from '../safe-json.ts';
import { formatOf, table } from '../table.ts';

const DIGEST = /^[0-9a-f]{64}$/;

/** One of the further files beside the first. */
interface Comparison {
  readonly before: string;
  readonly after: string;
  readonly environment: ReturnType<typeof environmentChanges>;
  readonly changes: readonly Change[];
  readonly slower: readonly Change[];
}

export async function run({ options, operands }: CommandInput): Promise<number> {
  const format = formatOf(options);
  const limit = parseShare(options.text('fail-if-slower'));
  const [base = '', ...others] = operands;
  const before = await readResultFile(base);
  const comparisons: Comparison[] = [];
  for (const path of others) {
    const after = await readResultFile(path);
    comparisons.push(compare({ path: base, result: before }, { path, result: after }, limit));
  }
  process.stdout.write(
    format === 'json'
      ? `${safeJson({ failIfSlower: limit ?? null, comparisons }, 1)}\n`
      : comparisons.map((comparison) => comparisonText(comparison, limit)).join('\n'),
  );
  return comparisons.some(({ slower }) => slower.length > 0) ? 1 : 0;
}

function compare(
  before: { readonly path: string; readonly result: BenchResult },
  after: { readonly path: string; readonly result: BenchResult },
  limit: number | undefined,
): Comparison {
  const changes = compareResults(before.result, after.result);
  return {
    before: before.path,
    after: after.path,
    environment: environmentChanges(before.result, after.result),
    changes,
    slower: limit === undefined ? [] : slowerThan(changes, limit),
  };
}

/** "5%" or "5" as 0.05. @throws RuntimeError invalid-argument */
export function parseShare(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const percent = /^(\d{1,4}(?:\.\d{1,3})?) ?%?$/.exec(text)?.[1];
  if (percent !== undefined) return Number(percent) / 100;
  const what = `${JSON.stringify(text.slice(0, 64))} is no percentage such as 5%`;
  throw new RuntimeError('invalid-argument', 'read --fail-if-slower', what);
}

function comparisonText(
  { before, after, environment, changes, slower }: Comparison,
  limit: number | undefined,
): string {
  const header = [
    ...['SCENARIO', 'SUBJECT', 'UNIT', 'BEFORE (95 %)', 'AFTER (95 %)', 'CHANGE', '%', 'P'],
    ...['VERDICT', 'MOST IN'],
  ];
  const rows = changes.map((change) => [
    ...[change.scenario, change.subject, change.unit],
    ...[sideText(change.before), sideText(change.after)],
    signed(change.difference, (value) => digits(value)),
    signed(change.share, (value) => (value * 100).toFixed(1)),
    change.p === undefined ? '' : change.p < 0.001 ? '<0.001' : change.p.toFixed(3),
    change.verdict,
    change.phase === undefined
      ? ''
      : `${change.phase.name} (${signed(change.phase.differenceMs, digits)} ms)`,
  ]);
  const lines = [
    `before ${before}, after ${after}`,
    ...environment.map(
      (each) => `  ${each.field}: ${short(each.before)}, after ${short(each.after)}`,
    ),
  ];
  const verdict =
    limit === undefined
      ? []
      : slower.length === 0
        ? [`nothing is slower by more than ${percent(limit)} for sure`]
        : slower.map(
            ({ scenario, subject, share = 0, p = 0 }) =>
              `${scenario}, ${subject} is slower by ${percent(Math.abs(share))} (p = ${p.toFixed(4)}): more than ${percent(limit)}`,
          );
  const text = (all: readonly string[]): string =>
    all.map((line) => `${escapeControl(line)}\n`).join('');
  return `${text(lines)}${table(header, rows)}${text(verdict)}`;
}

function sideText(side: Side | undefined): string {
  if (side === undefined) return 'none';
  const { median, interval } = side;
  return `${digits(median)} (${digits(interval.low)}..${digits(interval.high)})`;
}

function signed(value: number | undefined, text: (value: number) => string): string {
  if (value === undefined) return '';
  return value > 0 ? `+${text(value)}` : text(value);
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}

function short(text: string): string {
  return DIGEST.test(text) ? text.slice(0, 12) : text;
}

/** Three that count. */
function digits(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}
