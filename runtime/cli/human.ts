/** Times, spans and sizes as docker writes them for people, so that eyes and scripts find what they know. Pure. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "3 minutes", "About an hour": docker's units.HumanDuration. A span below zero (the clock was set) is none. */
export function humanDuration(ms: number): string {
  if (!(ms >= SECOND)) return 'Less than a second';
  const seconds = Math.floor(ms / SECOND);
  if (seconds === 1) return '1 second';
  if (seconds < 60) return `${seconds} seconds`;
  const minutes = Math.floor(ms / MINUTE);
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  const hours = Math.round(ms / HOUR);
  if (hours === 1) return 'About an hour';
  if (hours < 48) return `${hours} hours`;
  const days = Math.floor(ms / DAY);
  if (days < 14) return `${days} days`;
  if (days < 60) return `${Math.floor(days / 7)} weeks`;
  if (days < 730) return `${Math.floor(days / 30)} months`;
  return `${Math.floor(days / 365)} years`;
}

/** "3 minutes ago" of a time of a record; empty where it is not a time. */
export function humanAgo(iso: string, nowMs: number): string {
  const ms = Date.parse(iso);
  return Number.isNaN(ms) ? '' : `${humanDuration(nowMs - ms)} ago`;
}

/** Powers of 1000, three digits: "1.23kB", as docker's network and block counters. */
export function decimalSize(bytes: number): string {
  return scaled(bytes, 1000, ['B', 'kB', 'MB', 'GB', 'TB', 'PB'], 3);
}

/** Powers of 1024, four digits: "12.5MiB", as docker's memory. */
export function binarySize(bytes: number): string {
  return scaled(bytes, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'], 4);
}

function scaled(value: number, base: number, units: readonly string[], digits: number): string {
  let size = value;
  let unit = 0;
  while (size >= base && unit < units.length - 1) {
    size /= base;
    unit += 1;
  }
  return `${Number(size.toPrecision(digits))}${units[unit] ?? ''}`;
}
