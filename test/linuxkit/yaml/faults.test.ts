/** What goes wrong in a build is told with its place, and leaves nothing behind; what was unpacked is not lost. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RuntimeError } from '../../../runtime/errors.ts';
import { rejection } from '../../harness/rejection.ts';
import { skip } from '../../harness/skip.ts';
import { file, hardlink } from '../../runtime/rootfs/tar-builder.ts';
import { inTemporaryFolder } from '../temporary-folder.ts';
import { MARKED_YAML, markedImages } from './build-process.ts';
import { buildYaml, Images, readCpio } from './image-bench.ts';

const KERNEL = 'kernel: {image: k:1}\n';

/** Builds what must fail. @returns code and message; nothing may be left of it */
async function failure(
  yaml: string,
  images: Images,
  options: Parameters<typeof buildYaml>[4] = {},
): Promise<string> {
  let told = '';
  await inTemporaryFolder(async (folder) => {
    const error = await rejection(buildYaml(folder, yaml, images, ['kernel+initrd'], options));
    assert.instance(error, RuntimeError, String(error));
    told = `${(error as RuntimeError).code}: ${(error as RuntimeError).message}`;
    const out = join(folder, 'out');
    assert.equal(existsSync(out) ? readdirSync(out) : [], []);
    const cached = join(folder, 'cache');
    const left = existsSync(cached) ? readdirSync(cached) : [];
    assert.equal(
      left.filter((name) => name.startsWith('.tmp-')),
      [],
    );
  });
  return told;
}

test('an image that is missing is told with its place, wherever it stands', async () => {
  const images = new Images().addKernel().add('i', [[file('x', '')]]);
  const place = (yaml: string): Promise<string> => failure(yaml, images);
  assert.match(
    await place('kernel: {image: none}\n'),
    /^not-found: cannot build: test\.yml:1:17: kernel\.image: .*image none is not here$/,
  );
  assert.match(await place(`${KERNEL}init:\n  - i\n  - none\n`), /test\.yml:4:5: init\[1\]: /);
  for (const section of ['onboot', 'onshutdown', 'services']) {
    const yaml = `${KERNEL}${section}:\n  - name: a\n    image: none\n`;
    assert.match(await place(yaml), new RegExp(`test\\.yml:4:12: ${section}\\[0\\]\\.image: `));
  }
  assert.match(
    await place(`${KERNEL}volumes: [{name: v, image: none}]\n`),
    /test\.yml:2:28: volumes\[0\]\.image: /,
  );
});

test('a layer whose digest differs, one that is cut and one that is no tar are told', async () => {
  const flip = (tar: Buffer): Buffer => {
    const changed = Buffer.from(tar);
    changed[512] = (changed[512] ?? 0) ^ 1;
    return changed;
  };
  const yaml = `${KERNEL}init: [bad]\n`;
  const bad = (damage: (tar: Buffer) => Buffer): Images =>
    new Images().addKernel().add('bad', [[file('x', 'content')]], {}, damage);
  assert.match(
    await failure(yaml, bad(flip)),
    /^data-loss: .*test\.yml:2:8: init\[0\]: cannot unpack layer sha256:\w+ of image bad: its digest is sha256:\w+ instead of/,
  );
  assert.match(
    await failure(
      yaml,
      bad((tar) => tar.subarray(0, 700)),
    ),
    /^data-loss: .*truncated/,
  );
  assert.match(
    await failure(
      yaml,
      bad((tar) => Buffer.alloc(tar.length, 7)),
    ),
    /^data-loss: /,
  );
});

test('hostile layers are refused by the name of the entry', async () => {
  const hostile = (...entries: ReturnType<typeof file>[]): Promise<string> =>
    failure(`${KERNEL}init: [bad]\n`, new Images().addKernel().add('bad', [entries]));
  assert.match(
    await hostile(file('../../etc/passwd', 'x')),
    /^invalid-argument: .*init\[0\]: entry "\.\.\/\.\.\/etc\/passwd" leaves the layer/,
  );
  assert.match(
    await hostile(hardlink('x', '/etc/shadow')),
    /entry "x" is a hard link to "\/etc\/shadow", which is no file of it/,
  );
  assert.match(
    await hostile(file('a', 'x'), file('a/b', 'y')),
    /"\/a" is no folder: "a" is a file/,
  );
});

test('a kernel image without kernel, tar or microcode is told by name', async () => {
  const images = new Images().add('k:1', [[file('kernel', 'k')]]);
  assert.match(
    await failure(KERNEL, images),
    /^not-found: .*kernel\.image: image k:1 has no file "kernel\.tar"$/,
  );
  assert.match(
    await failure('kernel: {image: k:1, binary: Image}\n', images),
    /has no file "Image"$/,
  );
  assert.match(
    await failure('kernel: {image: k:1, tar: none, ucode: u}\n', images),
    /has no file "u"$/,
  );
});

test('a label that is wrong is told with the image and the place', async () => {
  const label = '{"binds": ["/x"]}';
  const images = new Images()
    .addKernel()
    .add('i', [[file('x', '')]], { Labels: { 'org.mobyproject.config': label } });
  const told = await failure(`${KERNEL}services: [{name: s, image: i}]\n`, images);
  assert.match(
    told,
    /services\[0\]\.image: label org\.mobyproject\.config of i:1:12: binds\[0\]: must be SOURCE/,
  );
});

test('files that cannot be put where they are to go are told', async () => {
  const images = new Images().addKernel().add('i', [[file('etc/passwd', ''), file('d/x', '')]]);
  const files = (entry: string): Promise<string> =>
    failure(`${KERNEL}init: [i]\nfiles:\n  - ${entry}\n`, images);
  assert.match(
    await files('{path: etc/passwd/x, contents: y}'),
    /test\.yml:4:12: files\[0\]\.path: "\/etc\/passwd" is no folder: "passwd" is a file/,
  );
  assert.match(await files('{path: d, contents: y}'), /files\[0\]\.path: d is a folder already/);
  assert.match(
    await files('{path: x, source: /no/such}'),
    /^invalid-argument: .*test\.yml:4:23: files\[0\]\.source: \/no\/such is not there$/,
  );
});

test('what is refused before anything is read: architecture, format, name, nothing', async () => {
  const images = new Images().addKernel();
  assert.match(
    await failure(KERNEL, images, { architecture: 'sparc' }),
    /^invalid-argument: .*no architecture "sparc": it is amd64, arm64/,
  );
  assert.match(
    await failure(KERNEL, images, { formats: ['iso' as 'tar'] }),
    /no format "iso": it is kernel\+initrd/,
  );
  assert.match(
    await failure(KERNEL, images, { name: '../x' }),
    /the name "\.\.\/x" is not of letters/,
  );
  assert.match(await failure(KERNEL, images, { configurations: [] }), /there is no configuration/);
  const arm = { architecture: 'arm64' };
  assert.match(
    await failure('kernel: {image: lcow/kernel}\n', images, arm),
    /^unsupported: .*lcow\/kernel:latest is for amd64, wanted is arm64/,
  );
  assert.match(
    await failure('kernel: {image: "lcow/kernel:0123456789abcdef"}\n', images),
    /^not-found: .*there is no kernel 0123456789abcdef here/,
  );
  assert.match(await failure(`${KERNEL}init: ["lcow/agent:5"]\n`, images), /there is no agent 5/);
  assert.match(
    await failure(`${KERNEL}volumes: [{name: v, image: k:1, format: oci}]\n`, images),
    /^unsupported: .*volumes\[0\]\.format: volumes of format oci/,
  );
});

test('a build that failed goes on where it was: layers are unpacked once', async () => {
  await inTemporaryFolder(async (folder) => {
    const yaml = 'kernel: {image: k:1, tar: none}\ninit: [i]\n';
    const layers = [[file('one', '1')], [file('two', '2')]];
    const good = (): Images => new Images().addKernel().add('i', layers);
    const images = good();
    let reads = 0;
    const failing: Images = Object.assign(new Images(), {
      open: async (name: string) => {
        const image = await images.open(name);
        const open = async function* (): AsyncGenerator<Buffer> {
          yield Buffer.from([0x1f, 0x8b]);
          throw new Error('the cable was pulled');
        };
        const broken = image.layers.map((layer, index) =>
          index === 1 ? { ...layer, open } : layer,
        );
        return { ...image, layers: broken };
      },
    });
    const error = await rejection(buildYaml(folder, yaml, failing, ['tar']));
    assert.match(String(error), /the cable was pulled/);
    reads = images.layersRead;
    assert.is(reads, 2, 'the kernel and the first layer');
    const again = good();
    await buildYaml(folder, yaml, again, ['tar']);
    assert.is(again.layersRead, 1, 'the layer that failed, and no other');
    const warm = good();
    await buildYaml(folder, yaml, warm, ['tar']);
    assert.is(warm.layersRead, 0);
  });
});

test('what is damaged in the cache is unpacked again', async () => {
  await inTemporaryFolder(async (folder) => {
    const images = (): Images => new Images().addKernel().add('i', [[file('x', 'content')]]);
    const build = (from: Images): Promise<unknown> =>
      buildYaml(folder, 'init: [i]\n', from, ['tar']);
    await build(images());
    const before = readFileSync(join(folder, 'out', 'test.tar'));
    for (const name of readdirSync(join(folder, 'cache'))) {
      writeFileSync(join(folder, 'cache', name), name.endsWith('.json') ? '{' : 'c');
      const again = images();
      await build(again);
      assert.is(again.layersRead, 1, name);
      assert.ok(readFileSync(join(folder, 'out', 'test.tar')).equals(before));
    }
  });
});

test('a full disk is told as such, and what was there stays', async () => {
  if (process.getuid?.() !== 0) return skip('only root can mount a small disk');
  await inTemporaryFolder(async (folder) => {
    const out = join(folder, 'out');
    mkdirSync(out);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', out]);
    if (mounted.status !== 0) return skip(`a tmpfs cannot be mounted: ${String(mounted.stderr)}`);
    try {
      const small = new Images().addKernel().add('i', [[file('x', '1')]]);
      await buildYaml(folder, `${KERNEL}init: [i]\n`, small, ['kernel+initrd']);
      const before = readFileSync(join(out, 'test-SHA256SUMS'), 'utf8');
      const large = new Images().addKernel().add('i', [[file('x', Buffer.alloc(5_000_000))]]);
      for (const format of ['kernel+initrd', 'tar', 'vhd'] as const) {
        const bytes = format === 'vhd' ? 5_000_000 : 0;
        const images =
          bytes === 0
            ? large
            : new Images().addKernel().add('i', [[file('x', Buffer.alloc(bytes, 1))]]);
        const error = await rejection(buildYaml(folder, `${KERNEL}init: [i]\n`, images, [format]));
        assert.is((error as RuntimeError).code, 'resource-exhausted', String(error));
      }
      assert.is(readFileSync(join(out, 'test-SHA256SUMS'), 'utf8'), before);
      const check = spawnSync('sha256sum', ['-c', 'test-SHA256SUMS'], { cwd: out });
      assert.is(check.status, 0, String(check.stdout));
      assert.equal(
        readdirSync(out).filter((name) => name.startsWith('.')),
        [],
      );
    } finally {
      spawnSync('umount', [out]);
    }
  });
});

test('an interrupted build ends, leaves nothing, and says that it can be taken up again', async () => {
  await inTemporaryFolder(async (folder) => {
    const interrupted = new AbortController();
    const images = new Images().addKernel().add('i', [[file('x', '')]]);
    const log = (line: string): void => {
      if (line.startsWith('writes')) interrupted.abort();
    };
    const { signal } = interrupted;
    const build = buildYaml(folder, `${KERNEL}init: [i]\n`, images, ['tar', 'vhd'], {
      log,
      signal,
    });
    const error = (await rejection(build)) as RuntimeError;
    assert.is(error.code, 'cancelled');
    assert.match(error.message, /interrupted; layers that were unpacked are kept/);
    assert.equal(readdirSync(join(folder, 'out')), []);
  });
});

test('kill -9 at any moment leaves whole files only, and the next build sweeps what is half', async () => {
  const program = fileURLToPath(new URL('./build-process.js', import.meta.url));
  await inTemporaryFolder(async (folder) => {
    const out = join(folder, 'out');
    await buildYaml(folder, MARKED_YAML, markedImages('a'), ['kernel+initrd', 'lcow']);
    const whole = (): void => {
      const marks = new Set<string>();
      for (const name of ['test-kernel', 'test-lcow/kernel', 'test-lcow/bootx64.efi']) {
        const bytes = readFileSync(join(out, name));
        assert.is(bytes.length, 2_000_000, name);
        marks.add(String.fromCharCode(bytes[0] ?? 0));
      }
      for (const name of ['test-initrd.img', 'test-lcow/initrd.img']) {
        const data = readCpio(readFileSync(join(out, name))).get('data')?.data ?? Buffer.alloc(0);
        assert.ok(data.length === 4_000_000 && data.every((byte) => byte === data[0]), name);
      }
      // Where checksums stand they are right.
      if (!existsSync(join(out, 'test-SHA256SUMS'))) return;
      const check = spawnSync('sha256sum', ['-c', '--quiet', 'test-SHA256SUMS'], { cwd: out });
      assert.is(check.status, 0, String(check.stdout));
    };
    let killed = 0;
    for (let round = 0; round < 6; round++) {
      const mark = 'bcdefg'[round] as string;
      // Some from a cold cache, some from a warm one.
      if (round % 2 === 0) rmSync(join(folder, 'cache'), { recursive: true, force: true });
      const child = spawn(process.execPath, [program, folder, mark], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      const timer = setTimeout(() => child.kill('SIGKILL'), 10 + round * 45);
      const [, signal] = (await once(child, 'close')) as [number | null, string | null];
      clearTimeout(timer);
      if (signal === 'SIGKILL') killed += 1;
      whole();
    }
    assert.ok(killed > 0, 'no build was killed in time');
    await buildYaml(folder, MARKED_YAML, markedImages('z'), ['kernel+initrd', 'lcow']);
    whole();
    assert.is(readFileSync(join(out, 'test-kernel'), 'latin1')[0], 'z');
    for (const place of [out, join(folder, 'cache')]) {
      assert.equal(
        readdirSync(place).filter((name) => name.startsWith('.')),
        [],
      );
    }
  });
});

test.run();
