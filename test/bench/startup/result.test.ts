/** The file of results: what is right is taken as it is, what is wrong is told with its field and value. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type BenchResult, decodeResult, parseResult } from '../../../bench/startup/result.ts';
import { RuntimeError } from '../../../runtime/errors.ts';
import { result, series } from './sample-result.ts';

const RIGHT = result(
  [
    series('cold', 'lcow', [1200.5, 1300], {
      phasesOf: (value) => [{ name: 'kernel', startMs: 40, ms: value - 40, where: 'guest' }],
    }),
    series('stdout', 'ctr+runc', [900], { unit: 'MiB/s', better: 'more' }),
  ],
  {
    label: 'before',
    bootTrace: {
      kernelRelease: '6.1',
      initcalls: [{ name: 'a_init [m]', startMs: 10, ms: 0.5, depth: 0, returned: -19 }],
      marks: [{ name: 'init', atMs: 500 }],
    },
  },
);

const plain = (): Record<string, never> => JSON.parse(JSON.stringify(RIGHT));

test('a result is read as it was written', () => {
  assert.equal(parseResult(JSON.stringify(RIGHT), 'a.json'), RIGHT);
  const { label: _none, bootTrace: _untraced, ...unlabelled } = RIGHT;
  assert.equal(decodeResult(unlabelled, 'a.json'), unlabelled);
});

const WRONG: readonly [string, unknown, RegExp][] = [
  ['kind', 'boot', /^cannot read a\.json: kind is "boot", not "startup"$/],
  ['version', 2, /version is 2, this program reads 1$/],
  ['startedAt', 'yesterday', /startedAt is "yesterday", not a time/],
  ['startedAt', '2026-13-45T99:00:00Z', /startedAt is "2026-13-45T99:00:00Z"/],
  ['durationMs', -1, /durationMs is -1, not a number of 0 or more$/],
  ['durationMs', null, /durationMs is null/],
  ['label', '', /label is "", not a text/],
  ['label', 'x'.repeat(5000), /label is "x{79}\.\.\., not/],
  ['rounds', 1.5, /rounds is 1\.5, not a whole number/],
  ['warmUp', undefined, /warmUp is missing/],
  ['strange', 1, /strange is 1, not a field of this format$/],
  ['environment.cpus', 'two', /environment\.cpus is "two"/],
  ['environment.cpu', undefined, /environment\.cpu is missing/],
  ['environment.host', 'a', /environment\.host is "a", not a field/],
  ['environment.peers', [], /environment\.peers is \[\], not an object/],
  ['environment.peers.runc', 1, /environment\.peers\.runc is 1/],
  ['series', {}, /series is \{\}, not a list/],
  ['series.0.scenario', '<script>', /series\[0\]\.scenario is "<script>", not a name/],
  ['series.0.unit', 'furlong', /series\[0\]\.unit is "furlong", not ms or MiB or MiB\/s/],
  ['series.1.better', 'same', /series\[1\]\.better is "same"/],
  ['series.0.samples.1.value', 'x', /series\[0\]\.samples\[1\]\.value is "x"/],
  ['series.0.samples.1.round', -1, /series\[0\]\.samples\[1\]\.round is -1/],
  ['series.0.samples.0.more', 1, /series\[0\]\.samples\[0\]\.more is 1, not a field/],
  ['series.0.samples.0.phases.0.where', 'moon', /phases\[0\]\.where is "moon", not host or guest/],
  ['series.0.samples.0.phases.0.name', 'a\u0007b', /phases\[0\]\.name is "a\\u0007b"/],
  ['series.0.samples.0.phases.0.ms', null, /phases\[0\]\.ms is null/],
  ['bootTrace.initcalls.0.name', 'a\u0007b', /bootTrace\.initcalls\[0\]\.name is "a\\u0007b"/],
  ['bootTrace.initcalls.0.returned', 0.5, /initcalls\[0\]\.returned is 0\.5, not a whole number$/],
  ['bootTrace.initcalls.0.depth', 61, /initcalls\[0\]\.depth is 61, not a whole number of 0\.\.60/],
  ['bootTrace.initcalls.0.more', 1, /initcalls\[0\]\.more is 1, not a field/],
  ['bootTrace.marks.0.atMs', -1, /marks\[0\]\.atMs is -1/],
  ['bootTrace.kernelRelease', '', /bootTrace\.kernelRelease is ""/],
  ['notes.0', 5, /notes\[0\] is 5, not a text/],
];

test('each wrong field is told with its value', () => {
  for (const [path, value, message] of WRONG) {
    const changed = plain();
    set(changed, path.split('.'), value);
    assert.match(told(() => decodeResult(changed, 'a.json')).message, message, path);
  }
});

test('another version is unsupported, all else that is wrong an invalid argument', () => {
  assert.is(told(() => decodeResult({ kind: 'startup', version: 9 }, 'a')).code, 'unsupported');
  assert.is(told(() => decodeResult([], 'a')).code, 'invalid-argument');
  const json = told(() => parseResult('{"kind": ', 'a.json'));
  assert.match(json.message, /^cannot read a\.json: it is not JSON: /);
});

test('a series told twice is refused', () => {
  const twice = result([series('cold', 'lcow', [1]), series('cold', 'lcow', [2])]);
  const { message } = told(() => decodeResult(twice, 'a.json'));
  assert.match(message, /series\[1\] is "cold, lcow", not a scenario and subject told once/);
});

test('lists without end are refused by their length', () => {
  const many = { ...RIGHT, notes: Array.from({ length: 10_001 }, () => 'n') };
  assert.match(told(() => decodeResult(many, 'a')).message, /notes\.length is 10001, not at most/);
});

test('a number that JSON cannot hold is refused', () => {
  const { message } = told(() =>
    parseResult(JSON.stringify(RIGHT).replace('1200.5', '1e999'), 'a'),
  );
  assert.match(message, /samples\[0\]\.value is null, not a number/);
});

test('whatever comes is a result or an error of ours', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(...WRONG.map(([path]) => path)), (value, path) => {
      const changed = plain();
      set(changed, path.split('.'), value);
      try {
        const read: BenchResult = decodeResult(changed, 'a.json');
        assert.equal(JSON.parse(JSON.stringify(read)), changed);
      } catch (error) {
        assert.instance(error, RuntimeError);
      }
    }),
    { numRuns: 500 },
  );
});

test.run();

function told(work: () => unknown): RuntimeError {
  try {
    work();
  } catch (error) {
    assert.instance(error, RuntimeError);
    return error as RuntimeError;
  }
  throw new Error('nothing was refused');
}

function set(object: Record<string, unknown>, [first = '', ...rest]: string[], value: unknown) {
  if (rest.length > 0) set(object[first] as Record<string, unknown>, rest, value);
  else if (value === undefined) delete object[first];
  else object[first] = value;
}
