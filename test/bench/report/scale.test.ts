import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { linearScale, logScale, scaleOf } from '../../../bench/report/scale.ts';

const RANGE = { from: 40, to: 700 };
/** What samples may be, and what they may not. */
const values = fc.array(fc.oneof(fc.double(), fc.constantFrom(0, 1, 1e308, -1e308, 5e-324)), {
  maxLength: 20,
});
const kinds = fc.constantFrom('linear' as const, 'log' as const);

test('every value has a place within the range, whatever the values are', () => {
  fc.assert(
    fc.property(kinds, values, fc.double(), (kind, samples, other) => {
      const scale = scaleOf(kind, samples, RANGE);
      assert.ok(Number.isFinite(scale.low) && Number.isFinite(scale.high), `${scale.low}`);
      assert.ok(scale.low < scale.high, `${scale.low} ${scale.high}`);
      for (const value of [...samples, other]) {
        const place = scale.position(value);
        assert.ok(place >= RANGE.from && place <= RANGE.to, `${value} is at ${place}`);
      }
    }),
    { numRuns: 1000 },
  );
});

test('places keep the order of values', () => {
  fc.assert(
    fc.property(kinds, values, (kind, samples) => {
      const scale = scaleOf(kind, samples, RANGE);
      const sorted = samples.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
      const places = sorted.map((value) => scale.position(value));
      for (const [at, place] of places.entries()) {
        assert.ok(at === 0 || place >= (places[at - 1] ?? 0), `${sorted.join(' ')}`);
      }
    }),
    { numRuns: 1000 },
  );
});

test('the domain holds all samples', () => {
  fc.assert(
    fc.property(values, (samples) => {
      const finite = samples.filter(Number.isFinite);
      const linear = linearScale(samples, RANGE);
      for (const value of finite) assert.ok(value >= linear.low && value <= linear.high);
      const log = logScale(samples, RANGE);
      for (const value of finite.filter((each) => each > 1e-300 && each < 1e300)) {
        assert.ok(value >= log.low && value <= log.high, `${value} ${log.low} ${log.high}`);
      }
    }),
    { numRuns: 1000 },
  );
});

test('ticks ascend, lie in the domain, and are two to as many as asked for', () => {
  fc.assert(
    fc.property(kinds, values, fc.integer({ min: 2, max: 12 }), (kind, samples, most) => {
      const scale = scaleOf(kind, samples, RANGE);
      const ticks = scale.ticks(most);
      assert.ok(ticks.length >= 2 && ticks.length <= most, `${ticks.length} of ${most}`);
      for (const [at, tick] of ticks.entries()) {
        assert.ok(tick >= scale.low && tick <= scale.high, `${tick} ${scale.low} ${scale.high}`);
        assert.ok(at === 0 || tick > (ticks[at - 1] ?? 0), ticks.join(' '));
      }
    }),
    { numRuns: 1000 },
  );
});

test('ticks are round', () => {
  assert.equal(linearScale([87], RANGE).ticks(6), [0, 20, 40, 60, 80, 100]);
  assert.equal(linearScale([3.2], RANGE).ticks(5), [0, 1, 2, 3]);
  assert.equal(logScale([3, 4000], RANGE).ticks(5), [10, 100, 1000]);
  assert.equal(logScale([3, 40], RANGE).ticks(6), [2, 5, 10, 20, 50]);
});

test('linear begins at zero, and below it where samples do', () => {
  assert.is(linearScale([50, 60], RANGE).low, 0);
  assert.is(linearScale([50, 60], RANGE).position(0), RANGE.from);
  assert.ok(linearScale([-3, 60], RANGE).low <= -3);
});

test('logarithmic: the middle of the domain’s ends is their geometric mean', () => {
  const scale = logScale([1, 100], RANGE);
  assert.is(scale.low, 1);
  assert.is(scale.high, 100);
  assert.ok(Math.abs(scale.position(10) - 370) < 1e-6);
  assert.is(scale.position(0), RANGE.from);
  assert.is(scale.position(-5), RANGE.from);
});

test('no samples, one, and equal ones have a domain', () => {
  for (const samples of [[], [7], [7, 7, 7], [0, 0], [Number.NaN]]) {
    for (const kind of ['linear', 'log'] as const) {
      const scale = scaleOf(kind, samples, RANGE);
      assert.ok(scale.high > scale.low, `${kind} ${samples.join()}`);
    }
  }
});

test.run();
