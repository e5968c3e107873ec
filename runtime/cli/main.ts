/**
 * The entry of `lcow`: finds the command, runs it, and turns what is thrown into one line on stderr and an
 * exit status (125 ours, 126/127 the command's, 130 cancelled).
 */
import { exitStatusOf, messageOf, RuntimeError } from '../errors.ts';
import { type Command, commandHelp, parseCommand } from './command.ts';
import { COMMANDS } from './command-table.ts';

export async function main(args: readonly string[]): Promise<number> {
  const debug = args.includes('--debug') || process.env['LCOW_DEBUG'] === '1';
  try {
    return await dispatch(args);
  } catch (error) {
    process.stderr.write(`lcow: ${messageOf(error)}\n`);
    if (debug) process.stderr.write(`${describe(error)}\n`);
    return exitStatusOf(error);
  }
}

async function dispatch(args: readonly string[]): Promise<number> {
  const words = args[0] === '--debug' ? args.slice(1) : args;
  const first = words[0];
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    process.stdout.write(overview());
    return first === undefined ? 125 : 0;
  }
  const { command, rest } = first === '--version' ? find(['version']) : find(words);
  const input = parseCommand(command, rest);
  if (input.options.flag('help')) {
    process.stdout.write(commandHelp(command));
    return 0;
  }
  const { run } = await command.load();
  return run(input);
}

function find(words: readonly string[]): { command: Command; rest: readonly string[] } {
  for (const length of [2, 1]) {
    const name = words.slice(0, length).join(' ');
    const command = words.length >= length && COMMANDS.find((known) => known.name === name);
    if (command) return { command, rest: words.slice(length) };
  }
  const group = COMMANDS.filter(({ name }) => name.startsWith(`${words[0]} `));
  if (group.length > 0) {
    const known = group.map(({ name }) => name.split(' ')[1]).join(', ');
    const what =
      words[1] === undefined
        ? 'a subcommand is missing'
        : `"${words[1]}" is not one of its commands`;
    throw new RuntimeError('invalid-argument', `run "lcow ${words[0]}"`, `${what}: ${known}`);
  }
  throw new RuntimeError(
    'invalid-argument',
    `run "lcow ${words[0]}"`,
    'no such command; see lcow --help',
  );
}

function overview(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length)) + 2;
  const lines = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`);
  return [
    'usage: lcow COMMAND [options] [arguments]',
    '',
    'Linux containers, each in its own utility VM.',
    '',
    'commands:',
    ...lines,
    '',
    'lcow COMMAND --help tells more. Environment: LCOW_DATA, LCOW_RUN, LCOW_BOOT_FILES, LCOW_LINK, LCOW_DEBUG=1.',
    '',
  ].join('\n');
}

/** The stack, and those of its causes. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${describe(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
