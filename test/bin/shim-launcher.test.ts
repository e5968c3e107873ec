/** Who containerd's command goes to: to the pool's daemon by the program that it left, else to Node. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { repositoryRoot } from '../harness/repository-root.ts';

const SHIM = 'containerd-shim-lcow-v1';
const root = mkdtempSync(join(tmpdir(), 'lcow-launch-'));
const pool = join(root, 'run', 'pool');
const launcher = join(root, SHIM);
symlinkSync(join(repositoryRoot(), 'bin', SHIM), launcher);
// In place of Node, it says how it was called.
mkdirSync(join(root, 'bin'));
program(join(root, 'bin', 'node'), 'node');

function program(path: string, name: string): void {
  writeFileSync(path, `#!/bin/sh\necho ${name} "$#" "$@" "$NODE_EXTRA_CA_CERTS"\n`);
  chmodSync(path, 0o700);
}

function launch(): string {
  const { stdout, stderr } = spawnSync(launcher, ['-id', 'a b', 'start'], {
    env: {
      PATH: `${join(root, 'bin')}:${process.env['PATH']}`,
      LCOW_RUN: join(root, 'run'),
      NODE_EXTRA_CA_CERTS: '/certificates',
    },
    encoding: 'utf8',
  });
  assert.is(stderr, '');
  return stdout.trim();
}

const BY_NODE = `node 4 ${launcher} -id a b start`;

test('without a pool it is Node, and nothing is said', () => {
  assert.is(launch(), BY_NODE);
});

test('with one it is the program in its folder, which is told what to execute otherwise', async () => {
  mkdirSync(pool, { recursive: true });
  const socket = join(pool, 'command.sock');
  const server = createServer().listen(socket);
  await once(server, 'listening');
  assert.is(launch(), BY_NODE, 'a socket alone');
  const holder = join(root, 'holder');
  program(holder, 'holder');
  symlinkSync(holder, join(pool, 'lcow-holder'));
  const words = ['command', '--socket', socket, '--', 'node', launcher, '-id', 'a b', 'start'];
  assert.is(launch(), `holder 9 ${words.join(' ')}`);
  rmSync(holder);
  assert.is(launch(), BY_NODE, 'the program is gone');
  program(holder, 'holder');
  if (process.getuid?.() === 0) {
    chownSync(pool, 65534, 65534);
    assert.is(launch(), BY_NODE, "another's folder");
    chownSync(pool, 0, 0);
  }
  server.close();
  await once(server, 'close');
  assert.is(launch(), BY_NODE, 'the daemon is gone');
});

test.after(() => rmSync(root, { recursive: true }));
test.run();
