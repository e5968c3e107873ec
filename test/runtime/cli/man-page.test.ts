/** Manual pages: one a command, in roff that formatters take without a warning. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { optionsOf } from '../../../runtime/cli/command-line.ts';
import { COMMANDS } from '../../../runtime/cli/command-table.ts';
import { manPages } from '../../../runtime/cli/man-page.ts';
import { settingsOf } from '../../../runtime/configuration/settings.ts';
import { skip } from '../../harness/skip.ts';
import { CommandHost } from './captured-command.ts';

const SHOWN = COMMANDS.filter(({ hidden }) => !hidden);
const PAGES = manPages(COMMANDS, '1.2.3', '2026-01-02', settingsOf(false, ''));

test('there is a page for lcow and one for each command, each with its options', () => {
  assert.is(PAGES.length, SHOWN.length + 1);
  for (const command of SHOWN) {
    const file = `lcow-${command.name.replaceAll(' ', '-')}.1`;
    const page = PAGES.find((each) => each.file === file);
    assert.ok(page, file);
    for (const { name } of optionsOf(command)) {
      assert.ok(page?.text.includes(`\\-\\-${name.replaceAll('-', '\\-')}`), `${file} --${name}`);
    }
    assert.ok(PAGES[0]?.text.includes(`lcow\\-${command.name.replaceAll(/[ -]/g, '\\-')}`));
  }
});

test('no text becomes a macro or loses a character', () => {
  const [, page] = manPages(
    [
      {
        name: 'x',
        summary: ".TH 'evil' \\fB",
        operands: '',
        minimum: 0,
        maximum: 0,
        options: [{ name: 'a-b', help: "'. a\\b ^~" }],
        load: () => Promise.reject(new Error('not run')),
      },
    ],
    '1',
    '2026-01-02',
    [],
  );
  assert.match(page?.text ?? '', /^\\&\.TH 'evil' \\efB$/m);
  assert.match(page?.text ?? '', /^\\&'\. a\\eb \\\(ha\\\(ti$/m);
});

for (const [name, program, args] of [
  ['mandoc', 'mandoc', ['-T', 'lint', '-W', 'warning']],
  ['groff', 'groff', ['-man', '-ww', '-z', '-Tutf8']],
] as const) {
  test(`${name} has nothing to say of any page`, () => {
    if (spawnSync(program, ['--version']).error !== undefined) {
      skip(`${name} is not installed`);
      return;
    }
    for (const { file, text } of PAGES) {
      const { stdout, stderr, status } = spawnSync(program, args, {
        input: text,
        encoding: 'utf8',
      });
      assert.is(`${stdout}${stderr}`.trim(), '', file);
      assert.is(status, 0, file);
    }
  });
}

test('lcow docs man writes them, the same each time where SOURCE_DATE_EPOCH is set', async () => {
  using host = new CommandHost();
  const folder = join(host.folder, 'man');
  const { code, stdout } = await host.lcow(['docs', 'man', folder], { SOURCE_DATE_EPOCH: '0' });
  assert.equal([code, stdout], [0, `${PAGES.length} pages in ${folder}\n`]);
  assert.equal(readdirSync(folder).sort(), PAGES.map(({ file }) => file).sort());
});

test.run();
