/** Sizes and processor counts as people type them. */
import { RuntimeError } from '../errors.ts';

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
};

/** "512m", "1.5g", "4096" (bytes) as bytes. @throws RuntimeError invalid-argument naming the option */
export function parseSize(option: string, text: string): number {
  const match = /^(\d{1,15}(?:\.\d{1,6})?)([bkmgt]?)(?:i?b)?$/i.exec(text);
  const bytes = match && Number(match[1]) * (UNITS[(match[2] ?? '').toLowerCase()] ?? Number.NaN);
  if (!bytes || !Number.isSafeInteger(Math.round(bytes))) {
    throw new RuntimeError(
      'invalid-argument',
      `read ${option}`,
      `"${text}" is not a size like 512m or 2g`,
    );
  }
  return Math.round(bytes);
}

/** A whole number in a range. @throws RuntimeError invalid-argument naming the option */
export function parseCount(option: string, text: string, least: number, most: number): number {
  const count = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(count >= least && count <= most)) {
    throw new RuntimeError(
      'invalid-argument',
      `read ${option}`,
      `"${text}" is not a whole number from ${least} to ${most}`,
    );
  }
  return count;
}

/** "1.5" as a number of processors. @throws RuntimeError invalid-argument naming the option */
export function parseCpus(option: string, text: string): number {
  const cpus = /^(?:\d{1,4}(?:\.\d{1,3})?|\.\d{1,3})$/.test(text) ? Number(text) : Number.NaN;
  if (!(cpus >= 0.01 && cpus <= 240)) {
    throw new RuntimeError(
      'invalid-argument',
      `read ${option}`,
      `"${text}" is not between 0.01 and 240`,
    );
  }
  return cpus;
}

/** A whole number that may be negative. @throws RuntimeError invalid-argument, naming the option */
export function parseInteger(option: string, text: string, least: number, most: number): number {
  const number = /^-?\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  const what = `"${text.slice(0, 64)}" is not a whole number from ${least} to ${most}`;
  throw new RuntimeError('invalid-argument', `read ${option}`, what);
}
