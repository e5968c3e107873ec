/** The sections of the report's page. */
import { type BenchResult, ENVIRONMENT_NUMBERS, ENVIRONMENT_TEXTS } from '../startup/result.ts';
import { dataTable } from './data-table.ts';
import { element, type Markup } from './markup.ts';
import { formatNumber, formatTime, formatValue } from './number-format.ts';
import { chartFigure, folded, paragraph, section } from './page-parts.ts';
import { bootChart } from './report-boot.ts';
import {
  MOST_SAMPLE_ROWS,
  numericColumn,
  sampleTable,
  scenarioCharts,
  slugs,
} from './report-charts.ts';
import { historyCharts } from './report-history.ts';
import { type Report, runName } from './report-model.ts';
import { ratiosOf, readRatio } from './run-figures.ts';
import { isOwn } from './subject-style.ts';

/** Columns of the table of environments: more are told apart by nobody. */
const MOST_ENVIRONMENTS = 8;

export function ratioSection({ newest }: Report): Markup {
  const ratios = ratiosOf(newest);
  return section(
    { id: 'ratios', title: 'Ratios', level: 2 },
    ratios.length === 0
      ? paragraph('No scenario of this run has ours beside anything else.')
      : dataTable({
          caption: 'Our median by that of a peer, or of another way of ours, in the same run',
          columns: [
            { title: 'Scenario' },
            { title: 'Ours' },
            { title: 'Against' },
            ...['Ratio', 'Our median', 'Its median'].map(numericColumn),
            { title: 'That is' },
          ],
          rows: ratios.map((each) => ({
            scenario: each.scenario,
            peer: each.isPeer,
            cells: [
              each.scenario,
              each.own,
              each.against,
              Number.isFinite(each.ratio)
                ? `${each.ratio.toFixed(each.ratio < 10 ? 2 : 1)}`
                : 'none',
              formatValue(each.ownMedian, each.unit),
              formatValue(each.otherMedian, each.unit),
              readRatio(each),
            ],
          })),
        }),
  );
}

export function figureSection({ figures }: Report): Markup {
  return section(
    { id: 'figures', title: 'Figures', level: 2 },
    dataTable({
      caption: 'Every series of this run; the interval is that of the median',
      columns: [
        { title: 'Scenario' },
        { title: 'Subject' },
        { title: 'Unit' },
        ...['n', 'Median', '95 % interval', 'p90', 'p99'].map(numericColumn),
      ],
      rows: figures.map(({ scenario, subject, unit, count, median, interval, p90, p99 }) => ({
        scenario,
        peer: !isOwn(subject),
        cells: [
          ...[scenario, subject, unit, String(count), formatNumber(median)],
          count === 0 ? 'none' : `${formatNumber(interval.low)} to ${formatNumber(interval.high)}`,
          formatNumber(p90),
          formatNumber(p99),
        ],
      })),
    }),
  );
}

export function scenarioSection(report: Report): Markup {
  const names = slugs(report);
  return section(
    { id: 'scenarios', title: 'Scenarios', level: 2 },
    [...report.scenarios].map(([scenario, series]) => {
      const count = series.reduce((sum, { samples }) => sum + samples.length, 0);
      const more = count > MOST_SAMPLE_ROWS ? `; the first ${MOST_SAMPLE_ROWS} of ${count}` : '';
      const better = series[0]?.better === 'more' ? 'More is better.' : 'Less is better.';
      return section(
        { id: `s-${names.get(scenario) ?? ''}`, title: scenario, level: 3, scenario },
        paragraph(report.summaries.get(scenario), ' ', better),
        scenarioCharts(report, scenario).map(chartFigure),
        folded(
          `Every sample of ${scenario}`,
          dataTable({ caption: `${scenario}: samples in order${more}`, ...sampleTable(series) }),
        ),
      );
    }),
  );
}

/** Absent where no boot was traced. */
export function bootSection(report: Report): Markup | undefined {
  const chart = bootChart(report);
  return chart && section({ id: 'boot', title: 'Boot', level: 2 }, chartFigure(chart));
}

export function historySection(report: Report): Markup {
  const charts = historyCharts(report);
  return section(
    { id: 'history', title: 'History', level: 2 },
    charts.length === 0
      ? paragraph('This report is of one run: with more files of results it has a history.')
      : charts.map((chart) =>
          section(
            {
              id: `h-${chart.id}`,
              title: `History of ${chart.scenario}`,
              level: 3,
              scenario: chart.scenario,
            },
            chartFigure(chart),
          ),
        ),
  );
}

/** The newest run's first; what differs from it says so. */
export function environmentSection({ runs }: Report): Markup {
  const shown = [...runs].reverse().slice(0, MOST_ENVIRONMENTS);
  const all = shown.map(environmentRows);
  const names = [...new Set(all.flatMap((rows) => [...rows.keys()]))];
  return section(
    { id: 'environment', title: 'Environment', level: 2 },
    runs.length > shown.length
      ? paragraph(`The newest ${shown.length} of ${runs.length} runs are shown.`)
      : undefined,
    dataTable({
      caption: 'Where it ran: what two runs must share to be compared',
      columns: [
        { title: 'What' },
        ...shown.map((run) => ({ title: `${runName(run)} (${formatTime(run.startedAt)})` })),
      ],
      breaks: true,
      rows: names.map((name) => {
        const newest = all[0]?.get(name) ?? 'not told';
        return {
          cells: [
            name,
            ...all.map((rows) => {
              const value = rows.get(name) ?? 'not told';
              return value === newest ? value : [value, element('strong', {}, ' (differs)')];
            }),
          ],
        };
      }),
    }),
  );
}

function environmentRows(run: BenchResult): ReadonlyMap<string, string> {
  const { environment } = run;
  return new Map<string, string>([
    ...[...ENVIRONMENT_TEXTS, ...ENVIRONMENT_NUMBERS].map(
      (name) => [name, String(environment[name])] as const,
    ),
    ...Object.entries(environment.peers).map(([name, what]) => [`peer ${name}`, what] as const),
    ['rounds', `${run.rounds}, after ${run.warmUp} that are not counted`],
  ]);
}

/** Of the newest run; those of older ones folded. */
export function noteSection({ runs, newest }: Report): Markup {
  const list = (notes: readonly string[]): Markup =>
    notes.length === 0
      ? paragraph('None: nothing was skipped, and no noise was told.')
      : element(
          'ul',
          {},
          notes.map((note) => element('li', {}, note)),
        );
  const older = runs.filter((run) => run !== newest && run.notes.length > 0).reverse();
  return section(
    { id: 'notes', title: 'Notes', level: 2 },
    list(newest.notes),
    older.map((run) =>
      folded(`Notes of ${runName(run)} (${formatTime(run.startedAt)})`, list(run.notes)),
    ),
  );
}
