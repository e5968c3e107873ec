/** A series' values as the statistics want them: by round, because a round's samples were taken together. */
import type { Series } from './result.ts';

export function byRound({ samples }: Pick<Series, 'samples'>): number[][] {
  const rounds = new Map<number, number[]>();
  for (const { round, value } of samples) {
    const known = rounds.get(round);
    if (known === undefined) rounds.set(round, [value]);
    else known.push(value);
  }
  return [...rounds.values()];
}

export function valuesOf({ samples }: Pick<Series, 'samples'>): number[] {
  return samples.map(({ value }) => value);
}
