/** bin/lcow-oci without any VM: what it says and exits with, as callers read it. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { repositoryRoot } from '../harness/repository-root.ts';

const folder = mkdtempSync(join(tmpdir(), 'lcow-oci-words-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));
const root = join(folder, 'root');

function call(...args: string[]) {
  const env = { ...process.env, LCOW_RUN: join(folder, 'run'), LCOW_DATA: join(folder, 'data') };
  const program = join(repositoryRoot(), 'bin/lcow-oci');
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, env });
  return { status, stdout: stdout.toString(), stderr: stderr.toString() };
}

test('an error is a line of the log, and text beside a log of its own', () => {
  const bare = call('--root', root, 'state', 'none');
  assert.is(bare.status, 1);
  assert.match(bare.stderr, /^time="[^"]+" level=error msg="container does not exist"\n$/);
  const log = join(folder, 'log.json');
  const logged = call('--root', root, '--log', log, '--log-format', 'json', 'state', 'none');
  assert.is(logged.stderr, 'container does not exist\n');
  const line = JSON.parse(readFileSync(log, 'utf8')) as Record<string, string>;
  assert.equal(Object.keys(line), ['level', 'msg', 'time']);
  assert.is(line['msg'], 'container does not exist');
});

test('what there is not is an error of every command, except for a forced delete', () => {
  for (const [command, ...rest] of [
    ['start'],
    ['state'],
    ['kill', 'TERM'],
    ['delete'],
    ['ps'],
    ['pause'],
    ['resume'],
    ['update', '--memory', '1m'],
    ['events', '--stats'],
  ] as const) {
    const [option = [], operand = []] = rest[0]?.startsWith('-') ? [rest, []] : [[], rest];
    const { status, stderr } = call('--root', root, command, ...option, 'none', ...operand);
    assert.is(status, 1, command);
    assert.match(stderr, /container does not exist/, command);
  }
  const exec = call('--root', root, 'exec', 'none', 'true');
  assert.is(exec.status, 255);
  assert.match(exec.stderr, /exec failed: container does not exist/);
  assert.is(call('--root', root, 'delete', '--force', 'none').status, 0);
});

test('an empty root has an empty list', () => {
  assert.is(
    call('--root', root, 'list').stdout,
    'ID          PID         STATUS      BUNDLE      CREATED     OWNER\n',
  );
  assert.is(call('--root', root, 'list', '-f', 'json').stdout, 'null\n');
  assert.is(call('--root', root, 'list', '-q').stdout, '');
  assert.match(call('--root', root, 'list', '-f', 'xml').stderr, /invalid format option/);
});

test('checkpoint, restore, rootless and inherited descriptors are refused by name', () => {
  for (const command of ['checkpoint', 'restore']) {
    const { status, stderr } = call('--root', root, command, '--image-path', '/x', 'c');
    assert.is(status, 1);
    assert.match(stderr, new RegExp(`cannot ${command}: `));
  }
  assert.match(call('--rootless', 'true', 'list').stderr, /--rootless true/);
  assert.is(call('--root', root, '--rootless', 'auto', '--criu', 'x', 'list').status, 0);
  assert.match(call('create', '--preserve-fds', '2', 'c').stderr, /--preserve-fds 2/);
  assert.match(call('nonsense').stderr, /there is no command .*nonsense/);
});

test('a bundle that is none, and an id that is none, leave nothing', () => {
  const none = call('--root', root, 'create', '--bundle', join(folder, 'nowhere'), 'c');
  assert.is(none.status, 1);
  assert.match(none.stderr, /create failed: .*nowhere.*no such file or directory/);
  for (const id of ['a/b', '../x', 'x'.repeat(300), '.', '']) {
    const { status, stderr } = call('--root', root, 'create', '--bundle', folder, id);
    assert.is(status, 1);
    assert.match(stderr, /invalid container ID format/);
  }
  assert.is(existsSync(root), false);
});

test('spec writes a config.json once, which create reads', () => {
  assert.is(call('spec', '--bundle', folder).status, 0);
  const spec = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as {
    process: { args: string[] };
  };
  assert.equal(spec.process.args, ['sh']);
  assert.match(call('spec', '--bundle', folder).stderr, /exists\. Remove it first/);
  const { status, stderr } = call('--root', root, 'create', '--bundle', folder, 'c');
  assert.is(status, 1);
  assert.match(stderr, /cannot allocate tty if runc will detach without setting console socket/);
  const socket = call('--root', root, 'run', '--bundle', folder, '--console-socket', '/s', 'c');
  assert.match(socket.stderr, /cannot use console socket|not a console/);
  writeFileSync(join(folder, 'config.json'), '{}');
  assert.match(call('--root', root, 'create', 'c').stderr, /root is no object/);
  assert.is(existsSync(root), false);
});

test('version, help and features are printed', () => {
  assert.match(call('--version').stdout, /^lcow-oci version .*\nspec: /);
  assert.match(call('--help').stdout, /Usage: lcow-oci/);
  assert.match(call('exec', '--help').stdout, /--process, -p VALUE/);
  const features = JSON.parse(call('features').stdout) as Record<string, unknown>;
  assert.ok(Object.hasOwn(features, 'ociVersionMin'));
});

test.run();
