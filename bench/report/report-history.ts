/** The history of a report: for each scenario the medians over the runs, with their intervals. */
import type { BenchResult } from '../startup/result.ts';
import type { ChartOptions } from './chart-frame.ts';
import { historyChart, type HistoryPoint } from './history-chart.ts';
import { formatNumber, formatTime } from './number-format.ts';
import { numericColumn, type ReportChart, slugs } from './report-charts.ts';
import { quantityOf, type Report, runName } from './report-model.ts';
import { figuresOf } from './run-figures.ts';
import { isOwn, orderSubjects } from './subject-style.ts';

/** Of the bootstrap: fewer than for the newest run's figures, as there are many points. */
const RESAMPLES_OF_POINT = 1000;

/** One a scenario and unit that is in any run; none where there is one run only. */
export function historyCharts(report: Report): ReportChart[] {
  const { runs, styles } = report;
  if (runs.length < 2) return [];
  const names = slugs(report);
  const labels = runs.map(runName);
  return scenariosOf(runs).map(({ scenario, unit, repeated }) => {
    const subjects = orderSubjects(
      runs.flatMap(({ series }) =>
        series.filter((each) => each.scenario === scenario).map(({ subject }) => subject),
      ),
    );
    const series = subjects.map((subject) => ({
      subject,
      points: pointsOf(runs, scenario, subject, unit),
    }));
    const title = `${scenario}: medians over ${runs.length} runs`;
    const quantity = quantityOf(unit);
    return {
      id: `history-${names.get(scenario) ?? 'scenario'}${repeated === 0 ? '' : `--u${repeated + 1}`}`,
      scenario,
      title,
      note: 'Medians with their 95 % confidence intervals, the oldest run at the left.',
      hasAxes: true,
      peer: false,
      draw: (options: ChartOptions) =>
        historyChart({ title, unit, quantity, runs: labels, series, styles }, options),
      columns: [
        { title: 'Run' },
        { title: 'Started' },
        { title: 'Subject' },
        ...['Median', '95 % low', '95 % high'].map((name) => numericColumn(`${name}, ${unit}`)),
      ],
      rows: runs.flatMap((run, at) =>
        series.flatMap(({ subject, points }) => {
          const point = points.find((each) => each.run === at);
          if (point === undefined) return [];
          const { median, low, high } = point;
          const numbers = [median, low, high].map(formatNumber);
          return {
            peer: !isOwn(subject),
            cells: [labels[at] ?? '', formatTime(run.startedAt), subject, ...numbers],
          };
        }),
      ),
    };
  });
}

function pointsOf(
  runs: readonly BenchResult[],
  scenario: string,
  subject: string,
  unit: string,
): HistoryPoint[] {
  return runs.flatMap(({ series }, run) => {
    const found = series.find(
      (each) => each.scenario === scenario && each.subject === subject && each.unit === unit,
    );
    if (found === undefined || found.samples.length === 0) return [];
    const { median, interval } = figuresOf(found, RESAMPLES_OF_POINT);
    return [{ run, median, ...interval }];
  });
}

/** In the newest run's order, then those that only older runs have. `repeated`: the how manieth unit of the scenario. */
function scenariosOf(
  runs: readonly BenchResult[],
): { scenario: string; unit: string; repeated: number }[] {
  const units = new Map<string, string[]>();
  for (const { scenario, unit } of [...runs].reverse().flatMap(({ series }) => series)) {
    const known = units.get(scenario);
    if (known === undefined) units.set(scenario, [unit]);
    else if (!known.includes(unit)) known.push(unit);
  }
  return [...units].flatMap(([scenario, all]) =>
    all.map((unit, repeated) => ({ scenario, unit, repeated })),
  );
}
