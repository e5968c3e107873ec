/** Reading other people's initrds, and adding our agent to them. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { agentArchive, hasAgent, readOwnInitrd } from '../../linuxkit/initrd/append-agent.ts';
import { type CpioEntry, cpioArchive } from '../../linuxkit/initrd/cpio.ts';
import { findEntry, InitrdError, readInitrd } from '../../linuxkit/initrd/read-initrd.ts';

const AGENT = Buffer.from('ELF lcow-agent is PID 1 of an lcow utility VM and more');
const own: CpioEntry[] = [
  { type: 'directory', path: 'etc', mode: 0o755 },
  { type: 'directory', path: 'etc/lcow', mode: 0o755 },
  { type: 'file', path: 'init', mode: 0o755, data: AGENT },
  {
    type: 'file',
    path: 'etc/lcow/modules',
    mode: 0o644,
    data: Buffer.from('# first\nbase /lib/a.ko\nnet /lib/a.ko\nnet /lib/gone.ko\nnoise\n'),
  },
  { type: 'directory', path: 'lib', mode: 0o755 },
  { type: 'file', path: 'lib/a.ko', mode: 0o644, data: Buffer.from('module a') },
];
const theirs: CpioEntry[] = [
  { type: 'directory', path: 'bin', mode: 0o755 },
  { type: 'file', path: 'bin/gcs', mode: 0o755, data: Buffer.from('gcs') },
  { type: 'file', path: 'init', mode: 0o755, data: Buffer.from('#!/bin/sh\nexec /bin/gcs\n') },
];

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    assert.instance(error, InitrdError);
    return (error as Error).message;
  }
  throw new Error('not refused');
}

test('archives behind one another are read, plain and compressed, later files over earlier', () => {
  const ucode = cpioArchive([{ type: 'file', path: 'ucode', mode: 0o644, data: Buffer.from('u') }]);
  const packed = gzipSync(cpioArchive(theirs));
  const last = cpioArchive([
    { type: 'file', path: 'init', mode: 0o755, data: Buffer.from('the last') },
  ]);
  const padding = Buffer.alloc((4 - ((ucode.length + packed.length) % 4)) % 4);
  const entries = readInitrd(Buffer.concat([ucode, packed, padding, last]), 'x');
  assert.equal(
    entries.map(({ path }) => path),
    ['ucode', 'bin', 'bin/gcs', 'init', 'init'],
  );
  assert.is(findEntry(entries, 'init')?.data.toString(), 'the last');
});

test('what is no initrd is refused by name', () => {
  const archive = cpioArchive(theirs);
  const cases: [Buffer, RegExp][] = [
    [Buffer.alloc(0), /^f is empty$/],
    [Buffer.alloc(4096), /^f is empty$/],
    [Buffer.alloc(4096, 0x55), /^f is no initrd: neither a cpio archive nor .*555555555555/],
    [gzipSync(Buffer.from('\x53\xef a file system')), /^f is compressed, but not a cpio archive/],
    [archive.subarray(0, 200), /^f is cut off: the file at \d+/],
    [gzipSync(archive).subarray(0, 90), /^f cannot be unpacked: /],
    [Buffer.concat([archive, Buffer.from('junk')]), /^f is damaged: behind its first archive/],
  ];
  for (const [bytes, expected] of cases)
    assert.match(
      refusal(() => readInitrd(bytes, 'f')),
      expected,
    );
  const damaged = Buffer.from(archive);
  damaged.write('zzzzzzzz', 6 + 6 * 8);
  assert.match(
    refusal(() => readInitrd(damaged, 'f')),
    /is no number/,
  );
});

test('no bytes upset the reader', () => {
  const archive = cpioArchive(theirs);
  fc.assert(
    fc.property(fc.nat(archive.length - 1), fc.uint8Array({ maxLength: 64 }), (at, bytes) => {
      const changed = Buffer.from(archive);
      changed.set(bytes.subarray(0, changed.length - at), at);
      try {
        readInitrd(changed, 'f');
      } catch (error) {
        assert.instance(error, InitrdError);
      }
    }),
  );
});

test('our agent and its modules are taken from an initrd of ours', () => {
  const found = readOwnInitrd(cpioArchive(own), 'ours');
  assert.is(Buffer.compare(Buffer.from(found.agent), AGENT), 0);
  assert.equal(
    found.modules.map(({ group, name }) => `${group} ${name}`),
    ['base a.ko', 'net a.ko'],
  );
  assert.throws(() => readOwnInitrd(cpioArchive(theirs), 'theirs'), /no agent of ours/);
});

test('adding the agent touches nothing of theirs, and only /lcow is new', () => {
  const base = gzipSync(cpioArchive(theirs));
  const archive = agentArchive(base.length, readOwnInitrd(cpioArchive(own), 'ours'));
  const entries = readInitrd(Buffer.concat([base, archive]), 'both');
  assert.equal(
    entries.map(({ path }) => path),
    [
      ...['bin', 'bin/gcs', 'init'],
      ...['lcow', 'lcow/init', 'lcow/modules', 'lcow/module', 'lcow/module/a.ko'],
    ],
  );
  assert.not(hasAgent(entries), 'their own init is not ours');
  assert.is(
    findEntry(entries, 'lcow/modules')?.data.toString(),
    'base /lcow/module/a.ko\nnet /lcow/module/a.ko\n',
  );
  const without = readInitrd(agentArchive(0, { agent: AGENT, modules: [] }), 'alone');
  assert.equal(
    without.map(({ path }) => path),
    ['lcow', 'lcow/init'],
  );
});

test('what is added begins where the kernel looks for it, whatever the length before', () => {
  for (let length = 0; length < 8; length++) {
    const archive = agentArchive(length, { agent: AGENT, modules: [] });
    const start = archive.indexOf('070701');
    assert.is((length + start) % 4, 0);
    assert.ok(start < 4);
  }
});

test('cpio reads the whole as the kernel does', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lcow-append-'));
  try {
    const base = cpioArchive(theirs);
    const added = agentArchive(base.length, { agent: AGENT, modules: [] });
    // cpio stops at the first trailer: each archive is given to it alone.
    for (const input of [base, added]) {
      const { status, stderr } = spawnSync('cpio', ['-id', '--quiet'], { cwd: folder, input });
      assert.is(status, 0, stderr.toString());
    }
    assert.equal(readdirSync(folder).sort(), ['bin', 'init', 'lcow']);
    assert.is(Buffer.compare(readFileSync(join(folder, 'lcow/init')), AGENT), 0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.run();
