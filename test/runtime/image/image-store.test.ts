/** The image store: import, resolve, list, remove; caching, repair, several processes, and damaged images. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RuntimeError } from '../../../runtime/errors.ts';
import { openImageStore } from '../../../runtime/image/image-store.ts';
import { rejection } from '../../harness/rejection.ts';
import { temporaryFolder } from '../rootfs/file-system-check.ts';
import { buildTar, file } from '../rootfs/tar-builder.ts';
import {
  type BuildOptions,
  buildImage,
  buildLayer,
  dockerArchive,
  layoutTar,
  sha256,
  writeLayout,
} from './image-builder.ts';

const folder = temporaryFolder('images');
let counter = 0;

function fresh(): string {
  return join(folder, String(counter++));
}

/** Everything in the data folder but empty folders. */
function contentOf(data: string): string[] {
  if (!existsSync(data)) return [];
  return readdirSync(data, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(data.length + 1))
    .sort();
}

function layout(options: BuildOptions = {}): string {
  return writeLayout(fresh(), buildImage(options));
}

test('an OCI layout folder resolves to its config and layers, topmost last', async () => {
  const image = buildImage();
  const data = fresh();
  const path = writeLayout(fresh(), image);
  const resolved = await openImageStore(data).resolve(path);
  assert.is(resolved.id, image.configDigest);
  assert.equal(resolved.config.config.Cmd, ['sh']);
  assert.equal(
    resolved.layers,
    image.layers.map(({ tar }) => join(data, 'layers', sha256(tar).slice(7), 'layer.vhd')),
  );
  assert.ok(resolved.layers.every((layer) => existsSync(layer)));
});

test('the second resolve of a path reads no blob, and notices when the image changes', async () => {
  const data = fresh();
  const path = layout();
  const store = openImageStore(data);
  const first = await store.resolve(path);
  const blobs = join(path, 'blobs');
  const hidden = `${blobs}-hidden`;
  const { renameSync } = await import('node:fs');
  renameSync(blobs, hidden);
  assert.equal(await store.resolve(path), first);
  // Only the times have changed: still the same image.
  utimesSync(join(path, 'index.json'), 1, 1);
  assert.equal(await openImageStore(data).resolve(path), first);
  renameSync(hidden, blobs);
  const other = buildImage({ layers: [buildLayer('other')] });
  writeLayout(path, other);
  assert.is((await store.resolve(path)).id, other.configDigest);
});

test('a layer that is missing or cut short is made again', async () => {
  const data = fresh();
  const path = layout();
  const store = openImageStore(data);
  const { layers } = await store.resolve(path);
  const good = readFileSync(layers[0]!);
  chmodSync(layers[0]!, 0o600);
  truncateSync(layers[0]!, 5000);
  rmSync(layers[1]!);
  await store.resolve(path);
  assert.ok(readFileSync(layers[0]!).equals(good));
  assert.ok(existsSync(layers[1]!));
  await store.import(path, { name: 'kept' });
  rmSync(layers[1]!);
  rmSync(path, { recursive: true });
  await store.resolve('kept');
  assert.ok(existsSync(layers[1]!));
});

test('a layer that an image has twice is mounted once, where it is topmost', async () => {
  const [a, b] = [buildLayer('a'), buildLayer('b')];
  const resolved = await openImageStore(fresh()).resolve(layout({ layers: [a, b, a] }));
  assert.equal(
    resolved.layers.map((layer) => layer.split('/').at(-2)),
    [sha256(b.tar).slice(7), sha256(a.tar).slice(7)],
  );
});

test('an import is listed, found by name and id, resolved, and removed with all that was its own', async () => {
  const data = fresh();
  const store = openImageStore(data);
  const shared = buildLayer('shared');
  const one = buildImage({ layers: [shared, buildLayer('1')] });
  const two = buildImage({ layers: [shared, buildLayer('2')] });
  const record = await store.import(writeLayout(fresh(), one), { name: 'one' });
  await store.import(writeLayout(fresh(), two), { name: 'example.com/two:v2' });
  assert.is(record.name, 'docker.io/library/one:latest');
  assert.equal(
    (await store.list()).map(({ name }) => name),
    ['docker.io/library/one:latest', 'example.com/two:v2'],
  );
  assert.equal(await store.get('one'), record);
  assert.equal(await store.get(one.configDigest), record);
  assert.equal(await store.get(one.configDigest.slice(7, 19)), record);
  assert.is((await store.resolve('one')).name, 'one:latest');
  await store.remove('one');
  assert.is(await store.get('one'), undefined);
  const left = contentOf(data);
  assert.equal(left.filter((path) => path.endsWith('.vhd')).length, 2);
  assert.equal(left.filter((path) => path.startsWith('content/')).length, 4);
  await store.remove(two.configDigest.slice(7, 15));
  assert.equal(contentOf(data), []);
  assert.is(((await rejection(store.remove('one'))) as RuntimeError).code, 'not-found');
});

test('removing a name keeps the layers of an image that was run from its path', async () => {
  const data = fresh();
  const store = openImageStore(data);
  const path = layout();
  const { layers } = await store.resolve(path);
  await store.import(path, { name: 'x' });
  await store.remove('x');
  assert.ok(layers.every((layer) => existsSync(layer)));
  assert.is(contentOf(data).filter((each) => each.startsWith('content/')).length, 0);
});

test('the name comes from the user, else from the image, else from the file', async () => {
  const store = openImageStore(fresh());
  const name = async (path: string, wanted?: string) =>
    (await store.import(path, wanted === undefined ? {} : { name: wanted })).name;
  const inside = layout({ refName: 'example.com/inside:1' });
  assert.is(await name(inside), 'example.com/inside:1');
  assert.is(await name(inside, 'mine'), 'docker.io/library/mine:latest');
  const tagged = join(folder, 'Tagged.tar');
  writeFileSync(tagged, layoutTar(buildImage({ refName: 'v9' })));
  assert.is(await name(tagged), 'docker.io/library/tagged:v9');
  const error = (await rejection(store.import(inside, { name: 'No Good' }))) as RuntimeError;
  assert.is(error.code, 'invalid-argument');
  assert.match(error.message, /"No Good" is no image reference.*--name/);
});

test('a tar of a layout, plain and gzipped, is the same image as the folder', async () => {
  const image = buildImage();
  const data = fresh();
  const store = openImageStore(data);
  for (const [name, bytes] of [
    ['plain.tar', layoutTar(image)],
    ['packed.tar.gz', gzipSync(layoutTar(image))],
  ] as const) {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    assert.is((await store.resolve(path)).id, image.configDigest);
  }
  assert.equal(readdirSync(join(data, 'tmp')), []);
});

test('a docker archive is imported, symlinked layers and all', async () => {
  const [a, b] = [buildLayer('a'), buildLayer('b')];
  const path = join(folder, 'saved.tar');
  writeFileSync(path, dockerArchive([a, b, a], ['app:v1', 'app:v2']));
  const store = openImageStore(fresh());
  const record = await store.import(path);
  assert.is(record.name, 'docker.io/library/app:v1');
  assert.equal(
    record.layers.map(({ diffId }) => diffId),
    [a, b, a].map(({ tar }) => sha256(tar)),
  );
  assert.is((await store.resolve(`${path}:v2`)).id, record.id);
  assert.is((await store.resolve(`${path}:app:v1`)).id, record.id);
  assert.match(
    String(await rejection(store.resolve(`${path}:v3`))),
    /no image named v3; it has: app:v1, app:v2/,
  );
});

test('an index picks this host out of many platforms, and says what there is when it is not among them', async () => {
  const image = buildImage();
  const own = (index: any) => index.manifests[0];
  const many = (platforms: [string, string][]) => (index: any) => {
    const manifests = platforms.map(([os, architecture]) => ({
      ...own(index),
      platform: { os, architecture },
    }));
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests }));
    image.files.set(`blobs/sha256/${sha256(bytes).slice(7)}`, bytes);
    return {
      schemaVersion: 2,
      manifests: [
        {
          mediaType: 'application/vnd.oci.image.index.v1+json',
          digest: sha256(bytes),
          size: bytes.length,
        },
      ],
    };
  };
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const index = JSON.parse(image.files.get('index.json')!.toString());
  image.files.set(
    'index.json',
    Buffer.from(
      JSON.stringify(
        many([
          ['windows', 'amd64'],
          ['linux', 's390x'],
          ['linux', arch],
          ['unknown', 'unknown'],
        ])(index),
      ),
    ),
  );
  assert.is(
    (await openImageStore(fresh()).resolve(writeLayout(fresh(), image))).id,
    image.configDigest,
  );
  image.files.set(
    'index.json',
    Buffer.from(
      JSON.stringify(
        many([
          ['windows', 'amd64'],
          ['linux', 's390x'],
        ])(index),
      ),
    ),
  );
  const error = (await rejection(
    openImageStore(fresh()).resolve(writeLayout(fresh(), image)),
  )) as RuntimeError;
  assert.is(error.code, 'unsupported');
  assert.match(error.message, /only: windows\/amd64, linux\/s390x/);
});

test('of several images in a layout one must be picked', async () => {
  const [one, two] = [
    buildImage({ refName: 'a:1' }),
    buildImage({ layers: [buildLayer('z')], refName: 'a:2' }),
  ];
  const manifests = [one, two].flatMap(
    (image) => JSON.parse(image.files.get('index.json')!.toString()).manifests,
  );
  const files = new Map([...one.files, ...two.files]);
  files.set('index.json', Buffer.from(JSON.stringify({ schemaVersion: 2, manifests })));
  const path = writeLayout(fresh(), { ...one, files });
  const store = openImageStore(fresh());
  assert.match(
    String(await rejection(store.resolve(path))),
    /several images: pick one with PATH:NAME out of a:1, a:2/,
  );
  assert.is((await store.resolve(`${path}:2`)).id, two.configDigest);
  assert.is((await store.resolve(`${path}:a:1`)).id, one.configDigest);
});

test('a name wins over a file of the same name, a path with ./ over both', async () => {
  const store = openImageStore(fresh());
  const [named, onDisk] = [buildImage({ layers: [buildLayer('n')] }), buildImage()];
  await store.import(writeLayout(fresh(), named), { name: 'thing' });
  const here = fresh();
  writeLayout(join(here, 'thing'), onDisk);
  writeLayout(join(here, 'other'), onDisk);
  const before = process.cwd();
  process.chdir(here);
  try {
    assert.is((await store.resolve('thing')).id, named.configDigest);
    assert.is((await store.resolve('./thing')).id, onDisk.configDigest);
    assert.is((await store.resolve('other')).id, onDisk.configDigest);
  } finally {
    process.chdir(before);
  }
});

const damage: [string, (image: ReturnType<typeof buildImage>) => void, string, RegExp][] = [
  [
    'no oci-layout',
    (image) => image.files.delete('oci-layout'),
    'invalid-argument',
    /no OCI image layout/,
  ],
  ['no index', (image) => image.files.delete('index.json'), 'invalid-argument', /no index.json/],
  [
    'an index that is no JSON',
    (image) => image.files.set('index.json', Buffer.from('{')),
    'invalid-argument',
    /index.json must be JSON/,
  ],
  [
    'an index of 5 MiB',
    (image) => image.files.set('index.json', Buffer.alloc(5 << 20, 32)),
    'invalid-argument',
    /index.json has 5242880 bytes, the limit is 4194304/,
  ],
  [
    'an empty index',
    (image) => image.files.set('index.json', Buffer.from('{"schemaVersion":2,"manifests":[]}')),
    'not-found',
    /no image for linux\//,
  ],
  [
    'a layout of another version',
    (image) => image.files.set('oci-layout', Buffer.from('{"imageLayoutVersion":"2.0"}')),
    'invalid-argument',
    /imageLayoutVersion must be 1.x/,
  ],
  [
    'no manifest',
    (image) => image.files.delete(`blobs/sha256/${image.manifestDigest.slice(7)}`),
    'not-found',
    /it has no blobs\/sha256\//,
  ],
  [
    'a manifest with another digest',
    (image) => touch(image, image.manifestDigest),
    'data-loss',
    /the digest of blobs\/sha256\/[0-9a-f]+ is sha256:/,
  ],
  [
    'a config with another digest',
    (image) => touch(image, image.configDigest),
    'data-loss',
    /the digest of blobs\/sha256\/[0-9a-f]+ is sha256:/,
  ],
  [
    'a missing layer',
    (image) => image.files.delete(blobOf(image, 1)),
    'not-found',
    /its layer blobs\/sha256\/[0-9a-f]+ is missing/,
  ],
  [
    'a truncated layer',
    (image) => image.files.set(blobOf(image, 1), image.layers[1]!.blob.subarray(0, 50)),
    'data-loss',
    /has 50 bytes, its descriptor says/,
  ],
  [
    'a layer with another digest',
    (image) => touch(image, sha256(image.layers[1]!.blob)),
    'data-loss',
    /digest|damaged/,
  ],
];

for (const [what, change, code, message] of damage) {
  test(`${what}: refused by name, by folder and by tar, and nothing is left`, async () => {
    const image = buildImage();
    change(image);
    for (const source of ['folder', 'tar']) {
      const path = source === 'tar' ? `${fresh()}.tar` : fresh();
      if (source === 'tar') writeFileSync(path, layoutTar(image));
      else writeLayout(path, image);
      const data = fresh();
      for (const action of ['import', 'resolve'] as const) {
        const error = (await rejection(openImageStore(data)[action](path))) as RuntimeError;
        assert.instance(error, RuntimeError, String(error));
        if (!(source === 'tar' && what.startsWith('no '))) {
          assert.is(error.code, code, error.message);
          assert.match(error.message, message);
        }
        assert.ok(
          error.message.includes(path) || error.op.startsWith('convert layer'),
          error.message,
        );
      }
      const left = contentOf(data).filter(
        (each) =>
          !each.includes(sha256(image.layers[0]!.tar).slice(7)) &&
          !each.includes(sha256(image.layers[0]!.blob).slice(7)),
      );
      assert.equal(left, [], 'only the sound layer may remain');
    }
  });
}

function blobOf(image: ReturnType<typeof buildImage>, layer: number): string {
  return `blobs/sha256/${sha256(image.layers[layer]!.blob).slice(7)}`;
}

/** Flip a bit near the end, keeping the size. */
function touch(image: ReturnType<typeof buildImage>, digest: string): void {
  const name = `blobs/sha256/${digest.slice(7)}`;
  const copy = Buffer.from(image.files.get(name)!);
  copy[copy.length - 9] = (copy[copy.length - 9] as number) ^ 1;
  image.files.set(name, copy);
}

const wrong: [string, BuildOptions, string, RegExp][] = [
  [
    'a config with a wrong-typed field',
    {
      config: (config) => {
        config.config.Env = 7;
      },
    },
    'invalid-argument',
    /config.Env must be an array of strings: got number 7/,
  ],
  [
    'a config for another system',
    {
      config: (config) => {
        config.os = 'windows';
      },
    },
    'unsupported',
    /it is for windows\//,
  ],
  [
    'a config with too few diff ids',
    {
      config: (config) => {
        config.rootfs.diff_ids.pop();
      },
    },
    'invalid-argument',
    /2 layers, rootfs.diff_ids of its config 1/,
  ],
  [
    'a diff id that is not the layer',
    {
      config: (config) => {
        config.rootfs.diff_ids[1] = sha256('x');
      },
    },
    'data-loss',
    /its diff_id is sha256:[0-9a-f]+ instead of/,
  ],
  [
    'a manifest with the wrong config size',
    {
      manifest: (manifest) => {
        manifest.config.size++;
      },
    },
    'data-loss',
    /its descriptor says/,
  ],
  [
    'a layer that climbs out',
    { layers: [{ tar: buildTar([file('../x', '')]), blob: buildTar([file('../x', '')]) }] },
    'invalid-argument',
    /"..\/x" leaves the layer/,
  ],
  ['an image without layers', { layers: [] }, 'invalid-argument', /it has no layers/],
];

for (const [what, options, code, message] of wrong) {
  test(`${what} is refused by name`, async () => {
    const data = fresh();
    const error = (await rejection(
      openImageStore(data).import(layout(options), { name: 'x' }),
    )) as RuntimeError;
    assert.is(error.code, code, error.message);
    assert.match(error.message, message);
    assert.equal(await openImageStore(data).list(), []);
  });
}

test('a config with unknown fields is fine', async () => {
  const path = layout({
    config: (config) => {
      config.extra = { a: [1] };
      config.config.Unknown = 7;
    },
  });
  assert.equal((await openImageStore(fresh()).resolve(path)).config.config.Env, ['PATH=/bin']);
});

test('what is no image at all is refused by what is missing', async () => {
  const store = openImageStore(fresh());
  const empty = fresh();
  mkdirSync(empty);
  assert.match(String(await rejection(store.resolve(empty))), /no OCI image layout/);
  const text = `${fresh()}.txt`;
  writeFileSync(text, 'hello '.repeat(200));
  assert.is(((await rejection(store.resolve(text))) as RuntimeError).code, 'data-loss');
  writeFileSync(text, buildTar([file('README', 'x')]));
  assert.match(
    String(await rejection(store.resolve(text))),
    /neither oci-layout nor manifest.json/,
  );
  assert.match(
    String(await rejection(store.resolve('no-such-image'))),
    /the store has no image of that name/,
  );
  assert.match(
    String(await rejection(store.resolve('./no-such-file'))),
    /there is no file or folder .\/no-such-file/,
  );
  assert.match(String(await rejection(store.resolve('/dev/null'))), /neither file nor folder/);
});

test('an archive whose entries climb out is refused, truncated ones too', async () => {
  const store = openImageStore(fresh());
  const path = `${fresh()}.tar`;
  writeFileSync(path, buildTar([file('../../oci-layout', '{}')]));
  assert.match(String(await rejection(store.resolve(path))), /"..\/..\/oci-layout" leaves/);
  const whole = layoutTar(buildImage());
  for (const share of [0.2, 0.5, 0.7]) {
    writeFileSync(path, whole.subarray(0, Math.floor(whole.length * share)));
    assert.instance(await rejection(store.resolve(path)), RuntimeError);
  }
  const looped = buildTar([{ name: 'oci-layout', typeflag: '2', linkName: 'oci-layout' }]);
  writeFileSync(path, looped);
  assert.match(String(await rejection(store.resolve(path))), /neither/);
});

test('records and folders are for their owner only', async () => {
  const data = fresh();
  await openImageStore(data).import(layout(), { name: 'x' });
  for (const path of ['images', 'content', 'layers', 'tmp']) {
    assert.is(statSync(join(data, path)).mode & 0o777, 0o700, path);
  }
});

test('four processes that import and remove at once leave a sound store', async () => {
  const data = fresh();
  const path = layout({ layers: [buildLayer('p'), buildLayer('q'.repeat(300_000))] });
  const script = `
    const { openImageStore } = await import(${JSON.stringify(new URL('../../../runtime/image/image-store.js', import.meta.url).href)});
    const store = openImageStore(${JSON.stringify(data)});
    for (let i = 0; i < 5; i++) {
      await store.import(${JSON.stringify(path)}, { name: 'n' + process.argv[1] });
      await store.resolve('n' + process.argv[1]);
      await store.remove('n' + process.argv[1]);
    }
    await store.import(${JSON.stringify(path)}, { name: 'n' + process.argv[1] });
  `;
  const children = [1, 2, 3, 4].map((id) =>
    spawn(process.execPath, ['--input-type=module', '-e', script, String(id)], {
      stdio: ['ignore', 'inherit', 'inherit'],
    }),
  );
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]));
  assert.equal(codes, [0, 0, 0, 0]);
  const store = openImageStore(data);
  assert.is((await store.list()).length, 4);
  const { layers } = await store.resolve('n1');
  assert.ok(layers.every((layer) => existsSync(layer)));
  assert.equal(readdirSync(join(data, 'tmp')), []);
  assert.not(existsSync(join(data, 'images.lock')));
});

test('a lock that a dead process left is taken over', async () => {
  const data = fresh();
  const dead = spawn('true');
  await once(dead, 'exit');
  mkdirSync(data);
  writeFileSync(join(data, 'images.lock'), String(dead.pid));
  await openImageStore(data).import(layout(), { name: 'x' });
  assert.not(existsSync(join(data, 'images.lock')));
});

test.run();
