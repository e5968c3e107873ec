/**
 * Whether a pod's VM still runs, from what its supervisor left on disk (`vm.json`): a look at two files and at /proc, for
 * processes that own neither.
 */
import { join } from 'node:path';
import type { Directories } from '../directories.ts';
import { readRecord } from '../container/record-file.ts';
import { isSystemAlive } from '../host-service.ts';

const VM_FILE = 'vm.json';

/** The compute system's id, as the supervisor wrote it before it made the system; undefined where it got not so far. */
export function podVmId(folder: string): string | undefined {
  try {
    return readRecord(join(folder, VM_FILE), (value) => {
      const { id } = value as { id?: unknown };
      if (typeof id !== 'string') throw new Error('id is missing');
      return id;
    });
  } catch {
    return undefined;
  }
}

/** Whether the pod's VM runs, whoever owns it. */
export async function isPodVmAlive(where: Directories, folder: string): Promise<boolean> {
  const id = podVmId(folder);
  return id !== undefined && isSystemAlive(where, id);
}
