/**
 * A reader that stops for a minute while its container has much to say: what is held for it stays bounded, and it gets
 * everything. Run by `npm run test:long`; test/supervisor/slow-reader.vm.test.ts is the same within seconds.
 */
import { SupervisedHost } from '../supervisor/supervised-host.ts';
import { describeMemory, stalledReader } from '../supervisor/stalled-reader.ts';

const PAUSE_MS = 60_000;
const BYTES = 30_000_000;
/** What sockets, windows and the allocator may take, of the supervisor and of the client, while nothing is read. */
const STALLED_GROWTH_MIB_MAX = 24;

const host = new SupervisedHost();
const problems: string[] = [];
try {
  const result = await stalledReader(host, { bytes: BYTES, pauseMs: PAUSE_MS });
  console.log(`a reader that stopped for ${PAUSE_MS / 1000} s: ${describeMemory(result)}`);
  if (result.exit.code !== 4) problems.push(`exit ${result.exit.code}, expected 4`);
  if (result.bytes !== BYTES) problems.push(`${result.bytes} bytes came of ${BYTES}`);
  for (const who of ['supervisor', 'client'] as const) {
    const grown = result[who].stalled - result[who].before;
    if (grown > STALLED_GROWTH_MIB_MAX) problems.push(`${who} grew by ${grown.toFixed(1)} MiB`);
  }
  problems.push(...(await host.settledLeftovers()).map((line) => `left behind: ${line}`));
} finally {
  await host.lcow_[Symbol.asyncDispose]();
  await host[Symbol.asyncDispose]();
}
for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? 'it got everything, and little was held for it' : 'FAILED');
process.exitCode = problems.length === 0 ? 0 : 1;
