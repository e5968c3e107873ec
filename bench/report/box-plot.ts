/**
 * A row a subject: every sample as a dot, over them the box from the first to the third quartile with the median, and
 * whiskers to the last samples within 1.5 times the box's length (Tukey's). Below five samples there is no box.
 */
import { quantile } from '../statistics.ts';
import { bottomAxis } from './axis.ts';
import { type ChartOptions, chartFrame, seriesGroup } from './chart-frame.ts';
import { element, type Markup, round } from './markup.ts';
import { formatValue } from './number-format.ts';
import { rowLayout } from './row-layout.ts';
import { type Scale, scaleOf } from './scale.ts';
import { type SubjectStyle, styleOf } from './subject-style.ts';
import { fitText } from './text-fit.ts';

export interface BoxSeries {
  readonly subject: string;
  /** In the order they were taken. What is not finite is not drawn, and told in the description. */
  readonly values: readonly number[];
}

export interface BoxData {
  readonly title: string;
  readonly unit: string;
  /** What the values are, for the axis. */
  readonly quantity: string;
  readonly series: readonly BoxSeries[];
  readonly styles: ReadonlyMap<string, SubjectStyle>;
}

export interface FiveNumbers {
  readonly lowWhisker: number;
  readonly firstQuartile: number;
  readonly median: number;
  readonly thirdQuartile: number;
  readonly highWhisker: number;
}

const ROW_HEIGHT = 46;
const BOX_HEIGHT = 22;
/** Dots are spread over so much of the row, that equal samples are seen as many. */
const SPREAD = 32;
const LEAST_FOR_BOX = 5;

export function boxPlot(data: BoxData, options: ChartOptions): Markup {
  const { width } = options;
  const series = data.series.map(({ subject, values }) => ({
    subject,
    style: styleOf(data.styles, subject),
    values: values.filter(Number.isFinite),
  }));
  const layout = rowLayout({ width, rows: series.length, rowHeight: ROW_HEIGHT });
  const { plot } = layout;
  const x = scaleOf(
    options.axis ?? 'linear',
    series.flatMap(({ values }) => values),
    { from: plot.left, to: plot.right },
  );
  return chartFrame(
    { ...options, height: layout.height, title: data.title, description: describe(data) },
    bottomAxis(x, plot, `${data.quantity}, ${data.unit}`),
    series.map(({ subject, style, values }, row) => {
      const text = `${subject}${values.length === 0 ? ': no samples' : ''}`;
      return seriesGroup(
        style,
        element('text', layout.label(row), fitText(text, layout.labelWidth)),
        values.length === 0 ? undefined : boxRow(values, layout.middle(row), x),
      );
    }),
  );
}

function boxRow(values: readonly number[], middle: number, x: Scale): Markup[] {
  const at = (value: number): string => round(x.position(value));
  const dots = values.map((value, index) => {
    const y = middle + (spread(index) - 0.5) * SPREAD;
    return `M${at(value)} ${round(y)}h0`;
  });
  const five = fiveNumbers(values);
  const half = BOX_HEIGHT / 2;
  const median = element('path', {
    class: 'median',
    d: `M${at(five.median)} ${middle - half - 3}v${BOX_HEIGHT + 6}`,
  });
  const markup = [element('path', { class: 'dots', d: dots.join('') })];
  if (values.length < LEAST_FOR_BOX) return [...markup, median];
  const [left, right] = [x.position(five.firstQuartile), x.position(five.thirdQuartile)];
  const whisker = (from: number, to: number): string =>
    `M${at(from)} ${middle}H${at(to)}M${at(to)} ${middle - 6}v12`;
  return [
    ...markup,
    element('rect', {
      class: 'box',
      x: left,
      y: middle - half,
      width: right - left,
      height: BOX_HEIGHT,
    }),
    element('path', {
      class: 'thin',
      d:
        whisker(five.firstQuartile, five.lowWhisker) +
        whisker(five.thirdQuartile, five.highWhisker),
    }),
    median,
  ];
}

/** Of one sample or more. */
export function fiveNumbers(values: readonly number[]): FiveNumbers {
  const [firstQuartile, median, thirdQuartile] = [0.25, 0.5, 0.75].map((share) =>
    quantile(values, share),
  ) as [number, number, number];
  const reach = 1.5 * (thirdQuartile - firstQuartile);
  let [lowWhisker, highWhisker] = [firstQuartile, thirdQuartile];
  for (const value of values) {
    if (value >= firstQuartile - reach && value < lowWhisker) lowWhisker = value;
    if (value <= thirdQuartile + reach && value > highWhisker) highWhisker = value;
  }
  return { lowWhisker, firstQuartile, median, thirdQuartile, highWhisker };
}

/** 0..1 without chance, neighbours far apart: van der Corput's sequence. */
function spread(index: number): number {
  let [value, share] = [0, 0.5];
  for (let rest = index + 1; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) value += share;
    share /= 2;
  }
  return value;
}

function describe({ series, unit }: BoxData): string {
  const all = series.map(({ subject, values }) => {
    const finite = values.filter(Number.isFinite);
    const left = values.length - finite.length;
    const without = left === 0 ? '' : `, ${left} not drawn: not a number`;
    if (finite.length === 0) return `${subject}: no samples${without}`;
    const five = fiveNumbers(finite);
    const box = `${formatValue(five.firstQuartile, unit)} to ${formatValue(five.thirdQuartile, unit)}`;
    return `${subject}: median ${formatValue(five.median, unit)}, half of the samples from ${box}, of ${finite.length}${without}`;
  });
  return `Every sample as a dot, with quartiles. ${all.join('; ')}.`;
}
