/** lcow.yml is our own image: what set-up builds, the same files, and what LinuxKit's format adds to them. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { buildGuestImage } from '../../../linuxkit/build-guest-image.ts';
import { KernelStore } from '../../../linuxkit/kernel/kernel-store.ts';
import { rejection } from '../../harness/rejection.ts';
import { repositoryRoot } from '../../harness/repository-root.ts';
import { skip } from '../../harness/skip.ts';
import { inTemporaryFolder } from '../temporary-folder.ts';
import { buildYaml, Images, readCpio } from './image-bench.ts';

const CACHE = join(repositoryRoot(), 'build/cache/kernel');
const YAML = readFileSync(join(repositoryRoot(), 'linuxkit/lcow.yml'), 'utf8');
/** What LinuxKit makes sure of in every root, and what lcow.yml asks for. */
const ADDED = [
  ...['dev/pts', 'dev/shm', 'etc/hosts', 'etc/linuxkit.yml', 'etc/mtab', 'etc/resolv.conf'],
  'sbom.spdx.json',
];

test('with the distribution’s kernel it has the very files of the image that set-up builds', async () => {
  if (!existsSync(CACHE) || readdirSync(CACHE).length === 0) return skip(`no kernel in ${CACHE}`);
  await inTemporaryFolder(async (folder) => {
    const agent = join(folder, 'agent');
    writeFileSync(agent, 'an agent');
    const kernelStore = join(folder, 'kernels');
    const set = join(folder, 'set-up');
    await buildGuestImage({ agent, outputDirectory: set, cacheDirectory: CACHE, kernelStore });
    const options = { agent, kernelStore, kernelCache: CACHE };
    await buildYaml(folder, YAML, new Images(), ['kernel+initrd'], options);
    const wanted = readCpio(readFileSync(join(set, 'initrd.img')));
    const found = readCpio(readFileSync(join(folder, 'out', 'test-initrd.img')));
    for (const [path, entry] of wanted) {
      const other = found.get(path);
      assert.ok(other, `${path} is not in it`);
      assert.equal(
        [other.mode, other.device, other.uid],
        [entry.mode, entry.device, entry.uid],
        path,
      );
      assert.ok(other.data.equals(entry.data), path);
    }
    assert.equal([...found.keys()].filter((path) => !wanted.has(path)).sort(), ADDED);
    for (const name of ['kernel', 'vmlinux']) {
      if (!existsSync(join(set, name))) continue;
      const built = readFileSync(join(folder, 'out', `test-${name}`));
      assert.ok(built.equals(readFileSync(join(set, name))), name);
    }
  });
});

test('with a kernel that was built here it has no modules, and the newest or the named one is taken', async () => {
  await inTemporaryFolder(async (folder) => {
    const agent = join(folder, 'agent');
    writeFileSync(agent, 'an agent');
    const kernelStore = join(folder, 'kernels');
    const store = new KernelStore(kernelStore);
    for (const [id, builtAt] of [
      ['aaaaaaaaaaaaaaaa', '2026-01-01T00:00:00.000Z'],
      ['bbbbbbbbbbbbbbbb', '2026-02-01T00:00:00.000Z'],
    ] as const) {
      await store.put(
        {
          ...{ id, builtAt, release: '6.1.0-lcow', source: { origin: 'a tree' } },
          ...{ fragments: ['base'], compiler: 'gcc' },
        },
        { kernel: Buffer.from(`kernel ${id}`), vmlinux: Buffer.from(`vmlinux ${id}`) },
      );
    }
    const options = { agent, kernelStore, kernelCache: join(folder, 'none') };
    for (const [tag, id] of [
      ['latest', 'bbbbbbbbbbbbbbbb'],
      ['built', 'bbbbbbbbbbbbbbbb'],
      ['aaaaaaaaaaaaaaaa', 'aaaaaaaaaaaaaaaa'],
    ] as const) {
      const yaml = YAML.replace('lcow/kernel:latest', `lcow/kernel:${tag}`);
      await buildYaml(folder, yaml, new Images(), ['kernel+initrd', 'lcow'], options);
      const out = join(folder, 'out');
      assert.is(readFileSync(join(out, 'test-kernel'), 'utf8'), `kernel ${id}`);
      assert.is(readFileSync(join(out, 'test-lcow', 'vmlinux'), 'utf8'), `vmlinux ${id}`);
    }
    const root = readCpio(readFileSync(join(folder, 'out', 'test-initrd.img')));
    assert.not.ok([...root.keys()].some((path) => /modules/.test(path)));
    assert.is(root.get('init')?.data.toString(), 'an agent');
    assert.equal([root.get('dev/console')?.device, root.get('dev/null')?.device], ['5:1', '1:3']);
  });
});

test('without an agent that is said, with its place and how to build it', async () => {
  await inTemporaryFolder(async (folder) => {
    const yaml = 'init:\n  - lcow/agent\n';
    const agent = join(folder, 'none');
    const error = await rejection(buildYaml(folder, yaml, new Images(), ['tar'], { agent }));
    assert.match(
      String(error),
      /test\.yml:2:5: init\[0\]: no agent at .*none; cargo build --release/,
    );
  });
});

test.run();
