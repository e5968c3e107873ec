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
  /** A peer, or another of ours. */
  readonly against: string;
  readonly isPeer: boolean;
  readonly better: 'less' | 'more';
  /** Our median by the other's; NaN where there is none. */
  readonly ratio: number;
  readonly ownMedian: number;
  readonly otherMedian: number;
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

/** Scenarios of which the first is the second done another way: told beside each other too. */
const ALTERNATIVES = [['clone', 'cold']] as const;

/**
 * Every one of ours against every peer of its scenario that has the same unit; variants of ours against "lcow" itself;
 * and scenarios that are another way to the same.
 */
export function ratiosOf({ series }: Pick<BenchResult, 'series'>): Ratio[] {
  const scenarios = byScenario(series);
  const within = [...scenarios.values()].flatMap((all) =>
    all
      .filter(({ subject }) => isOwn(subject))
      .flatMap((own) =>
        all
          .filter(
            ({ subject }) => !isOwn(subject) || (subject === 'lcow' && subject !== own.subject),
          )
          .flatMap((other) => ratio(own, other, other.subject)),
      ),
  );
  const across = ALTERNATIVES.flatMap(([scenario, against]) =>
    (scenarios.get(scenario) ?? []).flatMap((own) => {
      const other = scenarios.get(against)?.find(({ subject }) => subject === own.subject);
      if (other === undefined || !isOwn(own.subject)) return [];
      return ratio(own, other, `${other.subject}, ${against}`);
    }),
  );
  return [...within, ...across];
}

function ratio(own: Series, other: Series, against: string): Ratio[] {
  if (own.unit !== other.unit) return [];
  const { scenario, better, unit } = own;
  const [ownMedian, otherMedian] = [own, other].map((each) => summarize(valuesOf(each)).median) as [
    number,
    number,
  ];
  return [
    {
      ...{ scenario, own: own.subject, against, isPeer: !isOwn(other.subject), better, unit },
      ratio: otherMedian === 0 ? Number.NaN : ownMedian / otherMedian,
      ...{ ownMedian, otherMedian },
    },
  ];
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
