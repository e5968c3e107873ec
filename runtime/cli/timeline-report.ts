/** The timeline of a start for people (a table) and for programs (JSON, schema 1). */
import { writeFile } from 'node:fs/promises';
import { Timeline } from '../timeline.ts';

/** A timeline that tells its marks on stderr as they come, when `--debug` was given. */
export function newTimeline(debug: boolean): Timeline {
  if (!debug) return new Timeline();
  return new Timeline(({ name, atMs }) => {
    process.stderr.write(`lcow: ${atMs.toFixed(1)} ms ${name}\n`);
  });
}

/** A table on stderr: phase, when it ended since the process began, how long it took. */
export function timelineTable(timeline: Timeline): string {
  const rows = timeline
    .phases()
    .map(({ name, side, atMs, tookMs }) => [name, side, atMs.toFixed(1), tookMs.toFixed(1)]);
  const header = ['phase', 'side', 'at ms', 'took ms'];
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  return [header, ...rows]
    .map((row) =>
      row
        .map((cell, column) =>
          column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  '),
    )
    .join('\n')
    .concat('\n');
}

/** `{schema, accelerator, phases:[{name, side, atMs, tookMs}]}`; times are milliseconds with 3 decimals. */
export async function writeTimelineJson(
  path: string,
  timeline: Timeline,
  context: Readonly<Record<string, string>>,
): Promise<void> {
  const round = (ms: number): number => Math.round(ms * 1000) / 1000;
  const phases = timeline.phases().map(({ name, side, atMs, tookMs }) => ({
    name,
    side,
    atMs: round(atMs),
    tookMs: round(tookMs),
  }));
  await writeFile(path, `${JSON.stringify({ schema: 1, ...context, phases }, null, 2)}\n`);
}
