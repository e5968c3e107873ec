/**
 * A lease keeps content from being collected while an import is under way, before the record that refers to it exists.
 *
 * A lease is taken under the lock, so never while a collection runs; it is dropped after the record was written. The
 * collector reads leases first and records second: it sees one of the two.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sweepTemporaryFiles, temporaryName } from '../rootfs/temporary-file.ts';
import type { DataFolder } from './data-folder.ts';
import { withLock } from './data-lock.ts';

/** Hex digits of digests. */
export interface LeasedContent {
  blobs: string[];
  layers: string[];
}

/** Run `use` while none of that content, there already or to come, is collected. */
export async function withLease<T>(
  data: DataFolder,
  content: LeasedContent,
  use: () => Promise<T>,
): Promise<T> {
  return holdLease(data, JSON.stringify(content), use);
}

/** Runs `use` while a file of `leases`, made under the lock and named by this process, says `text`. */
export async function holdLease<T>(
  { leases, lock }: Pick<DataFolder, 'leases' | 'lock'>,
  text: string,
  use: () => Promise<T>,
): Promise<T> {
  mkdirSync(leases, { recursive: true, mode: 0o700 });
  const path = temporaryName(leases);
  try {
    await withLock(lock, async () => {
      writeFileSync(path, text, { mode: 0o600 });
    });
    return await use();
  } finally {
    rmSync(path, { force: true });
  }
}

/** The leases of living processes. To be called under the lock. */
export function readLeases(data: DataFolder): LeasedContent[] {
  sweepTemporaryFiles(data.leases);
  const leases: LeasedContent[] = [];
  for (const name of filesIn(data.leases)) {
    try {
      leases.push(JSON.parse(readFileSync(join(data.leases, name), 'utf8')) as LeasedContent);
    } catch {
      // Dropped just now: its record is written.
    }
  }
  return leases;
}

export function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
