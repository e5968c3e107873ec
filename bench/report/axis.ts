/** Axes with ticks, labels and the lines across the plot. Drawing only: scale.ts decides where what is. */
import { element, Markup, round } from './markup.ts';
import { formatTick } from './number-format.ts';
import type { Scale } from './scale.ts';
import { textWidth } from './text-fit.ts';

/** The rectangle that data is drawn in. */
export interface Plot {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** What an axis at the bottom takes below the plot. */
export const BOTTOM_AXIS_HEIGHT = 40;
/** Between the middles of two labels. */
const TICK_DISTANCE = 84;

/** Values along the bottom. @param name what the values are, with the unit */
export function bottomAxis(scale: Scale, plot: Plot, name: string): Markup[] {
  const most = Math.max(2, Math.floor((plot.right - plot.left) / TICK_DISTANCE) + 1);
  const ticks = scale.ticks(most);
  const kind = scale.kind === 'log' ? ', logarithmic' : '';
  return [
    grid(ticks.map((tick) => `M${round(scale.position(tick))} ${plot.top}V${plot.bottom}`)),
    element('path', { class: 'axis', d: `M${plot.left} ${plot.bottom}H${plot.right}` }),
    ...ticks.map((tick) => {
      const label = formatTick(tick);
      // Labels at the ends stay within the chart.
      const half = textWidth(label) / 2;
      const x = Math.min(Math.max(scale.position(tick), half), plot.right + 10 - half);
      return element('text', { class: 'soft middle', x, y: plot.bottom + 16 }, label);
    }),
    element('text', { class: 'soft end', x: plot.right, y: plot.bottom + 33 }, `${name}${kind}`),
  ];
}

/** Values along the left. @param label default: the number */
export function leftAxis(
  scale: Scale,
  plot: Plot,
  { most = 5, label = formatTick }: { most?: number; label?: (value: number) => string } = {},
): Markup[] {
  const ticks = scale.ticks(most);
  return [
    grid(ticks.map((tick) => `M${plot.left} ${round(scale.position(tick))}H${plot.right}`)),
    element('path', { class: 'axis', d: `M${plot.left} ${plot.top}V${plot.bottom}` }),
    ...ticks.map((tick) =>
      element(
        'text',
        { class: 'soft end', x: plot.left - 6, y: scale.position(tick) + 4 },
        label(tick),
      ),
    ),
  ];
}

/** What labels at the left of a plot need. */
export function leftAxisWidth(scale: Scale, most = 5): number {
  const widths = scale.ticks(most).map((tick) => textWidth(formatTick(tick)));
  return Math.ceil(Math.max(...widths)) + 10;
}

function grid(lines: readonly string[]): Markup {
  return element('path', { class: 'grid', d: lines.join('') });
}
