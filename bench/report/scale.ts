/**
 * From values to places in a chart: linear and logarithmic scales, each with round ticks. Any numbers are taken: what
 * is not finite has no place in the domain, equal, huge and tiny ones have a domain all the same, and no place lies
 * outside of the range.
 */

export type AxisKind = 'linear' | 'log';

export interface Scale {
  readonly kind: AxisKind;
  /** The domain; low is less than high, both are finite. */
  readonly low: number;
  readonly high: number;
  /** Within the range, whatever the value: beyond the domain it is at its end, not a number at its beginning. */
  position(value: number): number;
  /** Round values within the domain, ascending, at least two and at most `most` (2 or more). */
  ticks(most: number): readonly number[];
}

/** Where the domain's two ends lie, in pixels; `from` may be the greater. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Steps that are read easily, within a power of ten. */
const STEPS = [1, 2, 5, 10] as const;
/** How finely an end of the domain is rounded away from the samples. */
const STEPS_OF_DOMAIN = 8;
/** Powers of ten beyond are not exact, or not there. */
const LEAST_LOG = 1e-300;
const MOST_LOG = 1e300;

export function scaleOf(kind: AxisKind, values: readonly number[], range: Range): Scale {
  return kind === 'log' ? logScale(values, range) : linearScale(values, range);
}

/** From zero, or from the least value where that is below zero, to a round number at or above the greatest. */
export function linearScale(values: readonly number[], range: Range): Scale {
  const [least, greatest] = extent(values.filter(Number.isFinite));
  let [low, high] = [Math.min(0, least), Math.max(0, greatest)];
  if (low === high) high = 1;
  const step = stepFor(low, high, STEPS_OF_DOMAIN);
  low = Math.min(low, finiteOr(Math.floor(low / step) * step, low));
  high = Math.max(high, finiteOr(Math.ceil(high / step) * step, high));
  // By the greater end first: a difference of two huge numbers is infinite.
  const unit = Math.max(Math.abs(low), Math.abs(high));
  const span = high / unit - low / unit;
  return {
    kind: 'linear',
    low,
    high,
    position: (value) => place((clamp(value, low, high) / unit - low / unit) / span, range),
    ticks: (most) => linearTicks(low, high, most),
  };
}

/**
 * From a round number at or below the least value above zero. What is not above zero is at the beginning; beyond 1e-300
 * and 1e300 all is one.
 */
export function logScale(values: readonly number[], range: Range): Scale {
  const above = values.filter((value) => Number.isFinite(value) && value > 0);
  const [least, greatest] = extent(
    above.map((value) => clamp(value, LEAST_LOG, MOST_LOG)),
    1,
  );
  const low = roundDown(least === greatest ? least * 0.999 : least);
  const high = roundUp(least === greatest ? greatest * 1.001 : greatest);
  const span = Math.log10(high) - Math.log10(low);
  return {
    kind: 'log',
    low,
    high,
    position: (value) => {
      if (!(value > 0)) return range.from;
      return place((Math.log10(clamp(value, low, high)) - Math.log10(low)) / span, range);
    },
    ticks: (most) => logTicks(low, high, most),
  };
}

/** The least and the greatest; both `otherwise` of none. */
function extent(values: readonly number[], otherwise = 0): readonly [number, number] {
  if (values.length === 0) return [otherwise, otherwise];
  // Not Math.min(...values): a million arguments are too many.
  let [least, greatest] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return [least, greatest];
}

/** A round step that needs at most so many to get from low to high. */
function stepFor(low: number, high: number, most: number): number {
  const rough = high / most - low / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = STEPS.map((factor) => factor * power).find((each) => each >= rough * 0.999_999);
  return step !== undefined && Number.isFinite(step) && step > 0 ? step : rough || high;
}

function linearTicks(low: number, high: number, most: number): number[] {
  const step = stepFor(low, high, Math.max(1, most - 1));
  const first = Math.ceil(low / step - 1e-9);
  const ticks: number[] = [];
  for (let at = first; ticks.length < most; at += 1) {
    const value = at * step;
    if (!Number.isFinite(value) || value > high * (1 + 1e-9)) break;
    ticks.push(Math.min(Math.max(value, low), high));
  }
  return ticks.length >= 2 ? ticks : [low, high];
}

/** 1, 2, 5 of each power of ten where there is room; else powers of ten, or every second, third... of them. */
function logTicks(low: number, high: number, most: number): number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const within = (value: number): boolean => value >= low * 0.999_999 && value <= high * 1.000_001;
  const all: number[] = [];
  for (let power = first; power <= last; power += 1) {
    for (const factor of [1, 2, 5]) all.push(factor * 10 ** power);
  }
  // Powers of ten are not exact: what is a hair outside is at the end.
  const fine = all.filter(within).map((value) => clamp(value, low, high));
  if (fine.length >= 2 && fine.length <= most) return fine;
  const powers = fine.filter((value) => isPowerOfTen(value));
  if (powers.length < 2) return [low, high];
  const stride = Math.ceil(powers.length / most);
  const kept = powers.filter((_, at) => at % stride === 0);
  return kept.length >= 2 ? kept : [low, high];
}

function isPowerOfTen(value: number): boolean {
  const exponent = Math.log10(value);
  return Math.abs(exponent - Math.round(exponent)) < 1e-9;
}

function roundDown(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const found = [5, 2, 1].map((factor) => factor * power).find((each) => each <= value);
  return found !== undefined && found > 0 ? found : value;
}

function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const found = STEPS.map((factor) => factor * power).find((each) => each >= value);
  return found !== undefined && Number.isFinite(found) ? found : value;
}

function place(share: number, { from, to }: Range): number {
  const within = Number.isFinite(share) ? clamp(share, 0, 1) : 0;
  return from + within * (to - from);
}

/** NaN is at the low end. */
function clamp(value: number, low: number, high: number): number {
  return value >= high ? high : value > low ? value : low;
}

function finiteOr(value: number, otherwise: number): number {
  return Number.isFinite(value) ? value : otherwise;
}
