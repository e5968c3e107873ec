import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RuntimeError } from '../../../runtime/errors.ts';
import {
  type OciOption,
  parseArguments,
  parseGlobalArguments,
} from '../../../runtime/oci/options.ts';

const OPTIONS: readonly OciOption[] = [
  { long: 'bundle', short: 'b', kind: 'value', about: '' },
  { long: 'detach', short: 'd', kind: 'flag', about: '' },
  { long: 'env', short: 'e', kind: 'list', about: '' },
  { long: 'preserve-fds', kind: 'value', about: '', refused: 'no', harmless: ['0'] },
  { long: 'ignore-paused', kind: 'flag', about: '', refused: 'no' },
];
const ANY = { minimum: 0, maximum: Number.POSITIVE_INFINITY };
const parse = (...words: string[]) => parseArguments('run', OPTIONS, ANY, words);

function codeOf(call: () => unknown): string {
  try {
    call();
    return 'none';
  } catch (error) {
    assert.instance(error, RuntimeError);
    return (error as RuntimeError).code;
  }
}

test('a value is taken from the next word or after an equals sign, with one dash or two', () => {
  for (const words of [['--bundle', '/b'], ['--bundle=/b'], ['-b', '/b'], ['-bundle=/b']]) {
    assert.is(parse(...words, 'id').value('bundle'), '/b');
    assert.equal(parse(...words, 'id').operands, ['id']);
  }
});

test('the last value counts, a list has all', () => {
  const input = parse('-b', '1', '-b', '2', '-e', 'A=1', '--env', 'B=--x');
  assert.is(input.value('bundle'), '2');
  assert.equal(input.list('env'), ['A=1', 'B=--x']);
});

test('a flag may be told to be false', () => {
  assert.is(parse('--detach').flag('detach'), true);
  assert.is(parse('--detach=false').flag('detach'), false);
  assert.is(parse('--detach=false').given('detach'), true);
  assert.is(
    codeOf(() => parse('--detach=maybe')),
    'invalid-argument',
  );
});

test('options after an operand are options, but for a command whose operands are another program', () => {
  assert.is(parse('id', '-d').flag('detach'), true);
  const exec = parseArguments('exec', OPTIONS, { ...ANY, verbatim: true }, [
    '-d',
    'id',
    'ls',
    '-d',
  ]);
  assert.equal(exec.operands, ['id', 'ls', '-d']);
});

test('what follows two dashes is operands', () => {
  assert.equal(parse('--', '-d', '--bundle').operands, ['-d', '--bundle']);
});

test('an option that nobody knows is an error that names it', () => {
  assert.throws(() => parse('--bogus'), /flag provided but not defined: -bogus/);
  assert.throws(() => parse('--bundle'), /flag needs an argument: -bundle/);
});

test('a refused option is refused by name, unless it asks for nothing', () => {
  assert.is(
    codeOf(() => parse('--preserve-fds', '3')),
    'unsupported',
  );
  assert.throws(() => parse('--preserve-fds=3'), /--preserve-fds 3: no/);
  assert.is(parse('--preserve-fds', '0').value('preserve-fds'), '0');
  assert.throws(() => parse('--ignore-paused'), /--ignore-paused: no/);
  assert.is(parse('--ignore-paused=false').flag('ignore-paused'), false);
});

test('too few and too many operands are errors', () => {
  const one = { minimum: 1, maximum: 1 };
  assert.throws(() => parseArguments('start', [], one, []), /"start" requires exactly 1/);
  assert.throws(() => parseArguments('start', [], one, ['a', 'b']), /"start" requires exactly 1/);
  const two = { minimum: 1, maximum: 2 };
  assert.throws(() => parseArguments('kill', [], two, []), /"kill" requires a minimum of 1/);
  assert.throws(() => parseArguments('kill', [], two, ['a', 'b', 'c']), /a maximum of 2/);
});

test('global options end at the command', () => {
  const { globals, rest } = parseGlobalArguments(OPTIONS, ['-b', 'x', 'exec', '-d', 'id']);
  assert.is(globals.value('bundle'), 'x');
  assert.is(globals.flag('detach'), false);
  assert.equal(rest, ['exec', '-d', 'id']);
});

test('whatever the words are, they are parsed or refused as invalid or unsupported', () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom('--bundle', '-b', '-d', '--env=', '--', '-', '--preserve-fds', '0', '='),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), (words) => {
      const code = codeOf(() => parse(...words));
      assert.ok(['none', 'invalid-argument', 'unsupported'].includes(code), code);
    }),
  );
});

test.run();
