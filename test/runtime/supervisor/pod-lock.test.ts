import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  heldPodLocks,
  isPodLocked,
  podUnlocked,
  takePodLock,
} from '../../../runtime/supervisor/pod-lock.ts';

const root = mkdtempSync(join(tmpdir(), 'lcow-lock-'));
test.after(() => rmSync(root, { recursive: true, force: true }));

function pod(name: string): string {
  const folder = join(root, name);
  mkdirSync(folder);
  return folder;
}

test('one has the lock, and releases it', async () => {
  const folder = pod('one');
  assert.not(isPodLocked(folder));
  const lock = await takePodLock(folder);
  assert.ok(lock);
  assert.ok(isPodLocked(folder));
  assert.is(await takePodLock(folder), undefined);
  await lock?.[Symbol.asyncDispose]();
  assert.not(isPodLocked(folder));
  const again = await takePodLock(folder);
  assert.ok(again);
  await again?.[Symbol.asyncDispose]();
});

test('of twenty that race, one wins', async () => {
  const folder = pod('race');
  const locks = await Promise.all(Array.from({ length: 20 }, () => takePodLock(folder)));
  const won = locks.filter((lock) => lock !== undefined);
  assert.is(won.length, 1);
  await won[0]?.[Symbol.asyncDispose]();
});

test('the lock stands for the real folder, and for that folder alone', async () => {
  const folder = pod('a');
  const other = pod('b');
  const lock = await takePodLock(join(root, '.', 'a'));
  const held = heldPodLocks();
  assert.ok(held(folder));
  assert.not(held(other));
  await lock?.[Symbol.asyncDispose]();
});

test('kill -9 of the holder releases the lock, and wakes who waits', async () => {
  const folder = pod('killed');
  const module = pathToFileURL(
    join(import.meta.dirname, '../../../runtime/supervisor/pod-lock.js'),
  ).href;
  const script = `
    const { takePodLock } = await import(${JSON.stringify(module)});
    await takePodLock(process.argv[1]);
    process.stdout.write('locked');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  assert.ok(isPodLocked(folder));
  const unlocked = podUnlocked(folder, AbortSignal.timeout(10_000));
  child.kill('SIGKILL');
  await unlocked;
  assert.not(isPodLocked(folder));
});

test.run();
