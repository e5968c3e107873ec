/** Commands of the pool of parked VMs. Data only. */
import type { Command } from '../command.ts';
import { KERNEL_ARGS } from './shared-options.ts';

const NONE = { operands: '', minimum: 0, maximum: 0 } as const;

export const POOL_COMMANDS: readonly Command[] = [
  {
    name: 'pool start',
    summary: 'Keep VMs parked, so that containers start in one that waits for them.',
    description:
      'Starts a process that keeps SIZE VMs of one shape ready, each with its supervisor, and makes new ones in the background when containers have taken them. A container whose VM is to be of another shape, or that finds none, starts as ever. Nothing of it stands between a container and its VM: when the process ends, containers go on.',
    ...NONE,
    options: [
      { name: 'size', short: 'n', value: 'N', help: 'how many are kept parked (default 2)' },
      {
        name: 'memory',
        short: 'm',
        value: 'SIZE',
        help: "a container's memory limit, as of lcow run",
      },
      { name: 'cpus', value: 'N', help: 'processors, as of lcow run' },
      KERNEL_ARGS,
      {
        name: 'image',
        value: 'IMAGE',
        multiple: true,
        help: 'mount the layers of this image ahead; containers of others start as well, somewhat later',
        completes: 'image',
      },
      {
        name: 'memory-ceiling',
        value: 'SIZE',
        help: "what all that is parked may take of the host's memory (default a quarter of what is available)",
      },
      { name: 'wait', help: 'return when all are parked, or cannot be' },
    ],
    load: () => import('../commands/pool-start.ts'),
  },
  {
    name: 'pool stop',
    summary: 'End what is parked, and the process that parks; containers go on.',
    ...NONE,
    options: [],
    load: () => import('../commands/pool-stop.ts'),
  },
  {
    name: 'pool status',
    summary: 'Show what is parked, what was claimed, and how many starts went without.',
    ...NONE,
    options: [
      {
        name: 'format',
        value: 'text|json',
        help: 'output format (default text)',
        completes: ['text', 'json'],
      },
    ],
    load: () => import('../commands/pool-status.ts'),
  },
];
