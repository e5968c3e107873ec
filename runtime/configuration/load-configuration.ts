/**
 * Reads the configuration of this host. Later ones count: the default, the host's file, the user's file, the file that
 * LCOW_CONFIG names, the environment. Options of commands come after all of them, see Configuration.optionDefaults.
 *
 * Every command does this, so without files it costs two stats; the parser is loaded where there is a file.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { RuntimeError } from '../errors.ts';
import { Configuration, type SettingValue } from './configuration.ts';
import { SettingError, settingFromText, settingFromToml } from './setting-value.ts';
import { type Setting, settingsOf } from './settings.ts';
import { SHIM_TABLE } from './shim-settings.ts';

/** A configuration file is a page at most; larger ones are something else. */
const MAX_FILE_BYTES = 2 ** 20;

export interface ConfigurationSources {
  /** Default: process.env. An empty variable is as one that is not set. */
  readonly env?: NodeJS.ProcessEnv;
  /** Default: process.platform. */
  readonly platform?: NodeJS.Platform;
  /** The host's file. Default: /etc/lcow/config.toml, %ProgramData%\lcow\config.toml. */
  readonly hostFile?: string;
}

/**
 * @throws RuntimeError invalid-argument naming file or variable, key, value and what it should be; not-found when
 * LCOW_CONFIG names no file
 */
export async function loadConfiguration(
  sources: ConfigurationSources = {},
): Promise<Configuration> {
  const env = sources.env ?? process.env;
  const windows = (sources.platform ?? process.platform) === 'win32';
  const programData = env['ProgramData'] || 'C:\\ProgramData';
  const settings = settingsOf(windows, programData);
  const values = new Map<string, SettingValue>(
    settings.map((setting) => [
      setting.name,
      { setting, value: setting.default, origin: { kind: 'default' } },
    ]),
  );
  const files = configurationFiles(
    env,
    windows,
    sources.hostFile ?? hostFile(windows, programData),
  );
  for (const path of files) {
    for (const value of await readFile(path, settings)) values.set(value.setting.name, value);
  }
  for (const setting of settings) {
    const value = fromEnvironment(setting, env);
    if (value !== undefined) values.set(setting.name, value);
  }
  return new Configuration([...values.values()], files);
}

function hostFile(windows: boolean, programData: string): string {
  return windows ? `${programData}\\lcow\\config.toml` : '/etc/lcow/config.toml';
}

/** Files that are there. @throws RuntimeError not-found when LCOW_CONFIG names none */
function configurationFiles(env: NodeJS.ProcessEnv, windows: boolean, host: string): string[] {
  const home = windows ? env['APPDATA'] : env['HOME'] && join(env['HOME'], '.config');
  const folder = env['XDG_CONFIG_HOME'] || home;
  const found = [host, ...(folder ? [join(folder, 'lcow', 'config.toml')] : [])].filter(
    (path) => statSync(path, { throwIfNoEntry: false }) !== undefined,
  );
  const named = env['LCOW_CONFIG'];
  if (!named) return found;
  if (statSync(named, { throwIfNoEntry: false }) === undefined) {
    throw new RuntimeError(
      'not-found',
      `read the configuration ${named}`,
      'LCOW_CONFIG names it, and there is no such file',
    );
  }
  return [...found, named];
}

async function readFile(path: string, settings: readonly Setting[]): Promise<SettingValue[]> {
  const text = readText(path);
  const document = await parseToml(path, text);
  return entriesOf(document).map(([name, raw]) => {
    const line = lineOf(text, name);
    const setting = settings.find((known) => known.name === name);
    if (setting === undefined) {
      throw refused(
        path,
        line,
        `there is no setting ${JSON.stringify(name)}${nearest(name, settings)}`,
      );
    }
    try {
      const value = settingFromToml(setting.kind, raw);
      return { setting, value, origin: { kind: 'file', path, line } };
    } catch (error) {
      if (!(error instanceof SettingError)) throw error;
      throw refused(path, line, `${name}: ${error.message}`);
    }
  });
}

/** Keys and values; those of the table [shim] as `shim.<key>`. */
function entriesOf(document: Record<string, unknown>): [string, unknown][] {
  return Object.entries(document).flatMap(([name, value]): [string, unknown][] => {
    const isTable = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (name !== SHIM_TABLE || !isTable || value instanceof Date) return [[name, value]];
    return Object.entries(value).map(([key, raw]) => [`${SHIM_TABLE}.${key}`, raw]);
  });
}

function readText(path: string): string {
  const op = `read the configuration ${path}`;
  try {
    const stat = statSync(path);
    if (!stat.isFile()) throw new RuntimeError('invalid-argument', op, 'it is not a file');
    if (stat.size > MAX_FILE_BYTES) {
      throw new RuntimeError('invalid-argument', op, `it has ${stat.size} bytes, more than 1 MiB`);
    }
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof RuntimeError) throw error;
    const code =
      (error as NodeJS.ErrnoException).code === 'EACCES' ? 'permission-denied' : 'internal';
    throw new RuntimeError(code, op, (error as Error).message, { cause: error });
  }
}

async function parseToml(path: string, text: string): Promise<Record<string, unknown>> {
  const { parse, TomlError } = await import('smol-toml');
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const what = error.message.split('\n')[0] ?? '';
    throw refused(path, error.line, what.replace(/^Invalid TOML document: /, ''));
  }
}

/** The parser tells lines of errors only. The first that reads so, in its table, is it. */
function lineOf(text: string, name: string): number | undefined {
  const lines = text.split(/\r?\n/);
  const table = name.startsWith(`${SHIM_TABLE}.`) ? SHIM_TABLE : '';
  const header = lines.findIndex((line) => /^\s*\[\s*["']?shim["']?\s*\]/.test(line));
  const key = table === '' ? name : name.slice(table.length + 1);
  const inTable = table === '' || header < 0 ? -1 : lineOfKey(lines, key, header + 1);
  const found = inTable < 0 ? lineOfKey(lines, name, 0) : inTable;
  return found < 0 ? undefined : found + 1;
}

function lineOfKey(lines: readonly string[], key: string, from: number): number {
  const quoted = key.replaceAll(/[^a-zA-Z0-9_-]/g, '\\$&');
  const pattern = new RegExp(`^\\s*(?:\\[+\\s*)?["']?${quoted}["']?\\s*[=.\\]]`);
  return lines.findIndex((line, index) => index >= from && pattern.test(line));
}

function nearest(name: string, settings: readonly Setting[]): string {
  const plain = (text: string): string => text.replaceAll(/[^a-z]/gi, '').toLowerCase();
  const like = settings.find((known) => plain(known.name) === plain(name));
  return like === undefined ? '; lcow config show lists them' : `; there is ${like.name}`;
}

function refused(path: string, line: number | undefined, what: string): RuntimeError {
  const where = line === undefined ? path : `${path}:${line}`;
  return new RuntimeError('invalid-argument', `read the configuration ${where}`, what);
}

function fromEnvironment(setting: Setting, env: NodeJS.ProcessEnv): SettingValue | undefined {
  const variable = setting.environment;
  const text = env[variable];
  if (text === undefined || text === '') return undefined;
  try {
    const value = settingFromText(setting.kind, text);
    return { setting, value, origin: { kind: 'environment', variable } };
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    throw new RuntimeError('invalid-argument', `read ${variable}`, error.message);
  }
}
