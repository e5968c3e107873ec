/**
 * A command as data: its options, operands and help stand in one table (command-table.ts), which parsing, help,
 * completion and the man pages read. Commands are loaded when they run: imports are start-up time.
 */
import type { Configuration } from '../configuration/configuration.ts';

/** What an operand or an option's value names, for completion. */
export type Completes =
  | 'container'
  | 'running-container'
  | 'stopped-container'
  | 'image'
  | 'pod'
  | 'container-path'
  | 'object'
  | 'setting'
  | 'file'
  | 'folder'
  | 'nothing';

export interface CommandOption {
  readonly name: string;
  readonly short?: string;
  /** Other spellings, taken and not shown: docker's older names. */
  readonly aliases?: readonly string[];
  /** Name of the value in help, for example "SIZE"; absent: a flag, which takes `=true` or `=false` only. */
  readonly value?: string;
  readonly multiple?: boolean;
  readonly help: string;
  /** What completes the value: a kind of thing, or its words. */
  readonly completes?: Completes | readonly string[];
}

export interface Command {
  /** Words as typed: "run", "image list". */
  readonly name: string;
  /** Other names, as words typed: "image ls". */
  readonly aliases?: readonly string[];
  readonly summary: string;
  /** Further paragraphs, for --help and the man page. */
  readonly description?: string;
  /** Positional arguments in help: "IMAGE [CMD...]". */
  readonly operands: string;
  readonly minimum: number;
  readonly maximum: number;
  /** What completes each operand; the last one goes for those after it. Absent: nothing does. */
  readonly completes?: readonly (Completes | readonly string[])[];
  /** Options end at the first positional argument, as in `docker run`. */
  readonly optionsFirst?: boolean;
  /** Takes its arguments as they are: no options are read, not even --help. */
  readonly raw?: boolean;
  /** Not shown in help or completion. */
  readonly hidden?: boolean;
  readonly options: readonly CommandOption[];
  load(): Promise<{ run: CommandRun }>;
}

/** @returns the exit status */
export type CommandRun = (input: CommandInput) => Promise<number>;

export interface CommandInput {
  readonly options: OptionValues;
  readonly operands: readonly string[];
  /** Where the settings come from; absent for a command that is `raw`. */
  readonly configuration?: Configuration;
}

/** Typed access to what was given. Where an option that is not `multiple` was given twice, the last one counts. */
export class OptionValues {
  readonly #values: Readonly<Record<string, unknown>>;

  /** @param values name to true or false (flags), text, or a list of texts (`multiple`) */
  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  /** @param otherwise what it is when not given. Default false */
  flag(name: string, otherwise = false): boolean {
    const value = this.#values[name];
    return typeof value === 'boolean' ? value : otherwise;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' ? value : undefined;
  }

  list(name: string): readonly string[] {
    const value = this.#values[name];
    return Array.isArray(value) ? (value as string[]) : [];
  }

  given(name: string): boolean {
    return this.#values[name] !== undefined;
  }

  /** These, and defaults for what was not given. */
  withDefaults(defaults: Readonly<Record<string, string>>): OptionValues {
    return new OptionValues({ ...defaults, ...this.#values });
  }
}

/** Every command takes these. */
export const GLOBAL_OPTIONS: readonly CommandOption[] = [
  { name: 'help', short: 'h', help: 'show this help' },
  { name: 'debug', help: 'say more on stderr, with stacks of errors' },
];
