/** Which paths may be shared: folders, what is below them, and what links lead to. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { RuntimeError } from '../../../runtime/errors.ts';
import { checkShares } from '../../../runtime/task/share-policy.ts';
import { rejection } from '../../harness/rejection.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'lcow-shares-')));
for (const name of ['data/web', 'database', 'secret'])
  mkdirSync(join(folder, name), { recursive: true });
symlinkSync(join(folder, 'secret'), join(folder, 'data', 'out'));

const check = (name: string, allowed: readonly string[] | undefined): Promise<void> =>
  checkShares('create', [{ hostPath: join(folder, name), destination: '/mnt' }], allowed);

test('what is allowed and what is below it may be shared', async () => {
  await check('secret', undefined);
  await check('data', [join(folder, 'data')]);
  await check('data/web', ['/nowhere', join(folder, 'data')]);
  await check('secret', ['/']);
});

test('all else is refused with the mount and its source, links by where they lead', async () => {
  for (const name of ['database', 'data/out', 'data/../secret', '.']) {
    const error = (await rejection(check(name, [join(folder, 'data')]))) as RuntimeError;
    assert.is(error.code, 'permission-denied', name);
    assert.ok(error.message.includes(`mount /mnt: "${join(folder, name)}"`), error.message);
  }
  const none = (await rejection(check('data', []))) as RuntimeError;
  assert.match(none.message, /allows nothing/);
  const missing = (await rejection(check('missing', ['/']))) as RuntimeError;
  assert.match(missing.message, /mount \/mnt: .*ENOENT/);
});

test.after(() => rmSync(folder, { recursive: true, force: true }));

test.run();
