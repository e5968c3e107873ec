/** `lcow ps`: the containers of this host, as they are now. */
import { directories } from '../../directories.ts';
import { containerColumns } from '../container-columns.ts';
import { parseContainerFilters } from '../container-filter.ts';
import type { CommandInput } from '../command.ts';
import { currentContainers } from '../current-containers.ts';
import { listText, parseListFormat } from '../list-output.ts';
import { parseCount } from '../size.ts';

export async function run({ options }: CommandInput): Promise<number> {
  const format = parseListFormat(options.text('format'));
  const filter = parseContainerFilters(options.list('filter'));
  const last = options.text('last');
  const count = options.flag('latest')
    ? 1
    : last === undefined
      ? Infinity
      : parseCount('--last', last, 1, 1_000_000);
  const all = options.flag('all') || filter.all || count !== Infinity;
  const containers = (await currentContainers(directories(), { all }))
    .filter(filter.matches)
    .slice(0, count);
  const columns = containerColumns(!options.flag('no-trunc'), Date.now());
  const text =
    options.flag('quiet') && format.kind === 'table'
      ? listText({ kind: 'fields', names: ['ID'] }, columns, containers)
      : listText(format, columns, containers);
  process.stdout.write(text);
  return 0;
}
