/** The fixed VHD's footer. */
import { spawnSync } from 'node:child_process';
import { truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  chsGeometry,
  decodeVhdFooter,
  encodeVhdFooter,
  readVhdFooter,
  VhdFormatError,
} from '../../../runtime/rootfs/vhd.ts';
import { skip } from '../../harness/skip.ts';
import { temporaryFolder } from './file-system-check.ts';

const id = Buffer.alloc(16, 9);

test('a footer is decoded as it was encoded', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2 ** 43 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
      (sectors, bytes) => {
        const footer = { diskSizeBytes: sectors * 512, uniqueId: Buffer.from(bytes) };
        assert.equal(decodeVhdFooter(encodeVhdFooter(footer)), footer);
      },
    ),
  );
});

test('a disk size that is no multiple of a sector is refused', () => {
  for (const size of [0, -512, 513, Number.NaN]) {
    assert.throws(() => encodeVhdFooter({ diskSizeBytes: size, uniqueId: id }), /disk size/);
  }
});

test('any flipped byte is noticed', () => {
  const footer = encodeVhdFooter({ diskSizeBytes: 1 << 20, uniqueId: id });
  for (let at = 0; at < 512; at++) {
    const copy = Buffer.from(footer);
    copy[at] = (copy[at] as number) ^ 0x10;
    assert.throws(
      () => decodeVhdFooter(copy),
      (error: Error) => error instanceof VhdFormatError,
      `byte ${at}`,
    );
  }
});

test('the geometry is that of the specification', () => {
  assert.equal(chsGeometry(2048), { cylinders: 30, heads: 4, sectors: 17 });
  assert.equal(chsGeometry(20 * 2 ** 21), { cylinders: 41610, heads: 16, sectors: 63 });
  assert.equal(chsGeometry(2 ** 40), { cylinders: 65535, heads: 16, sectors: 255 });
});

test('a file that is shorter or longer than its footer says is refused', async () => {
  const path = join(temporaryFolder('vhd'), 'disk.vhd');
  const footer = encodeVhdFooter({ diskSizeBytes: 8192, uniqueId: id });
  for (const [length, ok] of [
    [8192, true],
    [4096, false],
    [12288, false],
  ] as const) {
    writeFileSync(path, Buffer.concat([Buffer.alloc(length), footer]));
    const file = await open(path);
    try {
      const result = await readVhdFooter(file).then(
        () => true,
        () => false,
      );
      assert.is(result, ok, `${length}`);
    } finally {
      await file.close();
    }
  }
  truncateSync(path, 100);
  const file = await open(path);
  try {
    await readVhdFooter(file);
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, /100 bytes/);
  } finally {
    await file.close();
  }
});

test('qemu-img reads our footer as a fixed VHD of that size', () => {
  const path = join(temporaryFolder('vhd'), 'disk.vhd');
  const diskSizeBytes = 64 << 20;
  writeFileSync(
    path,
    Buffer.concat([Buffer.alloc(diskSizeBytes), encodeVhdFooter({ diskSizeBytes, uniqueId: id })]),
  );
  const { status, stdout, error } = spawnSync(
    'qemu-img',
    ['info', '--output=json', '-f', 'vpc', path],
    { encoding: 'utf8' },
  );
  if (error !== undefined) return skip('qemu-img is not installed');
  assert.is(status, 0);
  assert.is(JSON.parse(stdout)['virtual-size'], diskSizeBytes);
});

test.run();
