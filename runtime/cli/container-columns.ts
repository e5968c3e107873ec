/** What `lcow ps` shows of a container, in docker's columns and words. Pure. */
import type { ContainerState, PublishedPort } from '../container/container-record.ts';
import type { StoredContainer } from '../container/container-store.ts';
import { escapeControl } from './escape.ts';
import { humanAgo, humanDuration } from './human.ts';
import type { Column } from './list-output.ts';
import { cutText } from './text-width.ts';

export interface ContainerRow extends StoredContainer {
  /** Of its pod; those of a port that the host chose have it. */
  readonly ports: readonly PublishedPort[];
}

const SHORT_ID = 12;
const COMMAND_WIDTH = 20;
const IMAGE_WIDTH = 40;

export function containerColumns(trunc: boolean, nowMs: number): readonly Column<ContainerRow>[] {
  const cut = (text: string, width: number): string => (trunc ? cutText(text, width) : text);
  return [
    {
      name: 'ID',
      header: 'CONTAINER ID',
      value: ({ record }) => (trunc ? record.id.slice(0, SHORT_ID) : record.id),
    },
    { name: 'Image', header: 'IMAGE', value: ({ record }) => cut(record.image.name, IMAGE_WIDTH) },
    {
      name: 'Command',
      header: 'COMMAND',
      value: ({ record }) => `"${cut(escapeControl(record.args.join(' ')), COMMAND_WIDTH)}"`,
    },
    {
      name: 'RunningFor',
      header: 'CREATED',
      aliases: ['created'],
      value: ({ record }) => humanAgo(record.createdAt, nowMs),
    },
    { name: 'CreatedAt', value: ({ record }) => record.createdAt },
    { name: 'Status', header: 'STATUS', value: ({ state }) => statusText(state, nowMs) },
    { name: 'State', value: ({ state }) => state.status },
    { name: 'Ports', header: 'PORTS', value: ({ state, ports }) => portsText(state, ports) },
    { name: 'Names', header: 'NAMES', aliases: ['name'], value: ({ name }) => name },
    { name: 'Labels', aliases: ['label'], value: ({ record }) => labelsText(record.labels) },
    {
      name: 'Mounts',
      value: ({ record }) => record.mounts.map(({ source, target }) => source ?? target).join(','),
    },
    { name: 'Networks', aliases: ['network'], value: ({ record }) => record.vm?.network ?? 'pod' },
    { name: 'Pod', value: ({ record }) => record.pod ?? '' },
    {
      name: 'ExitCode',
      aliases: ['exited'],
      value: ({ state }) => (state.exitCode === undefined ? '' : String(state.exitCode)),
    },
  ];
}

/** "Up 3 minutes (Paused)", "Exited (0) 2 hours ago". */
export function statusText(state: ContainerState, nowMs: number): string {
  const since = (time: string | undefined): number => nowMs - Date.parse(time ?? '');
  switch (state.status) {
    case 'created':
      return 'Created';
    case 'running':
      return `Up ${humanDuration(since(state.startedAt))}`;
    case 'paused':
      return `Up ${humanDuration(since(state.startedAt))} (Paused)`;
    case 'restarting':
      return `Restarting (${state.exitCode ?? 0}) ${humanDuration(since(state.finishedAt))} ago`;
    case 'exited':
      return `Exited (${state.exitCode ?? 0}) ${humanDuration(since(state.finishedAt))} ago`;
    default:
      return state.status satisfies never;
  }
}

/** The pod that a container runs in: its own has its id. */
export function podOf({ record }: StoredContainer): string {
  return record.pod ?? record.id;
}

function portsText(state: ContainerState, ports: readonly PublishedPort[]): string {
  if (state.status !== 'running' && state.status !== 'paused') return '';
  return ports
    .map(({ hostAddress, hostPort, guestPort, protocol }) => {
      const address = hostAddress.includes(':') ? `[${hostAddress}]` : hostAddress || '0.0.0.0';
      return `${address}:${hostPort === 0 ? '?' : hostPort}->${guestPort}/${protocol}`;
    })
    .join(', ');
}

export function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}
