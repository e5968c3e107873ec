/** Every format says the same tree, to other people's programs; two builds are bit-identical. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FORMATS, type Format } from '../../../linuxkit/yaml/build-linuxkit.ts';
import { readVhdFooter } from '../../../runtime/rootfs/vhd.ts';
import { rejection } from '../../harness/rejection.ts';
import { skip } from '../../harness/skip.ts';
import { directory, file, hardlink, symlink } from '../../runtime/rootfs/tar-builder.ts';
import { assertClean, debugfs, hasE2fsprogs } from '../../runtime/rootfs/file-system-check.ts';
import { inTemporaryFolder } from '../temporary-folder.ts';
import { buildYaml, Images, readCpio, sha256 } from './image-bench.ts';

const YAML =
  'kernel: {image: k:1, cmdline: quiet}\ninit: [base]\nservices: [{name: s, image: web}]\n' +
  'files: [{path: etc/x, contents: y}]\n';
const LONG = `deep/${'n'.repeat(130)}`;

function images(): Images {
  return new Images()
    .addKernel()
    .add('base', [
      [
        directory('bin', { uid: 3, gid: 4 }),
        file('bin/tool', 'program', { mode: 0o4755, xattrs: { 'user.note': 'kept' } }),
        hardlink('bin/again', 'bin/tool'),
        symlink('sbin', 'bin'),
        file(LONG, 'long'),
        file('big', Buffer.alloc(3_000_000, 'b')),
        { name: 'tty', typeflag: '3', devMajor: 5, devMinor: 0, mode: 0o620 },
        { name: 'pipe', typeflag: '6', mode: 0o644 },
      ],
    ])
    .add('web', [[file('index.html', 'hello')]]);
}

const hasSquashfs =
  spawnSync('mksquashfs', ['-version']).error === undefined &&
  spawnSync('unsquashfs', ['-version']).error === undefined;
const squashfs: readonly Format[] = hasSquashfs ? ['kernel+squashfs'] : [];
if (!hasSquashfs) skip('no squashfs-tools on this host');

/** Formats, each built once more elsewhere, at another time, to the same bytes. */
test('two builds are bit-identical, in every format', async () => {
  const formats = FORMATS.filter((format) => format !== 'kernel+squashfs' || hasSquashfs);
  const sums: string[] = [];
  for (const timeZone of ['UTC', 'Asia/Tokyo']) {
    await inTemporaryFolder(async (folder) => {
      const before = process.env['TZ'];
      process.env['TZ'] = timeZone;
      try {
        await buildYaml(folder, YAML, images(), formats);
      } finally {
        if (before === undefined) delete process.env['TZ'];
        else process.env['TZ'] = before;
      }
      sums.push(readFileSync(join(folder, 'out', 'test-SHA256SUMS'), 'utf8'));
    });
  }
  assert.is(sums[0], sums[1]);
  assert.ok((sums[0]?.split('\n').length ?? 0) > 15, sums[0]);
});

test('the checksums are those of the files, and all files are in them', async () => {
  await inTemporaryFolder(async (folder) => {
    const { files } = await buildYaml(folder, YAML, images(), [
      'kernel+initrd',
      'lcow-zip',
      'lcow',
    ]);
    const out = join(folder, 'out');
    const check = spawnSync('sha256sum', ['-c', '--strict', 'test-SHA256SUMS'], { cwd: out });
    assert.is(check.status, 0, String(check.stdout));
    const found = readdirSync(out, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(out.length + 1));
    assert.equal(files.map(({ name }) => name).sort(), found.sort());
    for (const { name, sizeBytes, sha256: digest } of files) {
      const bytes = readFileSync(join(out, name));
      assert.equal([`sha256:${digest}`, sizeBytes], [sha256(bytes), bytes.length], name);
    }
  });
});

test('tar unpacks the tar: owners, modes, links, attributes, long names, the kernel in /boot', async () => {
  await inTemporaryFolder(async (folder) => {
    await buildYaml(folder, YAML, images(), ['tar']);
    const archive = join(folder, 'out', 'test.tar');
    const listing = spawnSync('tar', ['--numeric-owner', '-tvf', archive], { encoding: 'utf8' });
    assert.is(listing.status, 0, listing.stderr);
    for (const line of [
      /^drwxr-xr-x 3\/4 .* bin\/$/m,
      /^-rwsr-xr-x 0\/0 .* bin\/again$/m,
      /^hrwsr-xr-x 0\/0 .* bin\/tool link to bin\/again$/m,
      /^lrwxrwxrwx 0\/0 .* sbin -> bin$/m,
      /^crw--w---- 0\/0 +5,0 .* tty$/m,
      /^prw-r--r-- 0\/0 .* pipe$/m,
      /^-rw-r--r-- 0\/0 +8 .* boot\/kernel$/m,
      /^-rw-r--r-- 0\/0 +5 .* boot\/cmdline$/m,
      new RegExp(`^-rw-r--r-- 0/0 +4 .* ${LONG}$`, 'm'),
    ]) {
      assert.match(listing.stdout, line);
    }
    const headers = readFileSync(archive).toString('latin1');
    assert.match(headers, /SCHILY\.xattr\.user\.note=kept/);
    const one = spawnSync('tar', ['-xOf', archive, LONG], { encoding: 'utf8' });
    assert.is(one.stdout, 'long');
  });
});

test('the VHD is a fixed one whose ext4 is clean and has the tree', async () => {
  if (!hasE2fsprogs()) return skip('no e2fsprogs on this host');
  await inTemporaryFolder(async (folder) => {
    await buildYaml(folder, YAML, images(), ['vhd']);
    const disk = join(folder, 'out', 'test-rootfs.vhd');
    const handle = await open(disk, 'r');
    try {
      const { size } = await handle.stat();
      assert.is((await readVhdFooter(handle)).diskSizeBytes, size - 512);
    } finally {
      await handle.close();
    }
    assertClean(disk);
    assert.match(debugfs(disk, 'stat /bin/tool'), /Mode: +04755 [^]*User: +0 [^]*Links: 2/);
    assert.match(debugfs(disk, 'stat /bin/tool'), /user\.note/);
    assert.is(debugfs(disk, `cat /${LONG}`), 'long');
    assert.is(debugfs(disk, 'cat /containers/services/s/lower/index.html'), 'hello');
    assert.match(debugfs(disk, 'stat /tty'), /Device major\/minor number: 05:00/);
    assert.not.match(debugfs(disk, 'ls /'), /boot/);
  });
});

test('a dm-verity tree behind the file system is what veritysetup verifies', async () => {
  if (spawnSync('veritysetup', ['--version']).error !== undefined) {
    return skip('no veritysetup (cryptsetup-bin) on this host');
  }
  await inTemporaryFolder(async (folder) => {
    // So many blocks that the tree has three levels.
    const large = images().add('large', [[file('large', Buffer.alloc(70_000_000, 'l'))]]);
    const yaml = YAML.replace('init: [base]', 'init: [base, large]');
    await buildYaml(folder, yaml, large, ['vhd'], { verity: true });
    const disk = join(folder, 'out', 'test-rootfs.vhd');
    const table = readFileSync(join(folder, 'out', 'test-rootfs.verity'), 'utf8');
    const shape =
      /^rootfs,,,ro,0 (\d+) verity 1 \/dev\/sda \/dev\/sda 4096 4096 (\d+) (\d+) sha256 (\w{64}) (\w{64})$/;
    const [, sectors, blocks, start, root = ''] = shape.exec(table) ?? [];
    assert.is(Number(sectors), Number(blocks) * 8, table);
    assert.is(Number(start), Number(blocks) + 1);
    const offset = `--hash-offset=${Number(blocks) * 4096}`;
    const verify = (): number | null =>
      spawnSync('veritysetup', ['verify', disk, disk, root, offset]).status;
    assert.is(verify(), 0);
    if (hasE2fsprogs()) assertClean(disk);
    const handle = await open(disk, 'r+');
    try {
      assert.is((await readVhdFooter(handle)).diskSizeBytes, (await handle.stat()).size - 512);
      await handle.write(Buffer.from('x'), 0, 1, 40_000_000);
    } finally {
      await handle.close();
    }
    assert.is.not(verify(), 0, 'a byte that was changed is noticed');
  });
});

test('the squashfs has the tree', async () => {
  if (squashfs.length === 0) return;
  await inTemporaryFolder(async (folder) => {
    await buildYaml(folder, YAML, images(), squashfs);
    const path = join(folder, 'out', 'test-squashfs.img');
    const listing = spawnSync('unsquashfs', ['-lln', path], { encoding: 'utf8' });
    assert.is(listing.status, 0, listing.stderr);
    assert.match(listing.stdout, /^-rwsr-xr-x 0\/0 .* squashfs-root\/bin\/tool$/m);
    assert.match(listing.stdout, /^lrwxrwxrwx 0\/0 .* squashfs-root\/sbin -> bin$/m);
    assert.match(listing.stdout, /squashfs-root\/containers\/services\/s\/config\.json$/m);
    const text = spawnSync('unsquashfs', ['-cat', path, 'etc/x'], { encoding: 'utf8' });
    assert.is(text.stdout, 'y');
  });
});

test('without mksquashfs that is said, with the package that has it', async () => {
  const path = process.env['PATH'];
  await inTemporaryFolder(async (folder) => {
    process.env['PATH'] = folder;
    try {
      const error = await rejection(buildYaml(folder, YAML, images(), ['kernel+squashfs']));
      assert.match(String(error), /mksquashfs is not installed: apt-get install squashfs-tools/);
    } finally {
      process.env['PATH'] = path;
    }
    assert.equal(readdirSync(join(folder, 'out')), []);
  });
});

test('the files for Windows: both sets of names, one kernel, a zip of them, and an installer', async () => {
  await inTemporaryFolder(async (folder) => {
    await buildYaml(folder, YAML, images(), ['lcow', 'lcow-zip']);
    const out = join(folder, 'out');
    const set = join(out, 'test-lcow');
    const names = readdirSync(set).sort();
    assert.equal(names, [
      'SHA256SUMS',
      'bootx64.efi',
      'initrd.img',
      'install-lcow.ps1',
      'kernel',
      'rootfs.vhd',
      'sbom.spdx.json',
      'versions.txt',
    ]);
    assert.is(readFileSync(join(set, 'kernel'), 'utf8'), 'a kernel');
    assert.is(readFileSync(join(set, 'bootx64.efi'), 'utf8'), 'a kernel');
    const root = readCpio(await readFile(join(set, 'initrd.img')));
    assert.is(root.get('etc/x')?.data.toString(), 'y');
    assert.is(
      root.get('sbom.spdx.json')?.data.toString(),
      readFileSync(join(set, 'sbom.spdx.json'), 'utf8'),
    );
    const check = spawnSync('sha256sum', ['-c', '--strict', 'SHA256SUMS'], { cwd: set });
    assert.is(check.status, 0, String(check.stdout));

    // Python's reader of zips checks each file's checksum.
    const unpacked = join(folder, 'unpacked');
    mkdirSync(unpacked);
    const program = 'import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])';
    const python = spawnSync('python3', ['-c', program, join(out, 'test-lcow.zip'), unpacked]);
    if (python.error !== undefined) return skip('no python3 on this host');
    assert.is(python.status, 0, String(python.stderr));
    assert.equal(readdirSync(unpacked).sort(), names);
    for (const name of names) {
      assert.ok(readFileSync(join(unpacked, name)).equals(readFileSync(join(set, name))), name);
    }
    assert.ok(existsSync(join(out, 'install-lcow.ps1')));
  });
});

test('the installer checks every digest before it copies anything', async () => {
  await inTemporaryFolder(async (folder) => {
    await buildYaml(folder, YAML, images(), ['lcow-zip']);
    const script = readFileSync(join(folder, 'out', 'install-lcow.ps1'), 'latin1');
    assert.ok(
      /^[\r\n\x20-\x7e]*$/.test(script),
      'ASCII, which PowerShell 5.1 reads without a mark',
    );
    assert.not.match(script, /[^\r]\n/, 'lines end as on Windows');
    const at = (text: string): number => {
      const index = script.indexOf(text);
      assert.ok(index > 0, text);
      return index;
    };
    assert.ok(at('#Requires -RunAsAdministrator') < at('Get-FileHash'));
    assert.ok(at('Get-FileHash') < at('Copy-Item'));
    assert.ok(at("'Linux Containers'") > 0);
    const depth = script.split('{').length - script.split('}').length;
    assert.is(depth, 0, 'braces are closed');
  });
});

test('a format that needs a kernel says so', async () => {
  await inTemporaryFolder(async (folder) => {
    const error = await rejection(buildYaml(folder, 'init: [base]\n', images(), ['lcow']));
    assert.match(String(error), /the configuration has no kernel, which format lcow needs/);
    await buildYaml(folder, 'init: [base]\n', images(), ['tar']);
    assert.ok(existsSync(join(folder, 'out', 'test.tar')));
  });
});

test.run();
