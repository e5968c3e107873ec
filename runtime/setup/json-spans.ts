/**
 * Where the values of a JSON text stand, so that one member can be put in or taken out and every other byte stays.
 * RFC 8259, and refuses what it refuses, by line. Pure; what is put where: daemon-json.ts.
 */

/** A value and where it stands: text.slice(start, end). */
export interface JsonSpan {
  readonly start: number;
  readonly end: number;
  readonly value: unknown;
  /** Of an object, in order; undefined of anything else. */
  readonly members: readonly JsonMember[] | undefined;
}

export interface JsonMember {
  readonly key: string;
  /** Where the key's opening quote stands. */
  readonly start: number;
  readonly of: JsonSpan;
}

/** What is wrong in a file's text, and on which line, from 1. */
export class TextFault extends Error {
  readonly line: number;

  constructor(line: number, what: string) {
    super(what);
    this.line = line;
  }
}

/** Deeper is no configuration. */
const MAX_DEPTH = 64;
const SPACE = /[ \t\r\n]*/y;
const STRING = /"(?:[^"\\]|\\.)*"/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** @throws TextFault for what is not one JSON value, and for a key that an object has twice */
export function parseJsonSpans(text: string): JsonSpan {
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  space();
  const root = value(0);
  space();
  if (at < text.length) throw fault('the document has ended, and there is more');
  return root;

  function value(depth: number): JsonSpan {
    if (depth > MAX_DEPTH) throw fault(`it is nested more than ${MAX_DEPTH} deep`);
    const start = at;
    if (text[at] === '{') return object(start, depth);
    if (text[at] === '[') return array(start, depth);
    const scalar = match(text[at] === '"' ? STRING : SCALAR);
    if (scalar === undefined) throw fault('there is no JSON value');
    return { start, end: at, value: parsed(scalar, start), members: undefined };
  }

  function object(start: number, depth: number): JsonSpan {
    const members: JsonMember[] = [];
    const plain: Record<string, unknown> = Object.create(null);
    at += 1;
    space();
    while (text[at] !== '}') {
      if (members.length > 0) expect(',');
      const keyStart = at;
      const quoted = match(STRING);
      if (quoted === undefined) throw fault('there is no key in quotes');
      const key = parsed(quoted, keyStart) as string;
      if (key in plain) throw fault(`it has ${quoted} twice`, keyStart);
      space();
      expect(':');
      const of = value(depth + 1);
      plain[key] = of.value;
      members.push({ key, start: keyStart, of });
      space();
    }
    at += 1;
    return { start, end: at, value: plain, members };
  }

  function array(start: number, depth: number): JsonSpan {
    const items: unknown[] = [];
    at += 1;
    space();
    while (text[at] !== ']') {
      if (items.length > 0) expect(',');
      items.push(value(depth + 1).value);
      space();
    }
    at += 1;
    return { start, end: at, value: items, members: undefined };
  }

  /** A string may hold control characters or escapes that are none. */
  function parsed(scalar: string, where: number): unknown {
    try {
      return JSON.parse(scalar);
    } catch {
      throw fault(`${scalar.slice(0, 40)} is not a JSON value`, where);
    }
  }

  function expect(mark: string): void {
    if (text[at] !== mark) throw fault(`there is no "${mark}"`);
    at += 1;
    space();
  }

  function space(): void {
    match(SPACE);
  }

  function match(pattern: RegExp): string | undefined {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    at += found?.length ?? 0;
    return found;
  }

  function fault(what: string, where = at): TextFault {
    return new TextFault(lineAt(text, where), what);
  }
}

/** The line, from 1, on which an offset stands. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
