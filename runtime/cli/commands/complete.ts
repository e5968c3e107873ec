/**
 * `lcow __complete WORD...`: the candidates for the last word, each with its help after a tab, and last a line with a
 * colon and the directive. Completion scripts read it; it says nothing on stderr and exits 0 whatever there is.
 */
import { loadConfiguration } from '../../configuration/load-configuration.ts';
import { COMMANDS } from '../command-table.ts';
import type { CommandInput } from '../command.ts';
import { complete } from '../complete.ts';
import { completionNames } from '../completion-names.ts';
import { escapeControl } from '../escape.ts';

export async function run({ operands }: CommandInput): Promise<number> {
  try {
    Object.assign(process.env, (await loadConfiguration()).environment());
  } catch {
    // A person who types has other things in mind than a broken configuration.
  }
  const { candidates, directive } = await complete(COMMANDS, operands, completionNames);
  const lines = candidates.map(({ text, help }) =>
    help === undefined ? text : `${text}\t${escapeControl(help)}`,
  );
  process.stdout.write(`${[...lines, `:${directive}`].join('\n')}\n`);
  return 0;
}
