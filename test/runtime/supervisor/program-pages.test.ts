import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { collectGarbage } from '../../../runtime/supervisor/idle-collection.ts';
import { codeOf, dropProgramPages } from '../../../runtime/supervisor/program-pages.ts';
import { skip } from '../../harness/skip.ts';

const MAPS = `555500000000-555500800000 r--p 00000000 08:01 42                         /usr/bin/node
555500800000-555503000000 r-xp 00800000 08:01 42                         /usr/bin/node
555503000000-555503100000 r--p 03000000 08:01 42                         /usr/bin/node
555503100000-555503200000 rw-p 03100000 08:01 42                         /usr/bin/node
555503200000-555503300000 rwxp 03200000 08:01 42                         /usr/bin/node
555503300000-555503400000 r-xs 03200000 08:01 42                         /usr/bin/node
7f0000000000-7f0000100000 r-xp 00000000 00:00 0
7f0000200000-7f0000300000 r-xp 00020000 08:01 43                         /usr/lib/libc.so.6
7ffd00000000-7ffd00002000 r-xp 00000000 00:00 0                          [vdso]
`;

test("of all mappings only the program's own code, which nobody can write to, is to be dropped", () => {
  assert.equal(codeOf(MAPS, '/usr/bin/node'), [{ start: 0x555500800000n, end: 0x555503000000n }]);
  assert.equal(codeOf(MAPS, '/usr/bin/other'), []);
  assert.equal(codeOf('', '/usr/bin/node'), []);
});

if (process.platform === 'linux') {
  test('what was dropped is no longer resident, and the program goes on', async () => {
    const before = residentCode();
    assert.ok(before > 4 * 1024, `${before} KiB of code were resident`);
    await dropProgramPages();
    const after = residentCode();
    assert.ok(after < before / 2, `${before} KiB before, ${after} KiB after`);
    assert.equal(JSON.parse('{"a":[1,2,{"b":"c"}]}'), { a: [1, 2, { b: 'c' }] });
  });
} else skip('the mappings of a process are seen on Linux');

test('a collection needs no flag of the command line, and may come again', () => {
  assert.not(process.execArgv.includes('--expose-gc'));
  const gone = new WeakRef({ large: Array.from({ length: 1000 }) });
  return new Promise<void>((resolve) => {
    // What a turn has looked at stays until its end.
    setImmediate(() => {
      collectGarbage();
      collectGarbage();
      assert.is(gone.deref(), undefined);
      resolve();
    });
  });
});

/** KiB of the program's code. */
function residentCode(): number {
  const text = readFileSync('/proc/self/smaps', 'latin1');
  return text
    .split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)
    .filter((each) => each.includes(' r-xp ') && each.includes(process.execPath))
    .map((each) => Number(/^Rss: +(\d+) kB/m.exec(each)?.[1] ?? 0))
    .reduce((sum, each) => sum + each, 0);
}

test.run();
