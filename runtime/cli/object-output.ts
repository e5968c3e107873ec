/** Objects as `inspect` prints them: a JSON array, a JSON line each, some fields, or through a template. Pure. */
import { escapeControl } from './escape.ts';
import { type ListFormat, parseListFormat } from './list-output.ts';
import { cellText, safeJson } from './safe-json.ts';
import { fieldOf, renderTemplate } from './template.ts';

/**
 * @param format what --format was given
 * @param terminal whether a person looks: templates' values are escaped then, and are exact for programs
 * @throws RuntimeError invalid-argument for a field that there is not
 */
export function objectsText(
  format: string | undefined,
  objects: readonly unknown[],
  terminal: boolean,
): string {
  if (format === undefined) return `${safeJson(objects, 4)}\n`;
  const parsed = parseListFormat(format);
  return objects.map((object) => `${objectText(parsed, object, terminal)}\n`).join('');
}

function objectText(format: ListFormat, object: unknown, terminal: boolean): string {
  switch (format.kind) {
    case 'table':
    case 'json':
      return safeJson(object);
    case 'fields':
      return format.names.map((name) => escapeControl(cellText(fieldOf(object, name)))).join('\t');
    case 'template': {
      const text = renderTemplate(format.parts, object);
      return terminal
        ? text.split('\n').map(escapeControl).join('\n').replaceAll('\\t', '\t')
        : text;
    }
    default:
      return format satisfies never;
  }
}
