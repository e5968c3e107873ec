/** `lcow __bench-guard FOLDER`: clears away after a benchmark that was killed; `lcow bench startup` starts it. */
import { guard } from '../../../bench/startup/guard.ts';
import type { CommandInput } from '../command.ts';

export async function run({ operands: [folder = ''] }: CommandInput): Promise<number> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  await guard(folder, process.stdin);
  return 0;
}
