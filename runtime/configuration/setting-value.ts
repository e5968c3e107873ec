/** Checks one setting's value, as text (environment) or as TOML has it (files). Pure. */
import type { SettingKind } from './settings.ts';

/** What is wrong with a value. */
export class SettingError extends Error {}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  t: 2 ** 40,
};
const MAX_TEXT = 4096;

/** A value of a file. @throws SettingError saying what it should be */
export function settingFromToml(kind: SettingKind, value: unknown): string {
  const wanted = TOML_TYPES[kind.type];
  const type = typeof value === 'bigint' ? 'number' : typeof value;
  if (!wanted.includes(type))
    throw new SettingError(`it is ${tomlType(value)}, not ${describeKind(kind)}`);
  const text = String(value);
  // Which folder a relative path would be below is not clear where a file is for everybody.
  if (kind.type === 'folder' && !/^(\/|[a-zA-Z]:[\\/])/.test(text)) {
    throw new SettingError(`${JSON.stringify(text)} is not an absolute path`);
  }
  return settingFromText(kind, text);
}

const TOML_TYPES: Readonly<Record<SettingKind['type'], readonly string[]>> = {
  folder: ['string'],
  text: ['string'],
  flag: ['boolean'],
  choice: ['string'],
  whole: ['number'],
  cpus: ['number'],
  size: ['string', 'number'],
  shares: ['string'],
};

/** A value of the environment. @returns it in its one spelling @throws SettingError saying what it should be */
export function settingFromText(kind: SettingKind, text: string): string {
  const wrong = (): SettingError =>
    new SettingError(`${JSON.stringify(text.slice(0, 200))} is not ${describeKind(kind)}`);
  if (text.length > MAX_TEXT || text.includes('\0')) throw wrong();
  switch (kind.type) {
    case 'folder':
      if (text === '') throw wrong();
      return text;
    case 'text':
      return text;
    case 'flag':
      if (/^(1|true|yes|on)$/i.test(text)) return 'true';
      if (/^(0|false|no|off)$/i.test(text)) return 'false';
      throw wrong();
    case 'choice':
      if (!kind.choices.includes(text)) throw wrong();
      return text;
    case 'whole': {
      const count = /^-?\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
      if (!(count >= kind.least && count <= kind.most)) throw wrong();
      return String(count);
    }
    case 'cpus': {
      const cpus = /^\d{1,4}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
      if (!(cpus >= 0.01 && cpus <= 240)) throw wrong();
      return text;
    }
    case 'size': {
      const match = /^(\d{1,15}(?:\.\d{1,6})?)([bkmgt]?)(?:i?b)?$/i.exec(text);
      const bytes = match && Number(match[1]) * (UNITS[(match[2] ?? '').toLowerCase()] ?? 0);
      if (bytes === null || bytes < kind.least || bytes > kind.most) throw wrong();
      return text;
    }
    case 'shares': {
      if (text === 'any' || text === 'none') return text;
      const folders = text.split(',').map((folder) => folder.replace(/(?<=.)[\\/]+$/, ''));
      if (folders.every(isPlainFolder)) return folders.join(',');
      throw wrong();
    }
    default:
      return kind satisfies never;
  }
}

/** Absolute, and nothing in it that leads elsewhere. */
function isPlainFolder(path: string): boolean {
  const absolute = /^(\/|[a-zA-Z]:[\\/])/.test(path);
  return absolute && !path.split(/[\\/]/).some((part) => part === '.' || part === '..');
}

/** "a whole number from 0 to 9", for people. */
export function describeKind(kind: SettingKind): string {
  switch (kind.type) {
    case 'folder':
      return 'a path';
    case 'text':
      return 'text';
    case 'flag':
      return 'true or false';
    case 'choice':
      return `one of ${kind.choices.join(', ')}`;
    case 'whole':
      return `a whole number from ${kind.least} to ${kind.most}`;
    case 'cpus':
      return 'a number from 0.01 to 240';
    case 'size':
      return `a size like 512m or 2g, of ${kind.least} bytes or more`;
    case 'shares':
      return 'any, none, or absolute paths of folders with commas between them';
    default:
      return kind satisfies never;
  }
}

function tomlType(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  if (value instanceof Date) return 'a date';
  if (typeof value === 'object') return 'a table';
  return `${JSON.stringify(typeof value === 'bigint' ? Number(value) : value)} (a ${typeof value})`;
}
