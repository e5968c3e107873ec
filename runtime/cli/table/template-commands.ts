/** Commands of the templates that VMs are cloned from. Data only. */
import type { Command } from '../command.ts';
import { BOOT_FILES, FORMAT, KERNEL_ARGS, QUIET } from './shared-options.ts';

export const TEMPLATE_COMMANDS: readonly Command[] = [
  {
    name: 'template create',
    summary: 'Make the template that VMs are cloned from in place of booting.',
    description:
      'A template is a VM that has booted and was saved; a VM of the same shape then begins where it stood, in a fraction of the time. It serves VMs of exactly this kernel, initrd, memory, processors and QEMU; where there is none, or it is of something older, a VM boots as ever. Prints its id. One that is there already is kept.',
    operands: '',
    minimum: 0,
    maximum: 0,
    options: [
      { name: 'memory', short: 'm', value: 'SIZE', help: 'memory of the VM' },
      { name: 'cpus', value: 'N', help: 'processors of the VM' },
      KERNEL_ARGS,
      ...BOOT_FILES,
      { name: 'force', short: 'f', help: 'make it again if it is there' },
    ],
    load: () => import('../commands/template-create.ts'),
  },
  {
    name: 'template list',
    aliases: ['template ls'],
    summary: 'List templates.',
    operands: '',
    minimum: 0,
    maximum: 0,
    options: [QUIET, FORMAT],
    load: () => import('../commands/template-list.ts'),
  },
  {
    name: 'template inspect',
    summary: 'Show templates as JSON.',
    operands: 'ID...',
    minimum: 1,
    maximum: Infinity,
    options: [FORMAT],
    load: () => import('../commands/template-inspect.ts'),
  },
  {
    name: 'template rm',
    summary: 'Remove templates; their clones go on.',
    operands: 'ID...',
    minimum: 1,
    maximum: Infinity,
    options: [],
    load: () => import('../commands/template-rm.ts'),
  },
  {
    name: 'template prune',
    summary: 'Remove templates that no VM would be cloned from any more.',
    description:
      'Removes what was not finished, templates that were set aside, since no clone of them came to answer, and those whose kernel, initrd, QEMU or processor is not what this host has now.',
    operands: '',
    minimum: 0,
    maximum: 0,
    options: [{ name: 'all', short: 'a', help: 'remove every template' }],
    load: () => import('../commands/template-prune.ts'),
  },
];
