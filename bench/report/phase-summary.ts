/** The phases of many samples as one list: where each begins and how long it takes, median and spread. */
import type { Sample } from '../startup/result.ts';
import { quantile } from '../statistics.ts';

export interface PhaseSummary {
  readonly name: string;
  readonly where: 'host' | 'guest';
  /** Samples that have the phase. */
  readonly count: number;
  /** Since the sample began: the median. */
  readonly startMs: number;
  readonly medianMs: number;
  readonly p10Ms: number;
  readonly p90Ms: number;
}

/**
 * In the order in which they begin. A name that a sample has several times is several phases: "name", "name (2)"...
 * Empty where no sample has any.
 */
export function summarizePhases(samples: readonly Pick<Sample, 'phases'>[]): PhaseSummary[] {
  const found = new Map<string, Phases>();
  for (const { phases = [] } of samples) {
    const counts = new Map<string, number>();
    for (const { name, where, startMs, ms } of phases) {
      const key = `${where} ${name}`;
      const time = (counts.get(key) ?? 0) + 1;
      counts.set(key, time);
      const label = time === 1 ? name : `${name} (${time})`;
      const known = found.get(`${time} ${key}`) ?? { name: label, where, starts: [], lengths: [] };
      known.starts.push(startMs);
      known.lengths.push(ms);
      found.set(`${time} ${key}`, known);
    }
  }
  return [...found.values()]
    .map(({ name, where, starts, lengths }) => ({
      name,
      where,
      count: lengths.length,
      startMs: quantile(starts, 0.5),
      medianMs: quantile(lengths, 0.5),
      p10Ms: quantile(lengths, 0.1),
      p90Ms: quantile(lengths, 0.9),
    }))
    .sort((a, b) => a.startMs - b.startMs);
}

interface Phases {
  readonly name: string;
  readonly where: 'host' | 'guest';
  readonly starts: number[];
  readonly lengths: number[];
}
