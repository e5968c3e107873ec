/** Columns for people: a header and rows, blanks between. Whatever a cell holds, it takes its place on its line. */
import { RuntimeError } from '../errors.ts';
import type { OptionValues } from './command.ts';
import { escapeControl } from './escape.ts';
import { padText, textWidth } from './text-width.ts';

/** @param gap blanks between columns. Default 2 */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  gap = 2,
): string {
  const safe = [header, ...rows].map((row) => row.map(escapeControl));
  const widths = header.map((_, column) =>
    safe.reduce((widest, row) => Math.max(widest, textWidth(row[column] ?? '')), 0),
  );
  const between = ' '.repeat(gap);
  return safe
    .map((row) => {
      const cells = row.map((cell, column) => padText(cell, widths[column] ?? 0));
      return `${cells.join(between).trimEnd()}\n`;
    })
    .join('');
}

/** --format of two words. @throws RuntimeError invalid-argument for what is neither table nor json */
export function formatOf(options: OptionValues): 'table' | 'json' {
  const format = options.text('format') ?? 'table';
  if (format === 'table' || format === 'json') return format;
  throw new RuntimeError('invalid-argument', 'read --format', `"${format}" is not table or json`);
}
