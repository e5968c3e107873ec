/** The report in headless Chromium: every control is used, at both widths and in both colours, without a network. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { reportOf } from '../../../bench/report/report-model.ts';
import { htmlReport, svgReport } from '../../../bench/report/report.ts';
import { Chromium, chromiumMissing } from '../../harness/chromium.ts';
import { ChromiumPage } from '../../harness/chromium-page.ts';
import { skip } from '../../harness/skip.ts';
import { madeUpBoot, madeUpResult } from './made-up-result.ts';
import { CHART_TEXT, CHARTS_SEEN, CONTRAST, OVERFLOW, STRUCTURE } from './page-probe.ts';

const HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)</script>&\u202e';
const WIDTHS = [360, 1280] as const;
const COLOURS = ['light', 'dark'] as const;
const CONTROLS = ['axis', 'theme', 'peers'].map((name) => `input[name=${name}]`).join(',');

const missing = chromiumMissing();
if (missing !== undefined) skip(missing);
else registerTests();
test.run();

function registerTests(): void {
  const folder = mkdtempSync(join(tmpdir(), 'lcow-report-'));
  let chromium: Chromium;

  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return pathToFileURL(join(folder, name)).href;
  };
  const report = reportOf([
    ...[1, 2, 3].map((day) => madeUpResult({ day, factor: 1.2 - day / 10 })),
    {
      ...madeUpResult({ day: 4, label: HOSTILE, notes: [HOSTILE, `${'long'.repeat(60)}.`] }),
      bootTrace: madeUpBoot(),
    },
  ]);
  const url = write('report.html', htmlReport(report));

  test.before(async () => {
    chromium = await Chromium.start();
  });
  test.after(async () => {
    await chromium[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What must be so whatever was clicked. Reading all text takes its time: where it may have changed. */
  const check: Check = async (page, when, ...probes) => {
    for (const probe of [OVERFLOW, ...probes]) {
      assert.equal(await page.evaluate<string[]>(probe), [], when);
    }
    assert.equal(page.complaints, [], when);
  };

  for (const width of WIDTHS) {
    for (const colours of COLOURS) {
      test(`every control does what it says at ${width} px in ${colours}`, async () => {
        await using page = await ChromiumPage.open(chromium, url, { width, colours });
        await check(page, 'as opened', CHART_TEXT, CONTRAST);
        assert.equal(await page.evaluate<string[]>(STRUCTURE), []);
        await useControls(page, width, check);
        assert.equal(
          page.requests.filter((each) => each !== url && !each.startsWith('data:')),
          [],
        );
      });
    }
  }

  test('the colours are the system’s until another is chosen', async () => {
    await using page = await ChromiumPage.open(chromium, url, { width: 1280, colours: 'dark' });
    const paper = (): Promise<string> =>
      page.evaluate('getComputedStyle(document.body).backgroundColor');
    const dark = await paper();
    await page.click('input[value=light]');
    const light = await paper();
    assert.is.not(dark, light);
    await page.resize({ width: 1280, colours: 'light' });
    assert.is(await paper(), light);
    await page.click('input[value=dark]');
    assert.is(await paper(), dark);
    await page.click('input[value=system]');
    assert.is(await paper(), light);
  });

  test('the keyboard reaches every control and works it, and the focus is seen', async () => {
    await using page = await ChromiumPage.open(chromium, url, { width: 1280, colours: 'light' });
    const seen = new Set<string>();
    const focused = `(() => { const e = document.activeElement; const s = getComputedStyle(e);
      return { what: e.tagName + ' ' + (e.name || e.hash || e.textContent.slice(0, 40) || ''),
        outline: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2 }; })()`;
    for (let presses = 0; presses < 20; presses += 1) {
      await page.press('Tab');
      const { what, outline } = await page.evaluate<{ what: string; outline: boolean }>(focused);
      assert.ok(outline, `${what} has the focus, and nothing shows it`);
      seen.add(what);
      if (what === 'INPUT axis') await page.press('ArrowRight');
      if (what === 'INPUT peers') await page.press(' ');
      if (what === 'SELECT scenario') await page.press('ArrowDown');
    }
    for (const what of ['A #main', 'A #history', 'SELECT scenario', 'INPUT axis', 'INPUT theme']) {
      assert.ok(seen.has(what), `${what} was not reached: ${[...seen].join(', ')}`);
    }
    const state = await page.evaluate<string>('document.getElementById("status").textContent');
    assert.is(state, 'Scenario cold, without peers, logarithmic axes.');
    assert.equal(page.complaints, []);
  });

  test('a script that got in would not run', async () => {
    const broken = htmlReport(report).replace('<h1>', '<script>window.got = 1</script><h1>');
    await using page = await ChromiumPage.open(chromium, write('broken.html', broken), {
      width: 1280,
    });
    assert.is(await page.evaluate('typeof window.got'), 'undefined');
    assert.ok(page.complaints.some((text) => /Content Security Policy/.test(text)));
    assert.is(await page.evaluate('document.getElementById("controls").hidden'), false);
  });

  test('without scripts all is there but the controls', async () => {
    const silent = htmlReport(report).replace(/<script>[^]*<\/script>/, '');
    await using page = await ChromiumPage.open(chromium, write('silent.html', silent), {
      width: 1280,
    });
    const charts = await page.evaluate<string[]>(CHARTS_SEEN);
    assert.ok(charts.length >= 12, charts.join());
    assert.is(await page.evaluate('document.getElementById("controls").offsetHeight'), 0);
  });

  test('a report of one run without samples opens too', async () => {
    const empty = { ...madeUpResult({ rounds: 0 }), notes: [] };
    const text = htmlReport(reportOf([{ ...empty, series: [] }]));
    const none = htmlReport(reportOf([empty]));
    for (const [name, html] of Object.entries({ empty: text, none })) {
      await using page = await ChromiumPage.open(chromium, write(`${name}.html`, html), {
        width: 360,
      });
      await check(page, name, CHART_TEXT, CONTRAST);
      assert.equal(await page.evaluate<string[]>(STRUCTURE), []);
    }
  });

  test('the charts open as files of their own', async () => {
    const files = svgReport(report, 'log');
    assert.is(new Set(files.map(({ name }) => name)).size, files.length);
    for (const { name, text } of files) {
      assert.match(name, /^[a-z0-9-]+\.svg$/);
      await using page = await ChromiumPage.open(chromium, write(name, text), { width: 1280 });
      assert.is(await page.evaluate('document.documentElement.tagName'), 'svg', name);
      assert.equal(await page.evaluate<string[]>(CHART_TEXT), [], name);
      assert.equal(page.complaints, [], name);
    }
  });
}

type Check = (page: ChromiumPage, when: string, ...probes: string[]) => Promise<void>;

async function useControls(page: ChromiumPage, width: number, check: Check): Promise<void> {
  const charts = (): Promise<string[]> => page.evaluate(CHARTS_SEEN);
  const size = width < 800 ? 'narrow' : 'wide';
  const all = await charts();
  assert.ok(all.length >= 12, all.join());
  assert.ok(
    all.every((id) => id.includes(`-${size}-`) && !id.endsWith('-log')),
    all.join(),
  );
  // Each of them, by a real pointer.
  const count = await page.evaluate<number>(`document.querySelectorAll('${CONTROLS}').length`);
  assert.is(count, 6);

  await page.click('input[value=log]');
  const log = await charts();
  assert.is(log.length, all.length);
  assert.ok(
    log.every((id) => id.includes(`-${size}-`) && !id.endsWith('-lin')),
    log.join(),
  );
  await check(page, 'logarithmic', CHART_TEXT);
  await page.click('input[value=linear]');
  assert.equal(await charts(), all);

  const peers = `[...document.querySelectorAll('.peer')].filter((e) => e.getClientRects().length > 0).length`;
  assert.ok((await page.evaluate<number>(peers)) > 10);
  await page.click('input[name=peers]');
  assert.is(await page.evaluate<number>(peers), 0);
  await check(page, 'without peers');
  await page.click('input[name=peers]');
  assert.ok((await page.evaluate<number>(peers)) > 10);

  for (const theme of ['dark', 'light', 'system']) {
    await page.click(`input[value=${theme}]`);
    await check(page, theme, ...(theme === 'system' ? [] : [CONTRAST]));
  }

  // A list of the system's own is not part of the page: its choices are made as a script would.
  const options = await page.evaluate<string[]>(
    `[...document.getElementById('scenario').options].map(({ value }) => value)`,
  );
  assert.equal(options, ['', 'cold', 'ctr', 'stdout', 'memory']);
  for (const scenario of options) {
    await page.evaluate(`(() => { const s = document.getElementById('scenario');
      s.value = ${JSON.stringify(scenario)}; s.dispatchEvent(new Event('change', { bubbles: true })); })()`);
    const seen = await charts();
    // The boot is of no scenario.
    const isOf = (id: string): boolean => id.split('-')[1] === scenario || id.startsWith('boot-');
    const wanted = all.filter((id) => scenario === '' || isOf(id));
    if (scenario !== '') assert.equal(seen, wanted);
    await check(page, `scenario ${scenario}`);
  }
  await page.evaluate(`(() => { const s = document.getElementById('scenario');
    s.value = ''; s.dispatchEvent(new Event('change', { bubbles: true })); })()`);
  assert.equal(await charts(), all);

  const folds = await page.evaluate<number>(
    `document.querySelectorAll('details').forEach((e, at) => { e.querySelector('summary').id = 'fold-' + at; }) ?? document.querySelectorAll('details').length`,
  );
  assert.ok(folds > 10);
  for (let at = 0; at < folds; at += 1) await page.click(`#fold-${at}`);
  assert.is(await page.evaluate('document.querySelectorAll("details:not([open])").length'), 0);
  await check(page, 'all unfolded');
  for (const [at] of Array.from({ length: 7 }).entries()) {
    await page.click(`nav li:nth-child(${at + 1}) a`);
  }
  await check(page, 'by its contents');
}
