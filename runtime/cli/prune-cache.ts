/**
 * `lcow prune --cache`: removes what can be made again. Boot files made of other people's kernels and initrds
 * (`foreign` of the data folder), but for those that a container or pod was made with; what `lcow linuxkit build`
 * unpacked of images (`cache/linuxkit`), unless one is building; what `lcow kernel build` unpacked and compiled
 * (`cache/kernel-build`), likewise. Kernels that were built stay: they are in `kernel`.
 */
import { statSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Directories } from '../directories.ts';
import type { Lcow } from '../lcow.ts';
import { sweepTemporaryFiles, temporaryName } from '../rootfs/temporary-file.ts';
import { namesIn, whileUnused } from './cache-lease.ts';

/** Boot files that were asked for so lately may be about to boot, before any record names them. */
const RECENT_MS = 60_000;

export interface PrunedCache {
  /** Paths, in order. */
  readonly removed: readonly string[];
  /** What they took on the disk. */
  readonly freedBytes: number;
  /** What was left though it could be made again, and why; for people. */
  readonly kept: readonly string[];
}

/** Where `lcow kernel build` has sources and objects. */
export function kernelBuildFolder(data: string): string {
  return join(data, 'cache', 'kernel-build');
}

/** @param unusedSinceMs only what nobody used since; default everything */
export async function pruneCache(
  lcow: Lcow,
  { data }: Pick<Directories, 'data'>,
  unusedSinceMs: number = Date.now(),
): Promise<PrunedCache> {
  const pruning = new Pruning(unusedSinceMs);
  await pruneBootFiles(lcow, join(data, 'foreign'), pruning);
  const cache = join(data, 'cache', 'linuxkit');
  if (namesIn(cache).length > 0) {
    const done = await whileUnused(cache, () => pruneLayers(cache, pruning));
    if (done === undefined) pruning.kept.push(`${cache}: lcow linuxkit build uses it`);
  }
  const builds = kernelBuildFolder(data);
  if (namesIn(builds).length > 0) {
    const done = await whileUnused(builds, () => pruneKernelBuilds(builds, pruning));
    if (done === undefined) pruning.kept.push(`${builds}: lcow kernel build uses it`);
  }
  return pruning;
}

/** What is removed and kept, as it comes. */
class Pruning implements PrunedCache {
  readonly removed: string[] = [];
  readonly kept: string[] = [];
  freedBytes = 0;
  readonly #unusedSinceMs: number;

  constructor(unusedSinceMs: number) {
    this.#unusedSinceMs = unusedSinceMs;
  }

  isOld(path: string): boolean {
    return usedMs(path) <= this.#unusedSinceMs;
  }

  /** Out of sight first: nobody finds a half of it. */
  async remove(folder: string, names: readonly string[]): Promise<void> {
    for (const name of names) {
      const path = join(folder, name);
      const bytes = bytesOf(path);
      const aside = temporaryName(folder);
      await rename(path, aside);
      await rm(aside, { recursive: true, force: true });
      this.removed.push(path);
      this.freedBytes += bytes;
    }
  }
}

async function pruneBootFiles(lcow: Lcow, folder: string, pruning: Pruning): Promise<void> {
  sweepTemporaryFiles(folder);
  // Also what a process that was killed had not finished.
  const made = namesIn(folder).filter((name) =>
    /^[0-9a-f]{16}(?:\.[0-9a-f]+\.partial)?$/.test(name),
  );
  if (made.length === 0) return;
  const { containers, damaged } = await lcow.list({ all: true });
  if (damaged.length > 0) {
    pruning.kept.push(`${folder}: what ${damaged.length} damaged containers need cannot be read`);
    return;
  }
  const used = new Set([
    ...containers.map(({ record }) => record.vm?.bootFiles),
    ...lcow.pods.list({ lone: true }).map(({ record }) => record.shape.bootFiles),
  ]);
  for (const name of made) {
    const path = join(folder, name);
    if (used.has(path)) pruning.kept.push(`${path}: a container or pod was made with it`);
    else if (usedMs(path) > Date.now() - RECENT_MS) {
      pruning.kept.push(`${path}: it was used within the last ${RECENT_MS / 1000} s`);
    } else if (pruning.isOld(path)) await pruning.remove(folder, [name]);
  }
}

/** A layer's index vouches for its data, so it goes first; data without one is nobody's. */
async function pruneLayers(cache: string, pruning: Pruning): Promise<true> {
  const layers = join(cache, 'layers');
  sweepTemporaryFiles(layers);
  const names = namesIn(layers).filter((name) => /^[0-9a-f]{64}\.(?:json|data)$/.test(name));
  const kept = new Set(
    names.filter((name) => name.endsWith('.json') && !pruning.isOld(join(layers, name))),
  );
  const goes = names.filter((name) => !kept.has(name.replace(/\.data$/, '.json')));
  await pruning.remove(
    layers,
    goes.filter((name) => name.endsWith('.json')),
  );
  await pruning.remove(
    layers,
    goes.filter((name) => name.endsWith('.data')),
  );
  for (const folder of ['docker', 'pulled', 'tmp'].map((name) => join(cache, name))) {
    await pruning.remove(
      folder,
      namesIn(folder).filter((name) => pruning.isOld(join(folder, name))),
    );
  }
  return true;
}

/** Sources, objects, and what a process that was killed had not finished unpacking: nobody builds. */
async function pruneKernelBuilds(folder: string, pruning: Pruning): Promise<true> {
  sweepTemporaryFiles(folder);
  const made = /^(?:source|objects)-[0-9a-f]{16}(?:\.\d+\.unfinished)?$/;
  const goes = namesIn(folder).filter((name) => made.test(name));
  await pruning.remove(
    folder,
    goes.filter((name) => pruning.isOld(join(folder, name))),
  );
  return true;
}

/** When it was last used: whoever uses it touches it. */
function usedMs(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function bytesOf(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  const own = (found?.blocks ?? 0) * 512;
  if (found?.isDirectory() !== true) return own;
  return namesIn(path).reduce((sum, name) => sum + bytesOf(join(path, name)), own);
}
