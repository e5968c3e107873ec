/** A container's use of its VM in the form of runc's `events`: the guest's cgroup v2 counters under runc's names. */
import { containerd } from '../../proto/generated/task.js';

type Count = number | null | undefined;
const NANOSECONDS = 1000;

/** @param metrics io.containerd.cgroups.v2.Metrics, encoded */
export function statsOf(metrics: Uint8Array) {
  const { cpu, memory, pids, io, network, memoryEvents } =
    containerd.task.v2.Metrics.decode(metrics);
  return {
    cpu: {
      usage: {
        total: nanoseconds(cpu?.usageUsec),
        kernel: nanoseconds(cpu?.systemUsec),
        user: nanoseconds(cpu?.userUsec),
      },
      throttling: {
        periods: number(cpu?.nrPeriods),
        throttledPeriods: number(cpu?.nrThrottled),
        throttledTime: nanoseconds(cpu?.throttledUsec),
      },
    },
    memory: {
      cache: number(memory?.file),
      usage: {
        limit: number(memory?.usageLimit),
        usage: number(memory?.usage),
        max: number(memory?.maxUsage),
        failcnt: number(memoryEvents?.max),
      },
      swap: {
        limit: number(memory?.swapLimit),
        usage: number(memory?.swapUsage),
        max: 0,
        failcnt: 0,
      },
      raw: Object.fromEntries(
        Object.entries(memory ?? {}).flatMap(([name, value]) =>
          typeof value === 'number' ? [[snake(name), value]] : [],
        ),
      ),
    },
    pids: { current: number(pids?.current), limit: number(pids?.limit) },
    blkio: {
      ioServiceBytesRecursive: (io?.usage ?? []).flatMap(({ major, minor, rbytes, wbytes }) => [
        blkio(major, minor, 'Read', rbytes),
        blkio(major, minor, 'Write', wbytes),
      ]),
      ioServicedRecursive: (io?.usage ?? []).flatMap(({ major, minor, rios, wios }) => [
        blkio(major, minor, 'Read', rios),
        blkio(major, minor, 'Write', wios),
      ]),
    },
    hugetlb: {},
    intel_rdt: {},
    network_interfaces: network.map((each) => ({
      Name: each.name ?? '',
      RxBytes: number(each.rxBytes),
      RxPackets: number(each.rxPackets),
      RxErrors: number(each.rxErrors),
      RxDropped: number(each.rxDropped),
      TxBytes: number(each.txBytes),
      TxPackets: number(each.txPackets),
      TxErrors: number(each.txErrors),
      TxDropped: number(each.txDropped),
    })),
  };
}

function blkio(major: Count, minor: Count, op: string, value: Count) {
  return { major: number(major), minor: number(minor), op, value: number(value) };
}

function number(value: Count): number {
  return value ?? 0;
}

function nanoseconds(microseconds: Count): number {
  return number(microseconds) * NANOSECONDS;
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
