/** Dynamic VHDX files of ours: QEMU, which did not write them, finds them whole and reads what was put in. */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  ftruncateSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { crc32c } from '../../../runtime/rootfs/crc32c.ts';
import { createScratch, DEFAULT_SCRATCH_BYTES } from '../../../runtime/rootfs/scratch.ts';
import { encodeVhdx, type Piece } from '../../../runtime/rootfs/vhdx.ts';
import { skip } from '../../harness/skip.ts';
import { assertClean, hasE2fsprogs, temporaryFolder } from './file-system-check.ts';

const folder = temporaryFolder('vhdx');
const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** What qemu-img prints; fails where it fails. */
function qemuImg(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('qemu-img', args, { encoding: 'utf8' });
  assert.is(status, 0, `qemu-img ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

function write(name: string, sizeBytes: number, data: readonly Piece[]): string {
  const path = join(folder, name);
  const { pieces, fileBytes } = encodeVhdx(sizeBytes, Buffer.alloc(16, 7), data);
  const file = openSync(path, 'wx');
  for (const { bytes, at } of pieces) writeSync(file, bytes, 0, bytes.length, at);
  ftruncateSync(file, fileBytes);
  closeSync(file);
  return path;
}

test('the checksum is Castagnoli', () => {
  assert.is(crc32c(Buffer.from('123456789')), 0xe3069283);
});

test('a piece outside of the disk and a size that is none are refused by value', () => {
  const id = Buffer.alloc(16);
  const bytes = Buffer.alloc(2);
  for (const at of [-1, MIB - 1, MIB]) {
    assert.throws(() => encodeVhdx(MIB, id, [{ bytes, at }]), new RegExp(`at ${at} `));
  }
  for (const size of [0, 1, MIB + 512, 2 ** 47, Number.NaN]) {
    assert.throws(() => encodeVhdx(size, id, []), new RegExp(`disk size ${size} `));
  }
});

if (spawnSync('qemu-img', ['--version']).status !== 0) skip('qemu-img is not installed');
else {
  test('what is put in is read back, across blocks, and zeros where nothing is', () => {
    const size = 40 * MIB;
    const middle = Buffer.alloc(3 * MIB + 17, 'across blocks; ');
    const data = [
      { bytes: Buffer.from('first'), at: 0 },
      { bytes: middle, at: 5 * MIB - 9 },
      { bytes: Buffer.from('again'), at: 1000 },
      { bytes: Buffer.from('last'), at: size - 4 },
    ];
    const path = write('data.vhdx', size, data);
    const raw = join(folder, 'data.raw');
    qemuImg('check', '-f', 'vhdx', path);
    qemuImg('convert', '-f', 'vhdx', '-O', 'raw', path, raw);
    const expected = Buffer.alloc(size);
    for (const { bytes, at } of data) bytes.copy(expected, at);
    assert.ok(readFileSync(raw).equals(expected), 'the disk is the same');
  });

  for (const size of [MIB, 4 * GIB, 4 * GIB + MIB, 100 * GIB, 2 * 1024 * GIB]) {
    test(`a disk of ${size / MIB} MiB is found whole by qemu-img, its last block in place`, () => {
      const path = write(`${size}.vhdx`, size, [
        { bytes: Buffer.from('a'), at: 0 },
        { bytes: Buffer.from('z'), at: size - 1 },
      ]);
      qemuImg('check', '-f', 'vhdx', path);
      const info = JSON.parse(qemuImg('info', '--output=json', path)) as Record<string, unknown>;
      assert.is(info['format'], 'vhdx');
      assert.is(info['virtual-size'], size);
      const map = JSON.parse(qemuImg('map', '--output=json', path)) as {
        start: number;
        length: number;
        data: boolean;
        zero: boolean;
      }[];
      const last = map.at(-1);
      assert.is((last?.start ?? 0) + (last?.length ?? 0), size);
      assert.ok(last?.data);
      assert.ok(map.every(({ data, zero }) => data || zero));
      rmSync(path);
    });
  }

  if (!hasE2fsprogs()) skip('e2fsprogs are not installed');
  else {
    test('a scratch disk in a VHDX is small, whole for QEMU and clean for e2fsck', async () => {
      const path = join(folder, 'scratch.vhdx');
      await createScratch(path);
      const { size, blocks } = statSync(path);
      assert.ok(size <= 8 * MIB, `${size} bytes`);
      assert.ok(blocks * 512 < 512 * 1024, `${blocks * 512} bytes`);
      qemuImg('check', '-f', 'vhdx', path);
      const raw = join(folder, 'scratch.raw');
      qemuImg('convert', '-f', 'vhdx', '-O', 'raw', path, raw);
      assert.is(statSync(raw).size, DEFAULT_SCRATCH_BYTES);
      assertClean(raw);
    });
  }
}

test.run();
