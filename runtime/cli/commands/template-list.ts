/** `lcow template list`: the templates that VMs are cloned from. */
import { directories } from '../../directories.ts';
import type { StoredTemplate } from '../../template/template-store.ts';
import type { CommandInput } from '../command.ts';
import { decimalSize, humanAgo } from '../human.ts';
import { type Column, listText, parseListFormat } from '../list-output.ts';
import { openTemplates } from '../open-templates.ts';
import { templateObject } from '../template-object.ts';

export async function run({ options }: CommandInput): Promise<number> {
  const format = parseListFormat(options.text('format'));
  const quiet = options.flag('quiet') && format.kind === 'table';
  const shown = quiet ? ({ kind: 'fields', names: ['ID'] } as const) : format;
  const templates = await (await openTemplates(directories())).list();
  process.stdout.write(listText(shown, columns(Date.now()), templates));
  return 0;
}

function columns(nowMs: number): Column<StoredTemplate>[] {
  const of = templateObject;
  return [
    { name: 'ID', header: 'ID', value: ({ record }) => record.systemId },
    { name: 'Kernel', header: 'KERNEL', value: (template) => of(template).Kernel },
    { name: 'Memory', header: 'MEMORY', value: (template) => `${of(template).MemoryMiB} MiB` },
    {
      name: 'Processors',
      header: 'PROCESSORS',
      value: (template) => String(of(template).Processors),
    },
    { name: 'Size', header: 'SIZE', value: ({ sizeBytes }) => decimalSize(sizeBytes) },
    {
      name: 'Created',
      header: 'CREATED',
      value: ({ record }) => humanAgo(record.createdAt, nowMs),
    },
    {
      name: 'Status',
      header: 'STATUS',
      value: ({ setAside }) => (setAside === undefined ? 'ready' : 'set aside'),
    },
    { name: 'CreatedAt', value: ({ record }) => record.createdAt },
    { name: 'Took', value: ({ record }) => `${record.tookMs} ms` },
  ];
}
