/**
 * Checks of what a JSON document holds: each takes a value of unknown type and where it stands, and returns it typed
 * or throws ShapeError naming the field, what it must be, and what stands there. Unknown fields are nobody's business:
 * the OCI specifications ask to ignore them.
 */

/** The largest JSON document of an image that is read: 4 MiB, as containerd and registries have it. */
export const MAX_JSON_BYTES = 4 * 2 ** 20;

export class ShapeError extends Error {
  override readonly name = 'ShapeError';

  constructor(field: string, expected: string, value: unknown, at: string = field) {
    super(`${field} must be ${expected}: got ${kindOf(value)}${at === field ? '' : ` at ${at}`}`);
  }
}

/** Parse JSON; `document` names it in the error. */
export function parseJson(bytes: Buffer, document: string): unknown {
  if (bytes.length > MAX_JSON_BYTES) {
    throw new ShapeError(document, `at most ${MAX_JSON_BYTES} bytes long`, bytes.length);
  }
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new ShapeError(document, `JSON (${(error as Error).message})`, `${bytes.length} bytes`);
  }
}

export function asObject(value: unknown, field: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ShapeError(field, 'an object', value);
  }
  return value as Record<string, unknown>;
}

export function asString(value: unknown, field: string): string {
  if (typeof value !== 'string') throw new ShapeError(field, 'a string', value);
  return value;
}

/** A size or count: a whole number from 0 to 2^53 - 1. */
export function asSize(value: unknown, field: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw new ShapeError(field, 'a whole number from 0', value);
  }
  return value as number;
}

export function asArray<T>(
  value: unknown,
  field: string,
  item: (value: unknown, field: string) => T,
): T[] {
  if (!Array.isArray(value)) throw new ShapeError(field, 'an array', value);
  return value.map((each, index) => item(each, `${field}[${index}]`));
}

export function asStringArray(value: unknown, field: string): string[] {
  const expected = 'an array of strings';
  if (!Array.isArray(value)) throw new ShapeError(field, expected, value);
  value.forEach((each, index) => {
    if (typeof each !== 'string') throw new ShapeError(field, expected, each, `${field}[${index}]`);
  });
  return value as string[];
}

export function asStringMap(value: unknown, field: string): Record<string, string> {
  const expected = 'an object of strings';
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ShapeError(field, expected, value);
  }
  for (const [key, each] of Object.entries(value)) {
    if (typeof each !== 'string') {
      throw new ShapeError(field, expected, each, `${field}[${JSON.stringify(key.slice(0, 100))}]`);
    }
  }
  return value as Record<string, string>;
}

/** Absent and null are the same: Go writes either. */
export function optional<T>(
  value: unknown,
  field: string,
  decode: (value: unknown, field: string) => T,
): T | undefined {
  return value === undefined || value === null ? undefined : decode(value, field);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'object') return 'object';
  const text = JSON.stringify(value);
  return `${typeof value} ${text.length > 80 ? `${text.slice(0, 80)}...` : text}`;
}
