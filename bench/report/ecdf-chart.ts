/**
 * The share of the samples that are at or below a value, a line a subject: the whole distribution of each, without the
 * choice of a bin. The mark of a line stands at its median.
 */
import { quantile } from '../statistics.ts';
import { BOTTOM_AXIS_HEIGHT, bottomAxis, leftAxis } from './axis.ts';
import { type ChartOptions, chartFrame, legend, seriesGroup } from './chart-frame.ts';
import { element, type Markup, round } from './markup.ts';
import { formatValue } from './number-format.ts';
import { linearScale, type Scale, scaleOf } from './scale.ts';
import { mark, type SubjectStyle, styleOf } from './subject-style.ts';

export interface EcdfSeries {
  readonly subject: string;
  /** In any order. What is not finite is not drawn, and told in the description. */
  readonly values: readonly number[];
}

export interface EcdfData {
  readonly title: string;
  readonly unit: string;
  /** What the values are, for the axis: "time", "memory". */
  readonly quantity: string;
  readonly series: readonly EcdfSeries[];
  readonly styles: ReadonlyMap<string, SubjectStyle>;
}

const PLOT_HEIGHT = 230;
const LEFT = 46;

export function ecdfChart(data: EcdfData, options: ChartOptions): Markup {
  const { title, unit, quantity, styles } = data;
  const series = data.series.map(({ subject, values }) => ({
    subject,
    style: styleOf(styles, subject),
    values: values.filter(Number.isFinite).sort((a, b) => a - b),
  }));
  const key = legend(
    series.map(({ subject, style }) => ({ label: subject, style })),
    { x: 4, y: 2, width: options.width - 8 },
  );
  const top = key.height + 8;
  const plot = { left: LEFT, right: options.width - 18, top, bottom: top + PLOT_HEIGHT };
  const x = scaleOf(
    options.axis ?? 'linear',
    series.flatMap(({ values }) => values),
    { from: plot.left, to: plot.right },
  );
  const y = linearScale([1], { from: plot.bottom, to: plot.top });
  return chartFrame(
    {
      ...options,
      height: plot.bottom + BOTTOM_AXIS_HEIGHT,
      title,
      description: describe(data),
    },
    key.markup,
    bottomAxis(x, plot, `${quantity}, ${unit}`),
    leftAxis(y, plot, { most: 6, label: (share) => `${Math.round(share * 100)} %` }),
    // Ours last, so on top.
    [...series]
      .reverse()
      .filter(({ values }) => values.length > 0)
      .map(({ style, values }) =>
        seriesGroup(
          style,
          element('path', {
            class: 'line',
            d: steps(values, x, y),
            'stroke-dasharray': style.dash || undefined,
          }),
          mark(style.shape, x.position(quantile(values, 0.5)), y.position(0.5)),
        ),
      ),
  );
}

/** Up at each sample, level between; from the bottom to the top, and on to the right end. */
function steps(sorted: readonly number[], x: Scale, y: Scale): string {
  const parts: string[] = [];
  let lastX = '';
  for (const [at, value] of sorted.entries()) {
    const place = round(x.position(value));
    const height = round(y.position((at + 1) / sorted.length));
    if (parts.length === 0) parts.push(`M${place} ${round(y.position(0))}V${height}`);
    // Samples at one place are one step.
    else if (place === lastX) parts.push(`V${height}`);
    else parts.push(`H${place}V${height}`);
    lastX = place;
  }
  parts.push(`H${round(x.position(x.high))}`);
  return parts.join('');
}

function describe({ series, unit }: EcdfData): string {
  const all = series.map(({ subject, values }) => {
    const finite = values.filter(Number.isFinite);
    const left = values.length - finite.length;
    const without = left === 0 ? '' : `, ${left} not drawn: not a number`;
    if (finite.length === 0) return `${subject}: no samples${without}`;
    const [median, tenth] = [quantile(finite, 0.5), quantile(finite, 0.9)];
    const share = `half at or below ${formatValue(median, unit)}, nine tenths at or below ${formatValue(tenth, unit)}`;
    return `${subject}: ${share}, of ${finite.length}${without}`;
  });
  return `Share of samples at or below a value. ${all.join('; ')}.`;
}
