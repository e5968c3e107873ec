/** `lcow linuxkit build` as people call it: sources of images, names of files, merging, and what is refused. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LcowHost } from '../harness/lcow-host.ts';
import { readCpio } from '../linuxkit/yaml/image-bench.ts';
import { FakeRegistry } from '../runtime/image/fake-registry.ts';
import {
  buildImage,
  buildLayer,
  dockerArchive,
  imageConfig,
  writeLayout,
} from '../runtime/image/image-builder.ts';

const test = suite<{ host: LcowHost }>('lcow linuxkit build', { host: new LcowHost() });

test.after(async ({ host }) => {
  await host[Symbol.asyncDispose]();
});

function yaml(host: LcowHost, name: string, text: string): string {
  const path = join(host.folder, name);
  writeFileSync(path, text);
  return path;
}

/** A layout with the image `test:latest`, whose layer has the file `hello`. */
function layout(host: LcowHost, name: string, text: string, refName = 'test:latest'): string {
  const folder = join(host.folder, name);
  mkdirSync(folder, { recursive: true });
  return writeLayout(folder, buildImage({ layers: [buildLayer(text)], refName }));
}

function hello(tar: string): string {
  const bytes = readFileSync(tar);
  const at = bytes.indexOf('hello\0');
  return bytes.toString('latin1', at + 512, at + 520).replaceAll('\0', '');
}

test('images come from the store, by name and by digest', async ({ host }) => {
  await host.ok('image', 'import', layout(host, 'stored', 'stored'));
  const out = join(host.folder, 'out-store');
  const file = yaml(host, 'store.yml', 'init:\n  - test\n');
  const printed = await host.ok('linuxkit', 'build', '-q', '--format', 'tar', '-o', out, file);
  assert.equal(printed.split('\n'), [join(out, 'store.tar'), join(out, 'store-SHA256SUMS')]);
  assert.is(hello(join(out, 'store.tar')), 'stored');
  const digest = buildImage({ layers: [buildLayer('stored')] }).manifestDigest;
  for (const [pinned, code] of [
    [digest, 0],
    [`sha256:${'0'.repeat(64)}`, 125],
  ] as const) {
    const pinnedFile = yaml(host, 'pinned.yml', `init:\n  - test@${pinned}\n`);
    const args = ['linuxkit', 'build', '-q', '--format', 'tar', '-o', out, pinnedFile];
    assert.is((await host.lcow(...args)).code, code, pinned);
  }
});

test('images come from layouts and archives that are named, before the store', async ({ host }) => {
  const out = join(host.folder, 'out-oci');
  const file = yaml(host, 'oci.yml', 'init:\n  - test\n');
  const build = (...sources: string[]): Promise<string> =>
    host.ok('linuxkit', 'build', '-q', '--format', 'tar', '-o', out, ...sources, file);
  await build('--oci', layout(host, 'named', 'named'));
  assert.is(hello(join(out, 'oci.tar')), 'named');
  const archive = join(host.folder, 'archive.tar');
  writeFileSync(archive, dockerArchive([buildLayer('archive')], ['test:latest']));
  const other = layout(host, 'other', 'other', 'other:latest');
  await build('--oci', other, '--oci', archive);
  assert.is(hello(join(out, 'oci.tar')), 'archive');
});

test('another architecture is taken from a layout that has it, and refused from one that has not', async ({
  host,
}) => {
  const folder = join(host.folder, 'arm');
  mkdirSync(folder);
  const layers = [buildLayer('arm')];
  const config = (): unknown => ({ ...imageConfig(layers), architecture: 'arm64' });
  writeLayout(folder, buildImage({ layers, config }));
  const file = yaml(host, 'arm.yml', 'init:\n  - test\n');
  const out = join(host.folder, 'out-arm');
  const args = ['linuxkit', 'build', '-q', '--format', 'tar', '-o', out, '--oci', folder, file];
  await host.ok(...args, '--arch', 'aarch64');
  assert.is(hello(join(out, 'arm.tar')), 'arm');
  const refused = await host.lcow(...args, '--arch', 'amd64');
  assert.is(refused.code, 125);
  assert.match(
    refused.stderr,
    /arm\.yml:2:5: init\[0\]: .*it is for linux\/arm64, wanted is linux\/amd64/,
  );
});

test('an image that nobody has says how to get it', async ({ host }) => {
  const file = yaml(host, 'missing.yml', 'kernel:\n  image: linuxkit/kernel:6.6\n');
  const out = join(host.folder, 'out-missing');
  const { code, stderr } = await host.lcow('linuxkit', 'build', '-o', out, file);
  assert.is(code, 125);
  assert.match(
    stderr,
    /missing\.yml:2:10: kernel\.image: .*linuxkit\/kernel:6\.6 is not in the store/,
  );
  assert.match(stderr, /take it from its registry with --pull, .*lcow image import/);
  assert.equal(existsSync(out) ? readdirSync(out) : [], []);
});

test('with --pull an image comes from its registry into the store, once; without it is missing', async ({
  host,
}) => {
  await using registry = await FakeRegistry.start();
  registry.push(buildImage({ layers: [buildLayer('pulled')] }), '1');
  const name = `${registry.domain}/team/app:1`;
  const file = yaml(host, 'pull.yml', `init:\n  - ${name}\n`);
  const out = join(host.folder, 'out-pull');
  const args = ['linuxkit', 'build', '--format', 'tar', '-o', out, file];
  const without = await host.lcow(...args);
  assert.is(without.code, 125);
  assert.match(
    without.stderr,
    `pull.yml:2:5: init[0]: cannot find an image: image ${name} is not in`,
  );
  assert.equal(registry.seen, []);
  const { code, stderr } = await host.lcow(...args, '--pull');
  assert.is(code, 0, stderr);
  assert.match(stderr, `pull: ${name}\n`);
  assert.is(hello(join(out, 'pull.tar')), 'pulled');
  assert.is(registry.seen.length, 3);
  await host.ok(...args, '--pull');
  await host.ok(...args);
  assert.is(registry.seen.length, 3);
  assert.match(await host.ok('image', 'list'), name);
  const gone = yaml(host, 'gone.yml', `init:\n  - ${registry.domain}/team/gone\n`);
  const missing = await host.lcow('linuxkit', 'build', '--pull', '-o', out, gone);
  assert.is(missing.code, 125);
  assert.match(
    missing.stderr,
    /gone\.yml:2:5: init\[0\]: cannot pull 127.*\/gone:latest from 127.*: 404/,
  );
});

test('what is pulled for another architecture is not the store’s; an interrupt ends a pull', async ({
  host,
}) => {
  await using registry = await FakeRegistry.start();
  const layers = [buildLayer('arm')];
  const config = (): unknown => ({ ...imageConfig(layers), architecture: 'arm64' });
  registry.push(buildImage({ layers, config }), '1');
  const file = yaml(host, 'arm-pull.yml', `init:\n  - ${registry.domain}/app:1\n`);
  const out = join(host.folder, 'out-arm-pull');
  const args = ['linuxkit', 'build', '--pull', '--format', 'tar', '-o', out, file];
  await host.ok(...args, '--arch', 'arm64');
  assert.is(hello(join(out, 'arm-pull.tar')), 'arm');
  assert.not.match(await host.ok('image', 'list'), registry.domain);
  const asked = new Promise<void>((resolve) => {
    registry.instead = () => {
      resolve();
      return true;
    };
  });
  const build = host.start(args);
  await asked;
  build.child.kill('SIGINT');
  const { code, stderr } = await build.finished;
  assert.is(code, 130, stderr);
  assert.match(stderr, /cannot build: it was interrupted/);
});

test('several files are merged, the last one names; standard input is one', async ({ host }) => {
  const out = join(host.folder, 'out-merge');
  const kernel = layout(host, 'kernels', 'x', 'k:1');
  const first = yaml(
    host,
    'first.yml',
    'kernel: {image: "k:1", binary: hello, tar: none, cmdline: one}\n',
  );
  const input = Buffer.from('kernel: {cmdline: two}\nfiles: [{path: x, contents: y}]\n');
  const args = ['linuxkit', 'build', '-q', '-o', out, '--oci', kernel, first, '-'];
  const { code, stderr } = await host.start(args, { input }).finished;
  assert.is(code, 0, stderr);
  assert.is(readFileSync(join(out, 'linuxkit-cmdline'), 'utf8'), 'two');
  assert.is(readFileSync(join(out, 'linuxkit-kernel'), 'utf8'), 'x');
  const root = readCpio(readFileSync(join(out, 'linuxkit-initrd.img')));
  assert.equal([...root.keys()], ['sbom.spdx.json', 'x']);
  await host.ok(
    'linuxkit',
    'build',
    '-q',
    '--no-sbom',
    '--name',
    'n',
    '-o',
    out,
    '--oci',
    kernel,
    first,
  );
  assert.equal([...readCpio(readFileSync(join(out, 'n-initrd.img'))).keys()], []);
});

test('what is wrong is one error, with a place for each mistake', async ({ host }) => {
  const file = yaml(host, 'wrong.yml', 'services:\n  - name: a\n    net: 5\nfoo: 1\n');
  const { code, stderr, stdout } = await host.lcow('linuxkit', 'build', file);
  assert.is(code, 125);
  assert.is(stdout, '');
  assert.match(stderr, /wrong\.yml:2:5: services\[0\]: image is missing\n/);
  assert.match(stderr, /wrong\.yml:3:10: services\[0\]\.net: must be text, is 5\n/);
  assert.match(stderr, /wrong\.yml:4:1: foo: there is no such field/);
  const none = await host.lcow('linuxkit', 'build', join(host.folder, 'none.yml'));
  assert.match(none.stderr, /there is no file .*none\.yml/);
  const arch = await host.lcow('linuxkit', 'build', '--arch', 'vax', file);
  assert.match(arch.stderr, /there is no architecture "vax"/);
  const format = await host.lcow('linuxkit', 'build', '--format', 'iso', file);
  assert.match(format.stderr, /there is no format "iso"/);
});

test('with --docker images come from the daemon, saved once for each of their ids', async ({
  host,
}) => {
  const folder = join(host.folder, 'docker-bin');
  mkdirSync(folder);
  const archive = join(folder, 'saved.tar');
  writeFileSync(archive, dockerArchive([buildLayer('docker')], ['test:latest']));
  const calls = join(folder, 'calls');
  // Stands for docker's command line, which it answers as docker 20 does.
  const script = `#!/bin/sh
echo "$*" >> ${calls}
case "$2 $5" in
  'inspect docker.io/library/test:latest') echo 'sha256:${'a'.repeat(64)}' ;;
  inspect*) echo "Error: No such image: $5" >&2; exit 1 ;;
  save*) cat ${archive} ;;
esac
`;
  writeFileSync(join(folder, 'docker'), script, { mode: 0o755 });
  const env = { PATH: `${folder}:${process.env['PATH']}` };
  const file = yaml(host, 'docker.yml', 'init:\n  - test\n');
  const out = join(host.folder, 'out-docker');
  const args = ['linuxkit', 'build', '-q', '--docker', '--format', 'tar', '-o', out];
  for (let round = 0; round < 2; round++) {
    const { code, stderr } = await host.start([...args, file], { env }).finished;
    assert.is(code, 0, stderr);
    assert.is(hello(join(out, 'docker.tar')), 'docker');
  }
  const saves = readFileSync(calls, 'utf8').match(/^image save .*$/gm);
  assert.equal(saves, ['image save docker.io/library/test:latest']);
  const other = yaml(host, 'other.yml', 'init:\n  - nobody/has:it\n');
  const missing = await host.start([...args, other], { env }).finished;
  assert.match(missing.stderr, /image nobody\/has:it is not in Docker nor in the store/);
  const bare = join(host.folder, 'bare-bin');
  mkdirSync(bare);
  symlinkSync(process.execPath, join(bare, 'node'));
  const without = await host.start([...args, file], { env: { PATH: bare } }).finished;
  assert.match(without.stderr, /docker cannot be run/);
});

test('an interrupt ends it with 130 and leaves nothing', async ({ host }) => {
  // Docker takes its time: the interrupt comes while it is waited for.
  const file = yaml(host, 'slow.yml', 'kernel:\n  image: k:1\n');
  const folder = join(host.folder, 'slow-bin');
  mkdirSync(folder);
  writeFileSync(join(folder, 'docker'), '#!/bin/sh\nexec sleep 2\n', { mode: 0o755 });
  const out = join(host.folder, 'out-slow');
  const build = host.start(['linuxkit', 'build', '--docker', '-o', out, file], {
    env: { PATH: `${folder}:${process.env['PATH']}` },
  });
  await build.shows('kernel: k:1');
  build.child.kill('SIGINT');
  const { code, stderr } = await build.finished;
  assert.is(code, 130, stderr);
  assert.match(stderr, /cannot build: it was interrupted/);
  assert.equal(existsSync(out) ? readdirSync(out) : [], []);
});

test.run();
