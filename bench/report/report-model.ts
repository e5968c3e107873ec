/** What a report is made of: the runs in order of time, the newest of them, and how subjects are told apart. */
import { RuntimeError } from '../../runtime/errors.ts';
import type { BenchResult } from '../startup/result.ts';
import { byScenario, type Figures, figuresOf } from './run-figures.ts';
import { type SubjectStyle, subjectStyles } from './subject-style.ts';

export interface Report {
  /** The oldest first. */
  readonly runs: readonly BenchResult[];
  /** The last of them: all but the history is of it. */
  readonly newest: BenchResult;
  readonly scenarios: ReturnType<typeof byScenario>;
  readonly figures: readonly Figures[];
  /** Of every subject in any run. */
  readonly styles: ReadonlyMap<string, SubjectStyle>;
  /** By scenario: what it measures, in a sentence; empty for those that nobody knows. */
  readonly summaries: ReadonlyMap<string, string>;
}

export const MAX_RUNS = 200;

/**
 * @param results in any order
 * @throws RuntimeError invalid-argument where there is none, or more than MAX_RUNS
 */
export function reportOf(
  results: readonly BenchResult[],
  summaries: ReadonlyMap<string, string> = new Map(),
): Report {
  if (results.length > MAX_RUNS) {
    const what = `${results.length} files of results: at most ${MAX_RUNS}`;
    throw new RuntimeError('invalid-argument', 'make a report', what);
  }
  const runs = [...results].sort((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
  const newest = runs.at(-1);
  if (newest === undefined) {
    throw new RuntimeError('invalid-argument', 'make a report', 'there is no file of results');
  }
  return {
    runs,
    newest,
    scenarios: byScenario(newest.series),
    figures: newest.series.map((series) => figuresOf(series)),
    styles: subjectStyles(runs.flatMap(({ series }) => series.map(({ subject }) => subject))),
    summaries,
  };
}

/** What an axis says of the values of a unit. */
export function quantityOf(unit: string): string {
  return unit === 'ms' ? 'time' : unit === 'MiB' ? 'memory' : 'throughput';
}

/** How a run is named: by its label, or by its time. */
export function runName({ label, startedAt }: Pick<BenchResult, 'label' | 'startedAt'>): string {
  return label ?? `${startedAt.slice(0, 10)} ${startedAt.slice(11, 16)}`;
}
