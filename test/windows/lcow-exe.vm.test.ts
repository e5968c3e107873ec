/**
 * A container by lcow.exe under Wine, one executable with Node inside: the command, its supervisor in the same file's
 * other role, HCS's stand-in, and a real VM on Linux.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../harness/repository-root.ts';
import { skip } from '../harness/skip.ts';
import { buildExecutable } from './windows-executable.ts';
import { NODE_VERSIONS } from './windows-node.ts';
import { WindowsProgram } from './windows-program.ts';
import { windowsPath } from './windows-test-file.ts';

const IMAGE = join(repositoryRoot(), 'build', 'images', 'busybox');

for (const version of NODE_VERSIONS) {
  const test = suite<{ program: WindowsProgram }>(`lcow.exe with Node ${version}`);

  test('create, start, exec, logs, kill, wait and rm', async (context) => {
    context.program = await WindowsProgram.open(version, await buildExecutable(version));
    const { program } = context;
    await program.ok('image', 'import', windowsPath(IMAGE), '--name', 'busybox');
    await program.ok('create', '--name', 'web', 'busybox', 'sh', '-c', 'echo up; exec sleep 1000');
    assert.is(await program.ok('start', 'web'), 'web');
    assert.is(program.supervisors().length, 1);
    const exec = await program.lcow('exec', 'web', 'sh', '-c', 'echo in; echo bad >&2; exit 9');
    assert.equal([exec.code, exec.stdout, exec.stderr], [9, 'in\n', 'bad\n']);
    assert.is(await program.ok('logs', 'web'), 'up');
    assert.is(await program.ok('kill', 'web'), 'web');
    assert.is(await program.ok('wait', 'web'), '137');
    assert.is(await program.ok('rm', 'web'), 'web');
    assert.is(await program.ok('ps', '-a', '-q'), '');
  });

  test.after(async ({ program }) => {
    const deadline = performance.now() + 20_000;
    while (program.leftovers().length > 0 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const left = program.leftovers();
    await program[Symbol.asyncDispose]();
    assert.equal(left, []);
  });

  if (existsSync(IMAGE)) test.run();
  else skip('lcow.exe: `npm run setup` builds the image');
}
