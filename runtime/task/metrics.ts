/** The agent's statistics as io.containerd.cgroups.v2.Metrics, what Stats carries. */
import { containerd } from '../../proto/generated/task.js';
import type { lcow } from '../../proto/generated/agent.js';

type Metrics = containerd.task.v2.Metrics.$Properties;

/** Without a limit, `limit` is 0 here: containerd's own 2^64-1 is more than a number holds. */
export function encodeMetrics(stats: lcow.agent.v1.StatsResponse): Uint8Array {
  return containerd.task.v2.Metrics.encode(metrics(stats)).finish();
}

/** For those who look at them: `lcow stats`. */
export function decodeMetrics(bytes: Uint8Array): containerd.task.v2.Metrics {
  return containerd.task.v2.Metrics.decode(bytes);
}

function metrics(stats: lcow.agent.v1.StatsResponse): Metrics {
  const memory = stats.memoryStat ?? {};
  const events = stats.memoryEvents ?? {};
  const of = (name: string): number => memory[name] ?? 0;
  return {
    pids: { current: stats.pids, limit: stats.pidsLimit },
    cpu: {
      usageUsec: stats.cpuUsageUs,
      userUsec: stats.cpuUserUs,
      systemUsec: stats.cpuSystemUs,
      nrPeriods: stats.cpuPeriods,
      nrThrottled: stats.cpuThrottledPeriods,
      throttledUsec: stats.cpuThrottledUs,
      psi: pressure(stats.cpuSomeAvg10, stats.cpuFullAvg10),
    },
    memory: {
      anon: of('anon'),
      file: of('file'),
      kernelStack: of('kernel_stack'),
      slab: of('slab'),
      sock: of('sock'),
      shmem: of('shmem'),
      fileMapped: of('file_mapped'),
      fileDirty: of('file_dirty'),
      fileWriteback: of('file_writeback'),
      anonThp: of('anon_thp'),
      inactiveAnon: of('inactive_anon'),
      activeAnon: of('active_anon'),
      inactiveFile: of('inactive_file'),
      activeFile: of('active_file'),
      unevictable: of('unevictable'),
      slabReclaimable: of('slab_reclaimable'),
      slabUnreclaimable: of('slab_unreclaimable'),
      pgfault: of('pgfault'),
      pgmajfault: of('pgmajfault'),
      usage: stats.memoryBytes,
      usageLimit: stats.memoryLimitBytes,
      swapUsage: stats.swapBytes,
      maxUsage: stats.memoryPeakBytes,
      psi: pressure(stats.memorySomeAvg10, stats.memoryFullAvg10),
    },
    io: {
      usage: (stats.io ?? []).map((entry) => ({
        major: entry.major ?? 0,
        minor: entry.minor ?? 0,
        rbytes: entry.readBytes ?? 0,
        wbytes: entry.writeBytes ?? 0,
        rios: entry.reads ?? 0,
        wios: entry.writes ?? 0,
      })),
      psi: pressure(stats.ioSomeAvg10, stats.ioFullAvg10),
    },
    memoryEvents: {
      low: events['low'] ?? 0,
      high: events['high'] ?? 0,
      max: events['max'] ?? 0,
      oom: events['oom'] ?? 0,
      oomKill: events['oom_kill'] ?? 0,
    },
    network: (stats.links ?? []).map((link) => ({
      name: link.name ?? '',
      rxBytes: link.rxBytes ?? 0,
      rxPackets: link.rxPackets ?? 0,
      rxErrors: link.rxErrors ?? 0,
      rxDropped: link.rxDropped ?? 0,
      txBytes: link.txBytes ?? 0,
      txPackets: link.txPackets ?? 0,
      txErrors: link.txErrors ?? 0,
      txDropped: link.txDropped ?? 0,
    })),
  };
}

/** Percent of the last 10 s in which some task, or all of them, waited. */
function pressure(some: number, full: number): containerd.task.v2.PSIStats.$Properties {
  return { some: { avg10: some }, full: { avg10: full } };
}
