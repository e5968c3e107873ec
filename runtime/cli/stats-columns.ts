/** What a container uses, in docker's columns, and the pressure that it is under. Pure. */
import type { ContainerMetrics } from '../lcow/stats.ts';
import { binarySize, decimalSize } from './human.ts';
import type { Column } from './list-output.ts';

export interface StatsSample {
  readonly atMs: number;
  readonly metrics: ContainerMetrics;
}

export interface StatsRow {
  readonly id: string;
  readonly name: string;
  /** Absent: it does not run. */
  readonly sample?: StatsSample;
  /** The one before: what CPU % is told from. */
  readonly before?: StatsSample;
  /** Of its VM, where the container has no limit of its own; 0: not known. */
  readonly vmMemoryBytes: number;
}

/** cgroup's "max" comes as a number that no VM has. */
const NO_LIMIT = 2 ** 50;

export function statsColumns(trunc: boolean): readonly Column<StatsRow>[] {
  const of =
    (show: (metrics: ContainerMetrics, row: StatsRow) => string, otherwise = '--') =>
    (row: StatsRow): string =>
      row.sample === undefined ? otherwise : show(row.sample.metrics, row);
  const id = ({ id: whole }: StatsRow): string => (trunc ? whole.slice(0, 12) : whole);
  return [
    { name: 'ID', header: 'CONTAINER ID', aliases: ['container'], value: id },
    { name: 'Name', header: 'NAME', value: ({ name }) => name },
    { name: 'CPUPerc', header: 'CPU %', aliases: ['cpu'], value: cpuPercent },
    {
      name: 'MemUsage',
      header: 'MEM USAGE / LIMIT',
      aliases: ['mem', 'memory'],
      value: of((metrics, row) => {
        const limit = limitOf(metrics, row);
        return `${binarySize(memoryUsed(metrics))} / ${limit === 0 ? '--' : binarySize(limit)}`;
      }, '-- / --'),
    },
    {
      name: 'MemPerc',
      header: 'MEM %',
      value: of((metrics, row) => {
        const limit = limitOf(metrics, row);
        return limit === 0 ? '--' : `${((memoryUsed(metrics) / limit) * 100).toFixed(2)}%`;
      }),
    },
    {
      name: 'NetIO',
      header: 'NET I/O',
      aliases: ['net'],
      value: of(({ network }) => {
        const links = network ?? [];
        const sum = (field: 'rxBytes' | 'txBytes'): number =>
          links.reduce((total, each) => total + Number(each[field] ?? 0), 0);
        return `${decimalSize(sum('rxBytes'))} / ${decimalSize(sum('txBytes'))}`;
      }, '-- / --'),
    },
    {
      name: 'BlockIO',
      header: 'BLOCK I/O',
      aliases: ['block', 'io'],
      value: of(({ io }) => {
        const disks = io?.usage ?? [];
        const sum = (field: 'rbytes' | 'wbytes'): number =>
          disks.reduce((total, each) => total + Number(each[field] ?? 0), 0);
        return `${decimalSize(sum('rbytes'))} / ${decimalSize(sum('wbytes'))}`;
      }, '-- / --'),
    },
    {
      name: 'PIDs',
      header: 'PIDS',
      value: of(({ pids }) => String(Number(pids?.current ?? 0))),
    },
    {
      name: 'Pressure',
      header: 'PRESSURE CPU/MEM/IO',
      value: of((metrics) => pressure(metrics, 'some')),
    },
    {
      name: 'FullPressure',
      value: of((metrics) => pressure(metrics, 'full')),
    },
    {
      name: 'OOMKills',
      aliases: ['oom'],
      value: of(({ memoryEvents }) => String(Number(memoryEvents?.oomKill ?? 0))),
    },
  ];
}

/** Of the last 10 s, the share in which some of its processes waited, or all of them. */
function pressure({ cpu, memory, io }: ContainerMetrics, of: 'some' | 'full'): string {
  return [cpu, memory, io]
    .map((each) => `${(each?.psi?.[of]?.avg10 ?? 0).toFixed(2)}%`)
    .join(' / ');
}

/** docker's: without the cache that the kernel would give back at once. */
function memoryUsed({ memory }: ContainerMetrics): number {
  const usage = Number(memory?.usage ?? 0);
  return Math.max(0, usage - Number(memory?.inactiveFile ?? 0));
}

function limitOf({ memory }: ContainerMetrics, row: StatsRow): number {
  const limit = Number(memory?.usageLimit ?? 0);
  return limit > 0 && limit < NO_LIMIT ? limit : row.vmMemoryBytes;
}

/** 100% is one processor. */
function cpuPercent({ sample, before }: StatsRow): string {
  if (sample === undefined || before === undefined) return '--';
  const usedUs =
    Number(sample.metrics.cpu?.usageUsec ?? 0) - Number(before.metrics.cpu?.usageUsec ?? 0);
  const passedUs = (sample.atMs - before.atMs) * 1000;
  return passedUs > 0 ? `${(Math.max(0, usedUs / passedUs) * 100).toFixed(2)}%` : '--';
}
