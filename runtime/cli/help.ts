/** Help as text: of all commands, of one, of a group. */
import type { Command } from './command.ts';
import { optionsOf } from './command-line.ts';

/** Help of one command. */
export function commandHelp(command: Command): string {
  const rows = optionsOf(command).map((option) => {
    const short = option.short === undefined ? '    ' : `-${option.short}, `;
    const value = option.value === undefined ? '' : ` ${option.value}`;
    return [`  ${short}--${option.name}${value}`, option.help] as const;
  });
  const width = Math.min(Math.max(...rows.map(([left]) => left.length)), 34) + 2;
  const lines = rows.map(([left, help]) => `${left.padEnd(width - 1)} ${help}`);
  const usage = `usage: lcow ${command.name} [options] ${command.operands}`.trimEnd();
  const aliases = command.aliases === undefined ? [] : [`also: lcow ${command.aliases.join(', ')}`];
  const description = command.description === undefined ? [] : [command.description];
  return `${[usage, command.summary, ...description, ...aliases, `options:\n${lines.join('\n')}`].join('\n\n')}\n`;
}

/** Help of all commands. */
export function overview(commands: readonly Command[]): string {
  const shown = commands.filter(({ hidden }) => !hidden);
  const width = Math.max(...shown.map(({ name }) => name.length)) + 2;
  const lines = shown.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`);
  return [
    'usage: lcow COMMAND [options] [arguments]',
    '',
    'Linux containers, each pod in its own utility VM.',
    '',
    'commands:',
    ...lines,
    '',
    'lcow COMMAND --help tells more; lcow config show tells every setting and its environment variable.',
    '',
  ].join('\n');
}
