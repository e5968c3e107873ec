/**
 * Nested spans of time: what contains is above what is contained, time goes to the right, widths are true. For looking
 * into a boot; what is too narrow to be labelled is in the title that a pointer shows, and in the caller's own table.
 */
import { BOTTOM_AXIS_HEIGHT, bottomAxis } from './axis.ts';
import { type ChartOptions, chartFrame } from './chart-frame.ts';
import { element, type Markup } from './markup.ts';
import { formatValue } from './number-format.ts';
import { linearScale } from './scale.ts';
import { fitText } from './text-fit.ts';

export interface FlameSpan {
  readonly name: string;
  readonly startMs: number;
  readonly ms: number;
  /** 0 is the outermost. */
  readonly depth: number;
  /** Whose it is: spans of one kind have one colour, in the order in which kinds come. Default "". */
  readonly kind?: string;
}

export interface FlameData {
  readonly title: string;
  readonly spans: readonly FlameSpan[];
}

/** More are refused: the file would not open in anything. */
export const MAX_FLAME_SPANS = 50_000;
const MAX_DEPTH = 64;
const ROW = 20;
const EDGE = 12;
const LEGEND_HEIGHT = 24;
/** Narrower labels say nothing. */
const LEAST_LABEL = 24;
const LONGEST_TOLD = 8;

/** Spans deeper than 63, and such without a finite time, are left out and counted in the description. */
export function flameChart({ title, spans }: FlameData, options: ChartOptions): Markup {
  if (spans.length > MAX_FLAME_SPANS) {
    throw new RangeError(`${spans.length} spans: at most ${MAX_FLAME_SPANS} are drawn`);
  }
  const drawn = spans.filter(isDrawable);
  const kinds = [...new Set(drawn.map(({ kind = '' }) => kind))];
  const named = kinds.filter((kind) => kind !== '');
  const depths = drawn.reduce((most, { depth }) => Math.max(most, depth + 1), 1);
  const top = named.length > 0 ? LEGEND_HEIGHT + 6 : 8;
  const plot = {
    left: EDGE,
    right: options.width - EDGE - 6,
    top,
    bottom: top + depths * ROW + 4,
  };
  const x = linearScale(
    drawn.flatMap(({ startMs, ms }) => [startMs, startMs + ms]),
    { from: plot.left, to: plot.right },
  );
  return chartFrame(
    {
      ...options,
      height: plot.bottom + BOTTOM_AXIS_HEIGHT,
      title,
      description: describe(drawn, spans.length - drawn.length),
    },
    kindLegend(named, kinds),
    bottomAxis(x, plot, 'time, ms'),
    drawn.map((span) => {
      const { name, startMs, ms, depth, kind = '' } = span;
      const left = x.position(startMs);
      const width = x.position(startMs + ms) - left;
      const y = plot.top + depth * ROW;
      const label = width < LEAST_LABEL ? '' : fitText(name, width - 6, 11);
      return element(
        'g',
        { class: colourOf(kind, kinds) },
        element(
          'rect',
          { class: 'span', x: left, y, width: Math.max(width, 0.2), height: ROW - 2 },
          element(
            'title',
            {},
            `${name}: ${formatValue(ms, 'ms')} at ${formatValue(startMs, 'ms')}`,
          ),
        ),
        label === ''
          ? undefined
          : element('text', { x: left + 3, y: y + 13, 'font-size': 11 }, label),
      );
    }),
  );
}

function isDrawable({ startMs, ms, depth }: FlameSpan): boolean {
  const times = Number.isFinite(startMs) && Number.isFinite(ms) && ms >= 0;
  return times && Number.isInteger(depth) && depth >= 0 && depth < MAX_DEPTH;
}

function colourOf(kind: string, kinds: readonly string[]): string {
  return `s${kinds.indexOf(kind) % 8}`;
}

function kindLegend(named: readonly string[], kinds: readonly string[]): Markup[] {
  return named.map((kind, at) =>
    element(
      'g',
      { class: colourOf(kind, kinds) },
      element('rect', { class: 'span', x: EDGE + at * 110, y: 6, width: 22, height: 14 }),
      element('text', { x: EDGE + 28 + at * 110, y: 17 }, fitText(kind, 78)),
    ),
  );
}

function describe(spans: readonly FlameSpan[], leftOut: number): string {
  const without =
    leftOut === 0 ? '' : ` ${leftOut} spans are not drawn: without a time, or too deep.`;
  if (spans.length === 0) return `No spans.${without}`;
  const longest = [...spans]
    .sort((a, b) => b.ms - a.ms)
    .slice(0, LONGEST_TOLD)
    .map(({ name, ms }) => `${name} ${formatValue(ms, 'ms')}`);
  return `${spans.length} spans. The longest: ${longest.join(', ')}.${without}`;
}
