/** A root file system is composed as LinuxKit composes it: what is where, what replaces what, what is left out. */
import { existsSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { directory, file, hardlink, symlink } from '../../runtime/rootfs/tar-builder.ts';
import { inTemporaryFolder } from '../temporary-folder.ts';
import { buildYaml, type CpioFile, Images, rootOf } from './image-bench.ts';

const KERNEL = 'kernel: {image: k:1, cmdline: console=ttyS0 quiet}\n';

/** The root that a YAML makes of images, and the folder with the files. */
async function compose(
  yaml: string,
  images: Images,
  body: (root: Map<string, CpioFile>, folder: string) => void | Promise<void>,
): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    await body(await rootOf(folder, `${KERNEL}${yaml}`, images.addKernel()), join(folder, 'out'));
  });
}

function textOf(root: Map<string, CpioFile>, path: string): string {
  const found = root.get(path);
  assert.ok(found, `${path} is not there: ${[...root.keys()].join(' ')}`);
  return found.data.toString();
}

function modeOf(root: Map<string, CpioFile>, path: string): string {
  return (root.get(path)?.mode ?? 0).toString(8);
}

test('the kernel is split out, its modules are in the root, the rest of its image is not', async () => {
  await compose('', new Images(), async (root, folder) => {
    assert.is(await readFile(join(folder, 'test-kernel'), 'utf8'), 'a kernel');
    assert.is(await readFile(join(folder, 'test-cmdline'), 'utf8'), 'console=ttyS0 quiet');
    assert.is(textOf(root, 'lib/modules/6.6.0/x.ko'), 'a module');
    assert.equal(
      [...root.keys()].filter((path) => /^(boot|kernel|other)/.test(path)),
      [],
    );
  });
});

test('microcode comes first, uncompressed, padded to a block', async () => {
  await inTemporaryFolder(async (folder) => {
    const images = new Images().addKernel('k:1', [file('ucode.cpio', 'microcode')]);
    const yaml = 'kernel: {image: k:1, tar: none, ucode: ucode.cpio}\n';
    await buildYaml(folder, yaml, images, ['kernel+initrd']);
    const initrd = await readFile(join(folder, 'out', 'test-initrd.img'));
    assert.is(initrd.toString('latin1', 0, 9), 'microcode');
    assert.is(initrd.toString('latin1', 512, 518), '070701');
    assert.not.ok(initrd.includes('lib/modules'));
  });
});

test('init images lie one over the other; layers too, with whiteouts and links', async () => {
  const images = new Images()
    .add('base', [
      [
        directory('bin', { mode: 0o700, uid: 5 }),
        file('bin/sh', 'old'),
        file('bin/gone', 'x'),
        directory('opt/deep'),
        file('opt/deep/hidden', 'x'),
        symlink('lib', 'usr/lib'),
        directory('usr/lib'),
        file('a', 'shared', { mode: 0o4755, uid: 1, gid: 2 }),
        hardlink('b', 'a'),
        { name: 'null', typeflag: '3', devMajor: 1, devMinor: 3, mode: 0o666 },
        { name: 'pipe', typeflag: '6', mode: 0o600 },
      ],
      [
        file('bin/.wh.gone', ''),
        file('opt/.wh..wh..opq', ''),
        file('opt/new', 'n'),
        file('lib/so', 's'),
      ],
    ])
    .add('top', [[file('bin/sh', 'new', { mode: 0o755 })]]);
  await compose('init: [base, top]\n', images, (root) => {
    assert.is(textOf(root, 'bin/sh'), 'new');
    assert.is(modeOf(root, 'bin/sh'), '100755');
    assert.is(modeOf(root, 'bin'), '40700', 'what nobody says about a folder changes it not');
    assert.is(root.get('bin')?.uid, 5);
    assert.not(root.has('bin/gone'));
    assert.not(root.has('opt/deep'));
    assert.is(textOf(root, 'opt/new'), 'n');
    assert.is(textOf(root, 'lib'), 'usr/lib', 'the symlink stays');
    assert.is(textOf(root, 'usr/lib/so'), 's', 'and is followed');
    assert.equal([root.get('a')?.inode, root.get('a')?.links], [root.get('b')?.inode, 2]);
    assert.equal(
      [textOf(root, 'a'), textOf(root, 'b')],
      ['', 'shared'],
      'the last name has the bytes',
    );
    assert.equal([modeOf(root, 'a'), root.get('a')?.uid, root.get('a')?.gid], ['104755', 1, 2]);
    assert.equal([modeOf(root, 'null'), root.get('null')?.device], ['20666', '1:3']);
    assert.is(modeOf(root, 'pipe'), '10600');
  });
});

test('what Docker puts into images is left out or replaced, what must be there is made', async () => {
  const images = new Images().add('i', [
    [
      file('.dockerenv', ''),
      file('Dockerfile', 'FROM x'),
      file('dev/console', ''),
      file('dev/shm/x', ''),
      file('etc/hostname', 'h'),
      file('etc/hosts', 'mine'),
      file('etc/resolv.conf', 'nameserver 1.2.3.4'),
    ],
  ]);
  const yaml = 'init: [i]\nservices: [{name: s, image: i, readonly: true}]\n';
  await compose(yaml, images, (root) => {
    for (const prefix of ['', 'containers/services/s/rootfs/']) {
      for (const gone of ['.dockerenv', 'Dockerfile', 'dev/console', 'dev/shm/x', 'etc/hostname']) {
        assert.not(root.has(`${prefix}${gone}`), `${prefix}${gone}`);
      }
      for (const made of ['dev', 'dev/pts', 'dev/shm', 'etc', 'proc', 'sys']) {
        assert.is(modeOf(root, `${prefix}${made}`), '40755', `${prefix}${made}`);
      }
      assert.match(textOf(root, `${prefix}etc/hosts`), /^127\.0\.0\.1 +localhost\n(.*\n){5}$/);
      assert.is(textOf(root, `${prefix}etc/mtab`), '/proc/mounts');
    }
    assert.is(textOf(root, 'etc/resolv.conf'), '/run/resolvconf/resolv.conf');
    assert.is(
      textOf(root, 'containers/services/s/rootfs/etc/resolv.conf'),
      '\n# no resolv.conf configured\n',
    );
  });
});

test('containers are numbered where order counts, and have their bundles', async () => {
  const images = new Images().add('one', [[file('x', '1')]]).add('two', [[file('y', '2')]]);
  const yaml =
    'onboot: [{name: a, image: one}, {name: a, image: two, readonly: true}]\n' +
    'onshutdown: [{name: z, image: two, readonly: true}]\nservices: [{name: s, image: one, readonly: true}]\n';
  await compose(yaml, images, (root) => {
    const bundles = [...root.keys()].filter((path) => path.endsWith('/config.json'));
    assert.equal(bundles, [
      'containers/onboot/000-a/config.json',
      'containers/onboot/001-a/config.json',
      'containers/onshutdown/000-z/config.json',
      'containers/services/s/config.json',
    ]);
    const mounts = (bundle: string): unknown =>
      (JSON.parse(textOf(root, `${bundle}/runtime.json`)) as { mounts: unknown }).mounts;
    assert.is(textOf(root, 'containers/onboot/000-a/lower/x'), '1');
    assert.equal(mounts('containers/onboot/000-a'), [
      { destination: '/containers/onboot/000-a/tmp', type: 'tmpfs', source: 'tmpfs' },
      { destination: '/containers/onboot/000-a/tmp', options: ['remount', 'private'] },
      {
        destination: '/containers/onboot/000-a/rootfs',
        type: 'overlay',
        source: 'overlay',
        options: [
          'lowerdir=/containers/onboot/000-a/lower',
          'upperdir=/containers/onboot/000-a/tmp/upper',
          'workdir=/containers/onboot/000-a/tmp/work',
        ],
      },
    ]);
    assert.is(modeOf(root, 'containers/onboot/000-a/tmp'), '40755');
    assert.is(textOf(root, 'containers/onboot/001-a/rootfs/y'), '2');
    assert.not(root.has('containers/onboot/001-a/tmp'));
    // An image is there once; who has it too has it from there.
    assert.equal(mounts('containers/onshutdown/000-z'), [
      {
        destination: '/containers/onshutdown/000-z/rootfs',
        source: '/containers/onboot/001-a/rootfs',
        options: ['bind'],
      },
    ]);
    assert.equal(mounts('containers/services/s'), [
      {
        destination: '/containers/services/s/rootfs',
        source: '/containers/onboot/000-a/lower',
        options: ['bind'],
      },
    ]);
    assert.not(root.has('containers/services/s/rootfs/x'));
    assert.is(modeOf(root, 'containers/services/s/rootfs'), '40755');
  });
});

test('volumes are folders by which init knows them', async () => {
  const images = new Images().add('seed', [[file('data/x', '1')]]).add('i', [[file('y', '')]]);
  const yaml =
    'volumes: [{name: rw, image: seed}, {name: ro, image: seed, readonly: true}, {name: none}]\n' +
    'services: [{name: s, image: i, binds: ["rw:/a", "ro:/b:ro"]}]\n';
  await compose(yaml, images, (root) => {
    assert.is(textOf(root, 'containers/volumes/rw/lower/data/x'), '1');
    const folders = [...root.keys()]
      .filter((path) => /^containers\/volumes\/\w+\/\w+$/.test(path))
      .map((path) => path.slice('containers/volumes/'.length));
    assert.equal(folders, [
      'none/lower',
      'none/merged',
      'none/tmp',
      'ro/lower',
      'ro/merged',
      'rw/lower',
      'rw/merged',
      'rw/tmp',
    ]);
    const config = JSON.parse(textOf(root, 'containers/services/s/config.json')) as {
      mounts: { destination: string; source: string; options: string[] }[];
    };
    const binds = config.mounts.filter(({ destination }) => /^\/[ab]$/.test(destination));
    assert.equal(binds, [
      {
        destination: '/a',
        type: 'bind',
        source: '/containers/volumes/rw/merged',
        options: ['rw', 'rbind', 'rshared'],
      },
      {
        destination: '/b',
        type: 'bind',
        source: '/containers/volumes/ro/merged',
        options: ['ro', 'rbind'],
      },
    ]);
  });
});

test('files come last, with parents that who may read them may pass', async () => {
  await inTemporaryFolder(async (folder) => {
    writeFileSync(join(folder, 'source'), 'from the host');
    const images = new Images()
      .addKernel()
      .add('i', [
        [directory('etc', { mode: 0o755 }), file('etc/motd', 'old'), symlink('var/run', '/run')],
      ]);
    const root = await rootOf(
      folder,
      `${KERNEL}init: [i]
onboot: [{name: web, image: i}]
files:
  - {path: etc/motd, contents: new, mode: "0644"}
  - {path: a/b/secret, contents: s, uid: web, gid: 7}
  - {path: /opt/open, source: ${join(folder, 'source')}, mode: "0644"}
  - {path: folder, directory: true}
  - {path: link, symlink: /opt/open}
  - {path: var/run/pid, contents: "1"}
  - {path: gone, source: /no/such/file, optional: true}
  - {path: etc/linuxkit.json, metadata: json}
`,
      images,
    );
    assert.is(textOf(root, 'etc/motd'), 'new');
    assert.is(modeOf(root, 'etc'), '40755', 'a folder that is there keeps its mode');
    assert.equal(
      [modeOf(root, 'a'), modeOf(root, 'a/b'), modeOf(root, 'a/b/secret')],
      ['40700', '40700', '100600'],
    );
    assert.equal([root.get('a/b')?.uid, root.get('a/b/secret')?.gid], [100, 7]);
    assert.equal([modeOf(root, 'opt'), textOf(root, 'opt/open')], ['40755', 'from the host']);
    assert.is(modeOf(root, 'folder'), '40700');
    assert.is(textOf(root, 'link'), '/opt/open');
    assert.is(textOf(root, 'run/pid'), '1', 'a symlink of the image is followed');
    assert.not(root.has('gone'));
    const metadata = JSON.parse(textOf(root, 'etc/linuxkit.json')) as Record<string, unknown>;
    assert.equal(Object.keys(metadata), ['kernel', 'init', 'onboot', 'files']);
    assert.equal(metadata['onboot'], [{ name: 'web', image: 'i' }]);
    assert.not(existsSync(join(folder, 'out', '.boot-set')));
  });
});

test('the packages of all init images are in one database', async () => {
  const database = (name: string): string => `C:Q1\nP:${name}\nV:1\nL:MIT\n\n`;
  const images = new Images()
    .add('a', [[file('lib/apk/db/installed', `${database('musl')}${database('zlib')}`)]])
    .add('b', [[file('lib/apk/db/installed', `${database('musl')}${database('busybox')}`)]]);
  await compose('init: [a, b]\n', images, (root) => {
    const names = textOf(root, 'lib/apk/db/installed').match(/^P:.*$/gm);
    assert.equal(names, ['P:musl', 'P:zlib', 'P:busybox']);
  });
});

test('names of any bytes and any length come through', async () => {
  const long = `${'d'.repeat(120)}/${'f'.repeat(200)}`;
  const images = new Images().add('i', [
    [file(long, '1'), file('grüße', '2'), symlink('l', `/${'t'.repeat(150)}`)],
  ]);
  await compose('init: [i]\n', images, (root) => {
    assert.is(textOf(root, long), '1');
    assert.is(textOf(root, Buffer.from('grüße').toString('latin1')), '2');
    assert.is(textOf(root, 'l').length, 151);
  });
});

test.run();
