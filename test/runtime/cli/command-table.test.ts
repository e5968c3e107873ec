/** The command table as a whole: complete, consistent, and nothing in it that is not there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { GLOBAL_OPTIONS } from '../../../runtime/cli/command.ts';
import { optionsOf } from '../../../runtime/cli/command-line.ts';
import { COMMANDS } from '../../../runtime/cli/command-table.ts';
import { findCommand } from '../../../runtime/cli/find-command.ts';
import { commandHelp, overview } from '../../../runtime/cli/help.ts';
import { settingsOf } from '../../../runtime/configuration/settings.ts';
import { repositoryRoot } from '../../harness/repository-root.ts';

const CLI = join(repositoryRoot(), 'runtime/cli');

test('every command can be loaded and is written', async () => {
  const missing: string[] = [];
  for (const command of COMMANDS) {
    const { name } = command;
    const { run } = await command.load();
    assert.type(run, 'function', name);
    const file = join(CLI, 'commands', `${fileOf(name)}.ts`);
    if (!existsSync(file)) missing.push(`${file} of "${name}"`);
    else if (/a place-holder until it is written/.test(readFileSync(file, 'utf8'))) {
      missing.push(`"${name}" is a place-holder`);
    }
  }
  assert.equal(missing, []);
});

test('every file of commands/ is a command of the table', () => {
  const files = COMMANDS.map(({ name }) => `${fileOf(name)}.ts`);
  const known = readdirSync(join(CLI, 'commands')).filter((file) => !files.includes(file));
  assert.equal(known, []);
});

test('names and aliases are unique, and each finds its command', () => {
  const names = COMMANDS.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  assert.is(new Set(names).size, names.length);
  for (const command of COMMANDS) {
    for (const name of [command.name, ...(command.aliases ?? [])]) {
      assert.is(findCommand(COMMANDS, [...name.split(' '), 'x']).command, command, name);
    }
  }
});

test('options of a command have names and letters of their own, and help', () => {
  for (const command of COMMANDS.filter(({ raw }) => !raw)) {
    const options = optionsOf(command);
    const names = options.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
    const letters = options.flatMap(({ short }) => (short === undefined ? [] : [short]));
    assert.is(new Set(names).size, names.length, command.name);
    assert.is(new Set(letters).size, letters.length, `${command.name}: ${letters.join('')}`);
    for (const { name, help, short } of options) {
      assert.match(name, /^[a-z][a-z0-9-]+$/);
      assert.ok(help.length > 3, `${command.name} --${name}`);
      assert.ok(short === undefined || /^[a-zA-Z]$/.test(short));
    }
    assert.ok(command.minimum <= command.maximum);
    assert.is(command.operands === '', command.maximum === 0, command.name);
  }
});

test('every option is read by somebody', () => {
  const sources = readdirSync(CLI, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith('table'))
    .map((file) => readFileSync(join(CLI, file), 'utf8'))
    .join('\n');
  const unread: string[] = [];
  for (const { name, options } of COMMANDS) {
    for (const option of options) {
      // Taken for scripts that have it, and its help says so.
      if (option.help.startsWith('accepted:')) continue;
      if (!sources.includes(`'${option.name}'`)) unread.push(`${name} --${option.name}`);
    }
  }
  assert.equal(unread, []);
});

test('settings that are options name commands and options that there are', () => {
  for (const { name, option } of settingsOf(false, '')) {
    for (const command of option?.commands ?? []) {
      const found = COMMANDS.find((known) => known.name === command);
      const has = found?.options.some((each) => each.name === option?.name);
      assert.ok(has, `setting ${name}: ${command} --${option?.name}`);
    }
  }
});

test('help shows every command, and of each its options and aliases', () => {
  const all = overview(COMMANDS);
  for (const command of COMMANDS) {
    assert.is(all.includes(`  ${command.name} `), !command.hidden, command.name);
    const help = commandHelp(command);
    assert.ok(help.startsWith(`usage: lcow ${command.name}`));
    for (const { name } of [...command.options, ...GLOBAL_OPTIONS]) {
      assert.ok(help.includes(`--${name}`), `${command.name} --${name}`);
    }
  }
});

test.run();

/** "image list" is in image-list.ts. */
function fileOf(name: string): string {
  return name.replace('__', '').replaceAll(' ', '-');
}
