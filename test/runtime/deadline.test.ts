/** A limit of time holds whatever is collected meanwhile, follows an outer signal, and leaves nothing on it. */
import { getEventListeners, once } from 'node:events';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { TimeLimit } from '../../runtime/deadline.ts';
import { collectGarbage } from '../harness/collect-garbage.ts';

const test = suite('deadline');

test('it aborts after its time, though garbage is collected before', async () => {
  // A limit holds no process; this does.
  const awake = setInterval(() => {}, 1000);
  try {
    const { signal } = new TimeLimit(50, new AbortController().signal);
    const aborted = once(signal, 'abort');
    await collectGarbage();
    await aborted;
    assert.is((signal.reason as Error).name, 'TimeoutError');
  } finally {
    clearInterval(awake);
  }
});

test('it aborts with the outer signal and its reason, also with one that has aborted', () => {
  const outer = new AbortController();
  using limit = new TimeLimit(60_000, outer.signal);
  outer.abort('stop');
  assert.is(limit.signal.reason, 'stop');
  using late = new TimeLimit(60_000, outer.signal);
  assert.is(late.signal.reason, 'stop');
});

test('disposed, it leaves no listener and does not abort', () => {
  const outer = new AbortController();
  const limit = new TimeLimit(60_000, outer.signal);
  assert.is(getEventListeners(outer.signal, 'abort').length, 1);
  limit[Symbol.dispose]();
  assert.is(getEventListeners(outer.signal, 'abort').length, 0);
  outer.abort();
  assert.not(limit.signal.aborted);
});

test.run();
