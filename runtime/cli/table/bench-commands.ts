/** Commands of the benchmark. Data only. */
import type { Command } from '../command.ts';

const FORMAT = {
  name: 'format',
  value: 'table|json',
  help: 'output format (default table)',
  completes: ['table', 'json'],
};

export const BENCH_COMMANDS: readonly Command[] = [
  {
    name: 'bench startup',
    summary: 'Measure starts and what comes after them, beside other runtimes on this machine.',
    description:
      'Rounds, each with every subject of every scenario once, in an order that changes. Peers that are not installed are told, with how to get them. Everything runs in folders and daemons of its own, which are gone afterwards. All scenarios together take minutes a round; --list tells what there is.',
    operands: '',
    minimum: 0,
    maximum: 0,
    options: [
      { name: 'runs', value: 'N', help: 'rounds that count (default 20)' },
      { name: 'warm-up', value: 'N', help: 'rounds before that do not (default 2)' },
      {
        name: 'scenario',
        value: 'NAME',
        multiple: true,
        help: 'only this one; can be repeated (default all)',
        completes: [
          ...['cold', 'clone', 'run', 'first-byte', 'pool', 'ctr', 'docker'],
          ...['at-once-1', 'at-once-2', 'at-once-4'],
          ...['at-once-8', 'at-once-16', 'exec', 'pause-resume', 'teardown', 'memory', 'stdout'],
          ...['echo', 'image-to-running'],
        ],
      },
      {
        name: 'output',
        short: 'o',
        aliases: ['out'],
        value: 'FILE',
        help: 'write all samples, with their phases and the environment, as JSON',
        completes: 'file',
      },
      { name: 'label', value: 'TEXT', help: 'what this run is called in reports' },
      {
        name: 'image',
        value: 'PATH',
        help: 'run this image, an OCI layout or a tar of one (default busybox)',
        completes: 'file',
      },
      {
        name: 'trace-boot',
        help: 'also trace a boot after the rounds: initcalls and agent, a flame chart in the report of the file',
      },
      { name: 'list', help: 'tell the scenarios, and measure nothing' },
      FORMAT,
    ],
    load: () => import('../commands/bench-startup.ts'),
  },
  {
    name: 'bench compare',
    summary: 'Tell what changed between files of results, by how much, how sure, in which phase.',
    description:
      'Each further file is compared with the first. Medians with their 95 % confidence interval; p is that of a permutation test, and a change is sure below 0.05.',
    operands: 'BEFORE.json AFTER.json...',
    minimum: 2,
    maximum: Infinity,
    completes: ['file'],
    options: [
      {
        name: 'fail-if-slower',
        value: 'PERCENT',
        help: 'exit with 1 when something is worse by more than this, and sure',
      },
      FORMAT,
    ],
    load: () => import('../commands/bench-compare.ts'),
  },
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
  {
    name: 'bench trace-boot',
    summary: 'Boot a VM and draw where the time went: initcalls and agent, as a flame chart.',
    description:
      'The kernel is booted with initcall_debug, which makes the boot itself a little slower; the times of single calls are right. The longest are told, the chart is an SVG file.',
    operands: '',
    minimum: 0,
    maximum: 0,
    options: [
      {
        name: 'output',
        short: 'o',
        value: 'FILE',
        help: 'where to write the chart (default boot.svg)',
        completes: 'file',
      },
      { name: 'top', value: 'N', help: 'tell so many of the longest calls (default 20)' },
      { name: 'kernel-args', value: 'ARGS', help: 'further arguments for the kernel line' },
      {
        name: 'machine',
        value: 'q35|microvm',
        help: 'the machine that QEMU emulates (default q35)',
        completes: ['q35', 'microvm'],
      },
    ],
    load: () => import('../commands/bench-trace-boot.ts'),
  },
  {
    name: '__bench-guard',
    summary: 'Clear away after a benchmark that was killed; bench startup starts it.',
    operands: 'FOLDER',
    minimum: 1,
    maximum: 1,
    raw: true,
    hidden: true,
    options: [],
    load: () => import('../commands/bench-guard.ts'),
  },
];
