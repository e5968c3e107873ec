import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ModuleIndex, moduleInfo } from '../../linuxkit/initrd/kernel-modules.ts';
import { GROUP_MODULES, MODULE_GROUPS } from '../../linuxkit/initrd/module-groups.ts';
import {
  guestModulePath,
  moduleListText,
  selectModules,
} from '../../linuxkit/initrd/module-list.ts';
import { fakeElf, fakeModule } from './fake-elf.ts';
import { inTemporaryFolder } from './temporary-folder.ts';

/** A lib/modules/<release> folder with these modules: path to .modinfo lines. */
async function tree(
  folder: string,
  modules: Record<string, string[]>,
  builtin: string[] = [],
): Promise<void> {
  for (const [path, info] of Object.entries(modules)) {
    const file = join(folder, 'kernel', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, fakeModule(info));
  }
  await writeFile(
    join(folder, 'modules.builtin'),
    builtin.map((path) => `kernel/${path}\n`).join(''),
  );
}

async function order(index: ModuleIndex, ...names: string[]): Promise<string> {
  return (await index.closure(names)).map(({ name }) => name).join(' ');
}

test('a module comes after all that it needs, and once', async () => {
  await inTemporaryFolder(async (folder) => {
    await tree(folder, {
      'fs/ext4/ext4.ko': ['depends=jbd2,mbcache', 'softdep=pre: crypto-crc32c'],
      'fs/jbd2/jbd2.ko': ['depends='],
      'fs/mbcache.ko': ['depends=jbd2'],
      'crypto/crc32c_generic.ko': ['depends='],
    });
    const index = await ModuleIndex.open(folder);
    assert.is(await order(index, 'ext4', 'jbd2'), 'crc32c_generic jbd2 mbcache ext4');
  });
});

test('hyphens and underscores in names are the same', async () => {
  await inTemporaryFolder(async (folder) => {
    await tree(folder, {
      'a/virtio-rng.ko': ['depends=rng-core,virtio_bus'],
      'a/rng_core.ko': [],
      'a/virtio-bus.ko': [],
    });
    assert.is(
      await order(await ModuleIndex.open(folder), 'virtio_rng'),
      'rng_core virtio_bus virtio_rng',
    );
  });
});

test('what the kernel has built in is not loaded', async () => {
  await inTemporaryFolder(async (folder) => {
    await tree(folder, { 'a/nd_pmem.ko': ['depends=dax'] }, ['drivers/dax/dax.ko']);
    const index = await ModuleIndex.open(folder);
    assert.is(await order(index, 'nd_pmem', 'dax'), 'nd_pmem');
    assert.is(index.has('dax'), true);
    assert.is(index.has('nothing'), false);
  });
});

test('a missing dependency, a circle and a file that is no module are errors that name it', async () => {
  await inTemporaryFolder(async (folder) => {
    await tree(folder, {
      'a.ko': ['depends=gone'],
      'b.ko': ['depends=c'],
      'c.ko': ['depends=b'],
    });
    await writeFile(join(folder, 'kernel', 'd.ko'), fakeElf({}));
    const index = await ModuleIndex.open(folder);
    await rejects(index.closure(['a']), /no module gone/);
    await rejects(index.closure(['b']), /b -> c -> b/);
    await rejects(index.closure(['d']), /d\.ko is no kernel module/);
    await rejects(ModuleIndex.open(join(folder, 'nowhere')), /no kernel modules in/);
  });
});

test('.modinfo keeps every value of a key', () => {
  const info = moduleInfo(fakeModule(['alias=a', 'alias=b', 'license=GPL', 'odd']), 'm');
  assert.equal(info.get('alias'), ['a', 'b']);
  assert.equal([...info.keys()], ['alias', 'license']);
});

test('every group of the list is complete in itself, and lines are "<group> <absolute path>"', async () => {
  await inTemporaryFolder(async (folder) => {
    const wanted = MODULE_GROUPS.flatMap((group) => GROUP_MODULES[group]);
    const modules = Object.fromEntries(
      wanted.map((name) => [`${name}.ko`, name.startsWith('virtio_') ? ['depends=virtio'] : []]),
    );
    delete modules['fuse.ko'];
    await tree(folder, { ...modules, 'virtio.ko': [] });
    const selection = await selectModules(await ModuleIndex.open(folder));
    assert.equal(selection.absent, ['fuse']);
    const lines = moduleListText('6.1', selection.lines).trimEnd().split('\n');
    for (const line of lines)
      assert.match(line, /^[a-z0-9]+ \/lib\/modules\/6\.1\/[a-z0-9_]+\.ko$/);
    for (const group of ['base', 'scsi', 'net']) {
      const own = lines.filter((line) => line.startsWith(`${group} `));
      assert.is(own.filter((line) => line.endsWith('/virtio.ko')).length, 1, group);
      assert.ok(own.findIndex((line) => line.includes('/virtio.ko')) < own.length - 1);
    }
    const paths = selection.modules.map((module) => guestModulePath('6.1', module));
    assert.is(new Set(paths).size, paths.length);
  });
});

async function rejects(promise: Promise<unknown>, expected: RegExp): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.match(String(error), expected);
}

test.run();
