import { spawnSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { type CpioEntry, cpioArchive } from '../../linuxkit/initrd/cpio.ts';
import { skip } from '../harness/skip.ts';
import { inTemporaryFolder } from './temporary-folder.ts';

interface Parsed {
  path: string;
  inode: number;
  mode: number;
  links: number;
  device: string;
  data: Buffer;
  fixed: number[];
}

/** Reads an archive as the kernel's init/initramfs.c does, from the format's description. */
function parse(archive: Buffer): Parsed[] {
  const entries: Parsed[] = [];
  for (let at = 0; ; ) {
    assert.is(archive.toString('latin1', at, at + 6), '070701');
    const field = (index: number): number =>
      Number.parseInt(archive.toString('latin1', at + 6 + index * 8, at + 14 + index * 8), 16);
    const nameEnd = at + 110 + field(11);
    const path = archive.toString('utf8', at + 110, nameEnd - 1);
    assert.is(archive[nameEnd - 1], 0);
    if (path === 'TRAILER!!!') return entries;
    const dataAt = Math.ceil(nameEnd / 4) * 4;
    entries.push({
      path,
      inode: field(0),
      mode: field(1),
      links: field(4),
      device: `${field(9)}:${field(10)}`,
      data: archive.subarray(dataAt, dataAt + field(6)),
      fixed: [field(2), field(3), field(5), field(7), field(8), field(12)],
    });
    at = Math.ceil((dataAt + field(6)) / 4) * 4;
  }
}

const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter(
    (text) =>
      !/[/\0]/.test(text) && text !== '.' && text !== '..' && Buffer.from(text).toString() === text,
  );
const entry: fc.Arbitrary<CpioEntry> = fc.oneof(
  fc.record({ type: fc.constant('directory' as const), path: name, mode: fc.nat(0o7777) }),
  fc.record({
    type: fc.constant('file' as const),
    path: name,
    mode: fc.nat(0o7777),
    data: fc.uint8Array({ maxLength: 40 }),
  }),
  fc.record({ type: fc.constant('symlink' as const), path: name, target: name }),
  fc.record({
    type: fc.constant('character-device' as const),
    path: name,
    mode: fc.nat(0o777),
    major: fc.nat(4095),
    minor: fc.nat(255),
  }),
);

test('what is written is what a reader of the format finds, in order, with fixed owners and times', () => {
  fc.assert(
    fc.property(fc.uniqueArray(entry, { selector: (e) => e.path, maxLength: 8 }), (entries) => {
      const parsed = parse(cpioArchive(entries));
      assert.equal(
        parsed.map(({ path, inode }) => [path, inode]),
        entries.map(({ path }, index) => [path, 721 + index]),
      );
      entries.forEach((wanted, index) => {
        const found = parsed[index] as Parsed;
        assert.equal(found.fixed, [0, 0, 0, 0, 0, 0]);
        assert.is(found.links, wanted.type === 'directory' ? 2 : 1);
        if (wanted.type === 'file') assert.ok(found.data.equals(wanted.data));
        if (wanted.type === 'symlink') assert.is(found.data.toString(), wanted.target);
        if (wanted.type === 'character-device') {
          assert.is(found.device, `${wanted.major}:${wanted.minor}`);
        }
        if (wanted.type !== 'symlink') assert.is(found.mode & 0o7777, wanted.mode);
      });
    }),
  );
});

test('cpio itself unpacks the archive', async () => {
  if (spawnSync('cpio', ['--version']).error !== undefined) return skip('no cpio on this host');
  const archive = cpioArchive([
    { type: 'directory', path: 'etc', mode: 0o755 },
    { type: 'file', path: 'etc/a', mode: 0o640, data: Buffer.from('abc') },
    { type: 'symlink', path: 'b', target: 'etc/a' },
  ]);
  assert.is(archive.length % 512, 0);
  const listing = spawnSync('cpio', ['-it'], { input: archive, encoding: 'utf8' });
  assert.is(listing.stdout, 'etc\netc/a\nb\n');
  await inTemporaryFolder(async (folder) => {
    const unpack = spawnSync('cpio', ['-idm', '--quiet'], { input: archive, cwd: folder });
    assert.is(unpack.status, 0, String(unpack.stderr));
    const shown = spawnSync('stat', ['-c', '%A %Y %s %N', 'etc', 'etc/a', 'b'], {
      cwd: folder,
      encoding: 'utf8',
    }).stdout.split('\n');
    assert.match(shown[0] as string, /^drwxr-xr-x /);
    assert.match(shown[1] as string, /^-rw-r----- 0 3 'etc\/a'$/);
    assert.match(shown[2] as string, /'b' -> 'etc\/a'$/);
  });
});

test('a path that is not canonical, doubled, or before its directory is refused by name', () => {
  const file = (path: string): CpioEntry => ({
    type: 'file',
    path,
    mode: 0o644,
    data: Buffer.alloc(0),
  });
  for (const path of ['', '/init', 'a//b', './a', 'a/../b', 'a/', 'a\0b']) {
    assert.throws(() => cpioArchive([file(path)]), /not a canonical relative path/);
  }
  assert.throws(() => cpioArchive([file('a'), file('a')]), /cannot archive a: it is there twice/);
  assert.throws(() => cpioArchive([file('a/b')]), /its directory a does not come before it/);
  assert.throws(
    () => cpioArchive([file('a'), file('a/b')]),
    /its directory a does not come before it/,
  );
  assert.throws(() => cpioArchive([file('TRAILER!!!')]), /the name ends an archive/);
  assert.throws(() => cpioArchive([file('x'.repeat(4096))]), /over 4095 bytes of path/);
});

test.run();
