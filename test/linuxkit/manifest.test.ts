import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  bootFileCandidates,
  BootFilesError,
  findBootFiles,
  type FindBootFilesOptions,
  type GuestManifest,
} from '../../linuxkit/manifest.ts';
import { inTemporaryFolder } from './temporary-folder.ts';

const CONTENT = {
  vmlinux: 'the kernel',
  kernel: 'the compressed kernel',
  'initrd.img': 'the initrd',
};

/** Writes whole boot files. */
async function bootFiles(directory: string): Promise<GuestManifest> {
  const files: GuestManifest['files'] = {};
  for (const [name, text] of Object.entries(CONTENT)) {
    await writeFile(join(directory, name), text);
    files[name] = {
      sizeBytes: text.length,
      sha256: createHash('sha256').update(text).digest('hex'),
    };
  }
  const manifest: GuestManifest = {
    formatVersion: 1,
    kernel: { release: '6.1.0', package: 'linux-image', packageVersion: '6.1-1', boot: 'vmlinux' },
    files,
    agent: { version: '0.1.0', sizeBytes: 1, sha256: '0'.repeat(64) },
    modules: [],
    absentModules: [],
    inputs: 'f'.repeat(64),
  };
  await writeFile(join(directory, 'manifest.json'), JSON.stringify(manifest));
  return manifest;
}

async function errorOf(options: FindBootFilesOptions): Promise<BootFilesError> {
  const error = await findBootFiles(options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.instance(error, BootFilesError);
  return error as BootFilesError;
}

test('whole boot files are found, and the file to boot is the one that the manifest names', async () => {
  await inTemporaryFolder(async (directory) => {
    const manifest = await bootFiles(directory);
    const found = await findBootFiles({ directory });
    assert.is(found.kernel, join(directory, 'vmlinux'));
    assert.is(found.initrd, join(directory, 'initrd.img'));
    assert.equal(found.manifest, manifest);
  });
});

test('LCOW_BOOT_FILES alone is looked in where it is set, else the package and the data directory', async () => {
  await inTemporaryFolder(async (folder) => {
    const packageRoot = join(folder, 'package');
    const data = join(folder, 'data');
    const env = { LCOW_DATA: data };
    assert.equal(bootFileCandidates({ env, packageRoot }), [
      join(packageRoot, 'build', 'guest'),
      join(data, 'boot'),
    ]);
    assert.equal(bootFileCandidates({ env: { LCOW_BOOT_FILES: '/x' }, packageRoot }), ['/x']);
    const error = await errorOf({ env, packageRoot });
    assert.is(error.code, 'not-found');
    assert.ok(
      error.message.includes(join(data, 'boot')) && error.message.includes('npm run setup'),
    );
    await mkdir(join(data, 'boot'), { recursive: true });
    await bootFiles(join(data, 'boot'));
    assert.is((await findBootFiles({ env, packageRoot })).directory, join(data, 'boot'));
  });
});

test('a missing file is named', async () => {
  await inTemporaryFolder(async (directory) => {
    await bootFiles(directory);
    await rm(join(directory, 'initrd.img'));
    const error = await errorOf({ directory });
    assert.is(error.code, 'not-found');
    assert.match(error.message, /initrd\.img is missing/);
  });
});

test('a truncated file is named with both sizes, even after it was verified', async () => {
  await inTemporaryFolder(async (directory) => {
    await bootFiles(directory);
    await findBootFiles({ directory });
    await truncate(join(directory, 'vmlinux'), 3);
    const error = await errorOf({ directory });
    assert.is(error.code, 'data-loss');
    assert.match(error.message, /vmlinux has 3 bytes, its manifest says 10/);
  });
});

test('a changed file of the same size is found out by its digest, even after it was verified', async () => {
  await inTemporaryFolder(async (directory) => {
    await bootFiles(directory);
    await findBootFiles({ directory });
    await writeFile(join(directory, 'vmlinux'), 'the kernex');
    const error = await errorOf({ directory });
    assert.is(error.code, 'data-loss');
    assert.match(error.message, /vmlinux has sha256 [0-9a-f]{64}, its manifest says/);
  });
});

test('digests are not computed again while the files are those that were verified', async () => {
  await inTemporaryFolder(async (directory) => {
    await bootFiles(directory);
    await findBootFiles({ directory });
    const stamp = join(directory, 'verified.json');
    const before = await readFile(stamp, 'utf8');
    // Were the digest taken from the file, this manifest would be refused: the stamp vouches for it.
    const manifest = JSON.parse(
      await readFile(join(directory, 'manifest.json'), 'utf8'),
    ) as GuestManifest;
    await findBootFiles({ directory });
    assert.is(await readFile(stamp, 'utf8'), before);
    await utimes(join(directory, 'vmlinux'), 1, 1);
    await findBootFiles({ directory });
    assert.is.not(await readFile(stamp, 'utf8'), before);
    (manifest.files['vmlinux'] as { sha256: string }).sha256 = '1'.repeat(64);
    await writeFile(join(directory, 'manifest.json'), JSON.stringify(manifest));
    assert.is((await errorOf({ directory })).code, 'data-loss');
  });
});

test('a full check looks past the stamp and at files that do not boot', async () => {
  await inTemporaryFolder(async (directory) => {
    await bootFiles(directory);
    await findBootFiles({ directory });
    await writeFile(join(directory, 'kernel'), 'the compressed kernex');
    await findBootFiles({ directory });
    assert.match((await errorOf({ directory, full: true })).message, /kernel has sha256/);
  });
});

test('the stamp goes elsewhere when its folder cannot be written', async () => {
  await inTemporaryFolder(async (folder) => {
    const directory = join(folder, 'boot');
    const stampDirectory = join(folder, 'run');
    await mkdir(directory);
    await mkdir(stampDirectory);
    await bootFiles(directory);
    // A folder in the stamp's place stands for a read-only one, which root could write.
    await mkdir(join(directory, 'verified.json'));
    await chmod(directory, 0o555);
    await findBootFiles({ directory, stampDirectory });
    assert.ok(existsSync(join(stampDirectory, `boot-${'f'.repeat(16)}-verified.json`)));
    await findBootFiles({ directory, stampDirectory });
    await chmod(directory, 0o755);
  });
});

test('a manifest that is damaged, of another format or without a field is refused by what it lacks', async () => {
  await inTemporaryFolder(async (directory) => {
    const good = await bootFiles(directory);
    const cases: [unknown, RegExp, string][] = [
      ['{', /is not JSON/, 'data-loss'],
      ['null', /no valid content/, 'data-loss'],
      [{ ...good, formatVersion: 2 }, /format version 2, this program reads 1/, 'unsupported'],
      [{ ...good, kernel: { ...good.kernel, boot: '../x' } }, /no valid kernel\.boot/, 'data-loss'],
      [{ ...good, kernel: undefined }, /no valid kernel\.release/, 'data-loss'],
      [{ ...good, agent: null }, /no valid agent\.version/, 'data-loss'],
      [{ ...good, inputs: '/../../x' }, /no valid inputs/, 'data-loss'],
      [{ ...good, files: [] }, /no valid files\.vmlinux\.sizeBytes/, 'data-loss'],
      [
        { ...good, files: { ...good.files, '../up': {} } },
        /no valid files: "\.\.\/up"/,
        'data-loss',
      ],
      [
        { ...good, files: { ...good.files, vmlinux: { sizeBytes: 10, sha256: 'abc' } } },
        /no valid files\.vmlinux\.sha256/,
        'data-loss',
      ],
    ];
    for (const [content, message, code] of cases) {
      const text = typeof content === 'string' ? content : JSON.stringify(content);
      await writeFile(join(directory, 'manifest.json'), text);
      const error = await errorOf({ directory });
      assert.match(error.message, message);
      assert.is(error.code, code);
    }
    await writeFile(join(directory, 'manifest.json'), Buffer.alloc(1024 * 1024 + 1, 0x20));
    assert.match((await errorOf({ directory })).message, /1048577 bytes, 1048576 is the most/);
  });
});

test.run();
