/** Ctrl-C and SIGTERM while there is no process yet to pass them on to: they cancel what is under way. */
import { RuntimeError } from '../errors.ts';

/** Signals that end a start. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Cancellation {
  readonly signal: AbortSignal;
  /** Signals are no longer ours. Idempotent. */
  release(): void;
}

export function cancelOnSignals(): Cancellation {
  const controller = new AbortController();
  const { signal } = controller;
  const onSignal = (name: NodeJS.Signals): void => {
    controller.abort(new RuntimeError('cancelled', 'start', `${name} came first`));
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    signal,
    release() {
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
}
