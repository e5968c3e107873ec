/** Signals by name and number. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseSignal, signalName } from '../../../runtime/container/signal.ts';

test('names and numbers mean what Linux means', () => {
  const known = { TERM: 15, SIGTERM: 15, sigkill: 9, '9': 9, '64': 64, hup: 1, SYS: 31, POLL: 29 };
  for (const [text, number] of Object.entries(known)) assert.is(parseSignal('x', text), number);
  const realTime = { RTMIN: 34, 'SIGRTMIN+3': 37, RTMAX: 64, 'RTMAX-14': 50 };
  for (const [text, number] of Object.entries(realTime)) assert.is(parseSignal('x', text), number);
});

test('every number has a name that means it', () => {
  for (let number = 1; number <= 64; number += 1) {
    if (number === 32 || number === 33) continue;
    assert.is(parseSignal('x', signalName(number)), number);
  }
});

test('what is no signal is refused by name', () => {
  for (const text of ['', '0', '65', '-1', 'TERMINATE', 'RTMIN+31', 'RTMIN-1', 'RTMAX+1', '9 ']) {
    assert.throws(
      () => parseSignal('read --signal', text),
      (error: Error) => error.message === `cannot read --signal: "${text}" is not a signal`,
      text,
    );
  }
});

test.run();
