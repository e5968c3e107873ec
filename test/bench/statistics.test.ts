/** The statistics of bench/: by hand on small samples, by their properties on any. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  each,
  ecdf,
  medianInterval,
  permutationTest,
  quantile,
  spread,
  summarize,
} from '../../bench/statistics.ts';

const samples = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), {
  minLength: 1,
  maxLength: 60,
});
const FEW = { resamples: 300 };

test('median, p90 and p99 of 1..101 are 51, 91 and 100', () => {
  const { count, min, median, p90, p99, max } = summarize(
    Array.from({ length: 101 }, (_, at) => 101 - at),
  );
  assert.equal([count, min, median, p90, p99, max], [101, 1, 51, 91, 100, 101]);
});

test('the interval of the median has the median in it, and lies among the samples', () => {
  fc.assert(
    fc.property(samples, (values) => {
      const { low, high } = medianInterval(each(values), FEW);
      const { median, min, max } = summarize(values);
      assert.ok(low <= high, `${low} ${high}`);
      assert.ok(low >= min - 1e-9 && high <= max + 1e-9, `${low}..${high} of ${min}..${max}`);
      if (values.length > 5) assert.ok(low <= median && median <= high, `${low} ${median} ${high}`);
    }),
    { numRuns: 60 },
  );
});

test('the interval of the median is near the textbook one', () => {
  // Order statistics 6 and 15 of 20 hold the median with 95.9 %.
  const { low, high } = medianInterval(each(Array.from({ length: 20 }, (_, at) => at + 1)));
  assert.ok(low >= 5.5 && low <= 7.5, String(low));
  assert.ok(high >= 13.5 && high <= 15.5, String(high));
});

test('the same samples tell the same twice', () => {
  const a = [[5, 6], [7], [8, 9, 10], [3]];
  const b = [[6], [7], [9], [12]];
  assert.equal(medianInterval(a), medianInterval(a));
  assert.is(permutationTest(a, b), permutationTest(a, b));
});

test('of no samples there is no interval, and nothing to compare', () => {
  assert.ok(Number.isNaN(medianInterval([]).low));
  assert.ok(Number.isNaN(medianInterval([[]]).high));
  assert.is(permutationTest([], each([1, 2])), 1);
});

test('groups that are drawn together give a wider interval than their samples by themselves', () => {
  // Ten rounds, each with its own level: a hundred samples, but ten independent ones.
  const rounds = Array.from({ length: 10 }, (_, level) =>
    Array.from({ length: 10 }, (_unused, at) => level * 10 + at / 10),
  );
  const together = medianInterval(rounds);
  const apart = medianInterval(each(rounds.flat()));
  assert.ok(together.high - together.low > 1.5 * (apart.high - apart.low));
});

test('samples that lie apart differ for sure, and samples of one kind do not', () => {
  const one = each(Array.from({ length: 20 }, (_, at) => 100 + (at % 7)));
  const other = each(Array.from({ length: 20 }, (_, at) => 110 + (at % 7)));
  assert.ok(permutationTest(one, other) < 0.001);
  assert.ok(permutationTest(one, [...one].reverse()) > 0.9);
});

test('the permutation test of three against three is what counting gives', () => {
  // Of the 20 ways to divide 1..6, those with 1 2 3 or 1 2 4 on one side have medians 3 apart: 4/20.
  const p = permutationTest(each([1, 2, 3]), each([4, 5, 6]), { resamples: 50_000 });
  assert.ok(Math.abs(p - 0.2) < 0.01, String(p));
});

test('the permutation test is a probability, and does not mind which side is which', () => {
  fc.assert(
    fc.property(samples, samples, (a, b) => {
      const there = permutationTest(each(a), each(b), FEW);
      assert.ok(there > 0 && there <= 1, String(there));
      const back = permutationTest(each(b), each(a), FEW);
      assert.ok(Math.abs(there - back) < 0.25, `${there} ${back}`);
    }),
    { numRuns: 40 },
  );
});

test('under the null the test says p < 0.05 about one time in twenty', () => {
  const random = fc.sample(fc.double({ min: 0, max: 1, noNaN: true, noDefaultInfinity: true }), {
    numRuns: 200 * 24,
    seed: 7,
  });
  // fast-check likes edges: what counts is that both sides are of one distribution.
  let sure = 0;
  for (let at = 0; at < 200; at += 1) {
    const of = random.slice(at * 24, (at + 1) * 24);
    if (permutationTest(each(of.slice(0, 12)), each(of.slice(12)), FEW) < 0.05) sure += 1;
  }
  assert.ok(sure <= 24, `${sure} of 200`);
});

test('the distribution function rises over every sample to 1', () => {
  fc.assert(
    fc.property(samples, (values) => {
      const points = ecdf(values);
      assert.is(points.length, new Set(values.map((value) => value + 0)).size);
      assert.is(points.at(-1)?.share, 1);
      for (const [index, { value, share }] of points.entries()) {
        const before = points[index - 1];
        if (before !== undefined) assert.ok(before.value < value && before.share < share);
        const upTo = values.filter((each) => each <= value).length;
        assert.ok(Math.abs(share - upTo / values.length) < 1e-12);
      }
    }),
  );
  assert.equal(ecdf([]), []);
});

test('the spread is the interquartile range over the median', () => {
  assert.is(spread([10, 20, 30, 40, 50]), 20 / 30);
  assert.is(spread([7, 7, 7]), 0);
  assert.is(spread([]), 0);
  assert.is(spread([0, 0, 0]), 0);
});

test('quantiles grow with their share', () => {
  fc.assert(
    fc.property(samples, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
      assert.ok(quantile(values, share) <= quantile(values, Math.min(1, share + 0.1)) + 1e-9);
    }),
  );
});

test.run();
