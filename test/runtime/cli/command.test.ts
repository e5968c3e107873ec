import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Command } from '../../../runtime/cli/command.ts';
import { parseCommand } from '../../../runtime/cli/command-line.ts';
import { commandHelp } from '../../../runtime/cli/help.ts';
import { COMMANDS } from '../../../runtime/cli/command-table.ts';
import { parseCount, parseCpus, parseSize } from '../../../runtime/cli/size.ts';

function command(name: string): Command {
  const found = COMMANDS.find((known) => known.name === name);
  if (found === undefined) throw new Error(`no command ${name}`);
  return found;
}

test('options after the image belong to the command in the container', () => {
  const { options, operands } = parseCommand(command('run'), [
    '-it',
    '-e',
    'A=1',
    '--env=B=2',
    '--rm',
    'busybox',
    'ls',
    '-l',
    '--rm',
  ]);
  assert.ok(options.flag('tty') && options.flag('interactive') && options.flag('rm'));
  assert.equal(options.list('env'), ['A=1', 'B=2']);
  assert.equal(operands, ['busybox', 'ls', '-l', '--rm']);
});

test('an unknown option, a missing value and a wrong count are refused by name', () => {
  assert.throws(() => parseCommand(command('run'), ['--nope', 'busybox']), /--nope/);
  assert.throws(() => parseCommand(command('run'), ['-e']), /-e/);
  assert.throws(() => parseCommand(command('run'), []), /usage: lcow run \[options\] IMAGE/);
  assert.throws(() => parseCommand(command('image import'), ['a', 'b']), /2 arguments/);
});

test('every command has help that lists its options', () => {
  for (const known of COMMANDS) {
    const help = commandHelp(known);
    assert.ok(help.startsWith(`usage: lcow ${known.name}`));
    for (const { name } of known.options) assert.match(help, new RegExp(`--${name}\\b`));
  }
});

test('every command can be loaded', async () => {
  for (const known of COMMANDS) assert.type((await known.load()).run, 'function');
});

test('sizes and counts are read or refused with the option and the text', () => {
  assert.is(parseSize('--memory', '512m'), 512 * 1024 * 1024);
  assert.is(parseSize('--memory', '1.5G'), 1.5 * 1024 ** 3);
  assert.is(parseSize('--memory', '4096'), 4096);
  for (const wrong of ['', '-1', '12q', 'm', '0', '1e9', '999999999999999t']) {
    assert.throws(() => parseSize('--memory', wrong), /read --memory/, wrong);
  }
  assert.is(parseCount('--count', '7', 1, 10), 7);
  for (const wrong of ['0', '11', '1.5', 'x']) {
    assert.throws(() => parseCount('--count', wrong, 1, 10), /from 1 to 10/);
  }
  assert.is(parseCpus('--cpus', '1.5'), 1.5);
  for (const wrong of ['0', '', '-1', '9999', '1.2345'])
    assert.throws(() => parseCpus('--cpus', wrong));
});

test.run();
