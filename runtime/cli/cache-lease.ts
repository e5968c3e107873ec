/**
 * Keeps `lcow prune --cache` from what a process reads of a cache: a lease is a file named by its process; who prunes
 * looks for them under the same lock under which they are made, so it sees every one.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { holdLease } from '../image/content-lease.ts';
import { withLock } from '../image/data-lock.ts';
import { sweepTemporaryFiles } from '../rootfs/temporary-file.ts';

/** Runs `use` while nothing of the cache is pruned. */
export async function withCacheLease<T>(cache: string, use: () => Promise<T>): Promise<T> {
  return holdLease({ leases: leasesOf(cache), lock: lockOf(cache) }, '', use);
}

/**
 * Runs `prune` while nobody uses the cache or begins to.
 * @returns undefined where somebody uses it; `prune` is then not run
 */
export async function whileUnused<T>(
  cache: string,
  prune: () => Promise<T>,
): Promise<T | undefined> {
  return withLock(lockOf(cache), async () => {
    const leases = leasesOf(cache);
    sweepTemporaryFiles(leases);
    return namesIn(leases).length > 0 ? undefined : prune();
  });
}

/** Names in a folder, sorted; none where it is not there. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function leasesOf(cache: string): string {
  return join(cache, 'leases');
}

function lockOf(cache: string): string {
  return join(cache, 'lock');
}
