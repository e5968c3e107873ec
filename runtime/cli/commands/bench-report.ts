/** `lcow bench report`: files of results as one page, and its charts as files. */
import { mkdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { MAX_RUNS, reportOf } from '../../../bench/report/report-model.ts';
import { htmlReport, svgReport } from '../../../bench/report/report.ts';
import { attempt, writeWhole } from '../../../bench/startup/bench-file.ts';
import { type BenchResult, MAX_RESULT_BYTES } from '../../../bench/startup/result.ts';
import { readResultFile } from '../../../bench/startup/result-file.ts';
import { SCENARIOS } from '../../../bench/startup/scenarios.ts';
import { RuntimeError } from '../../errors.ts';
import type { CommandInput } from '../command.ts';
import { escapeControl } from '../escape.ts';

const DEFAULT_OUTPUT = 'report.html';
/** Of all files together. */
const MAX_TOTAL_BYTES = 2 * MAX_RESULT_BYTES;

export async function run({ options, operands }: CommandInput): Promise<number> {
  const output = options.text('output') ?? DEFAULT_OUTPUT;
  const folder = options.text('svg');
  const axis = axisOf(options.text('axis'));
  const summaries = new Map(SCENARIOS.map(({ name, summary }) => [name, summary]));
  const report = reportOf(await readResults(operands), summaries);
  const written = [resolve(output)];
  await writeWhole(output, htmlReport(report));
  if (folder !== undefined) {
    await attempt(`make the folder ${folder}`, () => mkdir(folder, { recursive: true }));
    for (const { name, text } of svgReport(report, axis)) {
      const path = join(folder, name);
      await writeWhole(path, text);
      written.push(resolve(path));
    }
  }
  process.stdout.write(written.map((path) => `${escapeControl(path)}\n`).join(''));
  return 0;
}

function axisOf(text: string | undefined): 'linear' | 'log' {
  if (text === undefined || text === 'linear') return 'linear';
  if (text === 'log') return 'log';
  const what = `"${text.slice(0, 64)}" is not linear or log`;
  throw new RuntimeError('invalid-argument', 'read --axis', what);
}

async function readResults(paths: readonly string[]): Promise<BenchResult[]> {
  if (paths.length > MAX_RUNS) {
    const what = `${paths.length} files of results: at most ${MAX_RUNS}`;
    throw new RuntimeError('invalid-argument', 'make a report', what);
  }
  let bytes = 0;
  for (const path of paths) bytes += (await attempt(`read ${path}`, () => stat(path))).size;
  if (bytes > MAX_TOTAL_BYTES) {
    const what = `the files have ${bytes} bytes: at most ${MAX_TOTAL_BYTES} are read`;
    throw new RuntimeError('invalid-argument', 'make a report', what);
  }
  const results: BenchResult[] = [];
  for (const path of paths) results.push(await readResultFile(path));
  return results;
}
