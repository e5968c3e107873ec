/** `lcow prune`: removes all containers that do not run, or with --cache what can be made again, after asking. */
import { createInterface } from 'node:readline/promises';
import type { StoredContainer } from '../../container/container-store.ts';
import { directories } from '../../directories.ts';
import { RuntimeError } from '../../errors.ts';
import { Lcow } from '../../lcow.ts';
import type { CommandInput, OptionValues } from '../command.ts';
import { hasLabel, splitFilter } from '../container-filter.ts';
import { decimalSize } from '../human.ts';
import { parseTime } from '../time-argument.ts';

export async function run({ options }: CommandInput): Promise<number> {
  if (options.flag('cache')) return pruneCaches(options);
  const filter = pruneFilter(options.list('filter'), Date.now());
  if (!options.flag('force') && !(await agreed(CONTAINERS))) return 0;
  await using lcow = Lcow.open();
  const { containers, freedBytes } = await lcow.prune(filter);
  if (containers.length > 0) {
    process.stdout.write(`Deleted Containers:\n${containers.map((id) => `${id}\n`).join('')}\n`);
  }
  process.stdout.write(`Total reclaimed space: ${decimalSize(freedBytes)}\n`);
  return 0;
}

async function pruneCaches(options: OptionValues): Promise<number> {
  const untilMs = cacheFilter(options.list('filter'), Date.now());
  if (!options.flag('force') && !(await agreed(CACHES))) return 0;
  const { pruneCache } = await import('../prune-cache.ts');
  await using lcow = Lcow.open();
  const { removed, freedBytes, kept } = await pruneCache(lcow, directories(), untilMs);
  for (const line of kept) process.stderr.write(`kept ${line}\n`);
  if (removed.length > 0) {
    process.stdout.write(`Deleted:\n${removed.map((path) => `${path}\n`).join('')}\n`);
  }
  process.stdout.write(`Total reclaimed space: ${decimalSize(freedBytes)}\n`);
  return 0;
}

/** until=TIME; the earliest counts. @throws RuntimeError invalid-argument */
function cacheFilter(filters: readonly string[], nowMs: number): number {
  const times = filters.map((text) => {
    const { key, value } = splitFilter(text, ['until']);
    if (key === 'until') return parseTime('--filter until', value, nowMs);
    const what = 'it cannot be negated';
    throw new RuntimeError('invalid-argument', `read --filter ${text}`, what);
  });
  return Math.min(nowMs, ...times);
}

/** until=TIME, label=K[=V], label!=K[=V]; all must hold. @throws RuntimeError invalid-argument */
export function pruneFilter(
  filters: readonly string[],
  nowMs: number,
): (container: StoredContainer) => boolean {
  const tests = filters.map((text): ((container: StoredContainer) => boolean) => {
    const { key, value } = splitFilter(text, ['until', 'label']);
    switch (key) {
      case 'until': {
        const untilMs = parseTime('--filter until', value, nowMs);
        return ({ record }) => Date.parse(record.createdAt) < untilMs;
      }
      case 'label':
        return ({ record }) => hasLabel(record.labels, value);
      case 'label!':
        return ({ record }) => !hasLabel(record.labels, value);
      default: {
        const what = 'it cannot be negated';
        throw new RuntimeError('invalid-argument', `read --filter ${text}`, what);
      }
    }
  });
  return (container) => tests.every((test) => test(container));
}

/** What is said before, and what it is called where nobody can be asked. */
const CONTAINERS = {
  op: 'remove all stopped containers',
  question: 'This removes all containers that do not run, with their disks and logs.',
};
const CACHES = {
  op: 'remove what can be made again',
  question:
    'This removes what can be made again: unpacked images, boot files that nothing uses, what was compiled of kernels.',
};

/** @throws RuntimeError invalid-argument where there is nobody to ask */
async function agreed({ op, question }: typeof CONTAINERS): Promise<boolean> {
  if (process.stdin.isTTY !== true) {
    const what = 'stdin is not a terminal, so nobody can be asked; --force does not ask';
    throw new RuntimeError('invalid-argument', op, what);
  }
  const dialogue = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await dialogue.question(`${question} Go on? [y/N] `);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    dialogue.close();
  }
}
