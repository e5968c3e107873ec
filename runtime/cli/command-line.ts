/**
 * Reads a command's arguments as docker does (pflag's rules): `--opt value`, `--opt=value`, `-ovalue`, `-o value`,
 * `-o=value`, bundles `-it` whose last may take a value, `--flag=false`, `--`; a value may begin with a dash. Options
 * stand anywhere, or, for a command with `optionsFirst`, before the first operand. Pure.
 *
 * node:util's parseArgs refuses `--tail -1` and `--rm=true`, which scripts written for docker have.
 */
import { RuntimeError } from '../errors.ts';
import {
  type Command,
  type CommandInput,
  type CommandOption,
  GLOBAL_OPTIONS,
  OptionValues,
} from './command.ts';

/** @throws RuntimeError invalid-argument, naming the option or the count of arguments */
export function parseCommand(command: Command, args: readonly string[]): CommandInput {
  if (command.raw) return { options: new OptionValues({}), operands: args };
  const values: Record<string, unknown> = Object.create(null);
  const operands: string[] = [];
  let index = 0;
  while (index < args.length) {
    const arg = args[index++] ?? '';
    if (arg === '--') {
      operands.push(...args.slice(index));
      break;
    }
    if (arg.startsWith('--')) long(arg);
    else if (arg.startsWith('-') && arg !== '-') shorts(arg);
    else if (command.optionsFirst) {
      // `run IMAGE -- x` passes the dashes on, as docker does.
      operands.push(arg, ...args.slice(index));
      break;
    } else operands.push(arg);
  }
  const options = new OptionValues(values);
  if (!options.flag('help')) checkOperands(command, operands);
  return { options, operands };

  function long(arg: string): void {
    const equals = arg.indexOf('=');
    const typed = equals < 0 ? arg.slice(2) : arg.slice(2, equals);
    const option = optionsOf(command).find(
      ({ name, aliases }) => name === typed || aliases?.includes(typed),
    );
    if (option === undefined) throw refuse(`--${typed} is not an option of it`);
    const joined = equals < 0 ? undefined : arg.slice(equals + 1);
    if (option.value === undefined) set(option, truth(option, joined ?? 'true'));
    else set(option, joined ?? next(`--${typed}`));
  }

  function shorts(arg: string): void {
    for (let at = 1; at < arg.length; at += 1) {
      const letter = arg[at];
      const option = optionsOf(command).find(({ short }) => short === letter);
      if (option === undefined) {
        const where = arg.length > 2 ? ` (in "${arg}")` : '';
        throw refuse(`-${letter} is not an option of it${where}`);
      }
      const rest = arg.slice(at + 1);
      if (option.value !== undefined) {
        set(option, rest === '' ? next(`-${letter}`) : rest.replace(/^=/, ''));
        return;
      }
      if (rest.startsWith('=')) {
        set(option, truth(option, rest.slice(1)));
        return;
      }
      set(option, true);
    }
  }

  function next(typed: string): string {
    const value = args[index++];
    if (value === undefined) throw refuse(`${typed} needs a value`);
    return value;
  }

  function set({ name, multiple }: CommandOption, value: string | boolean): void {
    if (!multiple) values[name] = value;
    else if (values[name] === undefined) values[name] = [value];
    else (values[name] as unknown[]).push(value);
  }

  function truth({ name }: CommandOption, text: string): boolean {
    if (/^(1|t|true)$/i.test(text)) return true;
    if (/^(0|f|false)$/i.test(text)) return false;
    throw refuse(`--${name} takes true or false, not "${text}"`);
  }

  function refuse(what: string): RuntimeError {
    return new RuntimeError(
      'invalid-argument',
      `run "lcow ${command.name}"`,
      `${what}; see lcow ${command.name} --help`,
    );
  }
}

/** The command's own options, then those that every command takes. */
export function optionsOf(command: Command): readonly CommandOption[] {
  return [...command.options, ...GLOBAL_OPTIONS];
}

function checkOperands(command: Command, operands: readonly string[]): void {
  const { name, minimum, maximum } = command;
  if (operands.length >= minimum && operands.length <= maximum) return;
  const usage = `usage: lcow ${name} [options] ${command.operands}`.trimEnd();
  const count = operands.length === 1 ? '1 argument' : `${operands.length} arguments`;
  throw new RuntimeError(
    'invalid-argument',
    `run "lcow ${name}"`,
    `it was given ${count}; ${usage}`,
  );
}
