/**
 * The entry of `lcow`: finds the command, runs it, and turns what is thrown into one line on stderr and an
 * exit status (125 ours, 126/127 the command's, 130 cancelled).
 */
import { loadConfiguration } from '../configuration/load-configuration.ts';
import { exitStatusOf, messageOf, RuntimeError } from '../errors.ts';
import { parseCommand } from './command-line.ts';
import { COMMANDS } from './command-table.ts';
import { escapeControl } from './escape.ts';
import { findCommand } from './find-command.ts';

export async function main(args: readonly string[]): Promise<number> {
  let debug = process.env['LCOW_DEBUG'] === '1';
  try {
    return await dispatch(args, () => {
      debug = true;
    });
  } catch (error) {
    const lines = messageOf(error).split('\n').map(escapeControl);
    process.stderr.write(`lcow: ${lines.join('\n')}\n`);
    if (debug) process.stderr.write(`${describe(error)}\n`);
    return exitStatusOf(error);
  }
}

async function dispatch(args: readonly string[], onDebug: () => void): Promise<number> {
  const words = args[0] === '--debug' ? args.slice(1) : args;
  if (words !== args) onDebug();
  const first = words[0];
  if (first === undefined || first === '--help' || first === '-h') return help([], first);
  if (first === 'help') return help(words.slice(1), first);
  const { command, rest } = findCommand(
    COMMANDS,
    first === '--version' || first === '-v' ? ['version'] : words,
  );
  const input = parseCommand(command, rest);
  if (words !== args || input.options.flag('debug')) {
    onDebug();
    process.env['LCOW_DEBUG'] = '1';
  }
  if (input.options.flag('help')) return help([command.name], 'help');
  const { run } = await command.load();
  if (command.raw) return run(input);
  const configuration = await loadConfiguration();
  // Modules below read the environment, and so do the supervisors that this process starts.
  Object.assign(process.env, configuration.environment());
  if (configuration.get('debug') === 'true') onDebug();
  const defaults = configuration.optionDefaults(command.name, (name) => input.options.given(name));
  return run({
    operands: input.operands,
    options: input.options.withDefaults(defaults),
    configuration,
  });
}

/** Help of a command or of all. Without any argument `lcow` is an error, with this as its message. */
async function help(words: readonly string[], asked: string | undefined): Promise<number> {
  const { commandHelp, overview } = await import('./help.ts');
  const text =
    words.length === 0
      ? overview(COMMANDS)
      : commandHelp(findCommand(COMMANDS, words.join(' ').split(' ')).command);
  process.stdout.write(text);
  return asked === undefined ? exitStatusOf(new RuntimeError('invalid-argument', '', '')) : 0;
}

/** The stack, and those of its causes. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${describe(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
