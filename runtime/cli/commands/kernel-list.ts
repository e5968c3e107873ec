/** `lcow kernel list`: the kernels that were built here. */
import { join } from 'node:path';
import { type BuiltKernel, KernelStore } from '../../../linuxkit/kernel/kernel-store.ts';
import { directories } from '../../directories.ts';
import type { CommandInput } from '../command.ts';
import { humanAgo } from '../human.ts';
import { type Column, listText, parseListFormat } from '../list-output.ts';

export async function run({ options }: CommandInput): Promise<number> {
  const format = parseListFormat(options.text('format'));
  const quiet = options.flag('quiet') && format.kind === 'table';
  const shown = quiet ? ({ kind: 'fields', names: ['ID'] } as const) : format;
  const kernels = new KernelStore(join(directories().data, 'kernel')).list();
  process.stdout.write(listText(shown, columns(Date.now()), kernels));
  return 0;
}

function columns(nowMs: number): Column<BuiltKernel>[] {
  return [
    { name: 'ID', header: 'ID', value: ({ record }) => record.id },
    { name: 'Release', header: 'RELEASE', value: ({ record }) => record.release },
    { name: 'Source', header: 'SOURCE', value: ({ record }) => record.source.origin },
    {
      name: 'Size',
      header: 'VMLINUX',
      value: ({ record }) =>
        `${((record.files['vmlinux']?.sizeBytes ?? 0) / 2 ** 20).toFixed(1)} MiB`,
    },
    { name: 'Built', header: 'BUILT', value: ({ record }) => humanAgo(record.builtAt, nowMs) },
    { name: 'BuiltAt', value: ({ record }) => record.builtAt },
    { name: 'Fragments', value: ({ record }) => record.fragments.join(',') },
    { name: 'Compiler', value: ({ record }) => record.compiler },
  ];
}
