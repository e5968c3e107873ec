/**
 * What may stand at the end of a command line: from the command table, and names of containers, pods and images where
 * those are asked for. The completion scripts of all shells show what this says.
 */
import type { Command, CommandOption, Completes } from './command.ts';
import { optionsOf } from './command-line.ts';

/** What a shell does beside showing the candidates. */
export type CompletionDirective =
  /** Nothing. */
  | 'words'
  /** Completes a file's or a folder's path itself. */
  | 'file'
  | 'folder'
  /** Puts no blank after the candidate. */
  | 'nospace';

export interface Completion {
  readonly candidates: readonly Candidate[];
  readonly directive: CompletionDirective;
}

export interface Candidate {
  readonly text: string;
  readonly help?: string;
}

/** Names of things that there are; an empty list where that cannot be found out. */
export type CompletionNames = (kind: Completes) => Promise<readonly Candidate[]>;

const NOTHING: Completion = { candidates: [], directive: 'words' };

/** @param words after `lcow`; the last one is being typed and may be empty */
export async function complete(
  commands: readonly Command[],
  words: readonly string[],
  names: CompletionNames,
): Promise<Completion> {
  const shown = commands.filter(({ hidden }) => !hidden);
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1).filter((word, index) => index > 0 || word !== '--debug');
  const command = commandOf(shown, before);
  const group = before.length === 1 && !typed.startsWith('-') ? groupOf(shown, before[0]) : [];
  // `lcow metrics` is a command, and so is `lcow metrics serve`.
  if (command !== undefined && group.length === 0) {
    return completeArguments(command.command, command.rest, typed, names);
  }
  if (before.length === 0) {
    if (typed.startsWith('-')) return matching(optionCandidates(globalOptions), typed);
    const firsts = new Map(shown.map((each) => [each.name.split(' ')[0] ?? '', helpOf(each)]));
    return matching(
      [...firsts].map(([text, help]) => ({ text, help })),
      typed,
    );
  }
  return matching(group, typed);
}

/** The second words of commands that begin with this one. */
function groupOf(commands: readonly Command[], first: string | undefined): Candidate[] {
  return commands
    .filter(({ name }) => name.startsWith(`${first} `))
    .map((each) => ({ text: each.name.split(' ')[1] ?? '', help: each.summary }));
}

const globalOptions: readonly CommandOption[] = [
  { name: 'help', help: 'show help' },
  { name: 'version', help: 'show versions' },
  { name: 'debug', help: 'say more on stderr' },
];

/** A group's first word stands for several commands. */
function helpOf({ name, summary }: Command): string {
  const [group = '', rest] = name.split(' ');
  return rest === undefined ? summary : `commands of ${group}`;
}

function commandOf(
  commands: readonly Command[],
  words: readonly string[],
): { command: Command; rest: readonly string[] } | undefined {
  for (const length of [2, 1]) {
    if (words.length < length) continue;
    const name = words.slice(0, length).join(' ');
    const command = commands.find(
      (each) => each.name === name || each.aliases?.includes(name) === true,
    );
    if (command !== undefined) return { command, rest: words.slice(length) };
  }
  return undefined;
}

async function completeArguments(
  command: Command,
  args: readonly string[],
  typed: string,
  names: CompletionNames,
): Promise<Completion> {
  const { operands, pending, optionsOver } = readArguments(command, args);
  if (pending !== undefined) return valueOf(pending, typed, '', names);
  if (!optionsOver && typed.startsWith('-')) {
    const equals = typed.indexOf('=');
    if (!typed.startsWith('--') || equals < 0) {
      return matching(optionCandidates(optionsOf(command)), typed);
    }
    const option = longOption(command, typed.slice(2, equals));
    if (option?.value === undefined) return NOTHING;
    return valueOf(option, typed.slice(equals + 1), typed.slice(0, equals + 1), names);
  }
  const kinds = command.completes ?? [];
  if (operands >= command.maximum) return NOTHING;
  const kind = kinds[Math.min(operands, kinds.length - 1)];
  return kind === undefined ? NOTHING : ofKind(kind, typed, '', names);
}

/** Reads complete arguments as command-line.ts does, and minds no errors: the line is not finished. */
function readArguments(
  command: Command,
  args: readonly string[],
): { operands: number; pending: CommandOption | undefined; optionsOver: boolean } {
  let operands = 0;
  let optionsOver = false;
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    if (optionsOver || arg === '-' || !arg.startsWith('-')) {
      operands += 1;
      if (command.optionsFirst) optionsOver = true;
    } else if (arg === '--') optionsOver = true;
    else {
      const option = optionAwaitingValue(command, arg);
      if (option === undefined) continue;
      if (index === args.length - 1) return { operands, pending: option, optionsOver };
      index += 1;
    }
  }
  return { operands, pending: undefined, optionsOver };
}

/** The option whose value is the next word. */
function optionAwaitingValue(command: Command, arg: string): CommandOption | undefined {
  if (arg.startsWith('--')) {
    const option = arg.includes('=') ? undefined : longOption(command, arg.slice(2));
    return option?.value === undefined ? undefined : option;
  }
  for (let at = 1; at < arg.length; at += 1) {
    const option = optionsOf(command).find(({ short }) => short === arg[at]);
    if (option?.value !== undefined) return at === arg.length - 1 ? option : undefined;
  }
  return undefined;
}

function longOption(command: Command, name: string): CommandOption | undefined {
  return optionsOf(command).find((each) => each.name === name || each.aliases?.includes(name));
}

function optionCandidates(options: readonly CommandOption[]): Candidate[] {
  return options.map(({ name, help }) => ({ text: `--${name}`, help }));
}

function valueOf(
  option: CommandOption,
  typed: string,
  prefix: string,
  names: CompletionNames,
): Promise<Completion> {
  return ofKind(option.completes ?? 'nothing', typed, prefix, names);
}

async function ofKind(
  kind: Completes | readonly string[],
  typed: string,
  prefix: string,
  names: CompletionNames,
): Promise<Completion> {
  const put = (candidates: readonly Candidate[], after = ''): Candidate[] =>
    candidates.map(({ text, help }) => ({
      text: `${prefix}${text}${after}`,
      ...(help === undefined ? {} : { help }),
    }));
  if (typeof kind !== 'string') {
    const found = matching(put(kind.map((text) => ({ text }))), prefix + typed);
    const nospace = found.candidates.some(({ text }) => text.endsWith('='));
    return nospace ? { ...found, directive: 'nospace' } : found;
  }
  switch (kind) {
    case 'nothing':
      return NOTHING;
    case 'file':
    case 'folder':
      return { candidates: [], directive: kind };
    case 'container-path': {
      if (/[/:.]/.test(typed)) return { candidates: [], directive: 'file' };
      const found = matching(put(await names('running-container'), ':'), prefix + typed);
      return found.candidates.length === 0
        ? { candidates: [], directive: 'file' }
        : { ...found, directive: 'nospace' };
    }
    case 'image': {
      if (/^[./~]/.test(typed)) return { candidates: [], directive: 'file' };
      return matching(put(await names(kind)), prefix + typed);
    }
    default:
      return matching(put(await names(kind)), prefix + typed);
  }
}

function matching(candidates: readonly Candidate[], typed: string): Completion {
  return {
    candidates: candidates.filter(({ text }) => text.startsWith(typed)),
    directive: 'words',
  };
}
