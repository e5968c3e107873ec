/**
 * A container or exec that this command stays with: its terminal is ours, raw; signals that we get are the process's; its
 * status is ours.
 */
import type { SupervisorClient } from '../supervisor/supervisor-client.ts';
import { OciFailure } from './failure.ts';
import type { HostProcess } from './host-process.ts';

const FORWARDED = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGTERM',
  'SIGUSR1',
  'SIGUSR2',
  'SIGCONT',
] as const;

export interface ForegroundProcess {
  readonly client: SupervisorClient;
  readonly host: HostProcess;
  readonly id: string;
  /** Empty: the container's init. */
  readonly execId: string;
  readonly terminal: boolean;
}

/** @throws OciFailure for a process with a terminal where ours is none */
export function checkTerminal(terminal: boolean): void {
  if (terminal && !process.stdin.isTTY) throw new OciFailure('provided file is not a console');
}

/** Takes signals from now on: those that come before the process runs are its own from its start. */
export function stayWith({ client, host, id, execId, terminal }: ForegroundProcess): {
  /** Its exit status; the terminal is as it was. */
  readonly exited: Promise<number>;
  /** The process runs. */
  started(): void;
} {
  const forward = (signal: NodeJS.Signals): void => {
    try {
      process.kill(host.pid, signal);
    } catch {
      // It has just ended.
    }
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  const resize = (): void => {
    const [width = 0, height = 0] = process.stdout.isTTY ? process.stdout.getWindowSize() : [];
    if (width > 0) client.task.resizePty(id, execId, width, height).catch(() => undefined);
  };
  const restore = (): void => {
    for (const signal of FORWARDED) process.removeListener(signal, forward);
    process.removeListener('SIGWINCH', resize);
    if (terminal) process.stdin.setRawMode(false).unref();
  };
  return {
    started: () => {
      if (!terminal) return;
      // The supervisor reads and writes it; only its mode is ours.
      process.stdin.setRawMode(true);
      process.stdin.pause();
      process.on('SIGWINCH', resize);
      resize();
    },
    exited: host.exited.finally(restore),
  };
}
