/**
 * Two results beside each other: what changed, by how much, how sure, and in which phase. Pure. A result is compared with
 * the first one; where either has no samples of a series there is no verdict.
 */
import { type Interval, medianInterval, permutationTest, quantile } from '../statistics.ts';
import { byRound, valuesOf } from './grouped-values.ts';
import {
  type BenchResult,
  ENVIRONMENT_NUMBERS,
  ENVIRONMENT_TEXTS,
  type Sample,
  type Series,
  seriesKey,
  type Unit,
} from './result.ts';

/** A difference is sure below this. */
export const SURE = 0.05;

export interface Side {
  readonly count: number;
  readonly median: number;
  /** 95 % confidence. */
  readonly interval: Interval;
}

export interface Change {
  readonly scenario: string;
  readonly subject: string;
  readonly unit: Unit;
  readonly better: 'less' | 'more';
  /** Undefined: that result has none. */
  readonly before: Side | undefined;
  readonly after: Side | undefined;
  /** In the unit, and as a share of before; undefined where a side is missing. */
  readonly difference: number | undefined;
  readonly share: number | undefined;
  /** Of the permutation test. */
  readonly p: number | undefined;
  /** better, worse: and sure of it. */
  readonly verdict: 'better' | 'worse' | 'alike' | 'not in both';
  /** Whose median changed most, where both sides have phases. */
  readonly phase: PhaseChange | undefined;
}

export interface PhaseChange {
  readonly name: string;
  readonly differenceMs: number;
}

/** @returns one for each series of either, in the order of the first that has it */
export function compareResults(before: BenchResult, after: BenchResult): Change[] {
  const others = new Map(after.series.map((series) => [seriesKey(series), series]));
  const changes = before.series.map((series) => {
    const key = seriesKey(series);
    const other = others.get(key);
    others.delete(key);
    return changeOf(series, other?.unit === series.unit ? other : undefined);
  });
  return [...changes, ...[...others.values()].map((series) => changeOf(undefined, series))];
}

/** Those that are worse by more than a share of before, and sure. */
export function slowerThan(changes: readonly Change[], share: number): Change[] {
  return changes.filter(
    (change) => change.verdict === 'worse' && Math.abs(change.share ?? 0) > share,
  );
}

/** What of the fingerprint differs: where it ran, or what was measured. Loads differ always. */
export function environmentChanges(
  { environment: before }: BenchResult,
  { environment: after }: BenchResult,
): { readonly field: string; readonly before: string; readonly after: string }[] {
  const fields = [...ENVIRONMENT_TEXTS, ...ENVIRONMENT_NUMBERS].filter(
    (field) => !field.startsWith('load'),
  );
  const peers = [...new Set([...Object.keys(before.peers), ...Object.keys(after.peers)])];
  return [
    ...fields.map((field) => ({
      field,
      before: String(before[field]),
      after: String(after[field]),
    })),
    ...peers.map((name) => ({
      field: `peers.${name}`,
      before: before.peers[name] ?? 'not told',
      after: after.peers[name] ?? 'not told',
    })),
  ].filter((each) => each.before !== each.after);
}

function changeOf(before: Series | undefined, after: Series | undefined): Change {
  const { scenario, subject, unit, better } = (before ?? after) as Series;
  const left = sideOf(before);
  const right = sideOf(after);
  const base = { scenario, subject, unit, better, before: left, after: right };
  if (before === undefined || after === undefined || left === undefined || right === undefined) {
    const none = { difference: undefined, share: undefined, p: undefined, phase: undefined };
    return { ...base, ...none, verdict: 'not in both' };
  }
  const difference = right.median - left.median;
  const p = permutationTest(byRound(before), byRound(after));
  const isWorse = better === 'less' ? difference > 0 : difference < 0;
  return {
    ...base,
    difference,
    share: left.median === 0 ? 0 : difference / left.median,
    p,
    verdict: p >= SURE || difference === 0 ? 'alike' : isWorse ? 'worse' : 'better',
    phase: phaseChange(before.samples, after.samples),
  };
}

function sideOf(series: Series | undefined): Side | undefined {
  if (series === undefined || series.samples.length === 0) return undefined;
  const values = valuesOf(series);
  const interval = medianInterval(byRound(series));
  return { count: values.length, median: quantile(values, 0.5), interval };
}

/** By medians over all samples; a sample without the phase has 0 ms of it. */
function phaseChange(before: readonly Sample[], after: readonly Sample[]): PhaseChange | undefined {
  const has = (samples: readonly Sample[]): boolean =>
    samples.some(({ phases }) => phases !== undefined && phases.length > 0);
  if (!has(before) || !has(after)) return undefined;
  const names = new Set(
    [...before, ...after].flatMap(({ phases = [] }) => phases.map(({ name }) => name)),
  );
  const median = (samples: readonly Sample[], name: string): number =>
    quantile(
      samples.map(({ phases = [] }) =>
        phases.filter((phase) => phase.name === name).reduce((sum, { ms }) => sum + ms, 0),
      ),
      0.5,
    );
  return [...names]
    .map((name) => ({ name, differenceMs: median(after, name) - median(before, name) }))
    .sort((a, b) => Math.abs(b.differenceMs) - Math.abs(a.differenceMs))[0];
}
