/**
 * One lock for the data folder, between processes: held for milliseconds, while content is collected or a lease on it
 * is taken; never while a layer is converted. A lock whose holder is no more is taken over.
 */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { RuntimeError } from '../errors.ts';
import { isAlive, temporaryName } from '../rootfs/temporary-file.ts';

/** Node offers no file locks, so a waiter looks again: this often, */
const RETRY_MS = 10;
/** and no longer than this. */
const DEADLINE_MS = 30_000;

/** Run `action` while holding the lock file `path`. Throws RuntimeError 'timeout' when another keeps it. */
export async function withLock<T>(path: string, action: () => Promise<T>): Promise<T> {
  await acquire(path);
  try {
    return await action();
  } finally {
    rmSync(path, { force: true });
  }
}

async function acquire(path: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const deadline = performance.now() + DEADLINE_MS;
  // Made complete under another name and linked: a lock is never seen without its owner.
  const mine = temporaryName(dirname(path));
  writeFileSync(mine, String(process.pid), { mode: 0o600 });
  try {
    for (;;) {
      try {
        linkSync(mine, path);
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const owner = ownerOf(path);
      if (owner !== undefined && !isAlive(owner)) {
        takeAway(path, owner);
      } else if (performance.now() > deadline) {
        throw new RuntimeError(
          'timeout',
          'lock the image store',
          `process ${owner} has held ${path} for more than ${DEADLINE_MS} ms`,
        );
      } else {
        await delay(RETRY_MS);
      }
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Remove a dead owner's lock; should it be another's by now, give it back. */
function takeAway(path: string, deadOwner: number): void {
  const aside = temporaryName(dirname(path));
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  try {
    if (ownerOf(aside) !== deadOwner) linkSync(aside, path);
  } catch {
    // Somebody took it in between; there is no more to give back.
  } finally {
    rmSync(aside, { force: true });
  }
}

function ownerOf(path: string): number | undefined {
  try {
    const text = readFileSync(path, 'latin1');
    return /^[0-9]{1,10}$/.test(text) ? Number(text) : undefined;
  } catch {
    return undefined;
  }
}
