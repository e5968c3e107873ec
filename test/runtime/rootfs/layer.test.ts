/** Layers to disks: whiteouts, hostile entries, damaged sources, crashes, and two at once. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RuntimeError } from '../../../runtime/errors.ts';
import {
  type ConvertOptions,
  convertLayer,
  layerSizeBytes,
} from '../../../runtime/rootfs/layer.ts';
import { sweepTemporaryFiles } from '../../../runtime/rootfs/temporary-file.ts';
import { rejection } from '../../harness/rejection.ts';
import { skip } from '../../harness/skip.ts';
import {
  assertClean,
  debugfs,
  debugfsBytes,
  hasE2fsprogs,
  temporaryFolder,
  withMounted,
} from './file-system-check.ts';
import { type BuiltEntry, buildTar, directory, file, hardlink, symlink } from './tar-builder.ts';

const folder = temporaryFolder('layer');
let counter = 0;

async function* chunks(bytes: Buffer, size = 1 << 16): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function sha256(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Convert in a folder of its own, which must be empty again when it fails. */
async function convert(bytes: Buffer, options: Partial<ConvertOptions> = {}): Promise<string> {
  const destination = join(folder, String(counter++), 'layer.vhd');
  try {
    await convertLayer(chunks(bytes), { destination, ...options });
  } catch (error) {
    const left = existsSync(join(destination, '..')) ? readdirSync(join(destination, '..')) : [];
    assert.equal(left, [], 'a failed conversion leaves nothing');
    throw error;
  }
  return destination;
}

async function refusal(entries: readonly BuiltEntry[]): Promise<RuntimeError> {
  const error = await rejection(convert(buildTar(entries)));
  assert.instance(error, RuntimeError, String(error));
  return error as RuntimeError;
}

const outside: [string, BuiltEntry, RegExp][] = [
  ['a name that climbs out', file('../escape', 'x'), /entry "..\/escape" leaves the layer by ".."/],
  [
    'a name that climbs out in the middle',
    file('a/../../escape', 'x'),
    /"a\/..\/..\/escape" leaves/,
  ],
  ['a name that climbs and comes back', file('a/../b', 'x'), /"a\/..\/b" leaves/],
  ['a folder ".."', directory('..'), /entry ".." leaves/],
  [
    'a hard link that climbs out',
    hardlink('shadow', '../../etc/shadow'),
    /entry "shadow" is a hard link whose target "..\/..\/etc\/shadow" leaves/,
  ],
  [
    'a hard link to the host by an absolute path',
    hardlink('shadow', '/etc/shadow'),
    /"shadow" is a hard link whose target "\/etc\/shadow" is not in the layer/,
  ],
  ['a hard link to a folder', hardlink('again', '/'), /target "\/" is a directory/],
  ['a whiteout of nothing', file('.wh.', ''), /entry ".wh." is a whiteout of no file/],
  ['a whiteout of ".."', file('a/.wh...', ''), /whiteout of no file/],
  [
    'a root that is a file',
    file('./', 'x', { typeflag: '2', linkName: 'x' }),
    /makes the layer's root a symlink/,
  ],
  ['a part of 256 bytes', file('n'.repeat(256), ''), /has a part of 256 bytes, the limit is 255/],
  ['a path of 5000 bytes', file('d/'.repeat(2500), ''), /is 5000 bytes long, the limit is 4095/],
  ['a name with NUL', file('x', '', { pax: { path: 'a\0b' } }), /has a NUL byte/],
  ['a symlink to nothing', symlink('l', ''), /entry "l" is a symlink to ""/],
  [
    'a device beyond what Linux has',
    { name: 'dev', typeflag: '3', devMajor: 70000 },
    /entry "dev" is the device 70000:0/,
  ],
  [
    'attributes larger than a block',
    file('x', '', { xattrs: { 'user.big': 'v'.repeat(5000) } }),
    /more extended attributes than a block/,
  ],
  [
    'an ACL that is none',
    file('x', '', { xattrs: { 'system.posix_acl_access': 'zzz' } }),
    /wrong extended attribute/,
  ],
];

for (const [what, entry, message] of outside) {
  test(`${what} is refused by name`, async () => {
    const error = await refusal([entry]);
    assert.is(error.code, 'invalid-argument');
    assert.match(error.message, message);
  });
}

test('a file under a file, and symlinks in a circle, are refused', async () => {
  assert.match(
    (await refusal([file('f', 'x'), file('f/g', 'y')])).message,
    /"\/f" is not a directory: "f" is a file/,
  );
  const circle = [symlink('a', 'b'), symlink('b', 'a'), file('a/x', 'y')];
  assert.match((await refusal(circle)).message, /more than 40 symlinks/);
});

test('any names at all are either in the image or refused, and nothing is written beside it', async () => {
  const part = fc.constantFrom('..', '.', '', 'a', 'b', '.wh.a', '.wh..wh..opq', '.wh...', 'etc');
  const name = fc
    .array(part, { minLength: 1, maxLength: 5 })
    .map((parts) => parts.join('/') || '/');
  const entry = fc.tuple(name, fc.constantFrom('0', '1', '2', '3', '5', '6'), name);
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 12 }), async (entries) => {
      const tar = buildTar(
        entries.map(([name, typeflag, linkName]) => ({ name, typeflag, linkName })),
      );
      try {
        await convert(tar);
      } catch (error) {
        assert.instance(error, RuntimeError);
        assert.is((error as RuntimeError).code, 'invalid-argument');
      }
    }),
    { numRuns: 150 },
  );
  assert.ok(readdirSync(folder).every((each) => /^[0-9]+$/.test(each)));
});

if (!hasE2fsprogs()) skip('e2fsprogs are not installed');
else {
  test('absolute names are names below the root, and a symlink may point anywhere', async () => {
    const image = await convert(
      buildTar([
        file('/etc/passwd', 'ours'),
        symlink('evil', '/etc/../../shadow'),
        hardlink('/l', '/etc/passwd'),
      ]),
    );
    assertClean(image);
    assert.is(debugfsBytes(image, '/l').toString(), 'ours');
    assert.match(debugfs(image, 'stat /evil'), /Fast link dest: "\/etc\/..\/..\/shadow"/);
  });

  test('a path through a symlink stays in the image', async () => {
    const image = await convert(
      buildTar([
        directory('usr/lib'),
        symlink('lib', 'usr/lib'),
        file('lib/x', '1'),
        symlink('up', '../../../..'),
        file('up/y', '2'),
      ]),
    );
    assertClean(image);
    assert.is(debugfsBytes(image, '/usr/lib/x').toString(), '1');
    assert.is(debugfsBytes(image, '/y').toString(), '2');
  });

  test('whiteouts become the marks of overlayfs', async () => {
    const image = await convert(
      buildTar([
        file('etc/.wh.gone', ''),
        directory('fresh/'),
        file('fresh/.wh..wh..opq', ''),
        file('fresh/new', 'n'),
        file('.wh..wh.plnk', ''),
        // Deleted below, made anew here: the mark gives way to an opaque folder.
        file('.wh.again', ''),
        file('again/inside', 'i'),
        // The other order means the same.
        file('before/inside', 'i'),
        file('.wh.before', ''),
        file('.wh.explicit', ''),
        directory('explicit', { mode: 0o700 }),
      ]),
    );
    assertClean(image);
    assert.match(
      debugfs(image, 'stat /etc/gone'),
      /Type: character special[^]*Device major\/minor number: 00:00/,
    );
    for (const opaque of ['fresh', 'again', 'before', 'explicit']) {
      assert.match(debugfs(image, `ea_get /${opaque} trusted.overlay.opaque`), /"?y"?/, opaque);
    }
    assert.is(debugfsBytes(image, '/again/inside').toString(), 'i');
    const names = debugfs(image, 'ls -p /');
    assert.not.match(names, /\.wh\./);
    assert.match(debugfs(image, 'stat /explicit'), /Mode:\s+0700/);
  });

  test('the kernel merges two layers as their whiteouts say', async () => {
    const lower = await convert(
      buildTar([
        file('etc/gone', '1'),
        file('etc/kept', '1'),
        file('opaque/old', '1'),
        file('again/old', '1'),
        file('merged/old', '1'),
      ]),
    );
    const upper = await convert(
      buildTar([
        file('etc/.wh.gone', ''),
        file('opaque/.wh..wh..opq', ''),
        file('opaque/new', '2'),
        file('.wh.again', ''),
        file('again/new', '2'),
        file('merged/new', '2'),
      ]),
    );
    const merged = withMounted(lower, (below) =>
      withMounted(upper, (above) => {
        const target = join(folder, 'merged');
        mkdirSync(target);
        const options = `lowerdir=${above}:${below}`;
        if (spawnSync('mount', ['-t', 'overlay', 'overlay', '-o', options, target]).status !== 0) {
          return undefined;
        }
        try {
          return readdirSync(target, { recursive: true }).map(String).sort();
        } finally {
          spawnSync('umount', [target]);
        }
      }),
    );
    if (merged === undefined) return skip('loop or overlay mounts are not possible here');
    assert.equal(merged, [
      'again',
      'again/new',
      'etc',
      'etc/kept',
      'merged',
      'merged/new',
      'merged/old',
      'opaque',
      'opaque/new',
    ]);
  });

  test("an image cannot bring overlayfs's own attributes", async () => {
    const xattrs = {
      'trusted.overlay.redirect': '/secret',
      'trusted.other': 'kept',
      'com.apple.x': 'dropped',
    };
    const image = await convert(buildTar([directory('d', { xattrs })]));
    assertClean(image);
    const list = debugfs(image, 'ea_list /d');
    assert.match(list, /trusted.other/);
    assert.not.match(list, /overlay|apple/);
  });
}

const LAYER = buildTar([
  directory('d'),
  file('d/random', createHash('sha512').update('x').digest().toString('base64').repeat(9000)),
]);

test('both digests are verified, of the blob and of the tar in it', async () => {
  const blob = gzipSync(LAYER);
  const right = { diffId: sha256(LAYER), blobDigest: sha256(blob) };
  const path = await convert(blob, right);
  assert.is(await layerSizeBytes(path), readFileSync(path).length);
  for (const wrong of [
    { ...right, diffId: sha256(blob) },
    { ...right, blobDigest: sha256(LAYER) },
  ]) {
    const error = (await rejection(convert(blob, wrong))) as RuntimeError;
    assert.is(error.code, 'data-loss');
    assert.match(error.message, /its (digest|diff_id) is sha256:[0-9a-f]{64} instead of sha256:/);
  }
});

test('bytes after the end of the tar count for the digest', async () => {
  const longer = Buffer.concat([LAYER, Buffer.alloc(100_000, 1)]);
  await convert(longer, { diffId: sha256(longer) });
  const error = await rejection(convert(longer, { diffId: sha256(LAYER) }));
  assert.is((error as RuntimeError).code, 'data-loss');
});

test('a source cut anywhere is called damaged, plain and gzipped', async () => {
  for (const blob of [LAYER, gzipSync(LAYER)]) {
    for (const share of [0.01, 0.3, 0.5, 0.9, 0.95]) {
      const part = blob.subarray(0, Math.floor((blob.length * share) / 512) * 512 + 100);
      const error = (await rejection(convert(part))) as RuntimeError;
      assert.is(error.code, 'data-loss', String(error));
    }
  }
});

test('a source that fails in the middle fails the conversion', async () => {
  async function* failing(): AsyncGenerator<Buffer> {
    yield gzipSync(LAYER).subarray(0, 5000);
    throw new Error('the disk is on fire');
  }
  const destination = join(folder, 'failing', 'layer.vhd');
  const error = await rejection(convertLayer(failing(), { destination }));
  assert.match(String(error), /the disk is on fire/);
  assert.equal(readdirSync(join(folder, 'failing')), []);
});

test('a full disk is reported as one, and what was written is gone', async () => {
  const small = join(folder, 'small-disk');
  mkdirSync(small);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=300k', 'tmpfs', small]).status !== 0) {
    return skip('tmpfs mounts are not possible here');
  }
  try {
    const destination = join(small, 'layer.vhd');
    const error = await rejection(convertLayer(chunks(LAYER), { destination }));
    assert.is((error as RuntimeError).code, 'resource-exhausted', String(error));
    assert.equal(readdirSync(small), []);
  } finally {
    spawnSync('umount', [small]);
  }
});

test('gzip with several members is one stream', async () => {
  const half = 512 * 100;
  const blob = Buffer.concat([gzipSync(LAYER.subarray(0, half)), gzipSync(LAYER.subarray(half))]);
  await convert(blob, { diffId: sha256(LAYER), blobDigest: sha256(blob) });
});

test('zstd is read where Node can, else refused saying so', async () => {
  const packed = spawnSync('zstd', ['-c'], { input: LAYER, maxBuffer: 1 << 26 });
  if (packed.error !== undefined) return skip('zstd is not installed');
  if ('createZstdDecompress' in zlib) {
    await convert(packed.stdout, { diffId: sha256(LAYER) });
  } else {
    const error = (await rejection(convert(packed.stdout))) as RuntimeError;
    assert.is(error.code, 'unsupported');
    assert.match(error.message, /zstd.*use Node.js 22.15 or later/);
  }
});

test('damaged bytes anywhere give an error of ours or a layer, and never anything left over', async () => {
  const blob = gzipSync(buildTar([file('a', 'hello'), directory('b'), symlink('c', 'd')]));
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: blob.length - 1 }),
      fc.integer({ min: 1, max: 255 }),
      async (at, bits) => {
        const copy = Buffer.from(blob);
        copy[at] = (copy[at] as number) ^ bits;
        try {
          await convert(copy);
        } catch (error) {
          assert.instance(error, RuntimeError, String(error));
          assert.is.not((error as RuntimeError).code, 'internal', String(error));
        }
      },
    ),
    { numRuns: 200 },
  );
});

test('two conversions of one layer at once both succeed with the same bytes', async () => {
  const destination = join(folder, 'shared', 'layer.vhd');
  const expected = readFileSync(await convert(LAYER));
  await Promise.all(
    [1, 2, 3].map(() => convertLayer(chunks(LAYER), { destination, diffId: sha256(LAYER) })),
  );
  assert.ok(readFileSync(destination).equals(expected));
  assert.equal(readdirSync(join(folder, 'shared')), ['layer.vhd']);
});

test('a killed conversion leaves a temporary file only, and that is swept', async () => {
  const here = join(folder, 'killed');
  const script = `
    const { convertLayer } = await import(${JSON.stringify(new URL('../../../runtime/rootfs/layer.js', import.meta.url).href)});
    async function* slow() { yield Buffer.from(${JSON.stringify(LAYER.subarray(0, 1024).toString('base64'))}, 'base64'); await new Promise((done) => setTimeout(done, 60_000)); }
    await convertLayer(slow(), { destination: ${JSON.stringify(join(here, 'layer.vhd'))} });
  `;
  spawnSync('mkdir', ['-p', here]);
  const watcher = watch(here);
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: 'inherit',
  });
  await once(watcher, 'change');
  watcher.close();
  // Ours is alive: a sweep must not touch it.
  sweepTemporaryFiles(here);
  assert.is(readdirSync(here).length, 1);
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.match(readdirSync(here).join(), /^\.tmp-[0-9]+-[0-9a-f]{16}$/);
  writeFileSync(join(here, 'layer.vhd'), 'not ours to sweep');
  sweepTemporaryFiles(here);
  assert.equal(readdirSync(here), ['layer.vhd']);
});

test('a file without a valid footer is not taken for a layer', async () => {
  const path = await convert(LAYER);
  const bytes = readFileSync(path);
  const copy = join(folder, 'copy.vhd');
  for (const [damaged, ok] of [
    [bytes, true],
    [bytes.subarray(0, bytes.length - 512), false],
    [bytes.subarray(512), false],
    [Buffer.alloc(0), false],
  ] as const) {
    writeFileSync(copy, damaged);
    assert.is((await layerSizeBytes(copy)) !== undefined, ok);
  }
  assert.is(await layerSizeBytes(join(folder, 'nowhere.vhd')), undefined);
});

test.run();
