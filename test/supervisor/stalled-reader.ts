/**
 * A client that is attached and stops reading for a while, for the test of seconds and the long one of a minute: what it
 * gets in the end, and the memory that was used for it meanwhile.
 */
import type { TaskExit } from '../../runtime/task/process-io.ts';
import { residentMiB, type SupervisedHost } from './supervised-host.ts';

const LOOK_MS = 100;

export interface StalledReader {
  readonly id: string;
  readonly exit: TaskExit;
  /** What came, in the end. */
  readonly bytes: number;
  /** Resident memory in MiB: at the start, the most while nothing was read, and the most in all. */
  readonly supervisor: MemoryUse;
  readonly client: MemoryUse;
}

export interface MemoryUse {
  readonly before: number;
  readonly stalled: number;
  readonly most: number;
}

/** A container that keeps no log writes `bytes` bytes and exits with 4; its reader reads nothing for `pauseMs` first. */
export async function stalledReader(
  host: SupervisedHost,
  { bytes, pauseMs }: { readonly bytes: number; readonly pauseMs: number },
): Promise<StalledReader> {
  const container = await host.sh(`read x; head -c ${bytes} /dev/zero | tr '\\0' z; exit 4`, {
    openStdin: true,
    autoRemove: true,
    logDriver: 'none',
  });
  const { id } = container;
  const attached = await container.attach({ stdin: true });
  const memory = [watchMemory(host.supervisorOf(id)), watchMemory(process.pid)] as const;
  attached.stdin?.end('go\n');
  await new Promise((resolve) => setTimeout(resolve, pauseMs));
  for (const each of memory) each.stallEnds();
  let got = 0;
  attached.stdout.on('data', (chunk: Buffer) => {
    got += chunk.length;
  });
  const exit = await attached.exited;
  const [supervisor, client] = memory.map((each) => each.end()) as [MemoryUse, MemoryUse];
  return { id, exit, bytes: got, supervisor, client };
}

/** For people. */
export function describeMemory({ supervisor, client }: StalledReader): string {
  const text = ({ before, stalled, most }: MemoryUse): string =>
    `${before.toFixed(1)} MiB before, ${stalled.toFixed(1)} while it stalled, ${most.toFixed(1)} at most`;
  return `supervisor: ${text(supervisor)}; client: ${text(client)}`;
}

function watchMemory(pid: number) {
  const before = residentMiB(pid);
  let stalled = before;
  let most = before;
  const look = setInterval(() => {
    try {
      most = Math.max(most, residentMiB(pid));
    } catch {
      // A supervisor ends with its container.
    }
  }, LOOK_MS);
  return {
    stallEnds: () => {
      stalled = most;
    },
    end: (): MemoryUse => {
      clearInterval(look);
      return { before, stalled, most };
    },
  };
}
