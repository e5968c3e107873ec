/** A report of files of results (report-model.ts): the page, and its charts as files of their own. Pure: who calls it reads and writes. */
import { WIDE } from './chart-frame.ts';
import { reportPage } from './page.ts';
import { bootChart } from './report-boot.ts';
import { scenarioCharts } from './report-charts.ts';
import { historyCharts } from './report-history.ts';
import type { Report } from './report-model.ts';
import type { AxisKind } from './scale.ts';

export interface SvgFile {
  /** "ecdf-cold.svg": letters, digits and hyphens. */
  readonly name: string;
  readonly text: string;
}

/** The page. */
export function htmlReport(report: Report): string {
  return reportPage(report);
}

/**
 * Each chart as an SVG file with its own styles, light or dark as the reader's system is.
 * @param axis of those charts that have both. Default linear
 */
export function svgReport(report: Report, axis: AxisKind = 'linear'): SvgFile[] {
  const charts = [...report.scenarios.keys()].flatMap((name) => scenarioCharts(report, name));
  const boot = bootChart(report) ?? [];
  return [...charts, ...historyCharts(report)].concat(boot).map(({ id, draw }) => ({
    name: `${id}.svg`,
    text: `<?xml version="1.0" encoding="UTF-8"?>\n${draw({ id, width: WIDE, axis, standAlone: true }).text}\n`,
  }));
}
