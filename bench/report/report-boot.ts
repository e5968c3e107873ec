/** The boot of a run with --trace-boot, as a chart of the report: drawn, and its longest parts as a table. */
import { bootFlameChart, bootSpans } from './boot-flame-chart.ts';
import { formatNumber } from './number-format.ts';
import { numericColumn, type ReportChart } from './report-charts.ts';
import type { Report } from './report-model.ts';

/** More are read by nobody; the file of results has them all. */
const MOST_ROWS = 200;

/** Of the newest run; undefined where it traced none. */
export function bootChart({ newest }: Report): ReportChart | undefined {
  const { bootTrace, environment } = newest;
  if (bootTrace === undefined) return undefined;
  const title = `Boot of Linux ${bootTrace.kernelRelease} (${environment.accelerator})`;
  const spans = bootSpans(bootTrace).sort((a, b) => b.ms - a.ms);
  return {
    ...{ id: 'boot', scenario: '', title, hasAxes: false, peer: false },
    note: 'Phases of kernel and agent, below them the kernel’s initcalls. Of one boot, on the guest’s clock; telling them costs some of it.',
    draw: (options) => bootFlameChart(bootTrace, { title, ...options }),
    columns: [{ title: 'What' }, { title: 'Of' }, ...['From, ms', 'Took, ms'].map(numericColumn)],
    rows: spans.slice(0, MOST_ROWS).map(({ name, kind = '', startMs, ms }) => ({
      cells: [name, kind, formatNumber(startMs), formatNumber(ms)],
    })),
  };
}
