import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Ajv } from 'ajv';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { buildBusyboxImage } from '../../linuxkit/busybox-image.ts';
import { tarArchive } from '../../linuxkit/tar-archive.ts';
import { messageOf } from '../../runtime/errors.ts';
import { skip } from '../harness/skip.ts';
import { inTemporaryFolder } from './temporary-folder.ts';

const SCHEMAS = '../shared/data/oci-image-schema';

interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
  annotations?: Record<string, string>;
}

async function withImage(body: (directory: string) => Promise<void>): Promise<void> {
  if (!existsSync('/bin/busybox')) return skip('no busybox-static on this host');
  await inTemporaryFolder(async (folder) => {
    const outputDirectory = join(folder, 'image');
    assert.is((await buildBusyboxImage({ outputDirectory })).built, true);
    await body(outputDirectory);
  });
}

async function json(directory: string, path: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(directory, path), 'utf8')) as Record<string, unknown>;
}

async function blob(directory: string, descriptor: Descriptor): Promise<Buffer> {
  const bytes = await readFile(join(directory, 'blobs', 'sha256', descriptor.digest.slice(7)));
  assert.is(bytes.length, descriptor.size);
  assert.is(`sha256:${createHash('sha256').update(bytes).digest('hex')}`, descriptor.digest);
  return bytes;
}

/** The image's parts, each checked against the digest by which it is named. */
async function parts(directory: string) {
  const index = await json(directory, 'index.json');
  const [named] = index['manifests'] as [Descriptor];
  const manifest = JSON.parse(String(await blob(directory, named))) as {
    config: Descriptor;
    layers: [Descriptor];
  };
  const config = JSON.parse(String(await blob(directory, manifest.config)));
  const layer = gunzipSync(await blob(directory, manifest.layers[0]));
  return { index, named, manifest, config, layer };
}

test('digests and sizes hold from the index down to the layer', async () => {
  await withImage(async (directory) => {
    const { named, config, layer } = await parts(directory);
    assert.is(named.annotations?.['org.opencontainers.image.ref.name'], 'busybox:latest');
    assert.equal(config.rootfs.diff_ids, [
      `sha256:${createHash('sha256').update(layer).digest('hex')}`,
    ]);
    assert.equal(config.config.Cmd, ['sh']);
    assert.is((await readdir(join(directory, 'blobs', 'sha256'))).length, 3);
  });
});

test("the image is valid against the OCI's schemas", async () => {
  if (!existsSync(SCHEMAS)) return skip(`no OCI schemas in ${SCHEMAS}`);
  await withImage(async (directory) => {
    const ajv = new Ajv({ strict: false, validateFormats: false });
    // Draft 4 names schemas by `id`; references are to file names all the same.
    const read = (name: string): object => ({
      ...JSON.parse(readFileSync(join(SCHEMAS, name), 'utf8'), (key, value) =>
        (key === 'id' && typeof value === 'string') || key === '$schema' ? undefined : value,
      ),
      $id: `https://opencontainers.org/schema/${name}`,
    });
    for (const name of ['defs.json', 'defs-descriptor.json', 'content-descriptor.json']) {
      ajv.addSchema(read(name));
    }
    const { index, manifest, config } = await parts(directory);
    const layout = await json(directory, 'oci-layout');
    for (const [name, value] of [
      ['image-index-schema.json', index],
      ['image-manifest-schema.json', manifest],
      ['config-schema.json', config],
      ['image-layout-schema.json', layout],
    ] as const) {
      const validate = ajv.compile(read(name));
      assert.ok(validate(value), `${name}: ${ajv.errorsText(validate.errors)}`);
      assert.not.ok(validate({}), `${name} accepts anything`);
    }
  });
});

test('two builds are bit-identical, and the second in one place writes nothing', async () => {
  await withImage(async (one) => {
    const two = `${one}-two`;
    await buildBusyboxImage({ outputDirectory: two });
    const files = (await readdir(one, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(one.length + 1));
    assert.is(files.length, 5);
    for (const name of files) {
      assert.ok((await readFile(join(one, name))).equals(await readFile(join(two, name))), name);
    }
    assert.is((await buildBusyboxImage({ outputDirectory: one })).built, false);
    await writeFile(join(one, 'index.json'), '{}');
    assert.is((await buildBusyboxImage({ outputDirectory: one })).built, true);
  });
});

test('the layer unpacks with tar: busybox, a link a command, and the folders that programs expect', async () => {
  await withImage(async (directory) => {
    const { layer } = await parts(directory);
    const listing = spawnSync('tar', ['-tvf', '-', '--numeric-owner'], {
      input: layer,
      encoding: 'utf8',
    });
    assert.is(listing.status, 0, listing.stderr);
    for (const line of [
      /^-rwxr-xr-x 0\/0 +\d{6,} .* bin\/busybox$/m,
      /^lrwxrwxrwx 0\/0 +0 .* bin\/sh -> busybox$/m,
      /^lrwxrwxrwx 0\/0 +0 .* bin\/\[ -> busybox$/m,
      /^drwxrwxrwt 0\/0 +0 .* tmp\/$/m,
      /^drwx------ 0\/0 +0 .* root\/$/m,
      /^-rw-r--r-- 0\/0 +\d+ .* etc\/passwd$/m,
      /usr\/bin\/env -> \.\.\/\.\.\/bin\/busybox$/m,
    ]) {
      assert.match(listing.stdout, line);
    }
    assert.not.match(listing.stdout, /busybox -> busybox/);
  });
});

test('a dynamically linked busybox is refused, and so is none', async () => {
  await inTemporaryFolder(async (folder) => {
    const outputDirectory = join(folder, 'image');
    const none = await buildBusyboxImage({ busybox: join(folder, 'none'), outputDirectory }).catch(
      String,
    );
    assert.match(messageOf(none), /no busybox at .*none; apt-get install busybox-static/);
    const dynamic = await buildBusyboxImage({ busybox: '/bin/true', outputDirectory }).catch(
      String,
    );
    assert.match(messageOf(dynamic), /\/bin\/true is dynamically linked|no busybox at/);
    assert.not.ok(existsSync(outputDirectory));
  });
});

test('a name that the archive cannot say is refused', () => {
  const path = 'x'.repeat(101);
  assert.throws(() => tarArchive([{ type: 'symlink', path, target: 'y' }]), /is over 100 bytes/);
  assert.throws(
    () => tarArchive([{ type: 'symlink', path: 'a', target: path }]),
    /cannot archive a: /,
  );
});

test.run();
