/** Ctrl-C and SIGTERM while there is no process yet to pass them on to: they cancel what is under way. */
import { RuntimeError } from '../errors.ts';

/** Signals that end a start. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Cancellation {
  readonly signal: AbortSignal;
  /** Settles as `work` does, or rejects when a signal comes first; `work` then ends on its own. */
  race<T>(work: Promise<T>): Promise<T>;
  /** Settles when all work that was raced has ended. */
  settled(): Promise<void>;
  /** Signals are no longer ours. Idempotent. */
  release(): void;
}

export function cancelOnSignals(): Cancellation {
  const controller = new AbortController();
  const { signal } = controller;
  const raced: Promise<unknown>[] = [];
  const onSignal = (name: NodeJS.Signals): void => {
    controller.abort(new RuntimeError('cancelled', 'start', `${name} came first`));
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    signal,
    race<T>(work: Promise<T>): Promise<T> {
      const aborted = new Promise<never>((_, reject) => {
        const fail = (): void => reject(signal.reason);
        if (signal.aborted) fail();
        else signal.addEventListener('abort', fail, { once: true });
      });
      aborted.catch(() => {});
      raced.push(work.catch(() => {}));
      return Promise.race([work, aborted]);
    },
    async settled() {
      await Promise.all(raced);
    },
    release() {
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
}
