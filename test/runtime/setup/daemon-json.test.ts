/** A runtime in Docker's daemon.json: what is put in and taken out, and that every other byte stays. */
import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withoutRuntime, withRuntime } from '../../../runtime/setup/daemon-json.ts';
import { parseJsonSpans, TextFault } from '../../../runtime/setup/json-spans.ts';

const BY_PATH = { path: '/opt/lcow/bin/lcow-oci' };

test('no file, and a blank one, become a whole document', () => {
  const whole =
    '{\n  "runtimes": {\n    "lcow": {\n      "path": "/opt/lcow/bin/lcow-oci"\n    }\n  }\n}\n';
  assert.is(withRuntime(undefined, 'lcow', BY_PATH), whole);
  assert.is(withRuntime(' \n', 'lcow', BY_PATH), whole);
});

test('a member is added as its neighbours are indented, and nothing else changes', () => {
  const text = '{\n\t"debug" :  true,\n\t"dns": ["1.1.1.1",\n\t\t"8.8.8.8"]\n}\n';
  assert.is(
    withRuntime(text, 'lcow', BY_PATH),
    '{\n\t"debug" :  true,\n\t"dns": ["1.1.1.1",\n\t\t"8.8.8.8"],\n\t"runtimes": {\n\t\t"lcow": {\n\t\t\t"path": "/opt/lcow/bin/lcow-oci"\n\t\t}\n\t}\n}\n',
  );
});

test('a runtime stands beside others, on one line where they do', () => {
  const text = '{"runtimes": {"crun": {"path": "crun"}}}';
  const after = withRuntime(text, 'lcow', { runtimeType: 'io.containerd.lcow.v1' });
  assert.is(
    after,
    '{"runtimes": {"crun": {"path": "crun"}, "lcow": {"runtimeType":"io.containerd.lcow.v1"}}}',
  );
  assert.is(withoutRuntime(after, 'lcow'), text);
});

test('one that is there already is left, and one that differs is replaced', () => {
  const text = withRuntime('{\n  "debug": true\n}\n', 'lcow', BY_PATH);
  assert.is(withRuntime(text, 'lcow', { ...BY_PATH }), text);
  const moved = withRuntime(text, 'lcow', { path: '/elsewhere/lcow-oci' });
  assert.is(moved, text.replace('/opt/lcow/bin/lcow-oci', '/elsewhere/lcow-oci'));
});

test('what ends lines with CR LF still does', () => {
  const after = withRuntime('{\r\n  "debug": true\r\n}\r\n', 'lcow', BY_PATH);
  assert.is(after.replaceAll('\r\n', '').includes('\n'), false);
});

test('what cannot be parsed or has another shape is refused by its line', () => {
  const refused: readonly [text: string, line: number, what: RegExp][] = [
    ['{\n  "debug": true,\n}', 3, /no key in quotes/],
    ['{\n  "debug": true\n  "x": 1\n}', 3, /no ","/],
    ['{\n  // why\n}', 2, /no key/],
    ['{"a": 1,\n"a": 2}', 2, /"a" twice/],
    ['{}\n{}', 2, /has ended/],
    ['[]', 1, /not an object/],
    ['{\n\n"runtimes": [] }', 3, /"runtimes" is not an object/],
    ['{"x": 01}', 1, /no "|there is/],
    ['{"x": "\u0001"}', 1, /not a JSON value/],
    ['{"x":'.repeat(70), 1, /nested/],
  ];
  for (const [text, line, what] of refused) {
    try {
      withRuntime(text, 'lcow', BY_PATH);
      assert.unreachable(`${text} was not refused`);
    } catch (error) {
      assert.instance(error, TextFault);
      assert.is((error as TextFault).line, line, text);
      assert.match((error as TextFault).message, what);
    }
  }
});

test('for any document, the runtime is added and nothing else changes; taken out, it is the document again', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }),
      fc.option(
        fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 1 }), { noNullPrototype: true }),
        {
          nil: undefined,
        },
      ),
      fc.constantFrom(undefined, 1, 2, 4, '\t'),
      (document, runtimes, indent) => {
        fc.pre(!('__proto__' in (runtimes ?? {}) && Object.hasOwn(runtimes ?? {}, '__proto__')));
        const { lcow: _ours, ...others } = runtimes ?? {};
        const whole = runtimes === undefined ? document : { ...document, runtimes: others };
        if (runtimes === undefined) delete (whole as Record<string, unknown>)['runtimes'];
        const text = JSON.stringify(whole, undefined, indent);
        const after = withRuntime(text, 'lcow', BY_PATH);
        assert.equal(JSON.parse(after), {
          ...JSON.parse(text),
          runtimes: { ...others, lcow: BY_PATH },
        });
        const back = withoutRuntime(after, 'lcow');
        const empty = Object.keys(others).length === 0;
        if (!empty) assert.is(back, text);
        const { runtimes: _left, ...rest } = JSON.parse(text) as Record<string, unknown>;
        if (empty) assert.equal(JSON.parse(back), rest);
      },
    ),
  );
});

test('spans are what JSON.parse reads', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(undefined, 2), (json, indent) => {
      const text = JSON.stringify(JSON.parse(json), undefined, indent);
      assert.is(JSON.stringify(parseJsonSpans(text).value), JSON.stringify(JSON.parse(text)));
    }),
  );
});

test.run();
