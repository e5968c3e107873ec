/**
 * HTML and SVG as text, made of elements: whatever is not markup already is escaped, so what a file of results says can
 * never become an element, an attribute or a script. Not a template language, not a parser.
 */

/** Text that is markup already. Only this module and who has written the text as a literal makes one. */
export class Markup {
  readonly text: string;

  /** @param text taken as it is: never anything that was read from a file */
  constructor(text: string) {
    this.text = text;
  }
}

/** Strings and numbers are escaped; undefined is nothing. */
export type Child = Markup | string | number | undefined | readonly Child[];

/** False and undefined: the attribute is not there; true: it is there without a value. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Elements of HTML that have neither content nor an end. */
const VOID: ReadonlySet<string> = new Set(['meta', 'br', 'hr', 'input', 'link']);

/** An element of HTML or SVG. The result is well-formed XML where no void element of HTML is in it. */
export function element(name: string, attributes: Attributes, ...children: Child[]): Markup {
  const open = Object.entries(attributes).map(([key, value]) => {
    if (value === undefined || value === false) return '';
    if (value === true) return ` ${key}=""`;
    return ` ${key}="${escapeText(typeof value === 'number' ? round(value) : value)}"`;
  });
  const start = `<${name}${open.join('')}>`;
  return new Markup(VOID.has(name) ? start : `${start}${render(children)}</${name}>`);
}

/** Several pieces as one. */
export function fragment(...children: Child[]): Markup {
  return new Markup(render(children));
}

/** Escaped for text and for attributes in quotes, in HTML and in XML. */
export function escapeText(text: string): string {
  return cleanText(text).replace(/[&<>"'`]/g, (char) => `&#${char.charCodeAt(0)};`);
}

/**
 * Without what XML forbids (control characters, halves of pairs) and without what turns the direction of the text
 * around, which would make a label read as another one: a replacement character stands there instead.
 */
export function cleanText(text: string): string {
  return text
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd')
    .replace(/\p{Cc}/gu, (char) => (/[\t\n\r]/.test(char) ? char : '\ufffd'))
    .replace(/[\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffe\uffff]/g, '\ufffd');
}

/** A coordinate: two decimals are a fiftieth of a pixel. Never NaN or infinite in the text. */
export function round(value: number): string {
  if (!Number.isFinite(value)) return '0';
  const rounded = Math.round(value * 100) / 100;
  return String(Number.isFinite(rounded) ? rounded : value);
}

function render(child: Child): string {
  if (child === undefined) return '';
  if (child instanceof Markup) return child.text;
  if (typeof child === 'string') return escapeText(child);
  if (typeof child === 'number') return escapeText(String(child));
  return child.map(render).join('');
}
