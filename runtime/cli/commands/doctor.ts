/** `lcow doctor`: what is present, missing or wrong on this host, and what to do about each. */
import { directories } from '../../directories.ts';
import { examineHost } from '../../doctor/examine.ts';
import { reportText } from '../../doctor/report-text.ts';
import type { CommandInput } from '../command.ts';

/** Exits 0 when all that is needed is there, 1 when something is missing or wrong. */
export async function run({ options }: CommandInput): Promise<number> {
  const report = await examineHost(directories());
  const { stdout } = process;
  stdout.write(
    options.flag('json')
      ? `${JSON.stringify(report, null, 2)}\n`
      : reportText(report, stdout.isTTY === true && !process.env['NO_COLOR']),
  );
  return report.ok ? 0 : 1;
}
