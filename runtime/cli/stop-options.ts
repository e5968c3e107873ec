/** `--timeout` and `--signal` of `stop` and `restart`. */
import { parseSignal } from '../container/signal.ts';
import type { StopOptions } from '../lcow/container-handle.ts';
import type { OptionValues } from './command.ts';
import { parseInteger } from './size.ts';

/** 2^32 ms, as the supervisor counts. */
const MOST_SECONDS = 4_294_967;

/** @throws RuntimeError invalid-argument, naming the option */
export function readStopOptions(options: OptionValues): StopOptions {
  const timeout = options.text('timeout');
  const signal = options.text('signal');
  return {
    timeoutSeconds: timeout && parseInteger('--timeout', timeout, -1, MOST_SECONDS),
    signal: signal && parseSignal('read --signal', signal),
  } as StopOptions;
}
