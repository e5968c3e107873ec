/** Commands that show what there is and what happens. Data only. */
import type { Command } from '../command.ts';
import { FILTER, FORMAT, NO_TRUNC, QUIET } from './shared-options.ts';

const SINCE = 'a time (2026-01-02T15:04:05Z), seconds since 1970, or how long ago (10m, 1h30m)';

export const VIEW_COMMANDS: readonly Command[] = [
  {
    name: 'ps',
    aliases: ['container list', 'container ls'],
    summary: 'List containers: those that run, or all.',
    description:
      'Filters: id, name, status, label, ancestor, pod, exited. Fields: id, image, command, created, createdAt, status, state, ports, names, labels, mounts, pod, exitCode.',
    operands: '',
    minimum: 0,
    maximum: 0,
    options: [
      { name: 'all', short: 'a', help: 'those that do not run too' },
      QUIET,
      { name: 'last', short: 'n', value: 'N', help: 'the N that were made last, running or not' },
      { name: 'latest', short: 'l', help: 'the one that was made last' },
      {
        ...FILTER,
        help: 'only those of which this is so: status=exited, name=web, label=K[=V]',
        completes: ['id=', 'name=', 'status=', 'label=', 'ancestor=', 'pod=', 'exited='],
      },
      NO_TRUNC,
      FORMAT,
    ],
    load: () => import('../commands/ps.ts'),
  },
  {
    name: 'logs',
    summary: "Show a container's output.",
    operands: 'CONTAINER',
    minimum: 1,
    maximum: 1,
    completes: ['container'],
    options: [
      { name: 'follow', short: 'f', help: 'go on until it exits' },
      { name: 'since', value: 'TIME', help: `from ${SINCE}` },
      { name: 'until', value: 'TIME', help: 'up to a time, given alike' },
      { name: 'tail', short: 'n', value: 'N', help: 'the last N lines (default all)' },
      { name: 'timestamps', short: 't', help: "each line's time" },
    ],
    load: () => import('../commands/logs.ts'),
  },
  {
    name: 'inspect',
    summary: 'Show all that is known of containers, pods or images as JSON.',
    operands: 'NAME...',
    minimum: 1,
    maximum: Infinity,
    completes: ['object'],
    options: [
      {
        ...FORMAT,
        short: 'f',
        help: 'json, names of fields with commas between, or {{.Field}}',
        completes: ['json'],
      },
      {
        name: 'type',
        value: 'container|pod|image',
        help: 'look for these only',
        completes: ['container', 'pod', 'image'],
      },
    ],
    load: () => import('../commands/inspect.ts'),
  },
  {
    name: 'stats',
    summary: 'Show what running containers use, live.',
    operands: '[CONTAINER...]',
    minimum: 0,
    maximum: Infinity,
    completes: ['running-container'],
    options: [
      { name: 'all', short: 'a', help: 'those that do not run too' },
      { name: 'no-stream', help: 'once' },
      NO_TRUNC,
      FORMAT,
    ],
    load: () => import('../commands/stats.ts'),
  },
  {
    name: 'top',
    summary: "Show a running container's processes.",
    operands: 'CONTAINER',
    minimum: 1,
    maximum: 1,
    completes: ['running-container'],
    options: [FORMAT],
    load: () => import('../commands/top.ts'),
  },
  {
    name: 'events',
    summary: 'Show what happens to containers as it happens.',
    operands: '',
    minimum: 0,
    maximum: 0,
    options: [
      { name: 'since', value: 'TIME', help: `from ${SINCE}` },
      { name: 'until', value: 'TIME', help: 'up to a time, given alike; ends then' },
      {
        ...FILTER,
        help: 'only those of which this is so: event=, container=, pod=, image=, label=',
        completes: ['event=', 'container=', 'pod=', 'image=', 'label='],
      },
      FORMAT,
    ],
    load: () => import('../commands/events.ts'),
  },
];
