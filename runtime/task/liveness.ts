/**
 * Whether a guest still answers: a ping now and then, and a deadline after which it is dead. One that hangs would keep
 * every caller waiting for ever; one that is only slow must not be killed, and a busy guest under emulation is slow.
 */
import { orAborted, TimeLimit } from '../deadline.ts';
import { messageOf } from '../errors.ts';
import { METHODS } from '../guest/methods.ts';
import type { UtilityVm } from '../uvm/utility-vm.ts';

/** Between an answer and the next ping. A ping costs both sides a fraction of a millisecond. */
export const PING_INTERVAL_MS = 10_000;
/** From a ping to its answer, a link that must be made again included. */
export const PING_DEADLINE_MS = 30_000;

const PING = 'ping the guest';

export interface LivenessLimits {
  /** Default PING_INTERVAL_MS. */
  readonly intervalMs?: number;
  /** Default PING_DEADLINE_MS. */
  readonly deadlineMs?: number;
}

export interface LivenessOptions extends LivenessLimits {
  /** Stops watching. */
  readonly signal: AbortSignal;
}

/** Pings once the VM is ready until the signal aborts; calls `dead` at most once, with what is so. */
export async function watchLiveness(
  vm: UtilityVm,
  dead: (cause: string) => void,
  { intervalMs = PING_INTERVAL_MS, deadlineMs = PING_DEADLINE_MS, signal }: LivenessOptions,
): Promise<void> {
  try {
    await vm.ready;
  } catch {
    // Its boot has a deadline of its own.
    return;
  }
  while (!signal.aborted) {
    await pause(intervalMs, signal);
    if (signal.aborted) return;
    const failure = vm.standsStill ? undefined : await answered(vm, deadlineMs, signal);
    if (signal.aborted) return;
    if (vm.standsStill) continue;
    if (failure !== undefined) {
      dead(`the guest stopped answering (${failure}); its VM was terminated`);
      return;
    }
  }
}

/** Undefined when it answered, else why it counts as dead. A link that broke is no answer, and no end yet. */
async function answered(
  vm: UtilityVm,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  using limit = new TimeLimit(deadlineMs, signal);
  const over = limit.signal;
  let last = '';
  while (!over.aborted) {
    try {
      const options = { signal: over, timeoutMs: deadlineMs };
      await orAborted(PING, vm.call(PING, METHODS.ping, {}, options), over);
      return undefined;
    } catch (error) {
      if (over.aborted) break;
      last = `: ${messageOf(error)}`;
      await pause(200, over);
    }
  }
  return `no answer to a ping within ${deadlineMs / 1000} s${last}`;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    timer.unref();
    signal.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
