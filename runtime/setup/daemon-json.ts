/**
 * Docker's daemon.json with a runtime of ours in it, or taken out of it: every other byte stays as it is, and what is
 * new is indented as its neighbours are. Text to text; files: configured-file.ts.
 *
 * https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file
 */
import { isDeepStrictEqual } from 'node:util';
import { type JsonMember, type JsonSpan, lineAt, parseJsonSpans, TextFault } from './json-spans.ts';

/** The entry of `runtimes`: a path (dockerd before 24), or the name of a shim. */
export type DockerRuntime = { readonly path: string } | { readonly runtimeType: string };

/**
 * @param text undefined or blank: there is no such file yet
 * @returns the same text where the runtime is in it already
 * @throws TextFault naming the line, for what is not JSON, or where `runtimes` is no object
 */
export function withRuntime(
  text: string | undefined,
  name: string,
  runtime: DockerRuntime,
): string {
  if (text === undefined || text.trim() === '') {
    return `${JSON.stringify({ runtimes: { [name]: runtime } }, undefined, 2)}\n`;
  }
  const root = objectOf(text, parseJsonSpans(text), 'the document');
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const runtimes = memberOf(root, 'runtimes');
  if (runtimes === undefined) return insert(text, root, 'runtimes', { [name]: runtime }, newline);
  const map = objectOf(text, runtimes.of, '"runtimes"');
  const ours = memberOf(map, name);
  if (ours === undefined) return insert(text, map, name, runtime, newline);
  if (isDeepStrictEqual({ ...(ours.of.value as object) }, { ...runtime })) return text;
  const { start, end } = ours.of;
  const shown = render(runtime, indentOf(text, ours.start), unitOf(text, root), newline);
  return text.slice(0, start) + shown + text.slice(end);
}

/**
 * @returns the text without the runtime, and without a `runtimes` that would be empty; the same text where it has none
 * @throws TextFault as withRuntime
 */
export function withoutRuntime(text: string, name: string): string {
  if (text.trim() === '') return text;
  const root = objectOf(text, parseJsonSpans(text), 'the document');
  const runtimes = memberOf(root, 'runtimes');
  if (runtimes === undefined) return text;
  const map = objectOf(text, runtimes.of, '"runtimes"');
  if (memberOf(map, name) === undefined) return text;
  return map.members.length === 1 ? remove(text, root, 'runtimes') : remove(text, map, name);
}

type ObjectSpan = JsonSpan & { readonly members: readonly JsonMember[] };

function objectOf(text: string, span: JsonSpan, what: string): ObjectSpan {
  if (span.members !== undefined) return span as ObjectSpan;
  throw new TextFault(lineAt(text, span.start), `${what} is not an object`);
}

function memberOf(span: ObjectSpan, key: string): JsonMember | undefined {
  return span.members.find((member) => member.key === key);
}

/** After the last member, as that one is indented; on one line where the object is. */
function insert(
  text: string,
  into: ObjectSpan,
  key: string,
  value: object,
  newline: string,
): string {
  const last = into.members.at(-1);
  const unit = unitOf(text, into);
  if (last === undefined) {
    const outer = indentOf(text, into.start);
    const shown = render(value, outer + unit, unit, newline);
    const inside = `${newline}${outer}${unit}${JSON.stringify(key)}: ${shown}${newline}${outer}`;
    return `${text.slice(0, into.start + 1)}${inside}${text.slice(into.end - 1)}`;
  }
  const ownLine = standsAlone(text, last.start);
  const shown = ownLine
    ? render(value, indentOf(text, last.start), unit, newline)
    : JSON.stringify(value);
  const before = ownLine ? `${newline}${indentOf(text, last.start)}` : ' ';
  const added = `,${before}${JSON.stringify(key)}: ${shown}`;
  return text.slice(0, last.of.end) + added + text.slice(last.of.end);
}

function remove(text: string, from: ObjectSpan, key: string): string {
  const index = from.members.findIndex((member) => member.key === key);
  const member = from.members[index] as JsonMember;
  const previous = from.members[index - 1];
  const next = from.members[index + 1];
  if (previous !== undefined) return text.slice(0, previous.of.end) + text.slice(member.of.end);
  if (next !== undefined) return text.slice(0, member.start) + text.slice(next.start);
  return `${text.slice(0, from.start)}{}${text.slice(from.end)}`;
}

function render(value: object, indent: string, unit: string, newline: string): string {
  return JSON.stringify(value, undefined, unit).replaceAll('\n', `${newline}${indent}`);
}

/** One step of indentation: what the first member is indented more than its object. Default two blanks. */
function unitOf(text: string, span: ObjectSpan): string {
  const first = span.members[0];
  if (first === undefined || !standsAlone(text, first.start)) return '  ';
  const outer = indentOf(text, span.start);
  const inner = indentOf(text, first.start);
  return inner.length > outer.length && inner.startsWith(outer) ? inner.slice(outer.length) : '  ';
}

/** The blanks with which the line of an offset begins. */
function indentOf(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

/** Nothing but blanks stands before it on its line, and a line is before that. */
function standsAlone(text: string, offset: number): boolean {
  const lineStart = text.lastIndexOf('\n', offset - 1);
  return lineStart >= 0 && text.slice(lineStart + 1, offset).trim() === '';
}
