/** `lcow uvm list`: the utility VMs that run, each of one pod: what their supervisors say of them. */
import { Lcow } from '../../lcow.ts';
import type { PodListing } from '../../lcow/pods.ts';
import type { PodDescription } from '../../supervisor/supervisor-client.ts';
import type { CommandInput } from '../command.ts';
import { type Column, listText, parseListFormat } from '../list-output.ts';

interface Row {
  readonly pod: PodListing;
  /** Absent where its supervisor does not answer. */
  readonly description: PodDescription | undefined;
}

export async function run({ options }: CommandInput): Promise<number> {
  const format = parseListFormat(options.text('format'));
  const { pods } = Lcow.open();
  const running = pods.list({ lone: true }).filter((pod) => pod.running);
  const rows = await Promise.all(
    running.map(async (pod): Promise<Row> => {
      const inspection = await pods.inspect(pod.record.id).catch(() => undefined);
      return { pod, description: inspection?.description };
    }),
  );
  const quiet = options.flag('quiet') && format.kind === 'table';
  const shown = quiet ? ({ kind: 'fields', names: ['Id'] } as const) : format;
  process.stdout.write(listText(shown, columns(!options.flag('no-trunc')), rows));
  return 0;
}

function columns(truncate: boolean): Column<Row>[] {
  const short = (id: string): string =>
    truncate && /^[0-9a-f]{64}$/.test(id) ? id.slice(0, 12) : id;
  const told = (pick: (description: PodDescription) => string | number) => (row: Row) =>
    row.description === undefined ? '?' : String(pick(row.description));
  return [
    { name: 'Id', header: 'VM', aliases: ['vm'], value: told(({ vmId }) => short(vmId)) },
    { name: 'Pod', header: 'POD', aliases: ['name'], value: ({ pod }) => short(pod.record.id) },
    {
      name: 'Containers',
      header: 'CONTAINERS',
      value: ({ pod }) => pod.containers.map(({ name }) => name).join(','),
    },
    { name: 'State', header: 'STATE', aliases: ['status'], value: told(({ state }) => state) },
    { name: 'Cpus', header: 'CPUS', value: told(({ cpus }) => cpus) },
    {
      name: 'Memory',
      header: 'MEMORY',
      value: told(({ memoryBytes }) => `${Math.round(memoryBytes / 2 ** 20)} MiB`),
    },
    { name: 'Kernel', header: 'KERNEL', value: told(({ kernelRelease }) => kernelRelease) },
    { name: 'Accelerator', header: 'ACCELERATOR', value: told(({ accelerator }) => accelerator) },
    { name: 'Agent', value: told(({ agentVersion }) => agentVersion) },
    { name: 'Supervisor', header: 'SUPERVISOR', value: told(({ supervisorPid }) => supervisorPid) },
    { name: 'RuntimeId', value: told(({ runtimeId }) => runtimeId) },
  ];
}
