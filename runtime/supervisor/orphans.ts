/**
 * `lcow doctor --fix`: finds what nothing owns any more on this host, removes it, and says so: dead pods, containers
 * that say they run, VMs of no pod, scratch disks, names of no container, temporary files, network endpoints.
 */
import { join } from 'node:path';
import { ContainerStore } from '../container/container-store.ts';
import type { Directories } from '../directories.ts';
import { messageOf } from '../errors.ts';
import { DataFolder } from '../image/data-folder.ts';
import { endOrphanSystems, sweepHost } from '../host-service.ts';
import { sweepTemporaryFiles } from '../rootfs/temporary-file.ts';
import { listPodIds, podFolder, sweepPodFolders } from './pod-folder.ts';
import { podVmId } from './pod-vm.ts';
import { reconcile } from './reconcile.ts';

/** Repairs everything that can be. Safe while others work. @returns a line for each thing that was done */
export async function repairOrphans(where: Directories): Promise<string[]> {
  const steps: readonly (() => Promise<string[]>)[] = [
    () => reconcile(where),
    async () => {
      const owned = new Set(listPodIds(where).map((pod) => podVmId(podFolder(where, pod))));
      return (await endOrphanSystems(where, owned)).map((id) => `VM ${id}: ended, it has no pod`);
    },
    async () => (await sweepPodFolders(where)).map((name) => `pod folder ${name}: removed`),
    async () => (await new ContainerStore(where.data).sweep()).map((name) => `${name}: removed`),
    async () => (await sweepHost(where)).map((what) => `${what}: removed`),
    async () => {
      sweepTemporaryFiles(join(where.data, 'container'));
      sweepTemporaryFiles(new DataFolder(where.data).temporary);
      return Promise.resolve([]);
    },
  ];
  const done: string[] = [];
  for (const step of steps) {
    try {
      done.push(...(await step()));
    } catch (error) {
      // One thing that cannot be repaired keeps no other from being.
      done.push(`not repaired: ${messageOf(error)}`);
    }
  }
  return done;
}
