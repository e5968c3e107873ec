/** `lcow pod list`: the pods that were made by name. */
import { Lcow } from '../../lcow.ts';
import type { CommandInput } from '../command.ts';
import { listText, parseListFormat } from '../list-output.ts';
import { podColumns } from '../pod-columns.ts';

export async function run({ options }: CommandInput): Promise<number> {
  const format = parseListFormat(options.text('format'));
  const columns = podColumns(!options.flag('no-trunc'), Date.now());
  const quiet = options.flag('quiet') && format.kind === 'table';
  const shown = quiet ? ({ kind: 'fields', names: ['Name'] } as const) : format;
  process.stdout.write(listText(shown, columns, Lcow.open().pods.list()));
  return 0;
}
