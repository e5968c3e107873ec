/**
 * A process of the guest in the foreground of this one: its streams joined to ours, signals passed on, the terminal
 * taken and restored. What ends it is the process's exit, or the user's leaving it (detach keys).
 */
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { RuntimeError } from '../errors.ts';
import { DetachFilter } from './detach-keys.ts';
import { takeTerminal, terminalSize } from './terminal.ts';

/** What it needs of a process: an AttachedProcess, or a process of the VM in our own process. */
export interface ForegroundProcess {
  readonly stdin: Writable | undefined;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly exited: Promise<{ readonly code: number; readonly error?: string }>;
  resize(width: number, height: number): void;
}

export interface ForegroundOptions {
  /** Our stdin goes to it. */
  readonly interactive: boolean;
  /** Our terminal is its terminal. */
  readonly terminal: boolean;
  /** Passes a signal of ours on; absent: signals end us. */
  readonly kill: ((signal: number) => Promise<void>) | undefined;
  /** Leaves the process running. Only where both detach and detachKeys are given keys are looked for. */
  readonly detach?: () => Promise<void>;
  readonly detachKeys?: Buffer;
  /** Called at the first byte of output. */
  readonly onFirstByte?: () => void;
}

export type ForegroundEnd =
  | { readonly kind: 'exited'; readonly code: number; readonly error?: string }
  | { readonly kind: 'detached' };

/** Signals that are passed on, as `docker run` does. */
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;
/** The third Ctrl-C in a row gives up on a process that ignores it. */
const IMPATIENCE = 3;
/** A storm of resizes (a window being dragged) becomes one a frame. */
const RESIZE_MS = 30;

/**
 * Joins the process to our streams. Call it as soon as the process is attached, so that nothing waits; await `end`
 * once it runs.
 */
export function foreground(process_: ForegroundProcess, options: ForegroundOptions) {
  const broken = new Promise<never>((_, reject) => {
    process.stdout.once('error', (cause: NodeJS.ErrnoException) => {
      reject(new RuntimeError('cancelled', 'write the output', cause.message, { cause }));
    });
  });
  broken.catch(() => {});
  const written = [copy(process_.stdout, process.stdout, options.onFirstByte)];
  if (!options.terminal) written.push(copy(process_.stderr, process.stderr, options.onFirstByte));
  return {
    /** Resolves when the process exited and all its output was written, or the user left it. */
    async end(): Promise<ForegroundEnd> {
      const release = hold(process_, options);
      const detached = options.interactive ? joinStdin(process_, options) : never();
      try {
        const end = await Promise.race([exitOf(process_), impatience(options), broken, detached]);
        if (end.kind === 'exited') await Promise.race([Promise.all(written), broken]);
        else await options.detach?.();
        return end;
      } finally {
        release();
        if (options.interactive) releaseStdin();
      }
    },
  };
}

async function exitOf({ exited }: ForegroundProcess): Promise<ForegroundEnd> {
  const { code, error } = await exited;
  return { kind: 'exited', code, ...(error === undefined ? {} : { error }) };
}

/** Takes terminal and signals. @returns what gives them back */
function hold(process_: ForegroundProcess, options: ForegroundOptions): () => void {
  const { kill } = options;
  let size: NodeJS.Timeout | undefined;
  const resize = (): void => {
    size = undefined;
    const { width, height } = terminalSize();
    process_.resize(width, height);
  };
  const terminal = options.terminal
    ? takeTerminal(() => {
        size ??= setTimeout(resize, RESIZE_MS);
      })
    : undefined;
  if (options.terminal) resize();
  const forward = (signal: NodeJS.Signals): void => {
    // The process may just have exited: then there is nobody to tell.
    kill?.(constants.signals[signal]).catch(() => {});
  };
  if (kill !== undefined) for (const signal of FORWARDED) process.on(signal, forward);
  return () => {
    clearTimeout(size);
    for (const signal of FORWARDED) process.off(signal, forward);
    terminal?.[Symbol.dispose]();
  };
}

/** Our stdin goes to the process. @returns resolves when the detach keys were typed */
function joinStdin(
  process_: ForegroundProcess,
  { detachKeys, detach }: ForegroundOptions,
): Promise<ForegroundEnd> {
  const { stdin } = process_;
  if (stdin === undefined) return never();
  // It reads no more, or is gone: nothing is to be said of that.
  stdin.on('error', () => {});
  if (detachKeys === undefined || detachKeys.length === 0 || detach === undefined) {
    process.stdin.pipe(stdin);
    return never();
  }
  const filter = new DetachFilter(detachKeys);
  return new Promise((resolve) => {
    process.stdin.on('data', (chunk: Buffer) => {
      const { pass, detached } = filter.feed(chunk);
      if (pass.length > 0 && !stdin.write(pass)) {
        process.stdin.pause();
        stdin.once('drain', () => process.stdin.resume());
      }
      if (detached) resolve({ kind: 'detached' });
    });
    process.stdin.on('end', () => stdin.end(filter.end()));
  });
}

/** Nothing more is read: stdin must not keep this process. A file or /dev/null has no unref. */
function releaseStdin(): void {
  process.stdin.unpipe();
  process.stdin.removeAllListeners('data');
  process.stdin.pause();
  process.stdin.unref?.();
}

function impatience({ kill }: ForegroundOptions): Promise<never> {
  return new Promise((_, reject) => {
    let count = 0;
    if (kill === undefined) return;
    process.on('SIGINT', () => {
      count += 1;
      if (count >= IMPATIENCE) {
        reject(new RuntimeError('cancelled', 'wait for the process', `interrupted ${count} times`));
      }
    });
  });
}

/** @returns settles when all of it was handed on, or it broke. */
function copy(from: Readable, to: NodeJS.WriteStream, onFirstByte?: () => void): Promise<void> {
  if (onFirstByte !== undefined) from.once('data', () => onFirstByte());
  from.pipe(to, { end: false });
  return new Promise((resolve) => {
    if (from.readableEnded || from.destroyed) resolve();
    for (const end of ['end', 'error', 'close']) from.once(end, () => resolve());
  });
}

function never(): Promise<never> {
  return new Promise(() => {});
}
