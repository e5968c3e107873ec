/** Waiting with an end: a promise raced against a deadline and an AbortSignal. */
import { RuntimeError } from './errors.ts';

/**
 * Settles as `promise` does, or rejects with code `timeout` after `timeoutMs`, or with `cancelled` when the
 * signal aborts. The promise itself goes on; give it the same signal when it can be stopped.
 */
export async function withDeadline<T>(
  op: string,
  promise: Promise<T>,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new RuntimeError('timeout', op, `no answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
  });
  try {
    return await orAborted(op, Promise.race([promise, late]), signal);
  } finally {
    clearTimeout(timer);
  }
}

/** Settles as `promise` does, or rejects with `cancelled` as soon as the signal aborts; the promise itself goes on. */
export async function orAborted<T>(
  op: string,
  promise: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return promise;
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(cancelled(op, signal));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** The error of an aborted wait; keeps the abort's reason as its cause. */
export function cancelled(op: string, signal: AbortSignal): RuntimeError {
  const reason: unknown = signal.reason;
  if (reason instanceof RuntimeError) return reason;
  return new RuntimeError('cancelled', op, 'it was cancelled', { cause: reason });
}
