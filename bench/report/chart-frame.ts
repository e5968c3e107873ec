/**
 * What all charts share: the svg element with its title and description for those who do not see it, the options, and
 * the legend. A chart is a pure function of data and options; the width is that of its view box, and it may be shown at
 * any other.
 */
import { STAND_ALONE_STYLE } from './chart-style.ts';
import { type Child, element, Markup } from './markup.ts';
import type { AxisKind } from './scale.ts';
import { mark, type SubjectStyle } from './subject-style.ts';
import { fitText, textWidth } from './text-fit.ts';

export interface ChartOptions {
  /** Unique within its page: ids of the parts begin with it. Letters, digits and hyphens. */
  readonly id: string;
  /** Of the view box. Below 560 it is laid out for a phone. */
  readonly width: number;
  /** Default linear. */
  readonly axis?: AxisKind;
  /** A file of its own: with styles, a background and the title in sight. Default: part of a page. */
  readonly standAlone?: boolean;
}

export const WIDE = 760;
export const NARROW = 336;

export function isNarrow(width: number): boolean {
  return width < 560;
}

export interface FrameOptions extends ChartOptions {
  readonly height: number;
  readonly title: string;
  /** What the chart shows, in words: the figures a reader takes from it. */
  readonly description: string;
}

const HEAD_HEIGHT = 28;

export function chartFrame(options: FrameOptions, ...content: Child[]): Markup {
  const { id, width, height, title, description, standAlone = false } = options;
  const head = standAlone ? HEAD_HEIGHT : 0;
  const [titleId, descriptionId] = [`${id}-title`, `${id}-desc`];
  const size = standAlone ? { width, height: height + head } : {};
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      class: 'chart',
      ...size,
      viewBox: `0 ${-head} ${width} ${Math.ceil(height) + head}`,
      role: 'img',
      'aria-labelledby': `${titleId} ${descriptionId}`,
    },
    element('title', { id: titleId }, title),
    element('desc', { id: descriptionId }, description),
    ...(standAlone ? background(width, height, title) : []),
    ...content,
  );
}

function background(width: number, height: number, title: string): Child[] {
  return [
    element('style', {}, new Markup(STAND_ALONE_STYLE)),
    element('rect', { class: 'paper', x: 0, y: -HEAD_HEIGHT, width, height: height + HEAD_HEIGHT }),
    element('text', { class: 'head', x: 8, y: -8 }, fitText(title, width - 16, 14)),
  ];
}

export interface LegendEntry {
  readonly label: string;
  readonly style: SubjectStyle;
}

const LEGEND_LINE = 20;
const SAMPLE_WIDTH = 34;

/** Entries beside each other, in as many lines as they need. */
export function legend(
  entries: readonly LegendEntry[],
  { x, y, width }: { readonly x: number; readonly y: number; readonly width: number },
): { readonly height: number; readonly markup: Markup[] } {
  let [left, line] = [x, 0];
  const markup = entries.map(({ label, style }) => {
    const shown = fitText(label, width - SAMPLE_WIDTH - 8);
    const needs = SAMPLE_WIDTH + textWidth(shown) + 16;
    if (left > x && left + needs > x + width) [left, line] = [x, line + 1];
    const middle = y + line * LEGEND_LINE + LEGEND_LINE / 2;
    const at = left;
    left += needs;
    return seriesGroup(
      style,
      element('path', {
        class: 'line',
        d: `M${at} ${middle}h${SAMPLE_WIDTH - 8}`,
        'stroke-dasharray': style.dash || undefined,
      }),
      mark(style.shape, at + (SAMPLE_WIDTH - 8) / 2, middle),
      element('text', { x: at + SAMPLE_WIDTH - 2, y: middle + 4 }, shown),
    );
  });
  return { height: entries.length === 0 ? 0 : (line + 1) * LEGEND_LINE + 4, markup };
}

/** What belongs to one subject: it has its colour, and goes with the peers when those are switched off. */
export function seriesGroup(style: SubjectStyle, ...content: Child[]): Markup {
  return element('g', { class: `${style.className} ${style.isPeer ? 'peer' : 'own'}` }, ...content);
}
