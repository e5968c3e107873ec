/** Arguments are read as docker reads them. */
import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Command } from '../../../runtime/cli/command.ts';
import { parseCommand } from '../../../runtime/cli/command-line.ts';
import { rejection } from './rejected.ts';

const COMMAND: Command = {
  name: 'do',
  summary: '',
  operands: '[X...]',
  minimum: 0,
  maximum: Infinity,
  options: [
    { name: 'interactive', short: 'i', help: '' },
    { name: 'tty', short: 't', help: '' },
    { name: 'publish', short: 'p', value: 'P', multiple: true, help: '' },
    { name: 'tail', short: 'n', value: 'N', help: '' },
    { name: 'timeout', aliases: ['time'], value: 'S', help: '' },
  ],
  load: () => Promise.reject(new Error('not run')),
};
const FIRST: Command = { ...COMMAND, optionsFirst: true };

test('a value stands apart, after =, or on the letter', () => {
  for (const args of [
    ['--publish', '80:80'],
    ['--publish=80:80'],
    ['-p', '80:80'],
    ['-p80:80'],
    ['-p=80:80'],
    ['-itp80:80'],
    ['-itp', '80:80'],
  ]) {
    const { options, operands } = parseCommand(COMMAND, args);
    assert.equal(options.list('publish'), ['80:80'], args.join(' '));
    assert.equal(operands, []);
    assert.is(options.flag('tty'), args[0]?.startsWith('-it'));
  }
});

test('a value may begin with a dash, be empty, or hold =', () => {
  assert.is(parseCommand(COMMAND, ['--tail', '-1']).options.text('tail'), '-1');
  assert.is(parseCommand(COMMAND, ['--tail=']).options.text('tail'), '');
  assert.is(parseCommand(COMMAND, ['--tail=a=b']).options.text('tail'), 'a=b');
  assert.is(parseCommand(COMMAND, ['-n', '--']).options.text('tail'), '--');
});

test('flags take true and false; the last of an option counts', () => {
  assert.is(parseCommand(COMMAND, ['--tty=false', '-i']).options.flag('tty', true), false);
  assert.is(parseCommand(COMMAND, ['-t=0']).options.flag('tty', true), false);
  assert.is(parseCommand(COMMAND, ['--tty=1']).options.flag('tty'), true);
  assert.is(parseCommand(COMMAND, ['-n1', '--tail=2']).options.text('tail'), '2');
  assert.is(parseCommand(COMMAND, []).options.flag('tty', true), true);
  assert.is(parseCommand(COMMAND, ['--time', '5']).options.text('timeout'), '5');
});

test('options stand anywhere, or only first where the command says so; -- ends them', () => {
  assert.equal(parseCommand(COMMAND, ['a', '-i', 'b']).operands, ['a', 'b']);
  assert.equal(parseCommand(COMMAND, ['a', '--', '-i']).operands, ['a', '-i']);
  assert.equal(parseCommand(COMMAND, ['-']).operands, ['-']);
  assert.equal(parseCommand(FIRST, ['-i', 'a', '-t', '--', '--help']).operands, [
    'a',
    '-t',
    '--',
    '--help',
  ]);
  assert.equal(parseCommand(FIRST, ['--', '-i', 'x']).operands, ['-i', 'x']);
});

test('what is wrong is told with its name', () => {
  const cases: readonly (readonly [string[], RegExp])[] = [
    [['--nope'], /--nope is not an option/],
    [['--nope=1'], /--nope is not an option/],
    [['-ix'], /-x is not an option of it \(in "-ix"\)/],
    [['--tail'], /--tail needs a value/],
    [['-n'], /-n needs a value/],
    [['--tty=maybe'], /--tty takes true or false, not "maybe"/],
    [['--__proto__'], /--__proto__ is not an option/],
  ];
  for (const [args, message] of cases) {
    const error = rejection(() => parseCommand(COMMAND, args));
    assert.is(error.code, 'invalid-argument');
    assert.match(error.message, message);
    assert.match(error.message, /lcow do/);
  }
});

test('whatever is typed after -- or as a value comes out as it was', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.string(), (operands, value) => {
      const read = parseCommand(COMMAND, ['-n', value, `-p${value}x`, '--', ...operands]);
      assert.is(read.options.text('tail'), value);
      assert.equal(read.options.list('publish'), [`${value}x`.replace(/^=/, '')]);
      assert.equal(read.operands, operands);
    }),
  );
});

test('any words are read or refused, never anything else', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string(), fc.constantFrom('-i', '--', '-n', '--tail'))),
      (args) => {
        try {
          parseCommand(COMMAND, args);
        } catch (error) {
          assert.is((error as { code?: string }).code, 'invalid-argument');
        }
      },
    ),
  );
});

test.run();
