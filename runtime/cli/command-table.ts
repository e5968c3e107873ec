/** All commands of `lcow`, in the order that help shows them. */
import type { Command } from './command.ts';
import { BENCH_COMMANDS } from './table/bench-commands.ts';
import { CONTAINER_COMMANDS } from './table/container-commands.ts';
import { IMAGE_COMMANDS } from './table/image-commands.ts';
import { KERNEL_COMMANDS } from './table/kernel-commands.ts';
import { TEMPLATE_COMMANDS } from './table/template-commands.ts';
import { LINUXKIT_COMMANDS } from './table/linuxkit-commands.ts';
import { POD_COMMANDS } from './table/pod-commands.ts';
import { POOL_COMMANDS } from './table/pool-commands.ts';
import { SETUP_COMMANDS } from './table/setup-commands.ts';
import { SYSTEM_COMMANDS } from './table/system-commands.ts';
import { VIEW_COMMANDS } from './table/view-commands.ts';

export const COMMANDS: readonly Command[] = [
  ...CONTAINER_COMMANDS,
  ...VIEW_COMMANDS,
  ...POD_COMMANDS,
  ...IMAGE_COMMANDS,
  ...KERNEL_COMMANDS,
  ...TEMPLATE_COMMANDS,
  ...POOL_COMMANDS,
  ...LINUXKIT_COMMANDS,
  ...BENCH_COMMANDS,
  ...SETUP_COMMANDS,
  ...SYSTEM_COMMANDS,
];
