/** `lcow prune`: removes all containers that do not run, after asking. */
import { createInterface } from 'node:readline/promises';
import type { StoredContainer } from '../../container/container-store.ts';
import { RuntimeError } from '../../errors.ts';
import { Lcow } from '../../lcow.ts';
import type { CommandInput } from '../command.ts';
import { hasLabel, splitFilter } from '../container-filter.ts';
import { decimalSize } from '../human.ts';
import { parseTime } from '../time-argument.ts';

export async function run({ options }: CommandInput): Promise<number> {
  const filter = pruneFilter(options.list('filter'), Date.now());
  if (!options.flag('force') && !(await agreed())) return 0;
  await using lcow = Lcow.open();
  const { containers, freedBytes } = await lcow.prune(filter);
  if (containers.length > 0) {
    process.stdout.write(`Deleted Containers:\n${containers.map((id) => `${id}\n`).join('')}\n`);
  }
  process.stdout.write(`Total reclaimed space: ${decimalSize(freedBytes)}\n`);
  return 0;
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

/** @throws RuntimeError invalid-argument where there is nobody to ask */
async function agreed(): Promise<boolean> {
  if (process.stdin.isTTY !== true) {
    const what = 'stdin is not a terminal, so nobody can be asked; --force does not ask';
    throw new RuntimeError('invalid-argument', 'remove all stopped containers', what);
  }
  const dialogue = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await dialogue.question(
      'This removes all containers that do not run, with their disks and logs. Go on? [y/N] ',
    );
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    dialogue.close();
  }
}
