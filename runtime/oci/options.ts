/**
 * The command line's grammar: options as Go's `flag` package reads them (one dash or two, `--x v`, `--x=v`, a flag takes
 * `=true` or `=false`), which is what callers of runc write. Every option that runc knows is in a command's table
 * (command-table.ts) and is honoured, accepted because it means nothing here, or refused by name; what no table names is
 * no option.
 */
import { RuntimeError } from '../errors.ts';

export interface OciOption {
  readonly long: string;
  readonly short?: string;
  readonly kind: 'flag' | 'value' | 'list';
  /** For the help; of one that means nothing, why it is accepted. */
  readonly about: string;
  readonly meaningless?: true;
  /** Why it is refused where it is given. */
  readonly refused?: string;
  /** Values that ask for nothing, so that they are not refused. */
  readonly harmless?: readonly string[];
}

export interface OciArguments {
  readonly operands: readonly string[];
  flag(name: string): boolean;
  /** The last one given. */
  value(name: string): string | undefined;
  list(name: string): readonly string[];
  given(name: string): boolean;
}

/** How operands are told from options. */
export interface OperandRules {
  readonly minimum: number;
  readonly maximum: number;
  /** What follows the first operand are operands, whatever they look like: a command's own arguments. */
  readonly verbatim?: boolean;
}

const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

/**
 * @param name of the command, in errors
 * @throws RuntimeError invalid-argument for what is no option, lacks its value, or too few or many operands;
 *   unsupported for a refused one
 */
export function parseArguments(
  name: string,
  options: readonly OciOption[],
  rules: OperandRules,
  words: readonly string[],
): OciArguments {
  const { parsed, operands } = readOptions(name, options, words, rules.verbatim === true);
  const count = operands.length;
  if (count < rules.minimum || count > rules.maximum) {
    const exact = rules.minimum === rules.maximum;
    const least = count < rules.minimum;
    const how = exact ? 'exactly' : least ? 'a minimum of' : 'a maximum of';
    const wanted = least ? rules.minimum : rules.maximum;
    throw usage(name, `"${name}" requires ${how} ${wanted} argument(s)`);
  }
  return parsed(operands);
}

/** The options before the command, and what follows them. */
export function parseGlobalArguments(
  options: readonly OciOption[],
  words: readonly string[],
): { readonly globals: OciArguments; readonly rest: readonly string[] } {
  const { parsed, operands } = readOptions('lcow-oci', options, words, true);
  return { globals: parsed([]), rest: operands };
}

function readOptions(
  name: string,
  options: readonly OciOption[],
  words: readonly string[],
  stopsAtOperand: boolean,
) {
  const values = new Map<string, string[]>();
  const operands: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '--') {
      operands.push(...words.slice(at + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      if (stopsAtOperand) {
        operands.push(...words.slice(at));
        break;
      }
      operands.push(word);
      continue;
    }
    const [, given = '', equals, inline = ''] = /^--?([^=]*)(=)?([\s\S]*)$/.exec(word) ?? [];
    const option = options.find(({ long, short }) => given === long || given === short);
    if (option === undefined) {
      throw usage(name, `flag provided but not defined: -${given.slice(0, 64)}`);
    }
    let value: string;
    if (option.kind === 'flag') {
      value = equals === undefined ? 'true' : inline;
      if (!TRUE.has(value) && !FALSE.has(value)) {
        throw usage(name, `invalid boolean value "${value.slice(0, 64)}" for -${given}`);
      }
    } else if (equals === undefined) {
      const next = words[(at += 1)];
      if (next === undefined) throw usage(name, `flag needs an argument: -${given}`);
      value = next;
    } else {
      value = inline;
    }
    checkAccepted(name, option, value);
    values.set(option.long, [...(values.get(option.long) ?? []), value]);
  }
  const parsed = (found: readonly string[]): OciArguments => ({
    operands: found,
    flag: (wanted) => TRUE.has(values.get(wanted)?.at(-1) ?? ''),
    value: (wanted) => values.get(wanted)?.at(-1),
    list: (wanted) => values.get(wanted) ?? [],
    given: (wanted) => values.has(wanted),
  });
  return { parsed, operands };
}

function checkAccepted(name: string, option: OciOption, value: string): void {
  if (option.refused === undefined) return;
  if (option.kind === 'flag' && FALSE.has(value)) return;
  if (option.harmless?.includes(value) === true) return;
  const shown = option.kind === 'flag' ? '' : ` ${value.slice(0, 64)}`;
  throw new RuntimeError('unsupported', `${name} with --${option.long}${shown}`, option.refused);
}

/** A mistake of who wrote the command line. */
export function usage(name: string, what: string): RuntimeError {
  return new RuntimeError('invalid-argument', `understand "${name}"`, what);
}
