/**
 * The command line that containerd calls its shims with, in the style of Go's `flag`: `-x v`, `-x=v`, `--x v`; flags end
 * at the first other word, which is the action, or at `--`.
 *
 * A flag that is not known is ignored: containerd adds some from version to version. Whether it has a value cannot be
 * known, so the next word is taken for one unless it begins with `-`, or is an action and the last word: containerd puts
 * the action last.
 */
import { RuntimeError } from '../errors.ts';

export type ShimAction = 'start' | 'delete';

export interface ShimArguments {
  /** Empty: none was given. */
  readonly action: string;
  readonly namespace: string;
  readonly id: string;
  /** Of containerd's services. */
  readonly address: string;
  /** Default: the current folder. */
  readonly bundle: string;
  readonly publishBinary: string;
  readonly debug: boolean;
  readonly version: boolean;
  readonly info: boolean;
}

const ACTIONS: readonly string[] = ['start', 'delete'];
const TEXT_FLAGS: readonly string[] = [
  'namespace',
  'id',
  'address',
  'bundle',
  'publish-binary',
  // Of how the reference's daemon is launched; ours is launched otherwise.
  'socket',
  'debug-socket',
];
const BOOLEAN_FLAGS: readonly string[] = ['debug', 'v', 'version', 'info'];
const TRUE_WORDS: readonly string[] = ['1', 't', 'T', 'TRUE', 'true', 'True'];
const FALSE_WORDS: readonly string[] = ['0', 'f', 'F', 'FALSE', 'false', 'False'];
/** No path and no id is near this. */
const WORD_LENGTH_MAX = 4096;

/** @throws RuntimeError invalid-argument for a flag without its value, a boolean that is none, a word that is too long */
export function parseShimArguments(words: readonly string[]): ShimArguments {
  const texts = new Map<string, string>();
  const booleans = new Map<string, boolean>();
  let at = 0;
  for (; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word.length > WORD_LENGTH_MAX) {
      throw wrong(`argument ${at + 1} has ${word.length} characters, at most ${WORD_LENGTH_MAX}`);
    }
    if (word === '--') {
      at += 1;
      break;
    }
    if (!word.startsWith('-') || word === '-') break;
    const [name, attached] = nameAndValue(word);
    if (BOOLEAN_FLAGS.includes(name)) {
      booleans.set(name, attached === undefined || booleanOf(name, attached));
    } else if (TEXT_FLAGS.includes(name)) {
      const value = attached ?? words[(at += 1)];
      if (value === undefined) throw wrong(`-${name} has no value`);
      texts.set(name, value);
    } else if (attached === undefined && isValue(words, at + 1)) {
      at += 1;
    }
  }
  const text = (name: string): string => texts.get(name) ?? '';
  const is = (name: string): boolean => booleans.get(name) ?? false;
  return {
    action: words[at] ?? '',
    ...{ namespace: text('namespace'), id: text('id'), address: text('address') },
    ...{ bundle: text('bundle'), publishBinary: text('publish-binary') },
    ...{ debug: is('debug'), version: is('v') || is('version'), info: is('info') },
  };
}

function nameAndValue(word: string): [name: string, value: string | undefined] {
  const bare = word.replace(/^--?/, '');
  const equals = bare.indexOf('=');
  return equals < 0 ? [bare, undefined] : [bare.slice(0, equals), bare.slice(equals + 1)];
}

function booleanOf(name: string, value: string): boolean {
  if (TRUE_WORDS.includes(value)) return true;
  if (FALSE_WORDS.includes(value)) return false;
  throw wrong(`-${name} is ${JSON.stringify(value.slice(0, 64))}, not true or false`);
}

/** Whether the word is the value of an unknown flag before it. */
function isValue(words: readonly string[], at: number): boolean {
  const word = words[at];
  if (word === undefined || word.startsWith('-')) return false;
  return !(ACTIONS.includes(word) && at === words.length - 1);
}

function wrong(what: string): RuntimeError {
  return new RuntimeError('invalid-argument', 'read the command line', what);
}
