/** The shim's command line, as each containerd gives it. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseShimArguments } from '../../../runtime/shim/arguments.ts';

const START_1_6 =
  '-namespace ns1 -address /run/c.sock -publish-binary /usr/bin/containerd -id c1 start'.split(' ');
const DELETE_2_3 =
  '-namespace ns1 -address /run/c.sock -publish-binary /bin/ctrd -id c1 -bundle /b/c1 -debug delete'.split(
    ' ',
  );

test('containerd 1.6 starts a shim', () => {
  assert.equal(parseShimArguments(START_1_6), {
    ...{ action: 'start', namespace: 'ns1', id: 'c1', address: '/run/c.sock', bundle: '' },
    ...{ publishBinary: '/usr/bin/containerd', debug: false, version: false, info: false },
  });
});

test('containerd 2.3 deletes a container, with the bundle and debugging', () => {
  const { action, bundle, debug } = parseShimArguments(DELETE_2_3);
  assert.equal({ action, bundle, debug }, { action: 'delete', bundle: '/b/c1', debug: true });
});

test('two dashes and an equals sign are one dash and a space', () => {
  const words = [
    '--namespace=ns1',
    '-address=/run/c.sock',
    '--publish-binary',
    '/usr/bin/containerd',
  ];
  assert.equal(parseShimArguments([...words, '-id=c1', 'start']), parseShimArguments(START_1_6));
});

test('booleans are written as Go writes them', () => {
  for (const word of ['-debug', '--debug', '-debug=true', '-debug=1', '-debug=T']) {
    assert.is(parseShimArguments([word, 'start']).debug, true, word);
  }
  for (const word of ['-debug=false', '-debug=0', '-debug=F']) {
    assert.is(parseShimArguments([word, 'start']).debug, false, word);
  }
  assert.throws(() => parseShimArguments(['-debug=maybe', 'start']), /-debug is "maybe"/);
});

test('-v and -info need no action', () => {
  assert.is(parseShimArguments(['-v']).version, true);
  assert.is(parseShimArguments(['--version']).version, true);
  assert.is(parseShimArguments(['-info']).info, true);
  assert.is(parseShimArguments(['-info']).action, '');
});

test('the action is the first word that is none of a flag, and what follows is not read', () => {
  const { action, id } = parseShimArguments(['-id', 'c1', 'start', '-id', 'c2']);
  assert.equal({ action, id }, { action: 'start', id: 'c1' });
  assert.is(parseShimArguments(['-id', 'c1', '--', '-odd']).action, '-odd');
});

test('flags of a later containerd are ignored with their values', () => {
  const known = parseShimArguments(START_1_6);
  const flags = START_1_6.slice(0, -1);
  for (const more of [
    ['-new'],
    ['-new', 'value'],
    ['-new=value'],
    ['--new', 'start'],
    ['-n', ''],
  ]) {
    assert.equal(parseShimArguments([...more, ...flags, 'start']), known, more.join(' '));
  }
  assert.equal(parseShimArguments([...flags, '-new', 'value', 'start']), known);
  // Before the action a flag may have no value: the last word is the action all the same.
  assert.equal(parseShimArguments([...flags, '-new', 'start']), known);
});

test('a flag without its value is named', () => {
  assert.throws(() => parseShimArguments(['-namespace', 'ns1', '-id']), /-id has no value/);
});

test('a word beyond any length is refused', () => {
  assert.throws(() => parseShimArguments(['-id', 'x', 'a'.repeat(5000)]), /has 5000 characters/);
});

test('whatever the words, they are read or refused in our words', () => {
  const word = fc.oneof(fc.string(), fc.constantFrom('-id', '--', '-', '-debug', 'start', '-x=y'));
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), (words) => {
      try {
        parseShimArguments(words);
      } catch (error) {
        assert.is((error as { code?: string }).code, 'invalid-argument');
      }
    }),
  );
});

test.run();
