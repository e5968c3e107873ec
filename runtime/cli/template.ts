/**
 * The simple part of docker's `--format` templates, which scripts are full of: text, `{{.Field.Field}}`, `{{json .Field}}`,
 * `{{json .}}`, `{{index .Field "key"}}`, `{{len .Field}}`. Go's templates can do more; what else is refused by name. Pure.
 */
import { RuntimeError } from '../errors.ts';
import { safeJson } from './safe-json.ts';

export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'value';
      readonly show: 'text' | 'json' | 'length';
      /** Names of fields; keys of `index` after them. */
      readonly path: readonly string[];
      /** How many of the path are keys of `index`: those may be absent. */
      readonly keys: number;
    };

const MAX_PARTS = 1000;

/** @throws RuntimeError invalid-argument, naming the action that is not known */
export function parseTemplate(source: string): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  let rest = source;
  while (rest !== '') {
    const open = rest.indexOf('{{');
    if (open !== 0)
      parts.push({ kind: 'text', text: literal(open < 0 ? rest : rest.slice(0, open)) });
    if (open < 0) break;
    const close = rest.indexOf('}}', open);
    if (close < 0) throw refuse(source, '"{{" is not closed');
    parts.push(parseAction(source, rest.slice(open + 2, close)));
    if (parts.length > MAX_PARTS) throw refuse(source, `it has more than ${MAX_PARTS} parts`);
    rest = rest.slice(close + 2);
  }
  return parts;
}

/** Shells pass `\t` and `\n` as two characters, and docker takes them. */
function literal(text: string): string {
  return text.replaceAll('\\t', '\t').replaceAll('\\n', '\n');
}

function parseAction(source: string, action: string): TemplatePart {
  const text = action
    .replace(/^- |^-$/, '')
    .replace(/ -$/, '')
    .trim();
  const match = /^(?:(json|len|println|print)\s+)?(\.[\w.]*)$/.exec(text);
  if (match !== null) {
    const path = (match[2] ?? '').split('.').filter((name) => name !== '');
    const show = match[1] === 'json' ? 'json' : match[1] === 'len' ? 'length' : 'text';
    return { kind: 'value', show, path, keys: 0 };
  }
  const index =
    /^(?:(json)\s+\()?index\s+(\.[\w.]*)((?:\s+(?:"(?:[^"\\]|\\.)*"|`[^`]*`|\d{1,9}))+)\)?$/.exec(
      text,
    );
  if (index !== null) {
    const fields = (index[2] ?? '').split('.').filter((name) => name !== '');
    const keys = [...(index[3] ?? '').matchAll(/"((?:[^"\\]|\\.)*)"|`([^`]*)`|(\d+)/g)].map(
      ([, quoted, raw, digits]) => quoted?.replaceAll(/\\(.)/g, '$1') ?? raw ?? digits ?? '',
    );
    const show = index[1] === undefined ? 'text' : 'json';
    return { kind: 'value', show, path: [...fields, ...keys], keys: keys.length };
  }
  throw refuse(
    source,
    `"{{${action}}}" is not known; there are {{.Field}}, {{json .Field}}, {{index .Field "key"}} and {{len .Field}}`,
  );
}

/** @throws RuntimeError invalid-argument, naming the field that is not there and those that are */
export function renderTemplate(parts: readonly TemplatePart[], value: unknown): string {
  return parts
    .map((part) => {
      if (part.kind === 'text') return part.text;
      const found = lookUp(value, part);
      if (part.show === 'json') return safeJson(found ?? null);
      if (part.show === 'length') return lengthOf(found, part.path);
      return goText(found);
    })
    .join('');
}

/** The field that a dotted path names. @throws RuntimeError invalid-argument */
export function fieldOf(value: unknown, path: string): unknown {
  const names = path.split('.').filter((name) => name !== '');
  return lookUp(value, { path: names, keys: 0 });
}

function lookUp(root: unknown, { path, keys }: { path: readonly string[]; keys: number }): unknown {
  let value = root;
  for (const [depth, name] of path.entries()) {
    const isKey = depth >= path.length - keys;
    if (typeof value !== 'object' || value === null) {
      if (isKey || value === undefined || value === null) return undefined;
      throw missing(path, depth, []);
    }
    const members = value as Record<string, unknown>;
    const exact = Object.hasOwn(members, name) ? name : undefined;
    // docker's structures and their JSON differ in case (.ID and "Id"), and it takes either.
    const found =
      exact ??
      (isKey
        ? undefined
        : Object.keys(members).find((key) => key.toLowerCase() === name.toLowerCase()));
    if (found === undefined) {
      // Keys of a map may be absent: labels, ports.
      if (isKey || /^(labels|ports|options|networks)$/i.test(path[depth - 1] ?? ''))
        return undefined;
      throw missing(path, depth, Object.keys(members));
    }
    value = members[found];
  }
  return value;
}

function missing(path: readonly string[], depth: number, known: readonly string[]): RuntimeError {
  const name = path.slice(0, depth + 1).join('.');
  const there = known.length === 0 ? '' : `; there are ${known.slice(0, 40).join(', ')}`;
  return refuse(`.${path.join('.')}`, `there is no field ${name}${there}`);
}

function lengthOf(value: unknown, path: readonly string[]): string {
  if (typeof value === 'string' || Array.isArray(value)) return String(value.length);
  if (typeof value === 'object' && value !== null) return String(Object.keys(value).length);
  if (value === undefined || value === null) return '0';
  throw refuse(`.${path.join('.')}`, 'it has no length');
}

/** As Go prints a value: `[a b]`, `map[k:v]`, `<no value>`. */
function goText(value: unknown): string {
  if (value === undefined || value === null) return '<no value>';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (typeof value === 'object') {
    const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `map[${members.map(([key, each]) => `${key}:${goText(each)}`).join(' ')}]`;
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function refuse(format: string, what: string): RuntimeError {
  return new RuntimeError('invalid-argument', `read --format ${JSON.stringify(format)}`, what);
}
