/** What a run of the benchmark leaves is taken away, and nothing else is. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  clearAway,
  FOLDER_PREFIX,
  mountsOf,
  processesOf,
} from '../../../bench/startup/clear-away.ts';
import { guard } from '../../../bench/startup/guard.ts';
import { skip } from '../../harness/skip.ts';

const newFolder = (): string => mkdtempSync(join(tmpdir(), FOLDER_PREFIX));

if (process.platform !== 'linux') {
  skip('peers and their traces are of Linux');
} else {
  test('processes that work in the folder or name it are killed, and the folder goes', async () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'sub'));
    const children = [
      spawn('sleep', ['1000'], { cwd: join(folder, 'sub') }),
      spawn('sleep', ['1000'], { cwd: '/', env: { ...process.env, LCOW_RUN: `${folder}/run` } }),
      spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)', folder], { cwd: '/' }),
    ];
    const other = spawn('sleep', ['1000'], { cwd: '/' });
    try {
      await Promise.all([...children, other].map((child) => once(child, 'spawn')));
      const found = processesOf(folder);
      for (const { pid = 0 } of children)
        assert.ok(found.includes(pid), `${pid} of ${found.join()}`);
      const exits = children.map((child) => once(child, 'exit'));
      await clearAway(folder);
      await Promise.all(exits);
      assert.equal(
        children.map(({ signalCode }) => signalCode),
        ['SIGKILL', 'SIGKILL', 'SIGKILL'],
      );
      assert.not(existsSync(folder));
      assert.is(other.exitCode, null);
      assert.is(other.signalCode, null);
    } finally {
      for (const child of [...children, other]) child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('mounts in the folder are unmounted before it is removed', async () => {
    const folder = newFolder();
    const point = join(folder, 'mount');
    mkdirSync(point);
    const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', 'none', point]);
    if (status !== 0) {
      rmSync(folder, { recursive: true });
      return skip(`no mount can be made here: ${String(stderr)}`);
    }
    writeFileSync(join(point, 'file'), '');
    assert.equal(mountsOf(folder), [point]);
    await clearAway(folder);
    assert.equal(mountsOf(folder), []);
    assert.not(existsSync(folder));
  });

  test('a folder that is none of a run is refused, and stays', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lcow-other-'));
    try {
      const nested = join(folder, 'lcow-bench-abcdef');
      mkdirSync(nested);
      for (const path of [folder, nested, '/', '/etc', tmpdir(), '']) {
        const refused = await clearAway(path).then(
          () => 'taken',
          (error: Error) => error.message,
        );
        assert.match(refused, /it is no folder lcow-bench-XXXXXX/, path);
      }
      assert.ok(existsSync(nested));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('the guard clears away when the run ends without a word, and not when it was released', async () => {
    const folder = newFolder();
    try {
      const released = new PassThrough();
      released.end('done\n');
      await guard(folder, released);
      assert.ok(existsSync(folder));
      const killed = new PassThrough();
      killed.end();
      await guard(folder, killed);
      assert.not(existsSync(folder));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

test.run();
