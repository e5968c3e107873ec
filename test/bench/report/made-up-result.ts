/** A file of results as a run might have written it, without chance: for tests of what reads it. */
import type {
  BenchResult,
  BootTrace,
  Phase,
  Sample,
  Series,
} from '../../../bench/startup/result.ts';

export interface MadeUp {
  readonly label?: string;
  readonly day?: number;
  readonly rounds?: number;
  /** All times of ours by this. Default 1. */
  readonly factor?: number;
  readonly notes?: readonly string[];
}

export function madeUpBoot(): BootTrace {
  return {
    kernelRelease: '6.12.5',
    initcalls: [
      { name: 'early_init', startMs: 100, ms: 0.45, depth: 0, returned: 0 },
      { name: 'outer_init', startMs: 200, ms: 39, depth: 0, returned: 0 },
      { name: 'inner_init [some_module]', startMs: 210, ms: 4.9, depth: 1, returned: -19 },
    ],
    marks: [
      { name: 'init', atMs: 500 },
      { name: 'agent', atMs: 600 },
    ],
  };
}

export function madeUpResult({
  label,
  day = 1,
  rounds = 20,
  factor = 1,
  notes = ['docker was skipped: it is not installed.'],
}: MadeUp = {}): BenchResult {
  const of = (median: number): number[] =>
    Array.from({ length: rounds }, (_, at) => median * (0.9 + ((at * 7) % 20) / 100));
  const series = (
    scenario: string,
    subject: string,
    median: number,
    rest: Partial<Series> = {},
  ): Series => ({
    ...{ scenario, subject, unit: 'ms', better: 'less' },
    samples: of(median).map((value, round) => sample(value, round)),
    ...rest,
  });
  const cold = of(1400 * factor);
  return {
    version: 1,
    kind: 'startup',
    startedAt: `2026-03-${String(day).padStart(2, '0')}T04:05:06.000Z`,
    durationMs: 123_456,
    ...(label === undefined ? {} : { label }),
    ...{ rounds, warmUp: 2 },
    environment: {
      ...{ os: 'an OS', osBuild: '6.1', cpu: 'a CPU', cpus: 2, memoryMiB: 8000 },
      ...{ accelerator: 'tcg', acceleratorReason: 'no /dev/kvm', hypervisor: 'none' },
      ...{ vmm: 'QEMU 7.2', qemuSha256: 'a'.repeat(64), kernelRelease: `6.12.${day}` },
      ...{ kernelSha256: 'b'.repeat(64), initrdSha256: 'c'.repeat(64) },
      ...{ agentSha256: 'd'.repeat(64), lcow: '0.1.0', node: '20.20.2' },
      ...{ loadAtStart: 0.1, loadAtEnd: 1.5, peers: { runc: '1.1.5', docker: 'absent: none' } },
    },
    series: [
      series('cold', 'lcow', 0, { samples: cold.map((ms, at) => sample(ms, at, phasesOf(ms))) }),
      series('cold', 'runc', 120),
      series('cold', 'spawn', 3),
      series('ctr', 'ctr+lcow', 1700 * factor),
      series('ctr', 'ctr+runc', 180),
      series('stdout', 'lcow', 60, { unit: 'MiB/s', better: 'more' }),
      series('stdout', 'runc', 400, { unit: 'MiB/s', better: 'more' }),
      series('memory', 'lcow', 30, { unit: 'MiB' }),
    ],
    notes,
  };
}

function sample(value: number, round: number, phases?: readonly Phase[]): Sample {
  const plain = { round, atMs: round * 1000, value };
  return phases === undefined ? plain : { ...plain, phases };
}

function phasesOf(ms: number): Phase[] {
  return [
    { name: 'client', startMs: 0, ms: ms * 0.1, where: 'host' },
    { name: 'kernel', startMs: ms * 0.1, ms: ms * 0.6, where: 'guest' },
    { name: 'container created', startMs: ms * 0.7, ms: ms * 0.2, where: 'guest' },
    { name: 'first byte', startMs: ms * 0.9, ms: ms * 0.1, where: 'host' },
  ];
}
