/**
 * The phases of a start, one below the other at the time they begin: the bar is the median, the line over its end the
 * spread from the tenth to the ninetieth hundredth. The guest's are hatched. Always linear: lengths are compared.
 */
import { bottomAxis } from './axis.ts';
import { type ChartOptions, chartFrame } from './chart-frame.ts';
import { element, type Markup, round } from './markup.ts';
import { formatNumber, formatValue } from './number-format.ts';
import type { PhaseSummary } from './phase-summary.ts';
import { rowLayout } from './row-layout.ts';
import { linearScale, type Scale } from './scale.ts';
import { fitText } from './text-fit.ts';

export interface WaterfallData {
  readonly title: string;
  readonly phases: readonly PhaseSummary[];
}

const ROW_HEIGHT = 24;
const BAR_HEIGHT = 14;
/** A phase shorter than this is drawn this wide, or nothing would be seen of it. */
const LEAST_BAR = 1.5;
const LEGEND_HEIGHT = 26;

export function waterfall({ title, phases }: WaterfallData, options: ChartOptions): Markup {
  const { width, id } = options;
  const layout = rowLayout({
    width,
    rows: phases.length,
    rowHeight: ROW_HEIGHT,
    top: LEGEND_HEIGHT + 4,
  });
  const { plot } = layout;
  const x = linearScale(
    phases.flatMap(({ startMs, medianMs, p90Ms }) => [
      startMs,
      startMs + medianMs,
      startMs + p90Ms,
    ]),
    { from: plot.left, to: plot.right },
  );
  const hatch = `${id}-hatch`;
  return chartFrame(
    { ...options, height: layout.height, title, description: describe(phases) },
    hatchPattern(hatch),
    whereLegend(hatch),
    bottomAxis(x, plot, 'time since the start, ms'),
    phases.map((phase, row) => {
      const text = `${phase.name} ${formatNumber(phase.medianMs)}`;
      return element(
        'g',
        { class: phase.where === 'guest' ? 's1' : 's0' },
        element('text', layout.label(row), fitText(text, layout.labelWidth)),
        bar(phase, layout.middle(row), x, hatch),
      );
    }),
  );
}

function bar(phase: PhaseSummary, middle: number, x: Scale, hatch: string): Markup[] {
  const { startMs, medianMs, p10Ms, p90Ms, where } = phase;
  const left = x.position(startMs);
  const width = Math.max(LEAST_BAR, x.position(startMs + medianMs) - left);
  const [low, high] = [x.position(startMs + p10Ms), x.position(startMs + p90Ms)];
  return [
    swatch(where, hatch, left, middle - BAR_HEIGHT / 2, width),
    element('path', {
      class: 'spread',
      d: `M${round(low)} ${middle}H${round(high)}M${round(low)} ${middle - 4}v8M${round(high)} ${middle - 4}v8`,
    }),
  ];
}

function swatch(
  where: 'host' | 'guest',
  hatch: string,
  x: number,
  y: number,
  width: number,
): Markup {
  const place = { x, y, width, height: BAR_HEIGHT };
  if (where === 'host') return element('rect', { class: 'bar', ...place });
  return element('rect', { class: 'frame', fill: `url(#${hatch})`, ...place });
}

function hatchPattern(id: string): Markup {
  return element(
    'defs',
    {},
    element(
      'pattern',
      {
        id,
        width: 6,
        height: 6,
        patternUnits: 'userSpaceOnUse',
        patternTransform: 'rotate(45)',
      },
      element('path', { class: 's1 hatch', d: 'M1.5 0v6' }),
    ),
  );
}

function whereLegend(hatch: string): Markup[] {
  return (['host', 'guest'] as const).map((where, at) =>
    element(
      'g',
      { class: where === 'guest' ? 's1' : 's0' },
      swatch(where, hatch, 6 + at * 90, 6, 26),
      element('text', { x: 38 + at * 90, y: 18 }, where),
    ),
  );
}

function describe(phases: readonly PhaseSummary[]): string {
  if (phases.length === 0) return 'No sample tells its phases.';
  const all = phases.map(
    ({ name, where, startMs, medianMs }) =>
      `${name} (${where}): from ${formatValue(startMs, 'ms')} for ${formatValue(medianMs, 'ms')}`,
  );
  return `Phases in the order they begin, medians. ${all.join('; ')}.`;
}
