/** `lcow doctor`: what is present, missing or wrong on this host, and what to do about each; --fix does what is safe. */
import { directories } from '../../directories.ts';
import { examineHost } from '../../doctor/examine.ts';
import { reportText } from '../../doctor/report-text.ts';
import type { CommandInput } from '../command.ts';
import { escapeControl } from '../escape.ts';
import { safeJson } from '../safe-json.ts';

/** Exits 0 when all that is needed is there, 1 when something is missing or wrong. */
export async function run({ options }: CommandInput): Promise<number> {
  const where = directories();
  const json = options.flag('json');
  const { stdout } = process;
  const repairs = options.flag('fix') ? await repair() : undefined;
  if (repairs !== undefined && !json) {
    const lines = repairs.map((what) => `fixed: ${escapeControl(what)}\n`);
    stdout.write(lines.length === 0 ? 'nothing had to be fixed\n\n' : `${lines.join('')}\n`);
  }
  const report = await examineHost(where);
  stdout.write(
    json
      ? `${safeJson(repairs === undefined ? report : { ...report, repairs }, 2)}\n`
      : reportText(report, stdout.isTTY === true && !process.env['NO_COLOR']),
  );
  return report.ok ? 0 : 1;

  async function repair(): Promise<string[]> {
    const { repairOrphans } = await import('../../supervisor/orphans.ts');
    return repairOrphans(where);
  }
}
