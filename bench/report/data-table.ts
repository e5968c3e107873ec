/** Tables of a page: a caption, header cells with their scope, and a box of its own that scrolls where it is too wide. */
import { type Child, element, type Markup } from './markup.ts';

export interface Column {
  readonly title: string;
  /** Numbers are aligned at the right. Default false. */
  readonly numeric?: boolean;
}

export interface Row {
  readonly cells: readonly Child[];
  /** Rows of a scenario go when another one is picked. */
  readonly scenario?: string;
  /** Rows of a peer go when peers are switched off. Default false. */
  readonly peer?: boolean;
}

export interface TableOptions {
  readonly caption: string;
  readonly columns: readonly Column[];
  /** The first cell of each is its header. */
  readonly rows: readonly Row[];
  /** Where the text of a cell may be broken anywhere: digests. Default false. */
  readonly breaks?: boolean;
}

export function dataTable({ caption, columns, rows, breaks = false }: TableOptions): Markup {
  const classOf = (at: number): string | undefined =>
    columns[at]?.numeric === true ? 'number' : undefined;
  return element(
    'div',
    // What scrolls must be reached by the keyboard, and what is reached must have a name.
    {
      class: breaks ? 'scroll breaks' : 'scroll',
      tabindex: 0,
      role: 'region',
      'aria-label': caption,
    },
    element(
      'table',
      {},
      element('caption', {}, caption),
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          columns.map(({ title }, at) =>
            element('th', { scope: 'col', class: classOf(at) }, title),
          ),
        ),
      ),
      element(
        'tbody',
        {},
        rows.map(({ cells, scenario, peer = false }) =>
          element(
            'tr',
            { 'data-scenario': scenario, class: peer ? 'peer' : undefined },
            cells.map((cell, at) =>
              at === 0
                ? element('th', { scope: 'row', class: classOf(at) }, cell)
                : element('td', { class: classOf(at) }, cell),
            ),
          ),
        ),
      ),
    ),
  );
}
