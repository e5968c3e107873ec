import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Timeline } from '../../runtime/timeline.ts';

test('guest moments land on the host clock, and phases are sorted differences', () => {
  const timeline = new Timeline();
  timeline.mark('spawn', 100);
  timeline.mark('answer', 1020);
  // Halfway between 1000 and 1020 the guest's clock stood at 500 ms.
  timeline.addGuest([{ name: 'init', atNs: 200e6 }], 500e6, 1000, 1020);
  assert.equal(
    timeline.phases().map(({ name, side, atMs, tookMs }) => [name, side, atMs, tookMs]),
    [
      ['spawn', 'host', 100, 100],
      ['init', 'guest', 710, 610],
      ['answer', 'host', 1020, 310],
    ],
  );
});

test('a name counts once: the first time', () => {
  const timeline = new Timeline();
  timeline.mark('first byte', 5);
  timeline.mark('first byte', 9);
  assert.equal(
    timeline.marks().map(({ atMs }) => atMs),
    [5],
  );
});

test.run();
