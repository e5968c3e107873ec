/** What a report says of samples in numbers: a line a series, and how ours compare with each peer's. No drawing. */
import { byRound, valuesOf } from '../startup/grouped-values.ts';
import type { BenchResult, Series, Unit } from '../startup/result.ts';
import { type Interval, medianInterval, RESAMPLES, summarize } from '../statistics.ts';
import { formatNumber } from './number-format.ts';
import { isOwn, orderSubjects } from './subject-style.ts';

export interface Figures {
  readonly scenario: string;
  readonly subject: string;
  readonly unit: Unit;
  readonly count: number;
  readonly median: number;
  /** 95 %, of the median; NaN of no samples. */
  readonly interval: Interval;
  readonly p90: number;
  readonly p99: number;
}

export interface Ratio {
  readonly scenario: string;
  readonly own: string;
  readonly peer: string;
  readonly better: 'less' | 'more';
  /** Ours by the peer's; NaN where there is none. */
  readonly ratio: number;
  readonly ownMedian: number;
  readonly peerMedian: number;
  readonly unit: Unit;
}

/** Draws of the bootstrap times samples: what one series may cost, about half a second. */
const MOST_WORK = 2_000_000;
const LEAST_RESAMPLES = 500;

/** @param resamples of the bootstrap at most; fewer where there are very many samples */
export function figuresOf(series: Series, resamples = RESAMPLES): Figures {
  const { scenario, subject, unit } = series;
  const { count, median, p90, p99 } = summarize(valuesOf(series));
  const affordable = Math.max(LEAST_RESAMPLES, Math.floor(MOST_WORK / Math.max(1, count)));
  const interval = medianInterval(byRound(series), {
    resamples: Math.min(resamples, affordable),
  });
  return { scenario, subject, unit, count, median, interval, p90, p99 };
}

/** Scenarios in the order of the file, with the series of each: ours first. */
export function byScenario(series: readonly Series[]): ReadonlyMap<string, readonly Series[]> {
  const found = new Map<string, Series[]>();
  for (const each of series) {
    const known = found.get(each.scenario);
    if (known === undefined) found.set(each.scenario, [each]);
    else known.push(each);
  }
  return new Map(
    [...found].map(([scenario, all]) => {
      const order = orderSubjects(all.map(({ subject }) => subject));
      return [
        scenario,
        all.sort((a, b) => order.indexOf(a.subject) - order.indexOf(b.subject)),
      ] as const;
    }),
  );
}

/** Every one of ours against every peer of its scenario that has the same unit. */
export function ratiosOf({ series }: Pick<BenchResult, 'series'>): Ratio[] {
  const ratios: Ratio[] = [];
  for (const [scenario, all] of byScenario(series)) {
    const medians = all.map((each) => ({
      ...each,
      median: summarize(valuesOf(each)).median,
    }));
    for (const own of medians.filter(({ subject }) => isOwn(subject))) {
      for (const peer of medians.filter(({ subject }) => !isOwn(subject))) {
        if (own.unit !== peer.unit) continue;
        const { better, unit } = own;
        ratios.push({
          ...{ scenario, own: own.subject, peer: peer.subject, better, unit },
          ratio: peer.median === 0 ? Number.NaN : own.median / peer.median,
          ...{ ownMedian: own.median, peerMedian: peer.median },
        });
      }
    }
  }
  return ratios;
}

/** "better, 20 % less"; "worse, 12 times as much": how a ratio is read. */
export function readRatio({ ratio, better }: Pick<Ratio, 'ratio' | 'better'>): string {
  if (!Number.isFinite(ratio)) return 'not comparable';
  const percent = Math.round(Math.abs(ratio - 1) * 100);
  if (percent === 0) return 'the same';
  const word = ratio < 1 ? 'less' : 'more';
  const how = ratio >= 2 ? `${formatNumber(ratio)} times as much` : `${percent} % ${word}`;
  return `${word === better ? 'better' : 'worse'}, ${how}`;
}
