/** Peers, the image and the phases: found, made and told without any VM. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BenchImage } from '../../../bench/startup/bench-image.ts';
import { timed } from '../../../bench/startup/command.ts';
import { findPeers, missingPeers, type Peers } from '../../../bench/startup/peers.ts';
import { BEFORE_THE_CLOCK, phasesBetween, phasesOfReport } from '../../../bench/startup/phases.ts';
import { skip } from '../../harness/skip.ts';

const folder = mkdtempSync(join(tmpdir(), 'lcow-peers-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

test('a peer is found with its version; one that is absent is told with how to get it', async () => {
  if (process.platform === 'win32') return skip('the made-up program is a shell script');
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'runc'), '#!/bin/sh\necho Name: runc\necho runc version 9.8.7\n');
  chmodSync(join(bin, 'runc'), 0o755);
  const { runc } = await findPeers({ PATH: bin });
  assert.equal(runc, { path: join(bin, 'runc'), version: 'runc version 9.8.7' });
  const none = { path: undefined, version: 'absent: apt install crun' };
  const peers = { runc, crun: none, ctr: none, containerd: none } as unknown as Peers;
  assert.is(missingPeers(peers, ['runc']), undefined);
  assert.is(missingPeers(peers, ['runc', 'crun']), 'crun is not installed (apt install crun)');
  assert.is(
    missingPeers(peers, ['ctr', 'containerd']),
    'ctr and containerd are not installed (apt install containerd)',
  );
});

test('phases lie between their ends, each from where the one before ended', () => {
  const marks = [
    { name: 'kernel', atMs: 150, side: 'guest' as const },
    { name: 'before', atMs: 90, side: 'host' as const },
    { name: 'spawn', atMs: 100, side: 'host' as const },
    { name: 'answers', atMs: 400, side: 'guest' as const },
    { name: 'after', atMs: 500, side: 'host' as const },
  ];
  assert.equal(phasesBetween(marks, 100, 400), [
    { name: 'kernel', startMs: 0, ms: 50, where: 'guest' },
    { name: 'answers', startMs: 50, ms: 250, where: 'guest' },
  ]);
});

test("a command's phases fill its time: what its clock does not know comes first", () => {
  const report = {
    schema: 1,
    phases: [
      { name: 'command loaded', side: 'host', atMs: 40, tookMs: 40 },
      { name: 'first byte', side: 'guest', atMs: 100, tookMs: 60 },
      { name: 'torn down', side: 'host', atMs: 300, tookMs: 200 },
    ],
  };
  assert.equal(phasesOfReport(report, 'first byte', 112), [
    { name: BEFORE_THE_CLOCK, startMs: 0, ms: 12, where: 'host' },
    { name: 'command loaded', startMs: 12, ms: 40, where: 'host' },
    { name: 'first byte', startMs: 52, ms: 60, where: 'guest' },
  ]);
  assert.throws(() => phasesOfReport(report, 'exit', 1), /the timeline has no "exit"/);
  assert.throws(() => phasesOfReport({ schema: 2 }, 'exit', 1), /none of schema 1/);
});

test('a command is timed to its first byte, its last and its end', async () => {
  if (process.platform === 'win32') return skip('the command is a shell');
  const script = 'printf a; read line; printf bc';
  const { beganMs, firstByteMs, lastByteMs, endedMs, tookMs, bytes, stdout } = await timed(
    'sh',
    ['-c', script],
    { env: process.env, expectBytes: 3 },
  );
  assert.ok(beganMs < firstByteMs && firstByteMs <= lastByteMs && lastByteMs <= endedMs);
  assert.is(tookMs, endedMs - beganMs);
  assert.equal([bytes, stdout], [3, 'abc']);
});

test('a command that fails, is too short, is not there or is cancelled is an error that says so', async () => {
  if (process.platform === 'win32') return skip('the command is a shell');
  const said = (args: readonly string[], more: object = {}): Promise<string> =>
    timed(args[0] ?? '', args.slice(1), { env: process.env, ...more }).then(
      () => 'it ended well',
      (error: Error) => error.message,
    );
  assert.match(await said(['sh', '-c', 'echo why >&2; exit 3']), /it ended with 3: why$/);
  assert.match(await said(['echo'], { expectBytes: 2 }), /it wrote 1 bytes, not 2$/);
  assert.match(await said([join(folder, 'none')]), /ENOENT/);
  const controller = new AbortController();
  const ended = said(['sleep', '100'], { signal: controller.signal });
  controller.abort();
  assert.match(await ended, /it was cancelled$/);
  assert.match(await said(['true'], { signal: AbortSignal.abort() }), /it was cancelled$/);
});

test('the image is an archive for all, a root filesystem, and a new one each time it is asked for', async () => {
  if (process.platform !== 'linux') return skip('the image is made with tar of a Linux busybox');
  if (!existsSync('/bin/busybox')) return skip('no /bin/busybox (apt install busybox-static)');
  const image = await BenchImage.open(undefined, join(folder, 'image'));
  const names = (archive: string): string[] =>
    spawnSync('tar', ['-tf', archive], { encoding: 'utf8' }).stdout.split('\n').filter(Boolean);
  const plain = names(image.archive());
  for (const name of ['index.json', 'manifest.json', 'oci-layout']) assert.ok(plain.includes(name));
  assert.ok(existsSync(join(image.rootfs(), 'bin/busybox')));
  const one = image.uniqueArchive('one');
  const two = image.uniqueArchive('two');
  const blobs = (archive: string): string[] =>
    names(archive).filter((name) => /[0-9a-f]{64}$/.test(name));
  assert.is(blobs(one).length, 3);
  assert.equal(
    blobs(one).filter((name) => blobs(two).includes(name) || plain.includes(name)),
    [],
  );
  // What it is handed on as is what an image store takes.
  const again = await BenchImage.open(two, join(folder, 'again'));
  assert.ok(existsSync(join(again.rootfs(), 'bench')));
});

test('an image that is none is refused by its name', async () => {
  const refused = (path: string): Promise<string> =>
    BenchImage.open(path, join(folder, 'refused')).then(
      () => 'taken',
      (error: Error) => error.message,
    );
  assert.match(await refused(join(folder, 'nothing')), /there is no such file: --image is a path/);
  const empty = join(folder, 'empty');
  mkdirSync(empty);
  assert.match(await refused(empty), /cannot use image .*index\.json/);
  writeFileSync(join(empty, 'index.json'), JSON.stringify({ manifests: [{ digest: '../x' }] }));
  assert.match(await refused(empty), /"\.\.\/x" is no digest of sha256/);
});

test.run();
