import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { buildGuestImage, type GuestImage } from '../../linuxkit/build-guest-image.ts';
import { skip } from '../harness/skip.ts';
import { inTemporaryFolder } from './temporary-folder.ts';

const CACHE = 'build/cache/kernel';
const FILES = ['vmlinux', 'kernel', 'initrd.img', 'manifest.json'];

/** Runs `body` with a builder for a folder's image around a stand-in agent; skips without a kernel. */
async function withBuilder(
  body: (folder: string, build: (output: string) => Promise<GuestImage>) => Promise<void>,
): Promise<void> {
  if (!existsSync(CACHE) || readdirSync(CACHE).length === 0) return skip(`no kernel in ${CACHE}`);
  await inTemporaryFolder(async (folder) => {
    const agent = join(folder, 'agent');
    await writeFile(agent, 'an agent');
    await body(folder, (output) =>
      buildGuestImage({ agent, outputDirectory: join(folder, output), cacheDirectory: CACHE }),
    );
  });
}

test('two builds are bit-identical', async () => {
  await withBuilder(async (folder, build) => {
    const one = await build('one');
    const two = await build('two');
    assert.is(one.built && two.built, true);
    for (const name of FILES) {
      const [a, b] = await Promise.all(
        ['one', 'two'].map((side) => readFile(join(folder, side, name))),
      );
      assert.ok((a as Buffer).equals(b as Buffer), name);
    }
  });
});

test('a second build of the same inputs writes nothing', async () => {
  await withBuilder(async (folder, build) => {
    await build('image');
    const times = async (): Promise<number[]> =>
      Promise.all(FILES.map(async (name) => (await stat(join(folder, 'image', name))).mtimeMs));
    const before = await times();
    assert.is((await build('image')).built, false);
    assert.equal(await times(), before);
  });
});

test('another agent, and a damaged file, make it build again', async () => {
  await withBuilder(async (folder, build) => {
    const first = await build('image');
    await writeFile(join(folder, 'agent'), 'another agent');
    const second = await build('image');
    assert.is(second.built, true);
    assert.is.not(second.manifest.inputs, first.manifest.inputs);
    assert.is.not(second.manifest.agent.sha256, first.manifest.agent.sha256);
    await truncate(join(folder, 'image', 'initrd.img'), 100);
    assert.is((await build('image')).built, true);
    assert.is(
      (await stat(join(folder, 'image', 'initrd.img'))).size,
      second.manifest.files['initrd.img']?.sizeBytes,
    );
  });
});

test('the initrd holds the agent, every listed module, and no shell', async () => {
  await withBuilder(async (folder, build) => {
    const { manifest } = await build('image');
    const image = join(folder, 'image', 'initrd.img');
    assert.ok((await stat(image)).size < 12 * 1024 * 1024);
    const listing = spawnSync('cpio', ['-itv', '--quiet'], {
      input: await readFile(image),
      encoding: 'utf8',
    });
    if (listing.error !== undefined) return skip('no cpio on this host');
    const paths = listing.stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/\s+/).at(-1));
    assert.ok(paths.includes('init') && paths.includes('dev/console') && paths.includes('proc'));
    for (const { name } of manifest.modules) {
      assert.ok(paths.includes(`lib/modules/${manifest.kernel.release}/${name}.ko`), name);
    }
    assert.not.ok(paths.some((path) => /(^|\/)(sh|bash|busybox)$/.test(path ?? '')));
    const names = manifest.modules.map(({ name }) => name);
    for (const name of [
      'virtio_scsi',
      'virtio_console',
      'hv_storvsc',
      'hv_sock',
      'ext4',
      'overlay',
      '9p',
    ]) {
      assert.ok(names.includes(name), name);
    }
    assert.equal(manifest.absentModules, []);
  });
});

test('without an agent nothing is built, and the error says how to build one', async () => {
  await inTemporaryFolder(async (folder) => {
    const output = join(folder, 'image');
    const error = await buildGuestImage({
      agent: join(folder, 'none'),
      outputDirectory: output,
      cacheDirectory: CACHE,
    }).catch((reason: unknown) => reason);
    assert.match(String(error), /no agent at .*none; cargo build --release/);
    assert.not.ok(existsSync(output));
  });
});

test.run();
