import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nextDelayMs, wantsRestart } from '../../../runtime/supervisor/restart-policy.ts';

test('the policy decides', () => {
  assert.not(wantsRestart({ name: 'no', maximum: 0 }, 1, 0));
  assert.ok(wantsRestart({ name: 'always', maximum: 0 }, 0, 1000));
  assert.not(wantsRestart({ name: 'on-failure', maximum: 0 }, 0, 0));
  assert.ok(wantsRestart({ name: 'on-failure', maximum: 0 }, 1, 1000));
  assert.ok(wantsRestart({ name: 'on-failure', maximum: 3 }, 1, 2));
  assert.not(wantsRestart({ name: 'on-failure', maximum: 3 }, 1, 3));
});

test('the delay doubles from 100 ms to a minute', () => {
  const delays = [0];
  for (let i = 0; i < 12; i += 1) delays.push(nextDelayMs(delays.at(-1) as number, 5));
  assert.equal(delays.slice(1, 5), [100, 200, 400, 800]);
  assert.is(delays.at(-1), 60_000);
});

test('a run of 10 s makes the next delay the first again', () => {
  assert.is(nextDelayMs(6400, 9_999), 12_800);
  assert.is(nextDelayMs(6400, 10_000), 100);
});

test.run();
