/** The program of a template's container: it runs on this processor, writes a line and ends well. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { smallestProgram } from '../../../runtime/template/smallest-program.ts';
import { skip } from '../../harness/skip.ts';

if (process.platform === 'linux' && smallestProgram() !== undefined) {
  test('it writes a line and ends with status 0', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lcow-test-program-'));
    try {
      const path = join(folder, 'program');
      writeFileSync(path, smallestProgram() ?? '', { mode: 0o755 });
      assert.is(execFileSync(path, { encoding: 'latin1' }), '\n');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
} else {
  skip(`it is a program for Linux, and this is ${process.platform} on ${process.arch}`);
}

test('each program is an ELF file of its machine; others have none', () => {
  for (const [arch, machine] of [
    ['x64', 62],
    ['arm64', 183],
  ] as const) {
    const file = smallestProgram(arch);
    assert.is(file?.toString('latin1', 0, 4), '\x7fELF');
    assert.is(file?.readUInt16LE(18), machine);
    assert.is(Number(file?.readBigUInt64LE(96)), file?.length);
    assert.is(file?.at(-1), 10);
  }
  assert.is(smallestProgram('mips'), undefined);
});

test.run();
