/**
 * containerd's config.toml with a runtime of ours for its CRI plugin: tables appended between two marks, nothing else
 * touched. Text to text; files: configured-file.ts.
 *
 * The CRI plugin replaces its whole map of runtimes by the file's as soon as the file has one table of it, and then
 * refuses to load without its default runtime: where the file has none, that one is written too.
 * https://github.com/containerd/containerd/blob/main/docs/cri/config.md
 */
import { isDeepStrictEqual } from 'node:util';
import { parse, TomlError } from 'smol-toml';
import { TextFault } from './json-spans.ts';

const BEGIN = '# BEGIN lcow: written by "lcow setup containerd", taken out by its --undo';
const END = '# END lcow';
/** The plugin that has the runtimes, by the version of the file's format. */
const CRI_PLUGIN: Readonly<Record<number, string>> = {
  2: 'io.containerd.grpc.v1.cri',
  3: 'io.containerd.cri.v1.runtime',
};
const OPT_PLUGIN = 'io.containerd.internal.v1.opt';

type Toml = Readonly<Record<string, unknown>>;

export interface ContainerdRuntime {
  /** The name that a RuntimeClass's handler has. */
  readonly name: string;
  /** The runtime of the plugin's own default map, for a file that has no runtimes. */
  readonly standard: { readonly name: string; readonly type: string };
}

export interface ContainerdFile {
  readonly version: number;
  /** What the file's reader should know, each a sentence. */
  readonly notes: readonly string[];
  /** The folder whose bin/ containerd has in its PATH, where the file tells. */
  readonly optFolder: string | undefined;
}

/** @throws TextFault naming the line, for what is not TOML and for a version that is not 2 or 3 */
export function readContainerdFile(text: string): ContainerdFile {
  const document = parseToml(text);
  const version = versionOf(text, document);
  const notes: string[] = [];
  const disabled = document['disabled_plugins'];
  if (Array.isArray(disabled) && disabled.some((name) => /(^|\.)cri(\.|$)/.test(String(name)))) {
    notes.push('disabled_plugins has the CRI plugin: Kubernetes cannot use this containerd');
  }
  const imports = document['imports'];
  if (Array.isArray(imports) && imports.length > 0) {
    notes.push(
      `it imports ${imports.join(', ')}: a [plugins."${CRI_PLUGIN[version]}"] there replaces all of this file's`,
    );
  }
  const optFolder = at(document, ['plugins', OPT_PLUGIN, 'path']);
  return { version, notes, optFolder: typeof optFolder === 'string' ? optFolder : undefined };
}

/**
 * @param text undefined or blank: there is no such file yet; then it is one of version 2, which containerd 1.x and 2.x
 * read
 * @returns the same text where the runtime is in it already
 * @throws TextFault naming the line: not TOML, another version, another runtime of the name, or a table that nothing
 * can be appended to
 */
export function withContainerdRuntime(
  text: string | undefined,
  { name, standard }: ContainerdRuntime,
): string {
  const base = withoutBlock(text === undefined || text.trim() === '' ? 'version = 2\n' : text);
  const document = parseToml(base);
  const plugin = CRI_PLUGIN[versionOf(base, document)] as string;
  const runtimes = at(document, ['plugins', plugin, 'containerd', 'runtimes']);
  const known = at(document, ['plugins', plugin, 'containerd', 'runtimes', name]);
  if (known !== undefined) {
    // Written by hand, or without the marks by something else.
    if (isOurs(known)) return text ?? base;
    throw new TextFault(
      lineOf(base, `runtimes.${name}`),
      `it has a runtime "${name}" of its own; take it out, or choose another --name`,
    );
  }
  const wanted = runtimes === undefined ? [standard.name, name] : [name];
  const tables = wanted.map((each) =>
    each === name ? table(plugin, name, settingsOf()) : table(plugin, each, ofType(standard.type)),
  );
  const newline = base.includes('\r\n') ? '\r\n' : '\n';
  const block = [BEGIN, ...tables.flat(), END, ''].join(newline);
  if (text?.includes(block)) return text;
  const gap = base === '' || base.endsWith('\n') ? newline : newline + newline;
  const after = base + gap + block;
  checkAppended(after, base, plugin, name);
  return after;
}

/** Without what stands between our marks. @throws TextFault for a first mark without the second */
export function withoutBlock(text: string): string {
  const begin = text.indexOf(BEGIN);
  if (begin < 0) return text;
  const end = text.indexOf(END, begin);
  if (end < 0) throw new TextFault(lineOf(text, BEGIN), `there is no "${END}" after this mark`);
  const rest = text.slice(end + END.length).replace(/^\r?\n/, '');
  // The blank line before is ours too.
  return text.slice(0, begin).replace(/\r?\n$/, '') + rest;
}

/** What `io.lcow.*` says of a pod or container reaches the shim; /dev of the host never is the guest's. */
function settingsOf(): Toml {
  return {
    runtime_type: 'io.containerd.lcow.v1',
    pod_annotations: ['io.lcow.*'],
    container_annotations: ['io.lcow.*'],
    privileged_without_host_devices: true,
  };
}

/** The parser's tables have no prototype, which a strict comparison would see. */
function isOurs(found: unknown): boolean {
  return typeof found === 'object' && isDeepStrictEqual({ ...found }, { ...settingsOf() });
}

function ofType(type: string): Toml {
  return { runtime_type: type };
}

function table(plugin: string, name: string, settings: Toml): string[] {
  const values = Object.entries(settings).map(
    ([key, value]) => `  ${key} = ${JSON.stringify(value).replaceAll('","', '", "')}`,
  );
  return [`[plugins."${plugin}".containerd.runtimes.${name}]`, ...values];
}

/** The appended tables mean what they say, and everything else means what it did. */
function checkAppended(after: string, base: string, plugin: string, name: string): void {
  try {
    const now = parseToml(after);
    const ours = at(now, ['plugins', plugin, 'containerd', 'runtimes', name]);
    if (isOurs(ours)) return;
  } catch (error) {
    if (!(error instanceof TextFault)) throw error;
  }
  const line = lineOf(base, 'runtimes', plugin);
  const place = `[plugins."${plugin}".containerd.runtimes.${name}]`;
  throw new TextFault(line, `what stands here cannot have ${place} appended: write tables`);
}

function parseToml(text: string): Toml {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const what = (error.message.split('\n')[0] ?? '').replace(/^Invalid TOML document: /, '');
    throw new TextFault(error.line, what);
  }
}

function versionOf(text: string, document: Toml): number {
  const version = document['version'] ?? 1;
  if (typeof version === 'number' && CRI_PLUGIN[version] !== undefined) return version;
  throw new TextFault(
    'version' in document ? lineOf(text, 'version') : 1,
    `the format's version is ${JSON.stringify(version)}, not 2 or 3; "containerd config migrate" prints it as one of them`,
  );
}

function at(document: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Toml)[key]
        : undefined,
    document,
  );
}

/** The first line with one of the words, in their order of preference; 1 where there is none. */
function lineOf(text: string, ...words: readonly string[]): number {
  const lines = text.split('\n');
  for (const word of words) {
    const index = lines.findIndex((line) => line.includes(word) && !line.trim().startsWith('# '));
    if (index >= 0) return index + 1;
    const marked = lines.findIndex((line) => line.includes(word));
    if (marked >= 0) return marked + 1;
  }
  return 1;
}
