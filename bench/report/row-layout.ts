/** Charts of one row a thing: the label at its left, or above it where the chart is narrow. Geometry only. */
import { isNarrow } from './chart-frame.ts';
import type { Plot } from './axis.ts';
import { BOTTOM_AXIS_HEIGHT } from './axis.ts';

export interface RowLayout {
  readonly plot: Plot;
  /** Of the whole chart, with the axis below. */
  readonly height: number;
  /** Where the row's label begins, and how wide it may be. */
  label(row: number): { readonly x: number; readonly y: number };
  readonly labelWidth: number;
  /** The middle of what is drawn in the row. */
  middle(row: number): number;
}

export interface RowOptions {
  readonly width: number;
  readonly rows: number;
  /** Of what is drawn in a row, without the label. */
  readonly rowHeight: number;
  /** Above the first row. Default 8. */
  readonly top?: number;
}

const EDGE = 12;
const LABEL_LINE = 18;

export function rowLayout({ width, rows, rowHeight, top = 8 }: RowOptions): RowLayout {
  const narrow = isNarrow(width);
  const labelWidth = narrow ? width - 2 * EDGE : Math.round(width * 0.27);
  const each = rowHeight + (narrow ? LABEL_LINE : 0);
  const left = narrow ? EDGE : labelWidth + EDGE;
  const bottom = top + Math.max(1, rows) * each + 4;
  return {
    plot: { left, right: width - EDGE - 6, top, bottom },
    height: bottom + BOTTOM_AXIS_HEIGHT,
    labelWidth: narrow ? labelWidth : labelWidth - 8,
    label: (row) => ({
      x: narrow ? left : 4,
      y: top + row * each + (narrow ? 13 : rowHeight / 2 + 4),
    }),
    middle: (row) => top + row * each + (narrow ? LABEL_LINE : 0) + rowHeight / 2,
  };
}
