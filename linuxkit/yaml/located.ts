/**
 * YAML as values that know where they stand: file, line, column and the field's path. What the values mean is for
 * decode.ts. YAML 1.2 with merge keys (`<<`), as LinuxKit's own parser reads it; aliases are followed, within bounds.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseDocument } from 'yaml';
import { RuntimeError } from '../../runtime/errors.ts';

/** Where a value stands. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** As people write it: `services[0].mounts[1].type`; '' is the document. */
  readonly field: string;
}

export interface LocatedMap {
  readonly kind: 'map';
  readonly place: Place;
  readonly entries: ReadonlyMap<string, { readonly key: Place; readonly value: Located }>;
}

export interface LocatedList {
  readonly kind: 'list';
  readonly place: Place;
  readonly items: readonly Located[];
}

export interface LocatedScalar {
  readonly kind: 'scalar';
  readonly place: Place;
  readonly value: string | number | bigint | boolean | null;
}

export type Located = LocatedMap | LocatedList | LocatedScalar;

/** What is wrong, collected: one error tells all of it. */
export class Mistakes {
  readonly list: { readonly place: Place; readonly what: string }[] = [];

  add(place: Place, what: string): undefined {
    this.list.push({ place, what });
    return undefined;
  }

  /** @throws RuntimeError invalid-argument when there are any, the first in the file first */
  throwIfAny(op: string): void {
    if (this.list.length === 0) return;
    const sorted = [...this.list].sort(
      (a, b) =>
        (a.place.file === b.place.file ? 0 : a.place.file < b.place.file ? -1 : 1) ||
        a.place.line - b.place.line ||
        a.place.column - b.place.column,
    );
    const shown = sorted.slice(0, MOST_SHOWN).map(({ place, what }) => mistakeText(place, what));
    if (sorted.length > MOST_SHOWN) shown.push(`and ${sorted.length - MOST_SHOWN} more`);
    throw new RuntimeError('invalid-argument', op, shown.join('\n'));
  }
}

const MOST_SHOWN = 20;
/** A configuration is text that people write; certificates and scripts may stand in it. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024;
/** Values after aliases were followed: what a few lines of them could make is not finite otherwise. */
const MAX_VALUES = 200_000;
const MAX_DEPTH = 64;

/** `FILE:LINE:COLUMN: FIELD: WHAT` */
export function mistakeText({ file, line, column, field }: Place, what: string): string {
  return `${file}:${line}:${column}: ${field === '' ? '' : `${field}: `}${what}`;
}

/** An error at one place. */
export function mistakeAt(
  op: string,
  place: Place,
  what: string,
  options?: ErrorOptions,
): RuntimeError {
  return new RuntimeError('invalid-argument', op, mistakeText(place, what), options);
}

/** The place of something within a value; of the nearest that there is, when there is no such thing. */
export function placeIn(value: Located, ...path: readonly (string | number)[]): Place {
  let here: Located = value;
  for (const step of path) {
    const next: Located | undefined =
      here.kind === 'map'
        ? here.entries.get(String(step))?.value
        : here.kind === 'list' && typeof step === 'number'
          ? here.items[step]
          : undefined;
    if (next === undefined) return here.place;
    here = next;
  }
  return here.place;
}

/** @throws RuntimeError invalid-argument naming file, line and column of what is no YAML */
export function readLocated(text: string, file: string, op: string): Located {
  const size = Buffer.byteLength(text);
  if (size > MAX_TEXT_BYTES) {
    throw new RuntimeError(
      'invalid-argument',
      op,
      `${file} has ${size} bytes, ${MAX_TEXT_BYTES} is the most`,
    );
  }
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
    intAsBigInt: false,
    // By 'silent' a second document would be dropped without a word.
    logLevel: 'error',
    // Checked below, where keys that aliases or merges bring are seen as well.
    uniqueKeys: false,
  });
  const mistakes = new Mistakes();
  const placeAt = (offset: number, field: string): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col, field };
  };
  for (const error of document.errors) mistakes.add(placeAt(error.pos[0], ''), error.message);
  mistakes.throwIfAny(op);
  let count = 0;
  const locate = (node: ParsedNode | null, field: string, at: number, depth: number): Located => {
    const place = placeAt(node?.range?.[0] ?? at, field);
    if (++count > MAX_VALUES) throw mistakeAt(op, place, `there are over ${MAX_VALUES} values`);
    if (depth > MAX_DEPTH) throw mistakeAt(op, place, `it is over ${MAX_DEPTH} levels deep`);
    if (isAlias(node)) {
      const target = node.resolve(document) as ParsedNode | undefined;
      if (target === undefined) throw mistakeAt(op, place, `there is no anchor &${node.source}`);
      return { ...locate(target, field, at, depth + 1), place };
    }
    if (isSeq(node)) {
      const items = (node.items as (ParsedNode | null)[]).map((item, index) =>
        locate(item, `${field}[${index}]`, node.range[0], depth + 1),
      );
      return { kind: 'list', place, items };
    }
    if (isMap(node)) {
      const entries = new Map<string, { key: Place; value: Located }>();
      const merged = new Map<string, { key: Place; value: Located }>();
      for (const { key, value } of node.items as { key: ParsedNode; value: ParsedNode | null }[]) {
        const keyAt = key.range?.[0] ?? at;
        if (!isScalar(key)) throw mistakeAt(op, placeAt(keyAt, field), 'a key is no text');
        const name = typeof key.value === 'symbol' ? '<<' : String(key.value);
        const path = field === '' ? name : `${field}.${name}`;
        const located = locate(value, path, keyAt, depth + 1);
        if (name === '<<') {
          for (const [each, entry] of mergedEntries(located, op)) {
            if (!merged.has(each)) merged.set(each, entry);
          }
        } else if (entries.has(name)) {
          mistakes.add(placeAt(keyAt, path), `the key ${JSON.stringify(name)} is there twice`);
        } else {
          entries.set(name, { key: placeAt(keyAt, path), value: located });
        }
      }
      for (const [name, entry] of merged) if (!entries.has(name)) entries.set(name, entry);
      return { kind: 'map', place, entries };
    }
    const value = isScalar(node) ? (node.value as LocatedScalar['value']) : null;
    return { kind: 'scalar', place, value };
  };
  const located = locate(document.contents as ParsedNode | null, '', 0, 0);
  mistakes.throwIfAny(op);
  return located;
}

function mergedEntries(value: Located, op: string): [string, { key: Place; value: Located }][] {
  if (value.kind === 'map') return [...value.entries];
  if (value.kind === 'list') return value.items.flatMap((item) => mergedEntries(item, op));
  throw mistakeAt(op, value.place, 'what is merged is no mapping');
}
