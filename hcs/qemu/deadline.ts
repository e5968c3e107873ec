/** Waiting no longer than told. */

/** Settles after `timeoutMs`; does not keep the process alive. */
export function pauseMs(timeoutMs: number): Promise<undefined>;
export function pauseMs<T>(timeoutMs: number, value: T): Promise<T>;
export function pauseMs<T>(timeoutMs: number, value?: T): Promise<T | undefined> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(value), timeoutMs).unref();
  });
}

/** `work`, or an Error that says `what` was not so in time. */
export async function withDeadline<T>(
  work: Promise<T>,
  timeoutMs: number,
  what: string,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
