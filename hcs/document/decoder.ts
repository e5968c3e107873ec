/**
 * Reads an unknown value into a type, strictly, collecting every problem with its path.
 *
 * The combinators here know no schema; the decode-*.ts files describe HCS's with them. Nothing is coerced:
 * unknown keys, wrong types and null are problems. What is read is bounded (see `LIMITS`), so a hostile
 * document costs no more than its size. The result is a new value that shares nothing with the input.
 */
import { HcsError, type ErrorEvent } from '../hcs-error.ts';
import type { HresultName } from '../hresult.ts';

/** What a document may hold at most. */
export const LIMITS = {
  /** Of the whole document as JSON, about; keys and values count. */
  documentBytes: 1024 * 1024,
  /** Entries of one map or list. */
  entries: 1024,
  /** UTF-16 units of one string. */
  stringLength: 32 * 1024,
  /** Problems that are told one by one. */
  problems: 32,
} as const;

/** Why a value is not taken, and with which HRESULT; the first kind that occurs here decides for all. */
const PROBLEM_KINDS = {
  /** Not a value of the schema: wrong type, unknown field, unknown enumeration member. */
  malformed: 'HCS_E_INVALID_JSON',
  /** Of the schema, but not acceptable: out of range, missing, in conflict. */
  refused: 'E_INVALIDARG',
  /** Of HCS's schema, but not something that lcow does. */
  unsupported: 'NOT_SUPPORTED',
} as const satisfies Record<string, HresultName>;

export type ProblemKind = keyof typeof PROBLEM_KINDS;

/** Collects problems and counts what was read. One for each decode call. */
export class DecodeContext {
  readonly #events: ErrorEvent[] = [];
  readonly #kinds = new Set<ProblemKind>();
  #untold = 0;
  #bytes = 0;

  /** Records that the value at `path` is not taken. `allowed` completes "<path> is <value>: ". */
  problem(kind: ProblemKind, path: string, value: unknown, allowed: string): void {
    this.note(kind, path, `${path} is ${show(value)}: ${allowed}`);
  }

  /** Records a problem in its own words, which must name the path. */
  note(kind: ProblemKind, path: string, message: string): void {
    this.#kinds.add(kind);
    if (this.#events.length < LIMITS.problems)
      this.#events.push({ Message: message, Source: path });
    else this.#untold += 1;
  }

  /** Counts what was read towards LIMITS.documentBytes; false once that is exceeded. */
  read(bytes: number, path: string): boolean {
    const before = this.#bytes;
    this.#bytes += bytes;
    if (this.#bytes <= LIMITS.documentBytes) return true;
    if (before <= LIMITS.documentBytes) {
      this.note(
        'malformed',
        path,
        `${path} exceeds ${LIMITS.documentBytes} bytes for the document`,
      );
    }
    return false;
  }

  get failed(): boolean {
    return this.#kinds.size > 0;
  }

  /** @throws HcsError when a problem was recorded */
  finish(op: string): void {
    for (const [kind, hresult] of Object.entries(PROBLEM_KINDS)) {
      if (!this.#kinds.has(kind as ProblemKind)) continue;
      const events = this.#events;
      if (this.#untold > 0) events.push({ Message: `and ${this.#untold} more problems` });
      throw new HcsError(op, hresult, events);
    }
  }
}

/** Reads `value`, found at `path`; undefined when a problem was recorded. */
export type Decoder<T> = (value: unknown, path: string, context: DecodeContext) => T | undefined;

/** Runs a decoder over a whole value. @throws HcsError naming every problem */
export function decodeWhole<T>(decoder: Decoder<T>, value: unknown, root: string, op: string): T {
  const context = new DecodeContext();
  const decoded = decoder(value, root, context);
  context.finish(op);
  if (decoded === undefined) throw new HcsError(op, 'HCS_E_INVALID_JSON');
  return decoded;
}

export const boolean: Decoder<boolean> = (value, path, context) => {
  if (typeof value === 'boolean') return value;
  context.problem('malformed', path, value, 'must be true or false');
  return undefined;
};

/** A string without NUL; `pattern` mismatches are of `kind` and told as `what`. */
export function string(
  options: { pattern?: RegExp; what?: string; kind?: ProblemKind; empty?: boolean } = {},
): Decoder<string> {
  const { pattern, what = 'a string', kind = 'refused', empty = false } = options;
  return (value, path, context) => {
    if (typeof value !== 'string') {
      context.problem('malformed', path, value, `must be ${what}`);
      return undefined;
    }
    if (value.length > LIMITS.stringLength) {
      const message = `${path} has ${value.length} characters: at most ${LIMITS.stringLength}`;
      context.note('refused', path, message);
      return undefined;
    }
    if (!context.read(Buffer.byteLength(value) + 2, path)) return undefined;
    if (value.includes('\0')) {
      context.problem('refused', path, value, 'must not contain a NUL character');
      return undefined;
    }
    if (!empty && value === '') {
      context.problem('refused', path, value, `must be ${what}, not empty`);
      return undefined;
    }
    if (pattern !== undefined && !pattern.test(value)) {
      context.problem(kind, path, value, `must be ${what}`);
      return undefined;
    }
    return value;
  };
}

/** An integer of a schema type (outside: malformed) within a narrower range (outside: refused). */
export function integer(options: {
  type: 'uint8' | 'uint16' | 'uint32' | 'uint64';
  min?: number;
  max?: number;
  multipleOf?: number;
}): Decoder<number> {
  const typeMax = INTEGER_MAX[options.type];
  const { min = 0, max = typeMax, multipleOf = 1 } = options;
  const multiple = multipleOf === 1 ? '' : `, a multiple of ${multipleOf}`;
  return (value, path, context) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0 || value > typeMax) {
      context.problem('malformed', path, value, `must be an integer from 0 to ${typeMax}`);
      return undefined;
    }
    context.read(8, path);
    if (value < min || value > max || value % multipleOf !== 0) {
      context.problem('refused', path, value, `must be from ${min} to ${max}${multiple}`);
      return undefined;
    }
    // JSON.parse makes -0 of "-0"; HCS knows one zero.
    return value === 0 ? 0 : value;
  };
}

/** uint64 stops at the largest integer that JSON carries exactly. */
const INTEGER_MAX = {
  uint8: 0xff,
  uint16: 0xffff,
  uint32: 0xffffffff,
  uint64: Number.MAX_SAFE_INTEGER,
} as const;

/** One of the schema's enumeration members. */
export function oneOf<const T extends string>(...members: readonly T[]): Decoder<T> {
  const allowed = `must be one of ${members.map((member) => JSON.stringify(member)).join(', ')}`;
  return (value, path, context) => {
    const found = members.find((member) => member === value);
    if (found === undefined) context.problem('malformed', path, value, allowed);
    else context.read(found.length + 2, path);
    return found;
  };
}

/** A list. */
export function list<T>(item: Decoder<T>, max: number = LIMITS.entries): Decoder<T[]> {
  return (value, path, context) => {
    if (!Array.isArray(value)) {
      context.problem('malformed', path, value, 'must be a list');
      return undefined;
    }
    if (value.length > max) {
      context.note('refused', path, `${path} has ${value.length} entries: at most ${max}`);
      return undefined;
    }
    const items: T[] = [];
    for (let index = 0; index < value.length; index += 1) {
      const decoded = item(value[index], `${path}/${index}`, context);
      if (decoded !== undefined) items.push(decoded);
    }
    return items;
  };
}

/** What a map's keys are: `normalize` gives the form that is kept, undefined refuses the key. */
export interface MapKey {
  what: string;
  normalize(key: string): string | undefined;
}

/** An object whose keys are names of the caller's choice. */
export function map<T>(
  key: MapKey,
  item: Decoder<T>,
  max: number = LIMITS.entries,
): Decoder<Record<string, T>> {
  return (value, path, context) => {
    const names = keysOf(value, path, context);
    if (names === undefined) return undefined;
    if (names.length > max) {
      context.note('refused', path, `${path} has ${names.length} entries: at most ${max}`);
      return undefined;
    }
    const entries: Record<string, T> = {};
    for (const name of names) {
      if (!context.read(Buffer.byteLength(name) + 4, path)) return undefined;
      const kept = name === '__proto__' ? undefined : key.normalize(name);
      if (kept === undefined) {
        context.note('refused', path, `${path} has the key ${show(name)}: keys are ${key.what}`);
        continue;
      }
      if (Object.hasOwn(entries, kept)) {
        context.note('refused', path, `${path} has the key ${show(kept)} twice`);
        continue;
      }
      const decoded = item((value as Record<string, unknown>)[name], `${path}/${kept}`, context);
      if (decoded !== undefined) entries[kept] = decoded;
    }
    return entries;
  };
}

/** A field that must be present. */
export interface RequiredField<T> {
  decode: Decoder<T>;
  required: true;
}

/** The fields of T: required ones wrapped by `required`, optional ones as plain decoders. */
export type Fields<T> = {
  [K in keyof T]-?: undefined extends T[K]
    ? Decoder<Exclude<T[K], undefined>>
    : RequiredField<T[K]>;
};

export function required<T>(decode: Decoder<T>): RequiredField<T> {
  return { decode, required: true };
}

/**
 * An object with these fields and no others. `unsupported` names fields that HCS's schema has and lcow
 * does not take; `check` sees the object once all of its fields were read without a problem. `answer` is for
 * what a service says of itself: fields that a newer one adds are passed over, and null is absent.
 */
export function object<T extends object>(
  fields: Fields<T>,
  options: {
    unsupported?: readonly string[];
    answer?: boolean;
    check?: (value: T, path: string, context: DecodeContext) => void;
  } = {},
): Decoder<T> {
  const table = new Map<string, Decoder<unknown> | RequiredField<unknown>>(Object.entries(fields));
  const known = [...table.keys()].join(', ');
  return (value, path, context) => {
    let names = keysOf(value, path, context);
    if (names === undefined) return undefined;
    if (options.answer === true) {
      const said = value as Record<string, unknown>;
      names = names.filter((name) => table.has(name) && said[name] !== null);
    }
    const result: Record<string, unknown> = {};
    let complete = true;
    for (const name of names) {
      const field = table.get(name);
      const shown = field === undefined ? name.slice(0, 128) : name;
      const at = path === '' ? shown : `${path}/${shown}`;
      if (field === undefined) {
        complete = false;
        if (options.unsupported?.includes(name) === true) {
          context.note('unsupported', at, `${at} is in HCS's schema but lcow does not support it`);
        } else {
          const fields = known === '' ? 'it has none' : `its fields are ${known}`;
          context.note(
            'malformed',
            at,
            `${at} is not a field of ${path || 'the document'}: ${fields}`,
          );
        }
        continue;
      }
      if (!context.read(name.length + 4, at)) return undefined;
      const decode = typeof field === 'function' ? field : field.decode;
      const decoded = decode((value as Record<string, unknown>)[name], at, context);
      if (decoded === undefined) complete = false;
      else result[name] = decoded;
    }
    for (const [name, field] of table) {
      if (typeof field === 'function' || names.includes(name)) continue;
      const at = path === '' ? name : `${path}/${name}`;
      context.note('refused', at, `${at} is missing`);
      complete = false;
    }
    if (complete) options.check?.(result as T, path, context);
    return result as T;
  };
}

/** The names of an object's own fields that have a value; undefined fields count as absent. */
function keysOf(value: unknown, path: string, context: DecodeContext): string[] | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    context.problem('malformed', path || 'the document', value, 'must be an object');
    return undefined;
  }
  return Object.keys(value).filter(
    (name) => (value as Record<string, unknown>)[name] !== undefined,
  );
}

/** A value for a message: JSON, shortened, never throwing. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value === 'string') {
    const shown = JSON.stringify(value.slice(0, 80));
    return value.length > 80 ? `${shown.slice(0, -1)}..."` : shown;
  }
  return String(value);
}
