/** Columns for people: a header and rows, two blanks between; and the choice between that and JSON. */
import { RuntimeError } from '../errors.ts';
import type { OptionValues } from './command.ts';

export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  return [header, ...rows]
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** --format. @throws RuntimeError invalid-argument for what is neither table nor json */
export function formatOf(options: OptionValues): 'table' | 'json' {
  const format = options.text('format') ?? 'table';
  if (format === 'table' || format === 'json') return format;
  throw new RuntimeError('invalid-argument', 'read --format', `"${format}" is not table or json`);
}
