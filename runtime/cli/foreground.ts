/**
 * A process of the guest in the foreground of this one: its streams joined to ours, signals passed on, the
 * terminal taken and restored. What ends it is the process's exit.
 */
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { RuntimeError } from '../errors.ts';
import type { ExitStatus } from '../guest/exit-status.ts';
import type { ContainerProcess } from '../task/container-process.ts';
import { takeTerminal, terminalSize } from './terminal.ts';

export interface ForegroundOptions {
  readonly interactive: boolean;
  readonly terminal: boolean;
  /** Called at the first byte of output. */
  readonly onFirstByte?: () => void;
}

/** Signals that are passed on, as `docker run` does. */
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;
/** The third Ctrl-C in a row gives up on a process that ignores it. */
const IMPATIENCE = 3;

/**
 * Joins the process to our streams. Call `attach` before the process starts, so that nothing is missed;
 * await `exit` after.
 */
export function foreground(process_: ContainerProcess, options: ForegroundOptions) {
  const { streams } = process_;
  const broken = new Promise<never>((_, reject) => {
    process.stdout.once('error', (cause: NodeJS.ErrnoException) => {
      reject(new RuntimeError('cancelled', 'write the output', cause.message, { cause }));
    });
  });
  broken.catch(() => {});
  const written: Promise<void>[] = [];
  if (streams !== undefined) {
    written.push(copy(streams.stdout, process.stdout, options.onFirstByte));
    if (!options.terminal) written.push(copy(streams.stderr, process.stderr, options.onFirstByte));
    if (options.interactive) process.stdin.pipe(streams.stdin);
  }
  return {
    /** Resolves when the process exited and all its output was written. */
    async exit(): Promise<ExitStatus> {
      const release = hold(process_, options);
      try {
        const status = await Promise.race([process_.exited, impatience(), broken]);
        await Promise.race([Promise.all(written), broken]);
        return status;
      } finally {
        release();
        if (options.interactive) releaseStdin();
      }
    },
  };
}

function hold(process_: ContainerProcess, options: ForegroundOptions): () => void {
  const terminal = options.terminal
    ? takeTerminal(({ width, height }) => process_.resize(width, height))
    : undefined;
  if (options.terminal) {
    const { width, height } = terminalSize();
    process_.resize(width, height);
  }
  const forward = (signal: NodeJS.Signals): void => {
    // The process may just have exited: then there is nobody to tell.
    process_.kill(constants.signals[signal]).catch(() => {});
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  return () => {
    for (const signal of FORWARDED) process.off(signal, forward);
    terminal?.[Symbol.dispose]();
  };
}

/** Nothing more is read: stdin must not keep this process. A file or /dev/null has no unref. */
function releaseStdin(): void {
  process.stdin.unpipe();
  process.stdin.pause();
  process.stdin.unref?.();
}

function impatience(): Promise<never> {
  return new Promise((_, reject) => {
    let count = 0;
    process.on('SIGINT', () => {
      count += 1;
      if (count >= IMPATIENCE) {
        reject(new RuntimeError('cancelled', 'wait for the process', `interrupted ${count} times`));
      }
    });
  });
}

async function copy(
  from: Readable,
  to: NodeJS.WriteStream,
  onFirstByte?: () => void,
): Promise<void> {
  if (onFirstByte !== undefined) {
    from.once('readable', () => {
      if (from.readableLength > 0) onFirstByte();
    });
  }
  from.pipe(to, { end: false });
  await finished(from, { writable: false }).catch(() => {});
}
