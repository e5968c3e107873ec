/** What containerd writes to the stdin of `start`, from 1.6 to 2.3. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { containerd } from '../../../proto/generated/shim.js';
import { decodeOptions, decodeStartInput } from '../../../runtime/shim/bootstrap.ts';

const v1 = containerd.shim.v1;
const ID = 'c1';

const any = (typeUrl: string, value: Uint8Array): Uint8Array =>
  v1.Any.encode({ typeUrl, value }).finish();
const params = (fields: containerd.shim.v1.BootstrapParams.$Properties): Uint8Array =>
  v1.BootstrapParams.encode(fields).finish();

test('1.6 with a runtime that it does not know writes nothing', () => {
  assert.equal(decodeStartInput(new Uint8Array(0), ID), {});
});

test('Docker 20.10 writes the options of runc', () => {
  const value = Buffer.from('320c2f7573722f62696e2f6c636f', 'hex');
  const { options } = decodeStartInput(any('containerd.runc.v1.Options', value), ID);
  assert.is(options?.typeUrl, 'containerd.runc.v1.Options');
  assert.equal(Buffer.from(options?.value ?? []), value);
});

test('Docker 24 and CRI write runtimeoptions, as bytes seen on the wire', () => {
  const typeUrl = 'runtimeoptions.v1.Options';
  const inner = Buffer.from('0a0f6c636f772e76312e4f7074696f6e7312...'.slice(0, 34), 'hex');
  const wire = Buffer.concat([
    Buffer.from([0x0a, typeUrl.length]),
    Buffer.from(typeUrl),
    Buffer.from([0x12, inner.length]),
    inner,
  ]);
  const { options } = decodeStartInput(wire, ID);
  assert.is(options?.typeUrl, typeUrl);
  assert.equal(Buffer.from(options?.value ?? []), inner);
});

test('a host before the type is left out', () => {
  const bytes = any('type.googleapis.com/runtimeoptions.v1.Options', Buffer.from('x'));
  assert.is(decodeStartInput(bytes, ID).options?.typeUrl, 'runtimeoptions.v1.Options');
});

test('2.3 writes BootstrapParams, with the options among the extensions', () => {
  const options = { typeUrl: 'runtimeoptions.v1.Options', value: Buffer.from('toml') };
  const input = decodeStartInput(
    params({
      ...{ instanceId: ID, namespace: 'ns1', logLevel: -4, containerdVersion: '2.3.0' },
      ...{ containerdGrpcAddress: '/run/g', containerdTtrpcAddress: '/run/t', socketDir: '/run/s' },
      extensions: [
        { value: { typeUrl: 'other.v1.Thing', value: Buffer.from('x') } },
        { value: options },
      ],
    }),
    ID,
  );
  const { options: found, ...rest } = input;
  assert.equal(rest, {
    ...{ grpcAddress: '/run/g', ttrpcAddress: '/run/t', socketFolder: '/run/s', debug: true },
  });
  assert.is(found?.typeUrl, options.typeUrl);
  assert.equal(Buffer.from(found?.value ?? []), options.value);
});

test('2.3 without options and with nothing but id and namespace is no Any', () => {
  assert.equal(decodeStartInput(params({ instanceId: ID, namespace: 'ns1' }), ID), {
    debug: false,
  });
  const trace = params({ instanceId: 'other', namespace: 'ns1', logLevel: -8 });
  assert.equal(decodeStartInput(trace, ID), { debug: true });
});

test('extensions that are no options of a runtime are not taken for them', () => {
  const extensions = [{ value: { typeUrl: 'other.v1.Thing', value: Buffer.from('x') } }];
  assert.equal(decodeStartInput(params({ instanceId: ID, extensions }), ID), { debug: false });
});

test('fields of a later containerd are ignored', () => {
  const later = Buffer.concat([
    params({ instanceId: ID, socketDir: '/s' }),
    Buffer.from([0xa2, 0x06, 1, 0x61]),
  ]);
  assert.is(decodeStartInput(later, ID).socketFolder, '/s');
});

test('bytes that are neither are refused', () => {
  for (const hex of ['ff', '0aff', '08', '0a05616263', '0b']) {
    assert.throws(
      () => decodeStartInput(Buffer.from(hex, 'hex'), ID),
      /stdin are neither an Any/,
      hex,
    );
  }
  assert.throws(() => decodeOptions(Buffer.from('0aff', 'hex')), /no Any/);
});

test('either message is told from the other whatever is in it', () => {
  const text = fc.stringMatching(/^[a-z.]{1,20}$/);
  fc.assert(
    fc.property(text, fc.uint8Array({ maxLength: 40 }), (typeUrl, value) => {
      fc.pre(typeUrl !== ID);
      const { options } = decodeStartInput(any(typeUrl, value), ID);
      assert.is(options?.typeUrl, typeUrl);
      assert.equal(Buffer.from(options?.value ?? []), Buffer.from(value));
    }),
  );
  fc.assert(
    fc.property(text, text, (namespace, containerdVersion) => {
      const input = decodeStartInput(params({ instanceId: ID, namespace, containerdVersion }), ID);
      assert.equal(input, { debug: false });
    }),
  );
});

test('whatever the bytes, they are read or refused in our words', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      try {
        decodeStartInput(bytes, ID);
      } catch (error) {
        assert.is((error as { code?: string }).code, 'invalid-argument');
      }
    }),
  );
});

test.run();
