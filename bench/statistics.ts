/**
 * The statistics that results are told with. No sample is ever dropped. What draws at random draws from a generator with
 * a fixed seed: the same samples tell the same, on every machine.
 */

/** The value below which `share` (0..1) of the samples lie, by linear interpolation. NaN of none. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}

export interface Summary {
  readonly count: number;
  readonly min: number;
  readonly median: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

export function summarize(samples: readonly number[]): Summary {
  return {
    count: samples.length,
    min: quantile(samples, 0),
    median: quantile(samples, 0.5),
    p90: quantile(samples, 0.9),
    p99: quantile(samples, 0.99),
    max: quantile(samples, 1),
  };
}

/** An interval, both ends in it. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** How often bootstrap and permutation test draw; a p value is no smaller than 1 over this. */
export const RESAMPLES = 10_000;
const SEED = 0x1c0_11;

export interface ResampleOptions {
  /** Default RESAMPLES. */
  readonly resamples?: number;
  /** Default: the same for all. */
  readonly seed?: number;
}

/**
 * The bootstrap's 95 % confidence interval of the median (percentiles of resampled medians). NaN of none.
 * @param groups samples that were taken together, as those of one round: they are drawn together, because they are not
 *   independent of each other. Samples that were taken apart are groups of one (each())
 */
export function medianInterval(
  groups: readonly (readonly number[])[],
  { resamples = RESAMPLES, seed = SEED }: ResampleOptions = {},
): Interval {
  const filled = groups.filter(({ length }) => length > 0);
  if (filled.length === 0) return { low: Number.NaN, high: Number.NaN };
  const random = randomNumbers(seed);
  const pool = poolOf(filled);
  const medians = new Float64Array(resamples);
  const times = new Uint32Array(filled.length);
  for (let draw = 0; draw < resamples; draw += 1) {
    times.fill(0);
    for (let count = 0; count < filled.length; count += 1) {
      const at = Math.floor(random() * filled.length);
      times[at] = (times[at] ?? 0) + 1;
    }
    medians[draw] = weightedMedian(pool, times);
  }
  medians.sort();
  return { low: sortedQuantile(medians, 0.025), high: sortedQuantile(medians, 0.975) };
}

/**
 * How likely a difference of the medians as large as this is, either way, where A and B are alike: a permutation test.
 * 1 where there is nothing to compare.
 * @param a groups, as medianInterval's; they change sides as wholes
 */
export function permutationTest(
  a: readonly (readonly number[])[],
  b: readonly (readonly number[])[],
  { resamples = RESAMPLES, seed = SEED }: ResampleOptions = {},
): number {
  const left = a.filter(({ length }) => length > 0);
  const right = b.filter(({ length }) => length > 0);
  if (left.length === 0 || right.length === 0) return 1;
  const pool = poolOf([...left, ...right]);
  const count = left.length + right.length;
  const isLeft = new Uint32Array(count).fill(1, 0, left.length);
  const isRight = new Uint32Array(count);
  const difference = (): number => {
    for (let at = 0; at < count; at += 1) isRight[at] = 1 - (isLeft[at] ?? 0);
    return Math.abs(weightedMedian(pool, isLeft) - weightedMedian(pool, isRight));
  };
  const observed = difference();
  // Sums of the same numbers in another order differ in their last digits.
  const atLeast = observed - 1e-9 * Math.max(1, observed);
  const random = randomNumbers(seed);
  const order = Uint32Array.from({ length: count }, (_, at) => at);
  let asLarge = 0;
  for (let draw = 0; draw < resamples; draw += 1) {
    isLeft.fill(0);
    // Fisher and Yates, as far as the left side goes.
    for (let at = 0; at < left.length; at += 1) {
      const other = at + Math.floor(random() * (count - at));
      const chosen = order[other] ?? 0;
      order[other] = order[at] ?? 0;
      order[at] = chosen;
      isLeft[chosen] = 1;
    }
    if (difference() >= atLeast) asLarge += 1;
  }
  // The sides as they are count as one of the draws.
  return (asLarge + 1) / (resamples + 1);
}

/** Each sample a group of its own. */
export function each(samples: readonly number[]): number[][] {
  return samples.map((sample) => [sample]);
}

/** The interquartile range over the median: how much samples scatter. 0 of none or around 0. */
export function spread(samples: readonly number[]): number {
  const middle = quantile(samples, 0.5);
  if (samples.length === 0 || middle === 0) return 0;
  return (quantile(samples, 0.75) - quantile(samples, 0.25)) / middle;
}

/** The empirical distribution function's steps: at `value` it rises to `share` (0..1). Equal samples are one step. */
export function ecdf(samples: readonly number[]): { value: number; share: number }[] {
  const sorted = [...samples].sort((x, y) => x - y);
  const points: { value: number; share: number }[] = [];
  for (const [index, value] of sorted.entries()) {
    if (sorted[index + 1] === value) continue;
    points.push({ value, share: (index + 1) / sorted.length });
  }
  return points;
}

/** All values of some groups in order, each with its group: sorted once, whatever is drawn from it then. */
interface Pool {
  readonly values: Float64Array;
  readonly groups: Uint32Array;
  /** How many values each group has. */
  readonly sizes: Uint32Array;
}

function poolOf(groups: readonly (readonly number[])[]): Pool {
  const all = groups.flatMap((group, at) => group.map((value) => ({ value, at })));
  all.sort((a, b) => a.value - b.value);
  return {
    values: Float64Array.from(all, ({ value }) => value),
    groups: Uint32Array.from(all, ({ at }) => at),
    sizes: Uint32Array.from(groups, ({ length }) => length),
  };
}

/** The median where each group is there so many times. */
function weightedMedian({ values, groups, sizes }: Pool, times: Uint32Array): number {
  let total = 0;
  for (let at = 0; at < sizes.length; at += 1) total += (times[at] ?? 0) * (sizes[at] ?? 0);
  const lower = Math.floor((total - 1) / 2);
  const upper = Math.ceil((total - 1) / 2);
  let passed = 0;
  let low = Number.NaN;
  for (let at = 0; at < values.length; at += 1) {
    passed += times[groups[at] ?? 0] ?? 0;
    if (Number.isNaN(low) && passed > lower) low = values[at] ?? 0;
    if (passed > upper) return low + ((values[at] ?? 0) - low) / 2;
  }
  return Number.NaN;
}

function sortedQuantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}

/** Numbers of 0..1 (without 1), by mulberry32: small, quick, and the same everywhere. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
