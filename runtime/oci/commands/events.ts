/** `lcow-oci events`: what a container uses, every --interval, and when it is out of memory, until it ends. */
import type { SupervisorClient } from '../../supervisor/supervisor-client.ts';
import type { OciCommandRun } from '../command.ts';
import { isCode, notRunning, OciFailure } from '../failure.ts';
import { findPod } from '../pod.ts';
import { statsOf } from '../stats.ts';
import { statusOf } from '../status.ts';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

export const run: OciCommandRun = async ({ records }, input) => {
  const [id = ''] = input.operands;
  const intervalMs = durationMs(input.value('interval') || '5s');
  const record = records.read(id);
  await using client = await findPod(record);
  const status = await statusOf(record, client);
  if (client === undefined || status === 'stopped') throw notRunning();
  if (input.flag('stats')) {
    say('stats', id, statsOf(await client.task.stats(id)));
    return 0;
  }
  await follow(client, id, intervalMs);
  return 0;
};

async function follow(client: SupervisorClient, id: string, intervalMs: number): Promise<void> {
  const over = new AbortController();
  const timer = setInterval(() => void tell(), intervalMs);
  const tell = async (): Promise<void> => {
    try {
      say('stats', id, statsOf(await client.task.stats(id)));
    } catch {
      // It has just ended.
    }
  };
  const outOfMemory = (async () => {
    for await (const { event } of client.events({ signal: over.signal })) {
      if (event.kind === 'oom' && event.containerId === id) say('oom', id);
    }
  })().catch(() => undefined);
  try {
    await client.task.wait(id, '');
  } catch (error) {
    if (!isCode(error, 'not-found', 'unavailable')) throw error;
  } finally {
    clearInterval(timer);
    over.abort();
    await outOfMemory;
  }
}

function say(type: 'stats' | 'oom', id: string, data?: unknown): void {
  process.stdout.write(
    `${JSON.stringify({ type, id, ...(data === undefined ? {} : { data }) })}\n`,
  );
}

/** As Go's durations: "5s", "1m30s", "500ms". */
export function durationMs(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  const isWhole = parts.map(([part]) => part).join('') === text;
  const total = parts.reduce(
    (sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? ''] ?? 0),
    0,
  );
  if (isWhole && total >= 1 && total <= 2 ** 31 - 1) return total;
  throw new OciFailure(`duration interval must be greater than 0: "${text.slice(0, 64)}"`);
}
