/** The report as text: its figures, its policy, its colours; and the command that writes it. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DARK, LIGHT } from '../../../bench/report/chart-style.ts';
import { MAX_RUNS, reportOf } from '../../../bench/report/report-model.ts';
import { htmlReport, svgReport } from '../../../bench/report/report.ts';
import { figuresOf, ratiosOf, readRatio } from '../../../bench/report/run-figures.ts';
import { isOwn, orderSubjects, subjectStyles } from '../../../bench/report/subject-style.ts';
import type { Series } from '../../../bench/startup/result.ts';
import { CommandHost } from '../../runtime/cli/captured-command.ts';
import { rejection } from '../../runtime/cli/rejected.ts';
import { faults } from './drawn.ts';
import { madeUpResult } from './made-up-result.ts';

const HOSTILE = '"><img src=x onerror=alert(1)></title><script>alert(2)</script>&\u202e\0';

test('the page allows its own style and script and nothing else', () => {
  const html = htmlReport(reportOf([madeUpResult()]));
  const policy = /Content-Security-Policy" content="([^"]*)"/
    .exec(html)?.[1]
    ?.replace(/&#39;/g, "'");
  const digest = (tag: string): string => {
    const all = [...html.matchAll(new RegExp(`<${tag}>([^]*?)</${tag}>`, 'g'))];
    assert.is(all.length, 1, `${all.length} of ${tag}`);
    return `'sha256-${createHash('sha256')
      .update(all[0]?.[1] ?? '')
      .digest('base64')}'`;
  };
  assert.is(
    policy,
    `default-src 'none'; script-src ${digest('script')}; style-src ${digest('style')}; img-src data:; base-uri 'none'; form-action 'none'`,
  );
  assert.not.match(html, /https?:(?!\/\/www\.w3\.org\/2000\/svg)|\son[a-z]+=|javascript:|\sstyle=/);
});

test('whatever a file says is text', () => {
  const plain = madeUpResult({ label: HOSTILE, notes: [HOSTILE] });
  const [first, ...rest] = plain.series;
  assert.ok(first);
  const phases = [{ name: HOSTILE, startMs: 0, ms: 1, where: 'guest' as const }];
  const samples = first.samples.map((each) => ({ ...each, phases }));
  const environment = { ...plain.environment, os: HOSTILE, peers: { [HOSTILE]: HOSTILE } };
  const hostile = [{ ...first, scenario: HOSTILE, subject: HOSTILE, samples }, ...rest];
  const report = reportOf([{ ...plain, environment, series: hostile }, madeUpResult({ day: 2 })]);
  for (const { text } of svgReport(report)) assert.equal(faults(text), []);
  const html = htmlReport(reportOf([{ ...plain, environment, series: hostile }]));
  assert.not.match(html, /<img|onerror="|\0|\u202e/);
  assert.is(html.match(/<script/g)?.length, 1);
  assert.is(html.match(/<\/title>/g)?.length, (html.match(/<title/g) ?? []).length);
});

test('the newest run is told, whatever the order of the files', () => {
  const report = reportOf([3, 1, 2].map((day) => madeUpResult({ day, label: `day ${day}` })));
  assert.is(report.newest.label, 'day 3');
  assert.equal(
    report.runs.map(({ label }) => label),
    ['day 1', 'day 2', 'day 3'],
  );
});

test('no result, and more than a report is made of, are refused', () => {
  assert.match(rejection(() => reportOf([])).message, /no file of results/);
  const many = Array.from({ length: MAX_RUNS + 1 }, () => madeUpResult({ rounds: 0 }));
  assert.match(rejection(() => reportOf(many)).message, /201 files of results: at most 200/);
});

test('figures are of every sample, and rounds are drawn as wholes', () => {
  const values = [10, 10, 20, 20, 30, 30];
  const series: Series = {
    ...{ scenario: 'cold', subject: 'lcow', unit: 'ms', better: 'less' },
    samples: values.map((value, at) => ({ value, round: Math.floor(at / 2), atMs: at })),
  };
  const figures = figuresOf(series);
  assert.is(figures.count, 6);
  assert.is(figures.median, 20);
  assert.equal(figures.interval, { low: 10, high: 30 });
  assert.ok(Number.isNaN(figuresOf({ ...series, samples: [] }).median));
});

test('ratios are of ours by each peer in the same unit, and are read as better or worse', () => {
  const ratios = ratiosOf(madeUpResult());
  assert.equal(
    ratios.map(({ scenario, own, against }) => [scenario, own, against].join(' ')),
    ['cold lcow runc', 'cold lcow spawn', 'ctr ctr+lcow ctr+runc', 'stdout lcow runc'],
  );
  assert.ok(Math.abs((ratios[0]?.ratio ?? 0) - 1400 / 120) < 1e-9);
  const [cold] = madeUpResult().series;
  assert.ok(cold);
  const clone = { ...cold, scenario: 'clone' };
  const other = { ...cold, subject: 'lcow (template)' };
  assert.equal(
    ratiosOf({ series: [cold, clone, other] }).map(({ scenario, own, against, isPeer }) =>
      [scenario, own, against, isPeer].join(' '),
    ),
    ['cold lcow (template) lcow false', 'clone lcow lcow, cold false'],
  );
  assert.is(readRatio({ ratio: 0.8, better: 'less' }), 'better, 20 % less');
  assert.is(readRatio({ ratio: 1.25, better: 'less' }), 'worse, 25 % more');
  assert.is(readRatio({ ratio: 12, better: 'less' }), 'worse, 12.0 times as much');
  assert.is(readRatio({ ratio: 0.15, better: 'more' }), 'worse, 85 % less');
  assert.is(readRatio({ ratio: 2, better: 'more' }), 'better, 2.00 times as much');
  assert.is(readRatio({ ratio: 1.001, better: 'less' }), 'the same');
  assert.is(readRatio({ ratio: Number.NaN, better: 'less' }), 'not comparable');
});

test('ours are told from peers, and every subject is drawn in its own way', () => {
  const names = ['runc', 'ctr+lcow', 'lcow', 'docker+runc', 'lcow (pool)', 'spawn', 'flcowb'];
  assert.equal(names.filter(isOwn), ['ctr+lcow', 'lcow', 'lcow (pool)']);
  assert.equal(orderSubjects(names).slice(0, 2), ['lcow', 'ctr+lcow']);
  const many = Array.from({ length: 40 }, (_, at) => `subject ${at}`);
  const looks = [...subjectStyles(many).values()].map(
    ({ className, dash, shape }) => `${className} ${dash} ${shape}`,
  );
  assert.is(new Set(looks).size, many.length);
});

test('every colour has a contrast of 4.5 to what is behind it', () => {
  for (const colours of [LIGHT, DARK]) {
    for (const behind of [colours['paper'], colours['panel']]) {
      for (const [name, colour] of Object.entries(colours)) {
        if (['paper', 'panel', 'rule'].includes(name)) continue;
        const contrast = contrastOf(colour, behind ?? '');
        assert.ok(contrast >= 4.5, `${name} ${colour} on ${behind}: ${contrast.toFixed(2)}`);
      }
    }
  }
});

test('lcow bench report writes the page and the charts, and says where', async () => {
  using host = new CommandHost();
  mkdirSync(host.folder, { recursive: true });
  const files = [1, 2].map((day) => {
    const path = join(host.folder, `${day}.json`);
    writeFileSync(path, JSON.stringify(madeUpResult({ day })));
    return path;
  });
  const page = join(host.folder, 'page.html');
  const folder = join(host.folder, 'charts');
  const args = ['bench', 'report', '-o', page, '--svg', folder, '--axis', 'log', ...files];
  const { code, stdout, stderr } = await host.lcow(args);
  assert.is(code, 0, stderr);
  const charts = readdirSync(folder);
  assert.ok(charts.includes('ecdf-cold.svg') && charts.includes('history-ctr.svg'), charts.join());
  assert.equal(
    stdout.trim().split('\n').sort(),
    [page, ...charts.map((name) => join(folder, name))].sort(),
  );
  assert.match(readFileSync(join(folder, 'ecdf-cold.svg'), 'utf8'), /time, ms, logarithmic/);
  assert.match(readFileSync(page, 'utf8'), /^<!doctype html>\n<html lang="en">/);
});

test('lcow bench report names the file and the field that is wrong, and writes nothing', async () => {
  using host = new CommandHost();
  const page = join(host.folder, 'page.html');
  const good = madeUpResult({ rounds: 1 });
  const cases: [name: string, text: string, message: RegExp][] = [
    ['not-json', '{', /cannot read .*not-json: it is not JSON/],
    ['version', JSON.stringify({ ...good, version: 2 }), /version is 2, this program reads 1/],
    ['kind', JSON.stringify({ ...good, kind: 'x' }), /kind is "x", not "startup"/],
    [
      'value',
      JSON.stringify(good).replace(/"value":[\d.]+/, '"value":-1'),
      /series\[0\]\.samples\[0\]\.value is -1/,
    ],
  ];
  for (const [name, text, message] of cases) {
    const path = join(host.folder, name);
    writeFileSync(path, text);
    const { code, stderr } = await host.lcow(['bench', 'report', '-o', page, path]);
    assert.is(code, 125, stderr);
    assert.match(stderr, message);
  }
  for (const [args, message] of [
    [['/nowhere/x.json'], /cannot read \/nowhere\/x\.json: ENOENT/],
    [[host.folder], /cannot read .*: (?:it is not a regular file|EISDIR)/],
    [['/dev/zero'], /cannot read \/dev\/zero: it is not a regular file/],
    [['--axis', 'round', 'x.json'], /cannot read --axis: "round" is not linear or log/],
  ] as const) {
    const { code, stderr } = await host.lcow(['bench', 'report', '-o', page, ...args]);
    assert.is(code, 125, stderr);
    assert.match(stderr, message);
  }
  // Sparse: told by their sizes, none of it is read.
  const large = [0, 1, 2].map((at) => join(host.folder, `large-${at}`));
  for (const path of large) {
    writeFileSync(path, '');
    truncateSync(path, 200 * 2 ** 20);
  }
  const together = await host.lcow(['bench', 'report', '-o', page, ...large]);
  assert.match(together.stderr, /the files have 629145600 bytes: at most 536870912 are read/);
  truncateSync(large[0] ?? '', 300 * 2 ** 20);
  const alone = await host.lcow(['bench', 'report', '-o', page, large[0] ?? '']);
  assert.match(alone.stderr, /cannot read .*large-0: it has 314572800 bytes: at most 268435456/);
  const many = await host.lcow(['bench', 'report', ...Array.from({ length: 201 }, () => 'x.json')]);
  assert.match(many.stderr, /201 files of results: at most 200/);
  assert.not.ok(existsSync(page));
  assert.equal(
    readdirSync(host.folder).filter((name) => name.includes('tmp')),
    [],
  );
});

test.run();

function contrastOf(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

/** WCAG 2.2's relative luminance of "#rrggbb". */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
