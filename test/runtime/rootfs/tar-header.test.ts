/** The tar header's codec. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  decodeTarHeader,
  encodeTarHeader,
  TarFormatError,
} from '../../../runtime/rootfs/tar-header.ts';

const name = fc.string({
  unit: fc.constantFrom('a', 'Z', '0', '.', 'é'),
  minLength: 1,
  maxLength: 100,
});
const header = fc.record({
  name,
  mode: fc.integer({ min: 0, max: 0o7777 }),
  uid: fc.integer({ min: 0, max: 0xffff_ffff }),
  gid: fc.integer({ min: 0, max: 0xffff_ffff }),
  sizeBytes: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  mtimeSeconds: fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
  typeflag: fc.constantFrom('0', '1', '2', '3', '4', '5', '6', 'x', 'L'),
  linkName: fc.oneof(fc.constant(''), name),
  devMajor: fc.integer({ min: 0, max: 0xffff_ffff }),
  devMinor: fc.integer({ min: 0, max: 0xffff_ffff }),
});

test('what is encoded is decoded again, small numbers and large', () => {
  fc.assert(
    fc.property(header, (value) => {
      assert.equal(decodeTarHeader(encodeTarHeader(value)), { ...value });
    }),
  );
});

test('a long name is split at a slash into prefix and name', () => {
  const long = `${'d'.repeat(120)}/${'f'.repeat(90)}`;
  const value = { ...fc.sample(header, 1)[0]!, name: long };
  assert.is(decodeTarHeader(encodeTarHeader(value))?.name, long);
  assert.throws(() => encodeTarHeader({ ...value, name: 'x'.repeat(101) }), /does not fit/);
});

test('a block of zeros is no header', () => {
  assert.is(decodeTarHeader(Buffer.alloc(512)), undefined);
});

test('one flipped bit is noticed by the checksum', () => {
  const block = encodeTarHeader(fc.sample(header, 1)[0]!);
  for (let at = 0; at < 500; at += 7) {
    const copy = Buffer.from(block);
    copy[at] = (copy[at] as number) ^ 1;
    assert.throws(
      () => decodeTarHeader(copy),
      (error: Error) => error instanceof TarFormatError,
      `byte ${at}`,
    );
  }
});

test('a header whose sum was made of signed characters is accepted', () => {
  const block = encodeTarHeader({ ...fc.sample(header, 1)[0]!, name: 'é' });
  let sum = 0;
  for (let at = 0; at < 512; at++) sum += at >= 148 && at < 156 ? 0x20 : block.readInt8(at);
  block.write(`${(sum >>> 0).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  assert.is(decodeTarHeader(block)?.name, 'é');
});

test('arbitrary bytes are refused as damaged, never otherwise', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 512, maxLength: 512 }), (bytes) => {
      try {
        decodeTarHeader(Buffer.from(bytes));
      } catch (error) {
        assert.instance(error, TarFormatError);
      }
    }),
  );
});

test.run();
