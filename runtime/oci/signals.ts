/** SIGINT, SIGTERM and SIGHUP give up what a command is making. */
import { RuntimeError } from '../errors.ts';

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Calls with a signal that aborts when this process is told to end. */
export async function givingUpOnSignals<T>(
  op: string,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const abort = (signal: NodeJS.Signals): void => {
    controller.abort(new RuntimeError('cancelled', op, `${signal} came`));
  };
  for (const signal of ENDING) process.on(signal, abort);
  try {
    return await call(controller.signal);
  } finally {
    for (const signal of ENDING) process.removeListener(signal, abort);
  }
}
