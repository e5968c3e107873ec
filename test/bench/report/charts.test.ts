/** What holds for every chart, whatever the samples are: drawn within its bounds, well-formed, told in words. */
import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { boxPlot, fiveNumbers } from '../../../bench/report/box-plot.ts';
import { type ChartOptions, NARROW, WIDE } from '../../../bench/report/chart-frame.ts';
import { ecdfChart } from '../../../bench/report/ecdf-chart.ts';
import { flameChart, MAX_FLAME_SPANS } from '../../../bench/report/flame-chart.ts';
import { historyChart } from '../../../bench/report/history-chart.ts';
import { summarizePhases } from '../../../bench/report/phase-summary.ts';
import { subjectStyles } from '../../../bench/report/subject-style.ts';
import { waterfall } from '../../../bench/report/waterfall.ts';
import { faults, pathPoints, viewBox } from './drawn.ts';

const HOSTILE = '</svg><script>alert("x")</script>\u202e\0&\'`';
const value = fc.oneof(fc.double(), fc.double({ min: 0, max: 1e6 }), fc.constantFrom(0, 1e308));
const samples = fc.array(value, { maxLength: 30 });
const subjects = fc.uniqueArray(fc.oneof(fc.string(), fc.constantFrom('lcow', 'runc', HOSTILE)), {
  maxLength: 10,
});
const anySeries = subjects.chain((names) =>
  fc.tuple(
    ...names.map((subject) => fc.record({ subject: fc.constant(subject), values: samples })),
  ),
);
const anyOptions: fc.Arbitrary<ChartOptions> = fc.record({
  id: fc.constant('c'),
  width: fc.constantFrom(WIDE, NARROW),
  axis: fc.constantFrom('linear' as const, 'log' as const),
  standAlone: fc.boolean(),
});
const WORDS = { title: HOSTILE, unit: 'ms', quantity: 'time' };

/** In the box, with a hair for rounding. */
function within(svg: string, points: readonly (readonly [number, number])[]): void {
  const { width, height } = viewBox(svg);
  assert.ok(width > 0 && height > 0, svg.slice(0, 300));
  for (const [x, y] of points) {
    const inside = x >= -0.01 && x <= width + 0.01 && y >= -0.01 && y <= height + 0.01;
    assert.ok(inside, `${x},${y} is not in ${width} x ${height}`);
  }
}

test('an ECDF of anything is drawn within its plot and well-formed', () => {
  fc.assert(
    fc.property(anySeries, anyOptions, (series, options) => {
      const styles = subjectStyles(series.map(({ subject }) => subject));
      const svg = ecdfChart({ ...WORDS, series, styles }, options).text;
      assert.equal(faults(svg), []);
      within(svg, pathPoints(svg, 'line'));
      assert.not.match(svg, /<script/);
    }),
    { numRuns: 200 },
  );
});

test('a box plot has a dot for every sample, all of them in the plot', () => {
  fc.assert(
    fc.property(anySeries, anyOptions, (series, options) => {
      const styles = subjectStyles(series.map(({ subject }) => subject));
      const svg = boxPlot({ ...WORDS, series, styles }, options).text;
      assert.equal(faults(svg), []);
      const finite = series.flatMap(({ values }) => values.filter(Number.isFinite));
      const dots = pathPoints(svg, 'dots');
      // A dot is a place and a line of no length.
      assert.is(dots.length, finite.length * 2);
      within(svg, dots);
      within(svg, pathPoints(svg, 'thin'));
    }),
    { numRuns: 200 },
  );
});

test('the steps of an ECDF end at all samples, and rise at each', () => {
  const series = [{ subject: 'lcow', values: [30, 10, 20, 40] }];
  const styles = subjectStyles(['lcow']);
  const data = { ...WORDS, title: 't', series, styles };
  const svg = ecdfChart(data, { id: 'c', width: WIDE }).text;
  const steps = pathPoints(svg, 'line').slice(2);
  const heights = [...new Set(steps.map(([, y]) => y))];
  assert.is(heights.length, 5, heights.join());
  assert.match(svg, /half at or below 25.0 ms, nine tenths at or below 37.0 ms, of 4/);
});

test('what is not a number is told, not drawn', () => {
  const series = [{ subject: 'lcow', values: [1, Number.NaN, Infinity] }];
  const data = { ...WORDS, title: 't', series, styles: subjectStyles(['lcow']) };
  for (const svg of [
    ecdfChart(data, { id: 'c', width: WIDE }).text,
    boxPlot(data, { id: 'c', width: WIDE }).text,
  ]) {
    assert.match(svg, /of 1, 2 not drawn: not a number/);
    assert.equal(faults(svg), []);
  }
});

test('a history of anything is drawn within its bounds', () => {
  const point = fc.record({ run: fc.nat(7), median: value, low: value, high: value });
  const series = subjects.chain((names) =>
    fc.tuple(
      ...names.map((subject) =>
        fc.record({ subject: fc.constant(subject), points: fc.array(point, { maxLength: 8 }) }),
      ),
    ),
  );
  fc.assert(
    fc.property(series, anyOptions, (all, options) => {
      const styles = subjectStyles(all.map(({ subject }) => subject));
      const runs = Array.from({ length: 8 }, (_, at) => `${HOSTILE} ${at}`);
      const svg = historyChart({ ...WORDS, runs, series: all, styles }, options).text;
      assert.equal(faults(svg), []);
      within(svg, pathPoints(svg, 'line'));
      within(svg, pathPoints(svg, 'thin'));
    }),
    { numRuns: 200 },
  );
});

test('a history with no runs and with two hundred has labels with room', () => {
  const styles = subjectStyles([]);
  for (const count of [0, 1, 2, 200]) {
    const runs = Array.from({ length: count }, (_, at) => `run ${at}`);
    const svg = historyChart({ ...WORDS, runs, series: [], styles }, { id: 'c', width: NARROW });
    const labels: readonly string[] = svg.text.match(/>run \d+</g) ?? [];
    assert.ok(labels.length <= 4, `${labels.length}`);
    if (count > 0) assert.ok(labels.includes(`>run ${count - 1}<`), 'the newest is named');
    assert.equal(faults(svg.text), []);
  }
});

test('a waterfall of any phases is drawn within its bounds', () => {
  const phase = fc.record({
    name: fc.oneof(fc.string(), fc.constant(HOSTILE)),
    where: fc.constantFrom('host' as const, 'guest' as const),
    startMs: value,
    ms: value,
  });
  const sample = fc.record({ phases: fc.array(phase, { maxLength: 6 }) });
  fc.assert(
    fc.property(fc.array(sample, { maxLength: 5 }), anyOptions, (all, options) => {
      const svg = waterfall({ title: HOSTILE, phases: summarizePhases(all) }, options).text;
      assert.equal(faults(svg), []);
      within(svg, pathPoints(svg, 'spread'));
      within(svg, rectangles(svg));
    }),
    { numRuns: 200 },
  );
});

test('phases are told by median and spread, in the order they begin', () => {
  const all = [10, 20, 30].map((ms) => ({
    phases: [
      { name: 'kernel', where: 'guest' as const, startMs: 5, ms },
      { name: 'spawn', where: 'host' as const, startMs: 0, ms: 5 },
      { name: 'kernel', where: 'guest' as const, startMs: 50, ms: 1 },
    ],
  }));
  const [spawn, kernel, again] = summarizePhases([...all, {}]);
  assert.is(spawn?.name, 'spawn');
  assert.equal(kernel, {
    ...{ name: 'kernel', where: 'guest', count: 3, startMs: 5 },
    ...{ medianMs: 20, p10Ms: 12, p90Ms: 28 },
  });
  assert.is(again?.name, 'kernel (2)');
});

test('quartiles and whiskers are Tukey’s', () => {
  const five = fiveNumbers([1, 2, 3, 4, 5, 6, 7, 8, 100]);
  assert.equal(five, {
    ...{ lowWhisker: 1, firstQuartile: 3, median: 5, thirdQuartile: 7, highWhisker: 8 },
  });
});

test('a flame chart of any spans is drawn within its bounds', () => {
  const span = fc.record({
    name: fc.oneof(fc.string(), fc.constant(HOSTILE)),
    startMs: fc.oneof(value, fc.double({ min: 0, max: 1000 })),
    ms: fc.oneof(value, fc.double({ min: 0, max: 1000 })),
    depth: fc.oneof(fc.nat(5), fc.constantFrom(-1, 64, 1e9, 0.5, Number.NaN)),
    kind: fc.constantFrom('', 'kernel', HOSTILE),
  });
  fc.assert(
    fc.property(fc.array(span, { maxLength: 20 }), anyOptions, (spans, options) => {
      const svg = flameChart({ title: HOSTILE, spans }, options).text;
      assert.equal(faults(svg), []);
      within(svg, rectangles(svg));
      assert.ok(viewBox(svg).height < 64 * 20 + 200);
    }),
    { numRuns: 200 },
  );
});

test('a flame chart with more spans than anything opens is refused', () => {
  const span = { name: 'x', startMs: 0, ms: 1, depth: 0 };
  const spans = Array.from({ length: MAX_FLAME_SPANS + 1 }, () => span);
  assert.throws(() => flameChart({ title: 't', spans }, { id: 'c', width: WIDE }), /at most 50000/);
});

test('every chart has a title and a description that its role refers to', () => {
  const data = { ...WORDS, title: 'T', series: [], styles: subjectStyles([]) };
  for (const svg of [
    ecdfChart(data, { id: 'c', width: WIDE }).text,
    boxPlot(data, { id: 'c', width: WIDE }).text,
    waterfall({ title: 'T', phases: [] }, { id: 'c', width: WIDE }).text,
    flameChart({ title: 'T', spans: [] }, { id: 'c', width: WIDE }).text,
    historyChart({ ...data, runs: [] }, { id: 'c', width: WIDE }).text,
  ]) {
    assert.match(svg, /role="img" aria-labelledby="c-title c-desc"/);
    assert.match(svg, /<title id="c-title">T<\/title><desc id="c-desc">[^<]+<\/desc>/);
  }
});

function rectangles(svg: string): [number, number][] {
  const all = svg.matchAll(
    /<rect class="(?:span|bar|frame)"(?: fill="[^"]*")? x="([^"]*)" y="([^"]*)" width="([^"]*)"/g,
  );
  return [...all].flatMap(([, x, y, width]) => {
    const [left, top, wide] = [Number(x), Number(y), Number(width)];
    assert.ok(wide >= 0);
    return [[left, top] as [number, number], [left + wide - 1.5, top] as [number, number]];
  });
}

test.run();
