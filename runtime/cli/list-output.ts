/**
 * Lists as people and scripts ask for them: one set of columns, shown as a table, as a JSON object a line, as some fields
 * with tabs between, or through a template (docker's `--format`). Columns have docker's names.
 */
import { RuntimeError } from '../errors.ts';
import { escapeControl } from './escape.ts';
import { safeJson } from './safe-json.ts';
import { table } from './table.ts';
import { parseTemplate, renderTemplate, type TemplatePart } from './template.ts';

export interface Column<Row> {
  /** Docker's name in templates and JSON: "ID", "Names". */
  readonly name: string;
  /** Of the table; absent: the table does not have it. */
  readonly header?: string;
  /** What `--format` takes too, in any case: "name". */
  readonly aliases?: readonly string[];
  value(row: Row): string;
}

export type ListFormat =
  | { readonly kind: 'table' }
  | { readonly kind: 'json' }
  | { readonly kind: 'fields'; readonly names: readonly string[] }
  | {
      readonly kind: 'template';
      readonly parts: readonly TemplatePart[];
      /** `table {{...}}`: in columns, with a header. */
      readonly columns: boolean;
    };

/** @param text what --format was given; undefined: a table. @throws RuntimeError invalid-argument */
export function parseListFormat(text: string | undefined): ListFormat {
  if (text === undefined || text === 'table' || text === '') return { kind: 'table' };
  if (text === 'json') return { kind: 'json' };
  const columns = text.startsWith('table ');
  if (columns || text.includes('{{')) {
    const template = columns ? text.slice('table '.length) : text;
    return { kind: 'template', parts: parseTemplate(template), columns };
  }
  if (/^[\w.]+(\s*,\s*[\w.]+)*$/.test(text)) {
    return { kind: 'fields', names: text.split(',').map((name) => name.trim()) };
  }
  throw new RuntimeError(
    'invalid-argument',
    `read --format ${JSON.stringify(text)}`,
    'it is not table, json, names of fields with commas between, or a {{.Field}} template',
  );
}

/** The list as text. @throws RuntimeError invalid-argument for a field that there is not */
export function listText<Row>(
  format: ListFormat,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): string {
  switch (format.kind) {
    case 'table': {
      const shown = columns.filter(({ header }) => header !== undefined);
      const header = shown.map((column) => column.header ?? '');
      return table(
        header,
        rows.map((row) => shown.map((column) => column.value(row))),
        3,
      );
    }
    case 'json':
      return rows.map((row) => `${safeJson(objectOf(columns, row))}\n`).join('');
    case 'fields': {
      const chosen = format.names.map((name) => columnOf(columns, name));
      return rows
        .map((row) => `${chosen.map((column) => escapeControl(column.value(row))).join('\t')}\n`)
        .join('');
    }
    case 'template': {
      const parts = format.parts.map((part) => named(columns, part));
      const lines = rows.map((row) => renderTemplate(parts, safeObject(columns, row)));
      if (!format.columns) return lines.map((line) => `${line}\n`).join('');
      const header = parts.map((part) => headerOf(columns, part)).join('');
      return table(
        header.split('\t'),
        lines.map((line) => line.split('\t')),
        3,
      );
    }
    default:
      return format satisfies never;
  }
}

/** A row as JSON has it. */
function objectOf<Row>(columns: readonly Column<Row>[], row: Row): Record<string, string> {
  return Object.fromEntries(columns.map((column) => [column.name, column.value(row)]));
}

/** A row whose cells no terminal minds. */
function safeObject<Row>(columns: readonly Column<Row>[], row: Row): Record<string, string> {
  return Object.fromEntries(
    columns.map((column) => [column.name, escapeControl(column.value(row))]),
  );
}

function named<Row>(columns: readonly Column<Row>[], part: TemplatePart): TemplatePart {
  const [first] = part.kind === 'value' ? part.path : [];
  if (part.kind !== 'value' || first === undefined) return part;
  return { ...part, path: [columnOf(columns, first).name, ...part.path.slice(1)] };
}

function headerOf<Row>(columns: readonly Column<Row>[], part: TemplatePart): string {
  if (part.kind === 'text') return part.text;
  const [name] = part.path;
  if (name === undefined) return '';
  return columnOf(columns, name).header ?? name.toUpperCase();
}

function columnOf<Row>(columns: readonly Column<Row>[], name: string): Column<Row> {
  const wanted = name.toLowerCase();
  const found = columns.find(
    (column) =>
      column.name.toLowerCase() === wanted ||
      column.aliases?.some((alias) => alias.toLowerCase() === wanted),
  );
  if (found !== undefined) return found;
  const known = columns.map((column) => column.name).join(', ');
  throw new RuntimeError(
    'invalid-argument',
    `read --format`,
    `there is no field ${JSON.stringify(name)}; there are ${known}`,
  );
}
