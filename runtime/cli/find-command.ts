/** Finds the command that words name. Pure. */
import { RuntimeError } from '../errors.ts';
import type { Command } from './command.ts';

export interface FoundCommand {
  readonly command: Command;
  /** What stands after its name. */
  readonly rest: readonly string[];
}

/** @throws RuntimeError invalid-argument, naming what is known where a group's command is wrong or missing */
export function findCommand(commands: readonly Command[], words: readonly string[]): FoundCommand {
  for (const length of [2, 1]) {
    if (words.length < length) continue;
    const name = words.slice(0, length).join(' ');
    const command = commands.find(
      (known) => known.name === name || known.aliases?.includes(name) === true,
    );
    if (command !== undefined) return { command, rest: words.slice(length) };
  }
  const first = words[0] ?? '';
  const group = commands.filter(({ name }) => name.startsWith(`${first} `));
  if (group.length > 0) {
    const known = group.map(({ name }) => name.split(' ')[1]).join(', ');
    const what =
      words[1] === undefined
        ? 'a subcommand is missing'
        : `"${words[1]}" is not one of its commands`;
    throw new RuntimeError('invalid-argument', `run "lcow ${first}"`, `${what}: ${known}`);
  }
  throw new RuntimeError(
    'invalid-argument',
    `run "lcow ${first}"`,
    'no such command; see lcow --help',
  );
}
