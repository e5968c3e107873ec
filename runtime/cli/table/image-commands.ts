/** Commands of the local image store. Data only. */
import type { Command } from '../command.ts';
import { FORMAT, NO_TRUNC, QUIET } from './shared-options.ts';

export const IMAGE_COMMANDS: readonly Command[] = [
  {
    name: 'image import',
    summary: 'Put an OCI layout (folder or tar) or a docker-archive tar into the local store.',
    operands: 'PATH',
    minimum: 1,
    maximum: 1,
    completes: ['file'],
    options: [
      { name: 'name', value: 'NAME[:TAG]', help: 'name it (default: the name it carries)' },
    ],
    load: () => import('../commands/image-import.ts'),
  },
  {
    name: 'image list',
    aliases: ['image ls', 'images'],
    summary: 'List the images of the local store.',
    operands: '',
    minimum: 0,
    maximum: 0,
    options: [QUIET, NO_TRUNC, FORMAT],
    load: () => import('../commands/image-list.ts'),
  },
  {
    name: 'image inspect',
    summary: 'Show images as JSON.',
    operands: 'IMAGE...',
    minimum: 1,
    maximum: Infinity,
    completes: ['image'],
    options: [FORMAT],
    load: () => import('../commands/image-inspect.ts'),
  },
  {
    name: 'image rm',
    aliases: ['rmi'],
    summary: 'Remove images from the local store, with the layers that no other uses.',
    operands: 'IMAGE...',
    minimum: 1,
    maximum: Infinity,
    completes: ['image'],
    options: [],
    load: () => import('../commands/image-rm.ts'),
  },
];
