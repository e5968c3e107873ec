/** Commands of the guest's kernel. Data only. */
import type { Command } from '../command.ts';

export const KERNEL_COMMANDS: readonly Command[] = [
  {
    name: 'kernel build',
    summary: 'Build the kernel that guests boot, and the boot files with it.',
    description:
      "Everything is built in: no modules. The result is kept in the data folder and is what guests boot from then on; without one it is the distribution's kernel. What was compiled before is not compiled again.",
    operands: '',
    minimum: 0,
    maximum: 0,
    options: [
      {
        name: 'source',
        value: 'DIR|TAR',
        help: "the kernel's source (default: the distribution's source package)",
        completes: 'file',
      },
      {
        name: 'fragment',
        value: 'NAME|FILE',
        multiple: true,
        help: 'configure these fragments in place of all of linuxkit/kernel/config; can be repeated',
        completes: 'file',
      },
      { name: 'jobs', short: 'j', value: 'N', help: 'compile so many files at once' },
      { name: 'no-image', help: 'keep the kernel only; leave the boot files as they are' },
    ],
    load: () => import('../commands/kernel-build.ts'),
  },
  {
    name: 'kernel list',
    aliases: ['kernel ls'],
    summary: 'List the kernels that were built here, the newest first.',
    operands: '',
    minimum: 0,
    maximum: 0,
    options: [
      {
        name: 'format',
        value: 'table|json|FIELDS',
        help: 'output format (default table)',
        completes: ['table', 'json'],
      },
      { name: 'quiet', short: 'q', help: 'print ids only' },
    ],
    load: () => import('../commands/kernel-list.ts'),
  },
  {
    name: 'kernel rm',
    summary: 'Remove kernels that were built here.',
    operands: 'ID...',
    minimum: 1,
    maximum: Infinity,
    options: [],
    load: () => import('../commands/kernel-rm.ts'),
  },
];
