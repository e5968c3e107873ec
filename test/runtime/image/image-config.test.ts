/** The image config's decoder: unknown fields pass, wrong types are refused by the field's name. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeImageConfig } from '../../../runtime/image/image-config.ts';
import { parseJson } from '../../../runtime/image/json-shape.ts';
import { buildLayer, imageConfig } from './image-builder.ts';

const base = imageConfig([buildLayer('x')]);

function withConfig(config: unknown): Record<string, unknown> {
  return { ...base, config };
}

test('unknown fields are ignored, at the top and inside', () => {
  const decoded = decodeImageConfig({
    ...base,
    container: 'abc',
    docker_version: 7,
    config: {
      ...(base['config'] as object),
      Healthcheck: { Test: ['NONE'] },
      ArgsEscaped: true,
      Future: [1, { x: null }],
    },
  });
  assert.equal(decoded.config, { Env: ['PATH=/bin'], Cmd: ['sh'] });
});

test('null stands for absent, and a config without config runs nothing in particular', () => {
  assert.equal(decodeImageConfig(withConfig(null)).config, {});
  assert.equal(
    decodeImageConfig(
      withConfig({ Env: null, Cmd: null, Entrypoint: null, Volumes: null, Labels: null }),
    ).config,
    {},
  );
});

test('every known field is kept', () => {
  const decoded = decodeImageConfig(
    withConfig({
      User: '1000:1000',
      ExposedPorts: { '80/tcp': {} },
      Env: ['A=b', 'C'],
      Entrypoint: ['/e'],
      Cmd: [],
      Volumes: { '/data': {} },
      WorkingDir: '/w',
      Labels: { __proto__x: 'y' },
      StopSignal: 'SIGINT',
    }),
  );
  assert.equal(decoded.config, {
    User: '1000:1000',
    ExposedPorts: ['80/tcp'],
    Env: ['A=b', 'C'],
    Entrypoint: ['/e'],
    Cmd: [],
    Volumes: ['/data'],
    WorkingDir: '/w',
    Labels: { __proto__x: 'y' },
    StopSignal: 'SIGINT',
  });
});

for (const [document, message] of [
  [[], 'image config must be an object: got array'],
  ['x', 'image config must be an object: got string "x"'],
  [{ ...base, os: 7 }, 'os must be a string: got number 7'],
  [{ ...base, architecture: undefined }, 'architecture must be a string: got nothing'],
  [{ ...base, created: {} }, 'created must be a string: got object'],
  [{ ...base, rootfs: null }, 'rootfs must be an object: got null'],
  [{ ...base, rootfs: { type: 'bundle' } }, 'rootfs.type must be "layers": got string "bundle"'],
  [
    { ...base, rootfs: { type: 'layers', diff_ids: 'x' } },
    'rootfs.diff_ids must be an array: got string "x"',
  ],
  [
    { ...base, rootfs: { type: 'layers', diff_ids: ['sha256:XY'] } },
    'rootfs.diff_ids[0] must be a sha256 digest: got string "sha256:XY"',
  ],
  [{ ...base, history: {} }, 'history must be an array: got object'],
  [withConfig([]), 'config must be an object: got array'],
  [withConfig({ Env: 'A=b' }), 'config.Env must be an array of strings: got string "A=b"'],
  [
    withConfig({ Env: ['A=b', 7] }),
    'config.Env must be an array of strings: got number 7 at config.Env[1]',
  ],
  [
    withConfig({ Env: ['A=\0'] }),
    'config.Env must be strings without NUL: got string "A=\\u0000" at config.Env[0]',
  ],
  [withConfig({ Cmd: 'sh' }), 'config.Cmd must be an array of strings: got string "sh"'],
  [
    withConfig({ Entrypoint: [null] }),
    'config.Entrypoint must be an array of strings: got null at config.Entrypoint[0]',
  ],
  [withConfig({ User: 0 }), 'config.User must be a string: got number 0'],
  [withConfig({ WorkingDir: false }), 'config.WorkingDir must be a string: got boolean false'],
  [
    withConfig({ Labels: { a: 1 } }),
    'config.Labels must be an object of strings: got number 1 at config.Labels["a"]',
  ],
  [withConfig({ Volumes: ['/data'] }), 'config.Volumes must be an object: got array'],
  [
    withConfig({ ExposedPorts: { '80/tcp': 'yes' } }),
    'config.ExposedPorts["80/tcp"] must be an object: got string "yes"',
  ],
  [withConfig({ StopSignal: 9 }), 'config.StopSignal must be a string: got number 9'],
] as const) {
  test(message, () => {
    assert.throws(
      () => decodeImageConfig(document),
      (error: Error) => {
        assert.is(error.name, 'ShapeError');
        assert.is(error.message, message);
        return true;
      },
    );
  });
}

test('any JSON at all is decoded or refused, never a crash', () => {
  const config = fc.record(
    {
      User: fc.jsonValue(),
      Env: fc.jsonValue(),
      Cmd: fc.jsonValue(),
      Labels: fc.jsonValue(),
      Volumes: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.jsonValue(),
        config.map((each) => withConfig(each)),
      ),
      (value) => {
        try {
          decodeImageConfig(JSON.parse(JSON.stringify(value)));
        } catch (error) {
          assert.is((error as Error).name, 'ShapeError', String(error));
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('a document that is too long, no JSON, or absurdly deep is refused or read, without a crash', () => {
  assert.throws(
    () => parseJson(Buffer.alloc(5 << 20, 0x20), 'config'),
    /config must be at most 4194304 bytes long: got number 5242880/,
  );
  assert.throws(() => parseJson(Buffer.from('{"a":'), 'config'), /config must be JSON/);
  const deep = Buffer.from('['.repeat(1 << 20) + ']'.repeat(1 << 20));
  assert.throws(
    () => decodeImageConfig(parseJson(deep, 'config')),
    (error: Error) => error.name === 'ShapeError',
  );
});

test.run();
