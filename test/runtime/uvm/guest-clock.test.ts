/** A guest whose clock runs faster than the host's is found out at its first answer. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkGuestClock } from '../../../runtime/uvm/guest-clock.ts';

test('a clock that keeps time is taken, a slow one too', () => {
  checkGuestClock(2500e6, 3000);
  checkGuestClock(3000e6, 3000);
  checkGuestClock(0, 3000);
});

test('a clock that ran 6.7 times too fast is refused with both times', () => {
  assert.throws(() => checkGuestClock(94_400e6, 14_000), /94400 ms .* 14000 ms here/);
});

test.run();
