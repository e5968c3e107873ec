/** The containers of this host as they are now: what died unseen is written down first, then the records are read. */
import { ContainerStore, type StoredContainer } from '../container/container-store.ts';
import { PodStore } from '../container/pod-store.ts';
import type { Directories } from '../directories.ts';
import type { ContainerRow } from './container-columns.ts';
import { escapeControl } from './escape.ts';

/** Newest first. Records that cannot be read are told on stderr. */
export async function currentContainers(where: Directories): Promise<ContainerRow[]> {
  const { containers, damaged } = new ContainerStore(where.data).list();
  for (const { message } of damaged) process.stderr.write(`lcow: ${escapeControl(message)}\n`);
  const pods = new PodStore(where.run);
  return containers.map((container) => ({ ...container, ports: portsOf(container, pods) }));
}

/** Ports of its own VM, or of the pod that it joined. */
function portsOf({ record, state }: StoredContainer, pods: PodStore): ContainerRow['ports'] {
  if (record.pod === undefined) return record.vm?.ports ?? [];
  if (state.status !== 'running' && state.status !== 'paused') return [];
  try {
    return pods.read(record.pod).shape.ports;
  } catch {
    // The pod has gone meanwhile.
    return [];
  }
}
