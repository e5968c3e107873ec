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
  let onAbort: (() => void) | undefined;
  const ended = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new RuntimeError('timeout', op, `no answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
    if (signal === undefined) return;
    onAbort = () => reject(cancelled(op, signal));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, ended]);
  } finally {
    clearTimeout(timer);
    if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort);
  }
}

/** The error of an aborted wait; keeps the abort's reason as its cause. */
export function cancelled(op: string, signal: AbortSignal): RuntimeError {
  const reason: unknown = signal.reason;
  if (reason instanceof RuntimeError) return reason;
  return new RuntimeError('cancelled', op, 'it was cancelled', { cause: reason });
}
