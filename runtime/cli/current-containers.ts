/** The containers of this host as they are now, with their ports; for `ps`, `inspect`, `info`. */
import type { StoredContainer } from '../container/container-store.ts';
import type { Directories } from '../directories.ts';
import { Lcow } from '../lcow.ts';
import { podFolder, readPodRecord } from '../supervisor/pod-folder.ts';
import { type ContainerRow, podOf } from './container-columns.ts';
import { escapeControl } from './escape.ts';
import { publishedPorts } from './published-ports.ts';

/** Newest first. Records that cannot be read are told on stderr. */
export async function currentContainers(
  where: Directories,
  options: { readonly all: boolean },
): Promise<ContainerRow[]> {
  const { containers, damaged } = await Lcow.open(where).list(options);
  for (const { message } of damaged) process.stderr.write(`lcow: ${escapeControl(message)}\n`);
  return containers.map((container) => ({ ...container, ports: portsOf(container, where) }));
}

/** Ports of the container's pod, while it has one. */
export function portsOf(container: StoredContainer, where: Directories): ContainerRow['ports'] {
  const { record, state } = container;
  const runs = state.status === 'running' || state.status === 'paused';
  if (!runs) return record.vm?.ports ?? [];
  const folder = podFolder(where, podOf(container));
  return publishedPorts(folder) ?? record.vm?.ports ?? readPodRecord(folder)?.shape.ports ?? [];
}
