/** Commands of the benchmark. Data only. */
import type { Command } from '../command.ts';

export const BENCH_COMMANDS: readonly Command[] = [
  {
    name: 'bench report',
    summary: 'Make a page of files of results, with charts, that opens anywhere.',
    description:
      'One HTML file that needs no network and no file beside it. Its figures and charts are of the newest run; of several files it also shows the history.',
    operands: 'RESULT.json...',
    minimum: 1,
    maximum: Infinity,
    completes: ['file'],
    options: [
      {
        name: 'output',
        short: 'o',
        value: 'FILE',
        help: 'where to write the page (default report.html)',
        completes: 'file',
      },
      {
        name: 'svg',
        value: 'DIR',
        help: 'also write each chart as an SVG file into this folder',
        completes: 'folder',
      },
      {
        name: 'axis',
        value: 'linear|log',
        help: 'axes of the SVG files (default linear)',
        completes: ['linear', 'log'],
      },
    ],
    load: () => import('../commands/bench-report.ts'),
  },
];
