/** A traced boot, drawn: phases over initcalls, as a file of its own and as a part of the report. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bootFlameChart, bootSpans } from '../../../bench/report/boot-flame-chart.ts';
import { reportOf } from '../../../bench/report/report-model.ts';
import { htmlReport, svgReport } from '../../../bench/report/report.ts';
import { faults } from './drawn.ts';
import { madeUpBoot, madeUpResult } from './made-up-result.ts';

test('a boot has the agent’s phases over the initcalls', () => {
  const { initcalls } = madeUpBoot();
  const marks = [
    { name: 'dialled', atMs: 600 },
    { name: 'init', atMs: 500 },
    { name: 'bad', atMs: Number.NaN },
  ];
  const [kernel, agent, first] = bootSpans({ initcalls, marks });
  const until = { name: 'kernel, until init', startMs: 0, ms: 500, depth: 0, kind: 'kernel' };
  assert.equal(kernel, until);
  assert.equal(agent, { name: 'dialled', startMs: 500, ms: 100, depth: 0, kind: 'agent' });
  assert.equal(first, { name: 'early_init', startMs: 100, ms: 0.45, depth: 1, kind: 'initcall' });
});

test('the chart of a boot is a file of its own, whatever the guest said', () => {
  const { initcalls } = madeUpBoot();
  const hostile = { name: '</svg><script>', startMs: 1, ms: 1, depth: 0, returned: 0 };
  const trace = { initcalls: [...initcalls, hostile], marks: [{ name: '<b>&', atMs: 500 }] };
  const frame = { id: 'boot', width: 1200, standAlone: true };
  const svg = bootFlameChart(trace, { title: 'Boot', ...frame }).text;
  assert.equal(faults(svg), []);
  assert.match(svg, /<style>/);
  assert.match(svg, /outer_init: 39.0 ms at 200 ms/);
  assert.not.match(svg, /<script|<b>/);
});

test('a run that traced a boot has it in its report, one that did not has no word of it', () => {
  const traced = reportOf([{ ...madeUpResult(), bootTrace: madeUpBoot() }]);
  const html = htmlReport(traced);
  assert.match(html, /<a href="#boot">Boot<\/a>/);
  assert.match(html, /<h2 id="boot">Boot<\/h2>/);
  assert.match(html, /outer_init: 39.0 ms at 200 ms/);
  assert.match(html, />outer_init<\/t[dh]><td>initcall<\/td>/);
  const chart = svgReport(traced).find(({ name }) => name === 'boot.svg');
  assert.equal(faults(chart?.text ?? ''), []);
  const plain = reportOf([madeUpResult()]);
  assert.not.match(htmlReport(plain), /id="boot"|#boot/);
  assert.not.ok(svgReport(plain).some(({ name }) => name === 'boot.svg'));
});

test.run();
