/**
 * Whether a guest's monotonic clock keeps the host's time. A kernel that measured its counter wrong lives faster than
 * the host: every deadline in it then passes early, and its wall clock runs ahead.
 */
import { RuntimeError } from '../errors.ts';

/** What a clock may be fast without being wrong: measured within a boot, and boots are short. */
const FASTEST = 1.1;
const GRACE_MS = 250;

/**
 * @param nowNs the guest's clock, which began after the system was started
 * @param sinceStartMs the host's time since then, when the guest's answer had come
 * @throws RuntimeError unavailable: a guest that has lived longer than it exists
 */
export function checkGuestClock(nowNs: number, sinceStartMs: number): void {
  const guestMs = nowNs / 1e6;
  if (guestMs <= sinceStartMs * FASTEST + GRACE_MS) return;
  const what =
    `its clock is wrong: ${Math.round(guestMs)} ms have passed there ` +
    `since its start, ${Math.round(sinceStartMs)} ms here`;
  throw new RuntimeError('unavailable', 'boot the VM', what);
}
