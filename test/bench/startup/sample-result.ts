/** A result for tests, small and right. */
import type { BenchResult, Environment, Phase, Series } from '../../../bench/startup/result.ts';

export const ENVIRONMENT: Environment = {
  os: 'Debian GNU/Linux 12 (bookworm)',
  osBuild: '6.1.0',
  cpu: 'A processor',
  cpus: 2,
  memoryMiB: 8192,
  accelerator: 'tcg',
  acceleratorReason: 'no /dev/kvm',
  hypervisor: 'none',
  vmm: 'qemu-system-x86_64 7.2.22',
  qemuSha256: 'a'.repeat(64),
  kernelRelease: '6.1.0-40',
  kernelSha256: 'b'.repeat(64),
  initrdSha256: 'c'.repeat(64),
  agentSha256: 'd'.repeat(64),
  lcow: '0.1.0 (0123456789ab)',
  node: '22.1.0',
  loadAtStart: 0.1,
  loadAtEnd: 1.9,
  peers: { runc: 'runc version 1.1.5', crun: 'absent: apt install crun' },
};

/** One sample a round. @param phases of each sample, by name */
export function series(
  scenario: string,
  subject: string,
  values: readonly number[],
  more: Partial<Series> & { phasesOf?: (value: number) => readonly Phase[] } = {},
): Series {
  const { phasesOf, ...rest } = more;
  const samples = values.map((value, round) => ({
    round,
    atMs: round * 1000,
    value,
    ...(phasesOf === undefined ? {} : { phases: phasesOf(value) }),
  }));
  return { scenario, subject, unit: 'ms', better: 'less', samples, ...rest };
}

export function result(all: readonly Series[], more: Partial<BenchResult> = {}): BenchResult {
  return {
    version: 1,
    kind: 'startup',
    startedAt: '2026-11-23T16:30:00.000Z',
    durationMs: 60_000,
    rounds: 20,
    warmUp: 2,
    environment: ENVIRONMENT,
    series: all,
    notes: ['Rounds of warm-up before, not counted: 2.'],
    ...more,
  };
}
