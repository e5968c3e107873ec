/**
 * The charts of a report as data: what each is called, how it is drawn at any width, and the table that says the same.
 * The page shows them, and `--svg` writes them to files.
 */
import { quantile } from '../statistics.ts';
import type { Series } from '../startup/result.ts';
import { boxPlot, fiveNumbers } from './box-plot.ts';
import type { ChartOptions } from './chart-frame.ts';
import type { Column, Row } from './data-table.ts';
import { ecdfChart } from './ecdf-chart.ts';
import type { Markup } from './markup.ts';
import { formatNumber } from './number-format.ts';
import { summarizePhases } from './phase-summary.ts';
import { quantityOf, type Report } from './report-model.ts';
import { isOwn } from './subject-style.ts';
import { waterfall } from './waterfall.ts';

export interface ReportChart {
  /** Unique in the report; letters, digits and hyphens: an id, and a file's name. */
  readonly id: string;
  readonly scenario: string;
  readonly title: string;
  /** How it is to be read. */
  readonly note: string;
  /** Has a linear and a logarithmic form. */
  readonly hasAxes: boolean;
  /** Is of a peer alone. */
  readonly peer: boolean;
  readonly draw: (options: ChartOptions) => Markup;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

/** Samples beyond are not in the table: the file of results has them all. */
export const MOST_SAMPLE_ROWS = 2000;
const SHARES = [0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1] as const;

/** Of the newest run: distribution, samples, and the phases of each subject that tells them. */
export function scenarioCharts(report: Report, scenario: string): ReportChart[] {
  const all = report.scenarios.get(scenario) ?? [];
  const { styles } = report;
  const id = slugs(report).get(scenario) ?? 'scenario';
  const units = [...new Set(all.map(({ unit }) => unit))];
  // A scenario has one unit; a file that says otherwise has charts for each.
  return units.flatMap((unit, at) => {
    const series = all.filter((each) => each.unit === unit);
    const suffix = at === 0 ? '' : `--u${at + 1}`;
    const values = series.map(({ subject, samples }) => ({
      subject,
      values: samples.map(({ value }) => value),
    }));
    const shared = { unit, quantity: quantityOf(unit), series: values, styles };
    const common = { scenario, hasAxes: true, peer: false };
    const ecdfTitle = `${scenario}: distribution`;
    const boxTitle = `${scenario}: samples`;
    return [
      {
        ...common,
        id: `ecdf-${id}${suffix}`,
        title: ecdfTitle,
        note: 'The share of samples at or below a value; further left is less. The mark is the median.',
        draw: (options: ChartOptions) => ecdfChart({ ...shared, title: ecdfTitle }, options),
        ...quantileTable(values, unit),
      },
      {
        ...common,
        id: `box-${id}${suffix}`,
        title: boxTitle,
        note: 'Every sample is a dot; the box is the middle half, the thick line the median.',
        draw: (options: ChartOptions) => boxPlot({ ...shared, title: boxTitle }, options),
        ...boxTable(values, unit),
      },
      ...waterfalls(series, `${id}${suffix}`),
    ];
  });
}

/** Every sample of a scenario, for a table. */
export function sampleTable(series: readonly Series[]): Pick<ReportChart, 'columns' | 'rows'> {
  const rows = series.flatMap(({ subject, unit, samples }) =>
    samples.map(({ round, atMs, value }) => ({
      peer: !isOwn(subject),
      cells: [subject, String(round + 1), formatNumber(atMs / 1000), formatNumber(value), unit],
    })),
  );
  return {
    columns: [
      { title: 'Subject' },
      ...['Round', 'Taken at, s', 'Value'].map((title) => ({ title, numeric: true })),
      { title: 'Unit' },
    ],
    rows: rows.slice(0, MOST_SAMPLE_ROWS),
  };
}

function waterfalls(series: readonly Series[], id: string): ReportChart[] {
  return series.flatMap(({ scenario, subject, samples }, at) => {
    const phases = summarizePhases(samples);
    if (phases.length === 0) return [];
    const title = `${scenario}: phases of ${subject}`;
    return [
      {
        id: `phases-${id}${at === 0 ? '' : `--s${at + 1}`}`,
        scenario,
        title,
        note: 'Bars are medians; the line over the end of each is the spread from p10 to p90. The guest is hatched.',
        hasAxes: false,
        peer: !isOwn(subject),
        draw: (options: ChartOptions) => waterfall({ title, phases }, options),
        columns: [
          { title: 'Phase' },
          { title: 'Where' },
          ...['From, ms', 'Median, ms', 'p10, ms', 'p90, ms', 'n'].map(numericColumn),
        ],
        rows: phases.map(({ name, where, startMs, medianMs, p10Ms, p90Ms, count }) => ({
          cells: [
            name,
            where,
            ...[startMs, medianMs, p10Ms, p90Ms].map(formatNumber),
            String(count),
          ],
        })),
      },
    ];
  });
}

interface Values {
  readonly subject: string;
  readonly values: readonly number[];
}

function quantileTable(
  series: readonly Values[],
  unit: string,
): Pick<ReportChart, 'columns' | 'rows'> {
  return {
    columns: [
      { title: `Subject, ${unit}` },
      ...SHARES.map((share) => numericColumn(`${Math.round(share * 100)} %`)),
    ],
    rows: series.map(({ subject, values }) => ({
      peer: !isOwn(subject),
      cells: [subject, ...SHARES.map((share) => formatNumber(quantile(values, share)))],
    })),
  };
}

function boxTable(series: readonly Values[], unit: string): Pick<ReportChart, 'columns' | 'rows'> {
  return {
    columns: [
      { title: `Subject, ${unit}` },
      ...['Low whisker', 'First quartile', 'Median', 'Third quartile', 'High whisker', 'n'].map(
        numericColumn,
      ),
    ],
    rows: series.map(({ subject, values }) => {
      const five = fiveNumbers(values);
      const { lowWhisker, firstQuartile, median, thirdQuartile, highWhisker } = five;
      const numbers = [lowWhisker, firstQuartile, median, thirdQuartile, highWhisker];
      return {
        peer: !isOwn(subject),
        cells: [subject, ...numbers.map(formatNumber), String(values.length)],
      };
    }),
  };
}

export function numericColumn(title: string): Column {
  return { title, numeric: true };
}

/** A name of letters, digits and hyphens for each scenario of any run: no two the same, whatever they are called. */
export function slugs({ runs }: Pick<Report, 'runs'>): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const taken = new Set<string>();
  for (const { scenario } of runs.flatMap(({ series }) => series)) {
    if (found.has(scenario)) continue;
    const plain = scenario
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '');
    let slug = plain.slice(0, 48) || 'scenario';
    // A second "a" is "a--2": no scenario of its own has two hyphens in a row.
    for (let n = 2; taken.has(slug); n += 1) slug = `${plain.slice(0, 48)}--${n}`;
    taken.add(slug);
    found.set(scenario, slug);
  }
  return found;
}
