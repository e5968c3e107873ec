/**
 * A container or exec that this command stays with: its terminal is ours, raw; signals that we get are the process's; its
 * status is ours. Streams of ours that another process cannot open anew are joined here, through the supervisor's hub.
 */
import type { AttachedProcess, SupervisorClient } from '../supervisor/supervisor-client.ts';
import { HUB_URI } from '../task/process-io.ts';
import { OciFailure } from './failure.ts';
import { canBeOpenedAnew, hasInput, type HostProcess, type ProcessStdio } from './host-process.ts';

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
  /** Its streams are the hub's. */
  readonly joined: boolean;
}

/** Whether the streams of a process that we stay with go through us. */
export function goesThroughUs(terminal: boolean): boolean {
  return !terminal && !canBeOpenedAnew();
}

/** Stdio of the Task API for a process whose streams go through us. */
export function joinedStdio(): ProcessStdio {
  return { stdin: hasInput() ? HUB_URI : '', stdout: HUB_URI, stderr: HUB_URI };
}

/** @throws OciFailure for a process with a terminal where ours is none */
export function checkTerminal(terminal: boolean): void {
  if (terminal && !process.stdin.isTTY) throw new OciFailure('provided file is not a console');
}

/** Takes streams and signals; the process is started after it. @returns its end, once it was started */
export async function stayWith(process_: ForegroundProcess): Promise<() => Promise<number>> {
  const { client, host, id, execId, terminal, joined } = process_;
  const streams = joined ? await joinStreams(client, id, execId) : undefined;
  const forward = (signal: NodeJS.Signals): void => {
    try {
      process.kill(host.pid, signal);
    } catch {
      // It has just ended.
    }
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  return async () => {
    const release = terminal ? takeTerminal(process_) : undefined;
    try {
      const status = await host.exited;
      await streams?.written;
      return status;
    } finally {
      release?.();
      for (const signal of FORWARDED) process.removeListener(signal, forward);
      await streams?.leave();
    }
  };
}

/** The supervisor reads and writes it; its mode and its size are ours to care for. */
function takeTerminal({ client, id, execId }: ForegroundProcess): () => void {
  const resize = (): void => {
    const [width = 0, height = 0] = process.stdout.isTTY ? process.stdout.getWindowSize() : [];
    if (width > 0) client.task.resizePty(id, execId, width, height).catch(() => undefined);
  };
  process.stdin.setRawMode(true);
  process.stdin.pause();
  process.on('SIGWINCH', resize);
  resize();
  return () => {
    process.removeListener('SIGWINCH', resize);
    process.stdin.setRawMode(false).unref();
  };
}

async function joinStreams(client: SupervisorClient, id: string, execId: string) {
  const streams = { stdin: hasInput(), stdout: true, stderr: true };
  const attached = await client.attach({ containerId: id, execId, ...streams });
  // It reads no more, or is gone: nothing is to be said of that.
  attached.stdin?.on('error', () => undefined);
  if (attached.stdin !== undefined) process.stdin.pipe(attached.stdin);
  return { written: written(attached), leave: () => leave(attached) };
}

/** Resolves when all output is with our own readers. */
async function written(attached: AttachedProcess): Promise<void> {
  const copies = (['stdout', 'stderr'] as const).map((name) => {
    attached[name].pipe(process[name], { end: false });
    return new Promise<void>((resolve) => {
      for (const end of ['end', 'error', 'close']) attached[name].once(end, () => resolve());
      // Nobody reads it any more.
      process[name].once('error', () => resolve());
    });
  });
  await attached.exited.catch(() => undefined);
  await Promise.all(copies);
}

async function leave(attached: AttachedProcess): Promise<void> {
  if (attached.stdin !== undefined) {
    process.stdin.unpipe();
    process.stdin.pause();
    process.stdin.unref?.();
  }
  await attached[Symbol.asyncDispose]();
}
