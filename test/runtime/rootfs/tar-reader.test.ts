/** The streaming tar reader: against GNU tar, in any chunking, and against damage. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodePaxRecords, decodePaxRecords, paxTime } from '../../../runtime/rootfs/tar-pax.ts';
import { TarFormatError } from '../../../runtime/rootfs/tar-header.ts';
import { type TarEntry, TarReader } from '../../../runtime/rootfs/tar-reader.ts';
import { temporaryFolder } from './file-system-check.ts';
import { type BuiltEntry, buildTar, directory, file, hardlink, symlink } from './tar-builder.ts';

interface Read extends TarEntry {
  content: string;
}

function readTar(bytes: Buffer, chunkSizes: readonly number[] = [bytes.length]): Read[] {
  const entries: Read[] = [];
  const reader = new TarReader({
    entry: (entry) => entries.push({ ...entry, content: '' }),
    data: (chunk) => {
      entries[entries.length - 1]!.content += chunk.toString('latin1');
    },
    end: () => {
      const last = entries[entries.length - 1]!;
      assert.is(last.content.length, last.sizeBytes);
    },
  });
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = Math.max(1, chunkSizes[i % chunkSizes.length] as number);
    reader.push(bytes.subarray(at, at + size));
    at += size;
  }
  reader.finish();
  return entries;
}

const SAMPLE: BuiltEntry[] = [
  directory('etc/'),
  file('etc/passwd', 'root:x:0:0::/root:/bin/sh\n', { uid: 7, gid: 0x7fff_ffff }),
  file(`deep/${'long/'.repeat(60)}name`, Buffer.alloc(2000, 7)),
  symlink('link', `../${'t'.repeat(300)}`),
  hardlink('hard', 'etc/passwd'),
  { name: 'null', typeflag: '3', devMajor: 1, devMinor: 3, mode: 0o666 },
  { name: 'fifo', typeflag: '6' },
  file('ünïcode', '', {
    xattrs: { 'user.comment': 'héllo\0', 'security.capability': Buffer.alloc(20, 1) },
  }),
  file('times', 'x', { pax: { mtime: '1700000000.123456789', atime: '-1.5' } }),
];

test('every kind of entry is read with its extensions', () => {
  const entries = readTar(buildTar(SAMPLE));
  assert.equal(
    entries.map((entry) => entry.type),
    ['directory', 'file', 'file', 'symlink', 'hardlink', 'char', 'fifo', 'file', 'file'],
  );
  assert.is(entries[1]!.gid, 0x7fff_ffff);
  assert.is(entries[2]!.name, SAMPLE[2]!.name);
  assert.is(entries[3]!.linkName, SAMPLE[3]!.linkName);
  assert.is(entries[5]!.devMinor, 3);
  assert.is(Buffer.from(entries[7]!.name, 'latin1').toString(), 'ünïcode');
  assert.equal([...entries[7]!.xattrs.keys()], ['user.comment', 'security.capability']);
  assert.equal(entries[7]!.xattrs.get('user.comment'), Buffer.from('héllo\0'));
  assert.equal(entries[8]!.mtime, { seconds: 1700000000, nanoseconds: 123456789 });
  assert.equal(entries[8]!.atime, { seconds: -2, nanoseconds: 500000000 });
});

test('the same entries come out however the bytes are cut', () => {
  const bytes = buildTar(SAMPLE);
  const whole = readTar(bytes);
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 1500 }), { minLength: 1, maxLength: 20 }),
      (sizes) => {
        assert.equal(readTar(bytes, sizes), whole);
      },
    ),
    { numRuns: 50 },
  );
});

for (const format of ['v7', 'ustar', 'gnu', 'pax']) {
  test(`an archive that GNU tar wrote as ${format} is read as it was meant`, () => {
    const folder = temporaryFolder('tar');
    mkdirSync(join(folder, 'd'));
    const long = format === 'v7' ? 'n' : 'n'.repeat(format === 'ustar' ? 90 : 200);
    writeFileSync(join(folder, 'd', long), 'content');
    symlinkSync(
      format === 'gnu' || format === 'pax' ? 't'.repeat(180) : 'target',
      join(folder, 'link'),
    );
    utimesSync(join(folder, 'd', long), 1.5, 1.5);
    const { stdout, status } = spawnSync(
      'tar',
      ['-c', `--format=${format}`, '-C', folder, 'd', 'link'],
      { maxBuffer: 1 << 24 },
    );
    assert.is(status, 0);
    const entries = readTar(stdout);
    const found = entries.find((entry) => entry.name === `d/${long}`);
    assert.is(found?.content, 'content');
    assert.is(entries.find((entry) => entry.name === 'd/')?.type, 'directory');
    assert.is(
      entries.find((entry) => entry.type === 'symlink')?.linkName.length,
      format === 'gnu' || format === 'pax' ? 180 : 6,
    );
    assert.equal(found?.mtime, { seconds: 1, nanoseconds: format === 'pax' ? 500_000_000 : 0 });
  });
}

test('a sparse file is refused by its name', () => {
  assert.throws(
    () => readTar(buildTar([{ name: 'holes', typeflag: 'S' }])),
    /"holes" is a sparse file/,
  );
  assert.throws(
    () => readTar(buildTar([file('f', '', { pax: { 'GNU.sparse.major': '1' } })])),
    /sparse files are not supported/,
  );
});

test('an unknown type is refused by the entry name', () => {
  assert.throws(
    () => readTar(buildTar([{ name: 'odd', typeflag: 'V' }])),
    /"odd" has the unknown type "V"/,
  );
});

test('an extended header that claims to be huge is refused before anything is allocated', () => {
  const bytes = Buffer.from(buildTar([file('f', '', { pax: { comment: 'x' } })]));
  // The first header is the pax one: give it a base-256 size of 1 TiB and a right checksum.
  bytes.fill(0, 124, 136);
  bytes[124] = 0x80;
  bytes[130] = 1;
  bytes.fill(0x20, 148, 156);
  let sum = 0;
  for (let i = 0; i < 512; i++) sum += bytes[i] as number;
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  assert.throws(
    () => readTar(bytes),
    /extended header 'x' has 1099511627776 bytes, the limit is 1048576/,
  );
});

test('an archive cut anywhere but between entries is called truncated', () => {
  const bytes = buildTar([file('a', 'x'.repeat(700)), file('b', 'y')]);
  const boundaries = new Set([0, 512 + 1024, 512 + 1024 + 1024]);
  for (let length = 0; length < 512 + 1024 + 1024; length += 64) {
    const part = bytes.subarray(0, length);
    if (boundaries.has(length)) assert.not.throws(() => readTar(part));
    else assert.throws(() => readTar(part), /truncated/, `at ${length}`);
  }
});

test('damaged archives are refused as damaged, never otherwise, and never loop', () => {
  const bytes = buildTar(SAMPLE);
  const damage = fc.array(
    fc.tuple(fc.integer({ min: 0, max: bytes.length - 1 }), fc.integer({ min: 0, max: 255 })),
    { minLength: 1, maxLength: 20 },
  );
  fc.assert(
    fc.property(damage, (changes) => {
      const copy = Buffer.from(bytes);
      for (const [at, value] of changes) copy[at] = value;
      try {
        readTar(copy);
      } catch (error) {
        assert.instance(error, TarFormatError);
      }
    }),
    { numRuns: 300 },
  );
});

test('pax records are decoded as they were encoded', () => {
  const records = fc.array(
    fc.tuple(fc.stringMatching(/^[A-Za-z.]{1,12}$/), fc.uint8Array({ maxLength: 1200 })),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(records, (pairs) => {
      const map = new Map(pairs.map(([key, value]) => [key, Buffer.from(value)]));
      assert.equal(decodePaxRecords(encodePaxRecords(map)), map);
    }),
  );
});

test('pax records with a wrong length, no key or no newline are refused', () => {
  for (const bad of [
    '9 a=b\n',
    'x a=b\n',
    '6 a=bc',
    '5 =b\n',
    '0 a=b\n',
    '-6 a=b\n',
    '99999999999 a=b\n',
    '6 abc\n',
  ]) {
    assert.throws(() => decodePaxRecords(Buffer.from(bad)), /pax record at byte 0/, bad);
  }
  assert.throws(() => paxTime(new Map([['mtime', Buffer.from('1e9')]]), 'mtime'), /is not a time/);
});

test.run();
