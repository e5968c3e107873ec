/** Scratch disks: valid, empty, writable, and nearly nothing on the host's disk. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RuntimeError } from '../../../runtime/errors.ts';
import { createScratch, DEFAULT_SCRATCH_BYTES } from '../../../runtime/rootfs/scratch.ts';
import { scratchDigest } from '../../../runtime/rootfs/scratch-digest.ts';
import { readVhdFooter } from '../../../runtime/rootfs/vhd.ts';
import { rejection } from '../../harness/rejection.ts';
import { skip } from '../../harness/skip.ts';
import {
  assertClean,
  debugfs,
  hasE2fsprogs,
  temporaryFolder,
  withMounted,
} from './file-system-check.ts';

const folder = temporaryFolder('scratch');
const MIB = 2 ** 20;
const GROUP = 128 * MIB;

test('a disk of the default size takes less than 100 KiB on the host', async () => {
  const path = join(folder, 'default.vhd');
  await createScratch(path);
  const { size, blocks } = statSync(path);
  assert.is(size, DEFAULT_SCRATCH_BYTES + 512);
  assert.ok(blocks * 512 < 100 * 1024, `${blocks * 512} bytes`);
  const file = await open(path);
  assert.is((await readVhdFooter(file)).diskSizeBytes, DEFAULT_SCRATCH_BYTES);
  await file.close();
});

if (!hasE2fsprogs()) skip('e2fsprogs are not installed');
else {
  for (const sizeBytes of [
    16 * MIB,
    17 * MIB,
    GROUP,
    GROUP + MIB,
    GROUP + 3 * MIB,
    3 * GROUP - MIB,
    DEFAULT_SCRATCH_BYTES,
    1000 * GROUP + 5 * MIB,
  ]) {
    test(`e2fsck finds nothing to say about a disk of ${sizeBytes / MIB} MiB`, async () => {
      const path = join(folder, `${sizeBytes}.vhd`);
      await createScratch(path, sizeBytes);
      assertClean(path);
      const root = debugfs(path, 'ls -l /');
      assert.match(root, /^\s+2\s/);
      assert.match(root, /^\s+11\s+40755.* upper$/m);
      assert.match(root, /^\s+12\s+40755.* work$/m);
    });
  }

  test('disks of one size begin alike, until one is written to', async () => {
    const [one, two, other] = ['one', 'two', 'other'].map((name) => join(folder, `${name}.vhd`));
    for (const path of [one, two]) await createScratch(path as string, GROUP);
    await createScratch(other as string, 2 * GROUP);
    const digest = scratchDigest(one as string);
    assert.is(scratchDigest(two as string), digest);
    assert.is.not(scratchDigest(other as string), digest);
    debugfs(two as string, 'mkdir /upper/new', ['-w']);
    assert.is.not(scratchDigest(two as string), digest);
  });

  test('the kernel mounts it, fills folders and files beyond a group, and it stays clean', async () => {
    const path = join(folder, 'mounted.vhd');
    await createScratch(path, 512 * MIB);
    const names = withMounted(
      path,
      (mounted) => {
        for (let i = 0; i < 3000; i++) writeFileSync(join(mounted, 'upper', `file-${i}`), 'x');
        spawnSync('dd', ['if=/dev/zero', `of=${join(mounted, 'big')}`, 'bs=1M', 'count=300']);
        assert.is(statSync(join(mounted, 'big')).size, 300 * MIB);
        return readdirSync(mounted).sort();
      },
      'loop',
    );
    if (names === undefined) return skip('loop mounts are not possible here');
    assert.equal(names, ['big', 'upper', 'work']);
    assertClean(path);
  });
}

test('a wrong size is refused by its value and leaves no file', async () => {
  for (const size of [0, MIB, 16 * MIB + 1, Number.NaN, 2 ** 50, -GROUP]) {
    const path = join(folder, 'refused.vhd');
    const error = await rejection(createScratch(path, size));
    assert.instance(error, RuntimeError);
    assert.ok((error as Error).message.includes(`sizeBytes is ${size}`), String(error));
    assert.not(existsSync(path));
  }
});

test('a file that is there is not overwritten', async () => {
  const path = join(folder, 'mine.vhd');
  writeFileSync(path, 'mine');
  const error = await rejection(createScratch(path));
  assert.is((error as RuntimeError).code, 'already-exists');
  assert.is(statSync(path).size, 4);
});

test.run();
