/**
 * The report as one HTML file: no network, no file beside it. Its policy allows its own style and script by their
 * digests and nothing else, so nothing that a file of results says could run even if it were not escaped.
 */
import { createHash } from 'node:crypto';
import { type Child, element, fragment, Markup } from './markup.ts';
import { formatDuration, formatTime } from './number-format.ts';
import { paragraph } from './page-parts.ts';
import { PAGE_SCRIPT } from './page-script.ts';
import {
  bootSection,
  environmentSection,
  figureSection,
  historySection,
  noteSection,
  ratioSection,
  scenarioSection,
} from './page-sections.ts';
import { PAGE_STYLE } from './page-style.ts';
import { type Report, runName } from './report-model.ts';

export function reportPage(report: Report): string {
  const { newest } = report;
  const title = `Start-up time: ${runName(newest)}`;
  const page = element(
    'html',
    { lang: 'en' },
    element(
      'head',
      {},
      element('meta', { charset: 'utf-8' }),
      element('meta', { 'http-equiv': 'Content-Security-Policy', content: policy() }),
      element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      element('meta', { name: 'color-scheme', content: 'light dark' }),
      element('meta', { name: 'referrer', content: 'no-referrer' }),
      element('link', { rel: 'icon', href: 'data:,' }),
      element('title', {}, title),
      element('style', {}, new Markup(PAGE_STYLE)),
    ),
    element(
      'body',
      {},
      element('a', { class: 'skip', href: '#main' }, 'Skip to the results'),
      element(
        'header',
        {},
        element('h1', {}, title),
        paragraph(about(report)),
        contents(report),
        controls(report),
        element('p', { id: 'status', class: 'soft', role: 'status' }),
      ),
      element(
        'main',
        { id: 'main', tabindex: -1 },
        ratioSection(report),
        figureSection(report),
        scenarioSection(report),
        bootSection(report),
        historySection(report),
        environmentSection(report),
        noteSection(report),
      ),
      footer(report),
      element('script', {}, new Markup(PAGE_SCRIPT)),
    ),
  );
  return `<!doctype html>\n${page.text}\n`;
}

function policy(): string {
  return [
    "default-src 'none'",
    `script-src '${digest(PAGE_SCRIPT)}'`,
    `style-src '${digest(PAGE_STYLE)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

function digest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function about({ newest }: Report): string {
  const { environment, rounds, warmUp, startedAt, durationMs } = newest;
  const { os, cpu, cpus, accelerator, vmm, kernelRelease, lcow } = environment;
  return (
    `${formatTime(startedAt)}, ${formatDuration(durationMs)}: ${rounds} rounds after ${warmUp} that are not counted. ` +
    `lcow ${lcow}, ${vmm} with ${accelerator}, guests of Linux ${kernelRelease}, on ${os}, ${cpus} × ${cpu}.`
  );
}

const CONTENTS = [
  ['ratios', 'Ratios'],
  ['figures', 'Figures'],
  ['scenarios', 'Scenarios'],
  ['boot', 'Boot'],
  ['history', 'History'],
  ['environment', 'Environment'],
  ['notes', 'Notes'],
] as const;

function contents({ newest }: Report): Markup {
  const shown = CONTENTS.filter(([id]) => id !== 'boot' || newest.bootTrace !== undefined);
  const links = shown.map(([id, title]) =>
    element('li', {}, element('a', { href: `#${id}` }, title)),
  );
  return element('nav', { 'aria-label': 'Contents' }, element('ul', {}, links));
}

/** Hidden until the script has it work. */
function controls(report: Report): Markup {
  const names = new Set(report.runs.flatMap(({ series }) => series.map((each) => each.scenario)));
  return element(
    'form',
    { id: 'controls', hidden: true, 'aria-label': 'What is shown' },
    element(
      'div',
      {},
      element('label', { class: 'name', for: 'scenario' }, 'Scenario'),
      element(
        'select',
        { id: 'scenario', name: 'scenario' },
        element('option', { value: '' }, 'All scenarios'),
        [...names].map((name) => element('option', { value: name }, name)),
      ),
    ),
    choice('Axes', 'axis', [
      ['linear', 'linear'],
      ['log', 'logarithmic'],
    ]),
    choice('Colours', 'theme', [
      ['system', 'system'],
      ['light', 'light'],
      ['dark', 'dark'],
    ]),
    element(
      'label',
      { class: 'check' },
      element('input', { type: 'checkbox', name: 'peers', checked: true }),
      'Peers',
    ),
  );
}

function choice(
  title: string,
  name: string,
  options: readonly (readonly [value: string, label: string])[],
): Markup {
  const radios = options.map(([value, label], at) =>
    element(
      'label',
      {},
      element('input', { type: 'radio', name, value, checked: at === 0 }),
      label,
    ),
  );
  return element('fieldset', {}, element('legend', {}, title), radios);
}

function footer({ runs, newest }: Report): Markup {
  const of: Child =
    runs.length === 1 ? 'one run' : `${runs.length} runs; all but the history is of the newest`;
  return element(
    'footer',
    {},
    element('h2', { id: 'how' }, 'How to read this'),
    fragment(
      paragraph('Made by ', element('code', {}, 'lcow bench report'), ' of ', of, '.'),
      paragraph(
        'Quantiles are interpolated between samples. Intervals are of the bootstrap (percentiles of the medians of ' +
          'resampled rounds, 95 %). Every sample is drawn and counted, none is discarded. Compare within a run: its ' +
          'subjects took turns on one machine.',
      ),
      newest.label === undefined ? undefined : paragraph(`Label: ${newest.label}.`),
    ),
  );
}
