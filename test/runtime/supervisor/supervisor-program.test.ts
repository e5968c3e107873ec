import { existsSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SUPERVISOR_FLAGS } from '../../../runtime/supervisor/supervisor-flags.ts';
import {
  SUPERVISOR_ROLE,
  supervisorProgram,
} from '../../../runtime/supervisor/supervisor-program.ts';

test("a supervisor is this Node with the supervisor's launcher, which is there", () => {
  const { file, args, env } = supervisorProgram();
  assert.is(file, process.execPath);
  assert.equal(args.slice(0, -1), SUPERVISOR_FLAGS);
  assert.ok(existsSync(args.at(-1) ?? ''), args.at(-1));
  assert.equal(env, {});
});

test('of a single executable it is the same one in another role, with the flags that Node takes so', () => {
  const { file, args, env } = supervisorProgram(true);
  assert.equal([file, args], [process.execPath, [SUPERVISOR_ROLE]]);
  // Node refuses to start with an option in NODE_OPTIONS that it does not allow there.
  const { status, stderr } = spawnSync(file, ['-e', '0'], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  assert.is(status, 0, stderr);
});

test("none of a supervisor's flags is V8's: with one, V8 takes no code cache of Node's own modules", () => {
  const { status, stdout } = spawnSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
  assert.is(status, 0);
  const names = new Set(stdout.match(/^ +--[a-z0-9-]+/gm)?.map((line) => line.trim()));
  assert.ok(names.has('--jitless'), 'the list of V8 is not read as it should be');
  // Node has one of this name, which is its own, and V8's is left alone.
  names.delete('--v8-pool-size');
  for (const flag of SUPERVISOR_FLAGS) {
    const name = flag.split('=')[0] ?? '';
    assert.not(names.has(name) || names.has(name.replace('--no-', '--')), flag);
  }
});

test.run();
