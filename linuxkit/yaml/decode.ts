/**
 * Decoders of located YAML: small ones for texts, numbers and flags, and what makes lists and objects of them. A
 * decoder that finds a mistake notes it and goes on, so that one reading finds all of them. Strict: a key that nobody
 * knows is a mistake, with the name that was probably meant.
 */
import type { Located, LocatedMap, Mistakes } from './located.ts';

/** Undefined when there was a mistake, which is then noted. */
export type Decode<T> = (value: Located, mistakes: Mistakes) => T | undefined;

/** What every decoded object carries: where it came from, for mistakes that are found later. */
export interface Sourced {
  readonly located: LocatedMap;
}

type Fields<T> = { readonly [K in keyof T]-?: Decode<NonNullable<T[K]>> };

export const text: Decode<string> = (value, mistakes) =>
  value.kind === 'scalar' && typeof value.value === 'string'
    ? value.value
    : mistakes.add(value.place, `must be text, is ${describe(value)}`);

export const flag: Decode<boolean> = (value, mistakes) =>
  value.kind === 'scalar' && typeof value.value === 'boolean'
    ? value.value
    : mistakes.add(value.place, `must be true or false, is ${describe(value)}`);

export const integer: Decode<number> = (value, mistakes) =>
  value.kind === 'scalar' && Number.isSafeInteger(value.value)
    ? (value.value as number)
    : mistakes.add(value.place, `must be a whole number, is ${describe(value)}`);

export const textOrInteger: Decode<string | number> = (value, mistakes) => {
  if (value.kind === 'scalar' && typeof value.value === 'string') return value.value;
  if (value.kind === 'scalar' && Number.isSafeInteger(value.value)) return value.value as number;
  return mistakes.add(value.place, `must be text or a whole number, is ${describe(value)}`);
};

/** A whole number within bounds, both included. */
export function within(least: number, most: number): Decode<number> {
  return refine(integer, (number) =>
    number >= least && number <= most ? undefined : `must be ${least} to ${most}, is ${number}`,
  );
}

/** What `decode` takes, and `check` finds nothing wrong with. */
export function refine<T>(decode: Decode<T>, check: (value: T) => string | undefined): Decode<T> {
  return (value, mistakes) => {
    const decoded = decode(value, mistakes);
    const wrong = decoded === undefined ? undefined : check(decoded);
    return wrong === undefined ? decoded : mistakes.add(value.place, wrong);
  };
}

export function oneOf<const T extends string>(...words: readonly T[]): Decode<T> {
  return refine(text, (word) =>
    (words as readonly string[]).includes(word)
      ? undefined
      : `must be ${words.join(' or ')}, is ${JSON.stringify(word)}`,
  ) as Decode<T>;
}

export function list<T>(decode: Decode<T>): Decode<T[]> {
  return (value, mistakes) => {
    if (value.kind !== 'list') {
      return mistakes.add(value.place, `must be a list, is ${describe(value)}`);
    }
    return value.items.flatMap((item) => {
      const decoded = decode(item, mistakes);
      return decoded === undefined ? [] : [decoded];
    });
  };
}

export function mapOf<T>(decode: Decode<T>): Decode<Record<string, T>> {
  return (value, mistakes) => {
    if (value.kind !== 'map') {
      return mistakes.add(value.place, `must be a mapping, is ${describe(value)}`);
    }
    const map: Record<string, T> = {};
    for (const [key, { value: each }] of value.entries) {
      const decoded = decode(each, mistakes);
      if (decoded !== undefined) {
        Object.defineProperty(map, key, { value: decoded, enumerable: true, configurable: true });
      }
    }
    return map;
  };
}

/** An object of these fields and no others. `located` comes along and is not enumerable: it is not part of the value. */
export function object<T extends object>(
  fields: Fields<T>,
  required: readonly (keyof T & string)[] = [],
): Decode<T & Sourced> {
  const names = Object.keys(fields) as (keyof T & string)[];
  return (value, mistakes) => {
    if (value.kind !== 'map') {
      return mistakes.add(value.place, `must be a mapping, is ${describe(value)}`);
    }
    for (const [key, entry] of value.entries) {
      if (Object.hasOwn(fields, key)) continue;
      const near = nearest(key, names);
      const meant = near === undefined ? '' : `; did you mean ${near}?`;
      mistakes.add(entry.key, `there is no such field${meant}`);
    }
    const decoded: Partial<T> = {};
    let whole = true;
    for (const name of names) {
      const entry = value.entries.get(name);
      if (entry === undefined) {
        if (!required.includes(name)) continue;
        mistakes.add(value.place, `${name} is missing`);
        whole = false;
        continue;
      }
      const each = fields[name](entry.value, mistakes);
      if (each !== undefined) decoded[name] = each as T[typeof name];
      else if (required.includes(name)) whole = false;
    }
    if (!whole) return undefined;
    Object.defineProperty(decoded, 'located', { value });
    return decoded as T & Sourced;
  };
}

function describe(value: Located): string {
  if (value.kind !== 'scalar') return value.kind === 'map' ? 'a mapping' : 'a list';
  if (value.value === null) return 'empty';
  const shown = typeof value.value === 'string' ? JSON.stringify(value.value) : String(value.value);
  const what = typeof value.value === 'string' ? 'the text ' : '';
  return `${what}${shown.length > 60 ? `${shown.slice(0, 60)}...` : shown}`;
}

/** The name that differs by case or by at most two letters. */
function nearest(word: string, names: readonly string[]): string | undefined {
  const distances = names
    .map((name) => ({ name, far: distance(word.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.far - b.far);
  const [best] = distances;
  return best !== undefined && best.far <= 2 && best.far < word.length - 1 ? best.name : undefined;
}

function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, replaced));
    }
    row = next;
  }
  return row[b.length] ?? 3;
}
