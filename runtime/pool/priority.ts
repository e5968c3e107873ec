/**
 * How much of the processor a parked supervisor and its VM get: next to nothing while they are made, all of it from then
 * on, when they do nothing until they are claimed. Nobody claims with a call more for it.
 *
 * On Linux a nice value is a thread's, and where the kernel groups processes by session (sched_autogroup) it counts inside
 * of the group alone: the group has one of its own. Raising takes CAP_SYS_NICE; without it nothing is lowered.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

const LOWEST = 19;
const CAP_SYS_NICE = 23n;

/** Whether what this process lowers it can raise again. */
export function canRaise(): boolean {
  try {
    const [, hex = '0'] =
      /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? [];
    return ((BigInt(`0x${hex}`) >> CAP_SYS_NICE) & 1n) === 1n;
  } catch {
    return false;
  }
}

/** Lowers this process and what it will start. @returns what raises all of them; they are named then */
export function lowerPriority(): (children: readonly number[]) => void {
  if (!canRaise()) return () => undefined;
  const before = getPriority();
  give([process.pid], LOWEST);
  return (children) => give([process.pid, ...children], before);
}

function give(pids: readonly number[], nice: number): void {
  for (const pid of pids) {
    try {
      // Of the whole session; absent where the kernel makes no such groups.
      writeFileSync(`/proc/${pid}/autogroup`, String(nice));
    } catch {
      // Then the threads' own values count.
    }
    for (const thread of threadsOf(pid)) {
      try {
        setPriority(thread, nice);
      } catch {
        // It has ended.
      }
    }
  }
}

function threadsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return [];
  }
}

/** The processes that this one has started. */
export function childrenOf(pid: number = process.pid): number[] {
  return threadsOf(pid).flatMap((thread) => {
    try {
      const text = readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1');
      return text.split(' ').filter(Boolean).map(Number);
    } catch {
      return [];
    }
  });
}

/** What processes take of the host's memory: their own pages, and their share of those that they have in common. */
export function memoryOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    try {
      const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
      return sum + Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024;
    } catch {
      return sum;
    }
  }, 0);
}
