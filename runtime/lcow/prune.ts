/** Removing many containers that do not run. One that starts meanwhile stays. */
import { stat } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { StoredContainer } from '../container/container-store.ts';
import { isCode } from './container-handle.ts';
import { isLive } from './current-state.ts';
import type { Host } from './host.ts';
import { removeContainer } from './remove.ts';

export interface PruneResult {
  /** Ids of what was removed. */
  readonly containers: readonly string[];
  /** Of disks and logs; sparse files count what they have. */
  readonly freedBytes: number;
}

export async function pruneContainers(
  host: Host,
  containers: readonly StoredContainer[],
): Promise<PruneResult> {
  const removed: string[] = [];
  let freedBytes = 0;
  for (const { record, state } of containers) {
    if (isLive(state.status)) continue;
    const bytes = await usedBytes(host.store.paths(record.id).folder);
    try {
      await removeContainer(host, record.id, false);
    } catch (error) {
      if (isCode(error, 'not-found') || isCode(error, 'invalid-state')) continue;
      throw error;
    }
    removed.push(record.id);
    freedBytes += bytes;
  }
  return { containers: removed, freedBytes };
}

/** What the folder's files take on the disk. */
async function usedBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of entries(folder)) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    bytes += (found?.blocks ?? 0) * 512;
  }
  return bytes;
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
