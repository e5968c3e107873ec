/** Whether a launcher is of the build that the daemon is of. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ownBuild } from '../../../runtime/pool/own-build.ts';

const root = mkdtempSync(join(tmpdir(), 'lcow-build-'));
const SHIM = 'containerd-shim-lcow-v1';
const bundles = join(root, 'dist', 'bundle');
for (const folder of [join(root, 'bin'), bundles, join(root, 'other')]) {
  mkdirSync(folder, { recursive: true });
}
const launcher = join(root, 'bin', SHIM);
writeFileSync(launcher, '');
writeFileSync(join(root, 'other', SHIM), '');
writeFileSync(join(bundles, 'lcow-supervisor.bundle'), 'one');
symlinkSync(launcher, join(root, 'link'));

test('the launcher of this checkout is, by whatever path', () => {
  const build = ownBuild(root);
  build.check(launcher, '/');
  build.check(join(root, 'link'), '/');
  build.check(`bin/${SHIM}`, root);
});

test('one of another checkout is not, nor one that is gone', () => {
  const build = ownBuild(root);
  assert.throws(() => build.check(join(root, 'other', SHIM), '/'), /it is .*other.*, and ours/);
  assert.throws(() => build.check(join(root, 'none'), '/'), /ENOENT/);
});

test('one whose programs were built anew is not', () => {
  for (const name of ['lcow-supervisor', SHIM]) {
    const build = ownBuild(root);
    writeFileSync(join(bundles, `${name}.bundle`), `${name} is longer`);
    assert.throws(() => build.check(launcher, '/'), /was built anew since this process runs/);
  }
});

test.after(() => rmSync(root, { recursive: true }));
test.run();
