/** `lcow metrics serve`: the numbers of this host over HTTP, for Prometheus. */
import { Lcow } from '../../lcow.ts';
import { type Counters, notBelow } from '../../telemetry/counters.ts';
import { exposition } from '../../telemetry/exposition.ts';
import { familiesOf } from '../../telemetry/families.ts';
import { parseListenAddress, serveMetrics } from '../../telemetry/metrics-server.ts';
import type { CommandInput } from '../command.ts';

const LISTEN = '127.0.0.1:9464';
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export async function run({ options }: CommandInput): Promise<number> {
  const lcow = Lcow.open();
  let told: Counters | undefined;
  const ended = new Promise<void>((resolve) => {
    for (const name of SIGNALS) process.once(name, () => resolve());
  });
  const address = parseListenAddress(options.text('listen') ?? LISTEN);
  await using server = await serveMetrics(address, async () => {
    const metrics = await lcow.metrics();
    // A supervisor that was killed takes its last numbers with it: a counter stands still then, and never goes back.
    told = told === undefined ? metrics.counters : notBelow(told, metrics.counters);
    return exposition(familiesOf({ ...metrics, counters: told }));
  });
  process.stderr.write(`lcow: metrics at ${server.address}\n`);
  await ended;
  return 0;
}
