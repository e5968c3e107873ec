/** Numbers for people: three digits that count, and the unit. Not for programs: those read the file of results. */

/** "0.123", "1.23", "12.3", "123", "1.23e+9"; "none" where there is no number. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return 'none';
  const size = Math.abs(value);
  if (size >= 1e7) return value.toExponential(2);
  if (size >= 99.95) return value.toFixed(0);
  if (size >= 9.995) return value.toFixed(1);
  if (size >= 0.9995 || size === 0) return value.toFixed(2);
  return value.toPrecision(3);
}

/** The number with its unit, or "none". */
export function formatValue(value: number, unit: string): string {
  return Number.isFinite(value) ? `${formatNumber(value)} ${unit}` : 'none';
}

/** The label of a tick: as short as the number allows. */
export function formatTick(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e6 || size < 1e-3)) {
    return value
      .toExponential(2)
      .replace(/\.?0+e/, 'e')
      .replace('e+', 'e');
  }
  return String(Number(value.toPrecision(6)));
}

/** "1.2 s" of milliseconds: how long a run took. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) return 'none';
  if (ms < 1000) return `${formatNumber(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 100) return `${formatNumber(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  return `${minutes} min ${Math.round(seconds - minutes * 60)} s`;
}

/** "2026-01-02 03:04 UTC" of ISO 8601 in UTC. */
export function formatTime(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
