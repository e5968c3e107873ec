/** What is known of a container's end when its supervisor is gone, and its pod perhaps too. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { recordedExit } from '../../../runtime/supervisor/recorded-exit.ts';

const root = mkdtempSync(join(tmpdir(), 'lcow-recorded-'));

test('of a pod that is gone nothing is known, and its folder does not come back', async () => {
  const pod = join(root, 'gone');
  assert.is(await recordedExit(pod, 'c1'), undefined);
  assert.not(existsSync(pod));
});

test('a record that is none is as no record, and is left for who owns it', async () => {
  const pod = join(root, 'pod');
  mkdirSync(join(pod, 'task'), { recursive: true });
  const record = join(pod, 'task', 'c1.json');
  writeFileSync(record, '{');
  assert.is(await recordedExit(pod, 'c1'), undefined);
  assert.ok(existsSync(record));
});

test.after(() => rmSync(root, { recursive: true }));
test.run();
