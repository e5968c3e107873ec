/** Waiting with an end: a promise raced against a deadline and an AbortSignal. */
import { RuntimeError } from './errors.ts';

/**
 * A signal that aborts after `timeoutMs`, or with `outer`; dispose it when the wait is over. Its timer holds it, and
 * keeps no process alive. AbortSignal.any over an AbortSignal.timeout does not serve: Node 20 and 22 may collect the
 * timeout before it fires, and the wait never ends (nodejs/node#57736).
 */
export class TimeLimit implements Disposable {
  readonly signal: AbortSignal;
  readonly #over: () => void;

  constructor(timeoutMs: number, outer?: AbortSignal) {
    const controller = new AbortController();
    this.signal = controller.signal;
    const late = (): void => controller.abort(new DOMException('timed out', 'TimeoutError'));
    const timer = setTimeout(late, timeoutMs).unref();
    const stop = (): void => controller.abort(outer?.reason);
    if (outer?.aborted === true) stop();
    else outer?.addEventListener('abort', stop, { once: true });
    this.#over = () => {
      clearTimeout(timer);
      outer?.removeEventListener('abort', stop);
    };
  }

  [Symbol.dispose](): void {
    this.#over();
  }
}

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
