/** Time as the supervisor takes it: what happened when by the wall clock, how long things take by one that is never set. */

export interface Clock {
  /** Milliseconds since 1970. */
  wallMs(): number;
  /** Milliseconds of a clock that only goes forward. */
  monotonicMs(): number;
  /** Calls back once; the returned function cancels. Does not keep the process alive. */
  after(ms: number, call: () => void): () => void;
}

export const SYSTEM_CLOCK: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms).unref();
    return () => clearTimeout(timer);
  },
};

/** What `wanted` resolves to, or undefined when it has not after `timeoutMs` of this clock. */
export async function within<T>(
  clock: Clock,
  wanted: Promise<T>,
  timeoutMs: number,
): Promise<T | undefined> {
  let cancel: (() => void) | undefined;
  const late = new Promise<undefined>((resolve) => {
    cancel = clock.after(timeoutMs, () => resolve(undefined));
  });
  try {
    return await Promise.race([wanted, late]);
  } finally {
    cancel?.();
  }
}
