/** Points in time as --since and --until take them: RFC 3339, a date, seconds since 1970, or how long ago. Pure. */
import { RuntimeError } from '../errors.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const DURATION = /^(?:\d{1,15}(?:\.\d{1,9})?(?:ns|us|µs|ms|s|m|h|d))+$/;
const TIME = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)?)?$/;

/**
 * Milliseconds since 1970. A time without a zone is local.
 * @param option for the message, with its dashes
 * @throws RuntimeError invalid-argument naming option and text
 */
export function parseTime(option: string, text: string, nowMs: number): number {
  const ms = read(text, nowMs);
  if (ms !== undefined && Number.isFinite(ms)) return ms;
  throw new RuntimeError(
    'invalid-argument',
    `read ${option}`,
    `"${text.slice(0, 100)}" is not a time like 2026-01-02T15:04:05Z, seconds since 1970, or a span like 10m`,
  );
}

function read(text: string, nowMs: number): number | undefined {
  if (/^\d{1,12}(\.\d{1,9})?$/.test(text)) return Number(text) * 1000;
  if (DURATION.test(text)) {
    let span = 0;
    for (const [, number = '', unit = ''] of text.matchAll(/([\d.]+)([a-zµ]+)/g)) {
      span += Number(number) * (UNIT_MS[unit] ?? Number.NaN);
    }
    return nowMs - span;
  }
  if (!TIME.test(text)) return undefined;
  // A date alone would be read as UTC, with a time as local.
  return Date.parse(text.length === 10 ? `${text}T00:00` : text.replace(' ', 'T'));
}
