/** Mount options of a tmpfs by Docker's rules: its defaults, what is known, and later ones that win. */
import { refuse } from './refusal.ts';

const DEFAULTS = ['noexec', 'nosuid', 'nodev'];
/** Words that undo each other. */
const PAIRS: readonly (readonly string[])[] = [
  ['ro', 'rw'],
  ['exec', 'noexec'],
  ['suid', 'nosuid'],
  ['dev', 'nodev'],
  ['sync', 'async'],
  ['atime', 'noatime', 'relatime', 'norelatime', 'strictatime', 'nostrictatime'],
  ['diratime', 'nodiratime'],
];
const VALUES: Readonly<Record<string, RegExp>> = {
  size: /^\d{1,15}[kmgt%]?$/i,
  mode: /^[0-7]{1,5}$/,
  uid: /^\d{1,10}$/,
  gid: /^\d{1,10}$/,
  nr_inodes: /^\d{1,15}[kmg]?$/i,
  nr_blocks: /^\d{1,15}[kmg]?$/i,
};

/** @param text what an error repeats @throws RuntimeError invalid-argument for an option that is unknown */
export function tmpfsOptions(op: string, text: string, given: readonly string[]): string[] {
  const bySubject = new Map<string, string>(DEFAULTS.map((word) => [subject(word) ?? word, word]));
  for (const option of given) {
    const equals = option.indexOf('=');
    const key = equals < 0 ? option : option.slice(0, equals);
    const about = equals < 0 ? subject(option) : key;
    const known = equals < 0 ? about !== undefined : Object.hasOwn(VALUES, key);
    if (!known || about === undefined) {
      return refuse(op, text, `has the unknown tmpfs option "${option.slice(0, 64)}"`);
    }
    if (equals >= 0 && !VALUES[key]?.test(option.slice(equals + 1))) {
      refuse(op, text, `has the value "${option.slice(0, 64)}", which tmpfs does not take`);
    }
    bySubject.delete(about);
    bySubject.set(about, option);
  }
  return [...bySubject.values()];
}

function subject(word: string): string | undefined {
  return PAIRS.find((pair) => pair.includes(word))?.[0];
}
