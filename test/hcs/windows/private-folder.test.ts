import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  makePrivateFolder,
  privacyProblem,
  problemOf,
} from '../../../hcs/windows/private-folder.ts';
import { skip } from '../../harness/skip.ts';

const USER = 'S-1-5-21-1-2-3-1001';

test('a folder of SYSTEM, Administrators and its owner is private', () => {
  for (const sddl of [
    'O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;OW)',
    'O:SYD:(A;ID;FA;;;SY)',
    `O:${USER}D:P(A;OICI;FA;;;${USER})(A;OICI;FA;;;BA)`,
    'O:BAD:P(D;;FA;;;WD)(A;;FA;;;BA)',
  ]) {
    assert.is(problemOf(sddl, USER), undefined, sddl);
  }
});

test('a folder that others may enter, or that another has made, is not', () => {
  // As %ProgramData% has it, which a folder made without a word inherits.
  const inherited =
    'O:BAD:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIID;0x1200a9;;;BU)(A;CIID;DCLCRPCR;;;BU)';
  assert.match(problemOf(inherited, USER) ?? '', /lets BU in \(OICIID 0x1200a9\)/);
  assert.match(problemOf('O:BAD:P(A;OICI;FA;;;WD)', USER) ?? '', /lets WD in/);
  assert.match(
    problemOf('O:S-1-5-21-1-2-3-1002D:P(A;;FA;;;BA)', USER) ?? '',
    /owner is S-1-5-21-1-2-3-1002/,
  );
  assert.match(problemOf('D:P(A;;FA;;;BA)', USER) ?? '', /owner is not told/);
  assert.match(problemOf('O:BA', USER) ?? '', /no access list/);
  assert.match(problemOf('O:BAD:NO_ACCESS_CONTROL', USER) ?? '', /no access list/);
});

test('Windows makes such a folder once, and says what it made', () => {
  if (process.platform !== 'win32') return skip('access lists are of Windows');
  const root = mkdtempSync(join(tmpdir(), 'lcow-private-'));
  try {
    const path = join(root, 'own');
    assert.is(makePrivateFolder(path), true);
    assert.is(makePrivateFolder(path), false);
    assert.is(privacyProblem(path), undefined);
    assert.throws(() => makePrivateFolder(join(root, 'none', 'own')), /ERROR_PATH_NOT_FOUND/);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

test.run();
