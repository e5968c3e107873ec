/** `lcow-oci list`: the containers under --root. */
import type { OciCommandRun } from '../command.ts';
import { OciFailure } from '../failure.ts';
import { type OciState, stateOf } from '../status.ts';

export const run: OciCommandRun = async ({ records, log }, input) => {
  const format = input.value('format') || 'table';
  if (format !== 'table' && format !== 'json') throw new OciFailure('invalid format option');
  const found = records.all((text) => log.write('warning', text));
  if (input.flag('quiet')) {
    process.stdout.write(found.map(({ id }) => `${id}\n`).join(''));
    return 0;
  }
  const states: OciState[] = [];
  for (const record of found) states.push(await stateOf(record));
  process.stdout.write(
    format === 'table' ? table(states) : `${JSON.stringify(states.length === 0 ? null : states)}\n`,
  );
  return 0;
};

function table(states: readonly OciState[]): string {
  const rows = [
    ['ID', 'PID', 'STATUS', 'BUNDLE', 'CREATED', 'OWNER'],
    ...states.map(({ id, pid, status, bundle, created, owner }) => [
      ...[id, String(pid), status, bundle, created, owner],
    ]),
  ];
  // runc's: columns of 12 at least, 3 between them.
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(9, ...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map(
      (row) =>
        `${row
          .map((text, column) => text.padEnd(widths[column] ?? 0))
          .join('   ')
          .trimEnd()}\n`,
    )
    .join('');
}
