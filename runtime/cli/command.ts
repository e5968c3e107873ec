/**
 * The command line as data: every command's options, arguments and help come from one table, which parsing
 * and help read. Commands are loaded when they run: imports are start-up time.
 */
import { parseArgs } from 'node:util';
import { RuntimeError } from '../errors.ts';

export interface CommandOption {
  readonly name: string;
  readonly short?: string;
  /** Name of the value in help, for example "SIZE"; absent: a flag without a value. */
  readonly value?: string;
  readonly multiple?: boolean;
  readonly help: string;
}

export interface Command {
  /** Words as typed: "run", "image list". */
  readonly name: string;
  readonly summary: string;
  /** Positional arguments in help: "IMAGE [CMD...]". */
  readonly operands: string;
  readonly minimum: number;
  readonly maximum: number;
  /** Options end at the first positional argument, as in `docker run`. */
  readonly optionsFirst?: boolean;
  readonly options: readonly CommandOption[];
  load(): Promise<{ run: CommandRun }>;
}

export type CommandRun = (input: CommandInput) => Promise<number>;

export interface CommandInput {
  readonly options: OptionValues;
  readonly operands: readonly string[];
}

/** Typed access to what was given. */
export class OptionValues {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' ? value : undefined;
  }

  list(name: string): readonly string[] {
    const value = this.#values[name];
    return Array.isArray(value) ? (value as string[]) : [];
  }
}

/** Every command takes these. */
export const GLOBAL_OPTIONS: readonly CommandOption[] = [
  { name: 'help', short: 'h', help: 'show this help' },
  { name: 'debug', help: 'say more on stderr, with stacks of errors' },
];

/** @throws RuntimeError invalid-argument, naming the option or the count of arguments */
export function parseCommand(command: Command, args: readonly string[]): CommandInput {
  const options = Object.fromEntries(
    [...command.options, ...GLOBAL_OPTIONS].map((option) => [
      option.name,
      {
        type: option.value === undefined ? ('boolean' as const) : ('string' as const),
        ...(option.short === undefined ? {} : { short: option.short }),
        ...(option.multiple ? { multiple: true } : {}),
      },
    ]),
  );
  const split = command.optionsFirst ? firstPositional(args, options) : args.length;
  try {
    const { values, positionals } = parseArgs({
      args: args.slice(0, split),
      options,
      strict: true,
      allowPositionals: true,
    });
    const operands = [...positionals, ...args.slice(split)];
    const given = new OptionValues(values);
    if (!given.flag('help')) checkOperands(command, operands);
    return { options: given, operands };
  } catch (cause) {
    if (cause instanceof RuntimeError) throw cause;
    const what = (cause as Error).message.split('. To specify')[0] ?? '';
    throw new RuntimeError(
      'invalid-argument',
      `run "lcow ${command.name}"`,
      `${what}; see --help`,
      { cause },
    );
  }
}

function checkOperands(command: Command, operands: readonly string[]): void {
  const { name, minimum, maximum } = command;
  if (operands.length >= minimum && operands.length <= maximum) return;
  const usage = `usage: lcow ${name} ${command.operands}`.trim();
  throw new RuntimeError(
    'invalid-argument',
    `run "lcow ${name}"`,
    `it was given ${operands.length} arguments; ${usage}`,
  );
}

function firstPositional(args: readonly string[], options: object): number {
  const { tokens } = parseArgs({
    args: [...args],
    options: options as Record<string, { type: 'boolean' | 'string' }>,
    strict: false,
    tokens: true,
  });
  const first = tokens.find(({ kind }) => kind === 'positional' || kind === 'option-terminator');
  if (first === undefined) return args.length;
  return first.index;
}

/** Help of one command. */
export function commandHelp(command: Command): string {
  const rows = [...command.options, ...GLOBAL_OPTIONS].map((option) => {
    const short = option.short === undefined ? '    ' : `-${option.short}, `;
    const value = option.value === undefined ? '' : ` ${option.value}`;
    return [`  ${short}--${option.name}${value}`, option.help] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  const lines = rows.map(([left, help]) => left.padEnd(width) + help);
  const usage = `usage: lcow ${command.name} [options] ${command.operands}`.trimEnd();
  return `${usage}\n\n${command.summary}\n\noptions:\n${lines.join('\n')}\n`;
}
