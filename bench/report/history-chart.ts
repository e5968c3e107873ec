/**
 * The medians of several runs, the oldest at the left, with their confidence intervals. Runs stand at equal distances:
 * a day with twenty runs is as readable as a month with one.
 */
import { BOTTOM_AXIS_HEIGHT, leftAxis, leftAxisWidth } from './axis.ts';
import { type ChartOptions, chartFrame, legend, seriesGroup } from './chart-frame.ts';
import { element, type Markup, round } from './markup.ts';
import { formatValue } from './number-format.ts';
import { scaleOf } from './scale.ts';
import { mark, type SubjectStyle, styleOf } from './subject-style.ts';
import { fitText } from './text-fit.ts';

export interface HistoryPoint {
  /** Index of the run in `runs`. */
  readonly run: number;
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export interface HistoryData {
  readonly title: string;
  readonly unit: string;
  readonly quantity: string;
  /** Labels, the oldest first. */
  readonly runs: readonly string[];
  readonly series: readonly {
    readonly subject: string;
    readonly points: readonly HistoryPoint[];
  }[];
  readonly styles: ReadonlyMap<string, SubjectStyle>;
}

const PLOT_HEIGHT = 220;
const LABEL_DISTANCE = 92;

export function historyChart(data: HistoryData, options: ChartOptions): Markup {
  const { width } = options;
  const series = data.series.map(({ subject, points }) => ({
    subject,
    style: styleOf(data.styles, subject),
    points: points.filter(({ median }) => Number.isFinite(median)),
  }));
  const key = legend(
    series.map(({ subject, style }) => ({ label: subject, style })),
    { x: 4, y: 2, width: width - 8 },
  );
  const top = key.height + 22;
  const values = series.flatMap(({ points }) =>
    points.flatMap(({ median, low, high }) => [median, low, high]),
  );
  const vertical = { from: top + PLOT_HEIGHT, to: top };
  const y = scaleOf(options.axis ?? 'linear', values, vertical);
  const plot = { left: leftAxisWidth(y), right: width - 12, top, bottom: top + PLOT_HEIGHT };
  const band = (plot.right - plot.left) / Math.max(1, data.runs.length);
  const x = (run: number): number => plot.left + (run + 0.5) * band;
  const kind = y.kind === 'log' ? ', logarithmic' : '';
  return chartFrame(
    {
      ...options,
      height: plot.bottom + BOTTOM_AXIS_HEIGHT,
      title: data.title,
      description: describe(data),
    },
    key.markup,
    element('text', { class: 'soft', x: 4, y: top - 8 }, `${data.quantity}, ${data.unit}${kind}`),
    leftAxis(y, plot),
    element('path', { class: 'axis', d: `M${plot.left} ${plot.bottom}H${plot.right}` }),
    runLabels(data.runs, x, band, plot.bottom),
    [...series].reverse().map(({ style, points }, at) => {
      // Beside each other, that intervals are not hidden.
      const shift = Math.min(5, band / (series.length + 1)) * (at - (series.length - 1) / 2);
      const placed = points.map((point) => ({
        left: x(point.run) + shift,
        middle: y.position(point.median),
        low: y.position(point.low),
        high: y.position(point.high),
      }));
      return seriesGroup(
        style,
        element('path', {
          class: 'line',
          d: placed
            .map(({ left, middle }, n) => `${n === 0 ? 'M' : 'L'}${round(left)} ${round(middle)}`)
            .join(''),
          'stroke-dasharray': style.dash || undefined,
        }),
        element('path', {
          class: 'thin',
          d: placed
            .map(({ left, low, high }) => {
              const cap = (height: number): string => `M${round(left - 3)} ${round(height)}h6`;
              return `M${round(left)} ${round(low)}V${round(high)}${cap(low)}${cap(high)}`;
            })
            .join(''),
        }),
        placed.map(({ left, middle }) => mark(style.shape, left, middle)),
      );
    }),
  );
}

/** As many as there is room for; the newest always. */
function runLabels(
  runs: readonly string[],
  x: (run: number) => number,
  band: number,
  bottom: number,
): Markup[] {
  const stride = Math.max(1, Math.ceil(LABEL_DISTANCE / band));
  const last = runs.length - 1;
  return runs.flatMap((label, run) => {
    if ((last - run) % stride !== 0) return [];
    const room = Math.max(LABEL_DISTANCE, band * stride) - 6;
    const end = run === last && runs.length > 1;
    return [
      element('path', { class: 'axis', d: `M${round(x(run))} ${bottom}v5` }),
      element(
        'text',
        {
          class: end ? 'soft end' : 'soft middle',
          x: end ? x(run) + Math.min(band / 2, LABEL_DISTANCE / 2) : Math.max(x(run), room / 2),
          y: bottom + 20,
        },
        fitText(label, room),
      ),
    ];
  });
}

function describe({ series, unit, runs }: HistoryData): string {
  const all = series.map(({ subject, points }) => {
    const [first, last] = [points[0], points.at(-1)];
    if (first === undefined || last === undefined) return `${subject}: in no run`;
    if (first === last) return `${subject}: in one run, ${formatValue(first.median, unit)}`;
    return `${subject}: from ${formatValue(first.median, unit)} to ${formatValue(last.median, unit)} in ${points.length} runs`;
  });
  return `Medians of ${runs.length} runs, the oldest first. ${all.join('; ')}.`;
}
