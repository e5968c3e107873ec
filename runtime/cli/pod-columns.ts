/** What lists of pods and of their VMs show, a column each. */
import type { PodListing } from '../lcow/pods.ts';
import { portText } from '../network/port-mapping.ts';
import type { Column } from './list-output.ts';
import { humanAgo } from './human.ts';

export function podColumns(truncate: boolean, nowMs: number): Column<PodListing>[] {
  return [
    {
      name: 'Name',
      header: 'NAME',
      aliases: ['id', 'pod'],
      value: ({ record }) => (truncate && record.lone ? record.id.slice(0, 12) : record.id),
    },
    {
      name: 'Status',
      header: 'STATUS',
      aliases: ['state'],
      value: ({ running }) => (running ? 'running' : 'dead'),
    },
    {
      name: 'Containers',
      header: 'CONTAINERS',
      value: ({ containers }) => containers.map(({ name }) => name).join(','),
    },
    {
      name: 'Memory',
      header: 'MEMORY',
      value: ({ record }) =>
        record.shape.memoryMiB === undefined ? 'default' : `${record.shape.memoryMiB} MiB`,
    },
    {
      name: 'Cpus',
      header: 'CPUS',
      value: ({ record }) => String(record.shape.processorCount ?? 'default'),
    },
    { name: 'Network', header: 'NETWORK', value: ({ record }) => record.shape.network },
    {
      name: 'Ports',
      header: 'PORTS',
      value: ({ record }) => record.shape.ports.map(portText).join(', '),
    },
    {
      name: 'Created',
      header: 'CREATED',
      value: ({ record }) => humanAgo(record.createdAt, nowMs),
    },
    { name: 'CreatedAt', value: ({ record }) => record.createdAt },
    {
      name: 'Labels',
      value: ({ record }) =>
        Object.entries(record.labels)
          .map(([key, value]) => `${key}=${value}`)
          .join(','),
    },
  ];
}
