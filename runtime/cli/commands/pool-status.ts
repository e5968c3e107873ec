/** `lcow pool status`: what is parked, what was claimed, and how many starts went without. */
import { directories } from '../../directories.ts';
import { RuntimeError } from '../../errors.ts';
import { poolStatus } from '../../pool/pool-client.ts';
import type { PoolStatus } from '../../pool/pool-status.ts';
import type { CommandInput } from '../command.ts';
import { decimalSize, humanAgo } from '../human.ts';
import { safeJson } from '../safe-json.ts';

export async function run({ options }: CommandInput): Promise<number> {
  const format = options.text('format') ?? 'text';
  if (format !== 'text' && format !== 'json') {
    const what = `${JSON.stringify(format)} is not text or json`;
    throw new RuntimeError('invalid-argument', 'read --format', what);
  }
  const status = await poolStatus(directories());
  process.stdout.write(format === 'json' ? `${safeJson(status)}\n` : text(status));
  return 0;
}

function text(status: PoolStatus): string {
  const { shape, held, lastError, commands } = status;
  const lines: readonly (readonly [string, string])[] = [
    ['Parked', `${status.parked} of ${status.size}`],
    ['Being made', String(status.preparing)],
    ['Claimed', String(status.claimed)],
    ['Started without', String(status.missed)],
    ['Commands run', String(commands.handedOver)],
    ...(commands.refused === 0
      ? []
      : [['Commands refused', `${commands.refused}: ${commands.lastRefusal}`] as const]),
    ['Memory of a VM', shape.memoryMiB === undefined ? 'default' : `${shape.memoryMiB} MiB`],
    ['Processors', shape.processorCount === undefined ? 'default' : String(shape.processorCount)],
    ...(shape.kernelArguments === undefined
      ? []
      : [['Kernel arguments', shape.kernelArguments] as const]),
    ...(status.images.length === 0 ? [] : [['Images', status.images.join(', ')] as const]),
    [
      'Memory taken',
      `${decimalSize(status.memoryBytes)} of ${decimalSize(status.memoryCeilingBytes)}`,
    ],
    ['Process', `${status.pid}, since ${humanAgo(status.startedAt, Date.now())}`],
    ...(held === '' ? [] : [['Held', held] as const]),
    ...(lastError === '' ? [] : [['Last error', lastError] as const]),
  ];
  return lines.map(([name, value]) => `${`${name}:`.padEnd(18)}${value}\n`).join('');
}
