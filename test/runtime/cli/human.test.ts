/** Spans, sizes and times in docker's words. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { binarySize, decimalSize, humanDuration } from '../../../runtime/cli/human.ts';
import { parseTime } from '../../../runtime/cli/time-argument.ts';
import { rejection } from './rejected.ts';

test('spans read as docker writes them', () => {
  const cases: readonly (readonly [number, string])[] = [
    [-5, 'Less than a second'],
    [999, 'Less than a second'],
    [1000, '1 second'],
    [59_000, '59 seconds'],
    [60_000, 'About a minute'],
    [180_000, '3 minutes'],
    [3_600_000, 'About an hour'],
    [7_200_000, '2 hours'],
    [47 * 3_600_000, '47 hours'],
    [48 * 3_600_000, '2 days'],
    [14 * 86_400_000, '2 weeks'],
    [61 * 86_400_000, '2 months'],
    [730 * 86_400_000, '2 years'],
    [Number.NaN, 'Less than a second'],
  ];
  for (const [ms, text] of cases) assert.is(humanDuration(ms), text, String(ms));
});

test('sizes have three or four digits', () => {
  assert.is(decimalSize(0), '0B');
  assert.is(decimalSize(1234), '1.23kB');
  assert.is(binarySize(12.5 * 2 ** 20), '12.5MiB');
  assert.is(binarySize(2 ** 30), '1GiB');
});

test('times are RFC 3339, seconds, or a span ago; anything else is refused by its option', () => {
  const nowMs = Date.parse('2026-01-02T15:04:05Z');
  assert.is(parseTime('--since', '2026-01-02T15:04:05Z', 0), nowMs);
  assert.is(parseTime('--since', '1767366245.5', 0), 1767366245500);
  assert.is(parseTime('--since', '1h30m', nowMs), nowMs - 5_400_000);
  assert.is(parseTime('--since', '10m', nowMs), nowMs - 600_000);
  assert.is(parseTime('--since', '2026-01-02', 0), new Date(2026, 0, 2).getTime());
  assert.is(parseTime('--since', '2026-01-02T15:04', 0), new Date(2026, 0, 2, 15, 4).getTime());
  for (const wrong of ['', 'yesterday', '10', '10x', '2026-13-40', '-5m', '1e9', '9'.repeat(30)]) {
    if (wrong === '10') continue;
    const { message } = rejection(() => parseTime('--since', wrong, nowMs));
    assert.match(message, /read --since/, wrong);
  }
});

test.run();
