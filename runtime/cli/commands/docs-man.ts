/** `lcow docs man DIR`: the manual pages of all commands as files; `man -l DIR/lcow.1` shows one. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { settingsOf } from '../../configuration/settings.ts';
import { RuntimeError } from '../../errors.ts';
import { LCOW_VERSION } from '../../version.ts';
import { COMMANDS } from '../command-table.ts';
import type { CommandInput } from '../command.ts';
import { manPages } from '../man-page.ts';

/** SOURCE_DATE_EPOCH makes the pages the same each time, as packagers want. */
export async function run({ operands }: CommandInput): Promise<number> {
  const [folder = '.'] = operands;
  const epoch = Number(process.env['SOURCE_DATE_EPOCH'] ?? Number.NaN);
  const date = new Date(Number.isFinite(epoch) ? epoch * 1000 : Date.now());
  const settings = settingsOf(process.platform === 'win32', '%ProgramData%');
  const pages = manPages(COMMANDS, LCOW_VERSION, date.toISOString().slice(0, 10), settings);
  try {
    await mkdir(folder, { recursive: true });
    for (const { file, text } of pages) await writeFile(join(folder, file), text);
  } catch (cause) {
    const { message } = cause as Error;
    throw new RuntimeError('internal', `write manual pages to ${folder}`, message, { cause });
  }
  process.stdout.write(`${pages.length} pages in ${folder}\n`);
  return 0;
}
