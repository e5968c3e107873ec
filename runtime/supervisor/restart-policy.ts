/** When a container that ended is started again, and after how long: docker's rules as pure functions. */
import type { RestartPolicy } from '../container/container-record.ts';

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 60_000;
/** A run this long was no failure to start: the next delay is the first again. */
const LONG_RUN_MS = 10_000;

/**
 * Whether the policy starts it again.
 * @param restarts how often it was started again already
 */
export function wantsRestart(policy: RestartPolicy, exitCode: number, restarts: number): boolean {
  switch (policy.name) {
    case 'no':
      return false;
    case 'always':
      return true;
    case 'on-failure':
      return exitCode !== 0 && (policy.maximum === 0 || restarts < policy.maximum);
  }
}

/** The delay before the next start: doubles from 100 ms to a minute, and begins anew after a run of 10 s. */
export function nextDelayMs(lastDelayMs: number, ranMs: number): number {
  if (lastDelayMs === 0 || ranMs >= LONG_RUN_MS) return FIRST_DELAY_MS;
  return Math.min(lastDelayMs * 2, LONGEST_DELAY_MS);
}
