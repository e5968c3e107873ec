/**
 * The user's terminal while a process owns it: raw mode, size, and its restoration on every way out
 * (return, throw, signal, process exit).
 */
import { execFileSync } from 'node:child_process';
import { RuntimeError } from '../errors.ts';

export interface TerminalSize {
  readonly width: number;
  readonly height: number;
}

/** The size of the terminal on stdout; 80 by 24 where it has none. */
export function terminalSize(): TerminalSize {
  return { width: process.stdout.columns || 80, height: process.stdout.rows || 24 };
}

/** @throws RuntimeError invalid-argument when stdin is not a terminal, as `docker run -t` does */
export function requireTerminal(): void {
  if (!process.stdin.isTTY) {
    throw new RuntimeError('invalid-argument', 'allocate a terminal', 'stdin is not a terminal');
  }
}

/**
 * Where stdin is a terminal, puts it in raw mode, input and output (the guest's terminal does all processing), and reports its
 * changes of size. Disposing it restores the terminal; so does the end of the process, however it comes (but
 * SIGKILL). Node's own setRawMode leaves output processing on, which doubles carriage returns, so stty does it.
 */
export function takeTerminal(onResize: (size: TerminalSize) => void): Disposable {
  const { stdin, stdout } = process;
  const report = (): void => onResize(terminalSize());
  // `run -t` without -i needs none.
  const restore = stdin.isTTY ? raw() : (): void => undefined;
  process.on('exit', restore);
  stdout.on('resize', report);
  return {
    [Symbol.dispose]() {
      process.off('exit', restore);
      stdout.off('resize', report);
      restore();
    },
  };

  function raw(): () => void {
    if (process.platform !== 'win32') return rawByStty();
    stdin.setRawMode(true);
    return () => stdin.setRawMode(false);
  }
}

function rawByStty(): () => void {
  const stty = (...args: string[]): string =>
    execFileSync('stty', args, { stdio: ['inherit', 'pipe', 'ignore'], encoding: 'utf8' }).trim();
  const before = stty('-g');
  stty('raw', '-echo');
  return () => {
    try {
      stty(before);
    } catch {
      // The terminal is gone (a hang-up): there is nothing to restore.
    }
  };
}
