/** Parts that the page's sections are made of: a section with its heading, a chart with its forms and its table. */
import { NARROW, WIDE } from './chart-frame.ts';
import { dataTable } from './data-table.ts';
import { type Child, element, type Markup } from './markup.ts';
import type { ReportChart } from './report-charts.ts';

/** A part of the page that its heading names. */
export function section(
  { id, title, level, scenario }: { id: string; title: string; level: 2 | 3; scenario?: string },
  ...content: Child[]
): Markup {
  return element(
    'section',
    { 'aria-labelledby': id, 'data-scenario': scenario },
    element(`h${level}`, { id }, title),
    ...content,
  );
}

/** The chart for wide and for narrow windows, each with its axes; style and script decide which is shown. */
export function chartFigure(chart: ReportChart): Markup {
  const { id, title, note, hasAxes, peer, columns, rows } = chart;
  const axes = hasAxes ? (['linear', 'log'] as const) : ([undefined] as const);
  const forms = axes.flatMap((axis) =>
    ([WIDE, NARROW] as const).map((width) => {
      const size = width === WIDE ? 'wide' : 'narrow';
      const kind = axis === undefined ? 'both' : axis === 'linear' ? 'lin' : 'log';
      const options = {
        id: `${id}-${size}-${kind}`,
        width,
        ...(axis === undefined ? {} : { axis }),
      };
      return element('div', { class: `${size} ${kind}` }, chart.draw(options));
    }),
  );
  return element(
    'figure',
    { class: peer ? 'peer' : undefined },
    element('figcaption', {}, `${title}. `, element('span', { class: 'soft' }, note)),
    ...forms,
    folded(`Figures: ${title}`, dataTable({ caption: title, columns, rows })),
  );
}

export function folded(title: string, ...content: Child[]): Markup {
  return element('details', {}, element('summary', {}, title), ...content);
}

export function paragraph(...content: Child[]): Markup {
  return element('p', {}, ...content);
}
