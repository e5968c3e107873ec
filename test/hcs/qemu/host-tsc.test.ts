/** The rate of the host's time-stamp counter, from /proc/cpuinfo. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tscKHzOf } from '../../../hcs/qemu/host-tsc.ts';

const ENTRY = (mhz: string, flags: string): string =>
  `processor\t: 0\nmodel name\t: X\ncpu MHz\t\t: ${mhz}\nflags\t\t: fpu ${flags} sse\n\nprocessor\t: 1\n`;

test('a host that is a virtual machine tells its rate', () => {
  assert.is(tscKHzOf(ENTRY('2445.428', 'constant_tsc hypervisor')), 2_445_428);
});

test('bare metal, a counter that is not constant, nonsense: nothing is told', () => {
  assert.is(tscKHzOf(ENTRY('2445.428', 'constant_tsc')), undefined);
  assert.is(tscKHzOf(ENTRY('2445.428', 'hypervisor')), undefined);
  assert.is(tscKHzOf(ENTRY('0.000', 'constant_tsc hypervisor')), undefined);
  assert.is(tscKHzOf(ENTRY('99999999', 'constant_tsc hypervisor')), undefined);
  assert.is(tscKHzOf(''), undefined);
});

test.run();
