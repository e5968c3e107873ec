import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { extractVmlinux } from '../../linuxkit/kernel/bz-image.ts';
import { hasPvhNote, readElf } from '../../linuxkit/kernel/elf.ts';
import { skip } from '../harness/skip.ts';
import { elfNote, fakeElf } from './fake-elf.ts';

const pvhNote = elfNote('Xen', 18, Buffer.from([0, 0, 0, 1]));

/** A bzImage whose payload is `kernel`, gzipped, with a signature's worth of bytes behind it. */
function bzImage(kernel: Buffer): Buffer {
  const payload = gzipSync(kernel);
  const setup = Buffer.alloc(5 * 512);
  setup[0x1f1] = 4;
  setup.write('HdrS', 0x202, 'latin1');
  setup.writeUInt16LE(0x20f, 0x206);
  setup.writeUInt32LE(16, 0x248);
  setup.writeUInt32LE(payload.length, 0x24c);
  return Buffer.concat([setup, Buffer.alloc(16), payload, Buffer.alloc(100, 0xaa)]);
}

test('the kernel inside a bzImage comes out whole, without what is behind it', () => {
  const elf = fakeElf({ notes: pvhNote, sections: { '.text': Buffer.from('code') } });
  const withRelocations = Buffer.concat([elf, Buffer.alloc(64, 7)]);
  const { image, pvh } = extractVmlinux(bzImage(withRelocations), 'bz');
  assert.ok(image.equals(elf));
  assert.is(pvh, true);
});

test('a kernel without the PVH note is told from one with it', () => {
  const others = Buffer.concat([
    elfNote('GNU', 18, Buffer.alloc(3)),
    elfNote('Xen', 5, Buffer.alloc(9)),
  ]);
  assert.is(extractVmlinux(bzImage(fakeElf({ notes: others })), 'bz').pvh, false);
  const both = fakeElf({ notes: Buffer.concat([others, pvhNote]) });
  assert.is(hasPvhNote(both, readElf(both, 'both')), true);
});

test('what is no bzImage is refused by what it lacks', () => {
  const good = bzImage(fakeElf({}));
  assert.throws(() => extractVmlinux(Buffer.alloc(4096), 'zeros'), /zeros is not a bzImage/);
  const old = Buffer.from(good);
  old.writeUInt16LE(0x202, 0x206);
  assert.throws(() => extractVmlinux(old, 'old'), /old has boot protocol 0x202/);
  assert.throws(() => extractVmlinux(good.subarray(0, 5 * 512 + 40), 'cut'), /cut is truncated/);
  const unknown = Buffer.from(good);
  unknown.fill(0x11, 5 * 512 + 16, 5 * 512 + 24);
  assert.throws(
    () => extractVmlinux(unknown, 'odd'),
    /odd holds a kernel in an unknown compression: 1111/,
  );
  assert.throws(() => extractVmlinux(bzImage(Buffer.from('no elf at all')), 'bz'), /not an ELF/);
});

test('a payload that claims more than it holds is refused', () => {
  const image = bzImage(fakeElf({}));
  const end = 5 * 512 + 16 + image.readUInt32LE(0x24c);
  image.writeUInt32LE(0x7fff_ffff, end - 4);
  assert.throws(() => extractVmlinux(image, 'bz'), /claims a kernel of 2147483647 bytes/);
});

test('any damage to an ELF file either is an error or leaves offsets inside the file', () => {
  const good = fakeElf({
    notes: pvhNote,
    sections: { '.a': Buffer.alloc(9), '.b': Buffer.alloc(3) },
  });
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, value, length) => {
      const bad = Buffer.from(good.subarray(0, length));
      if (at < bad.length) bad[at] = value;
      try {
        const elf = readElf(bad, 'bad');
        hasPvhNote(bad, elf);
        return elf.extent <= bad.length;
      } catch (error) {
        return error instanceof Error && error.message.startsWith('bad ');
      }
    }),
    { numRuns: 2000 },
  );
});

test("the distribution's kernel gives an ELF that QEMU can boot", () => {
  const cache = 'build/cache/kernel';
  const folder = readCache(cache);
  if (folder === undefined) return skip(`no kernel package in ${cache}`);
  const { image, pvh } = extractVmlinux(readFileSync(join(cache, folder, 'kernel')), 'kernel');
  assert.is(pvh, true);
  assert.ok(image.length > 16 * 1024 * 1024);
  assert.ok(image.equals(readFileSync(join(cache, folder, 'vmlinux'))));
});

function readCache(cache: string): string | undefined {
  try {
    return readdirSync(cache).find((name) => !name.startsWith('.'));
  } catch {
    return undefined;
  }
}

test.run();
