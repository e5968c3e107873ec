/**
 * A root that was mounted before its container is known (runtime/pool/mount-ahead.ts): the layers of an image under a
 * fresh scratch disk, which the guest has frozen. The disk's file becomes the container's own when that asks for the same:
 * the same layers, and a scratch disk on which there is nothing yet.
 */
import { renameSync, rmSync } from 'node:fs';
import { scratchDigest } from '../rootfs/scratch-digest.ts';
import type { ContainerRootfs } from './rootfs-mounts.ts';

export interface RootAhead {
  /** Paths of the layers' disks, the lowest first. */
  readonly layers: readonly string[];
  /** Path of the scratch disk, which is attached nowhere. */
  readonly scratch: string;
  /** What it was before it was mounted (rootfs/scratch-digest.ts). */
  readonly fresh: string;
}

export class RootsAhead {
  readonly #roots: RootAhead[];

  constructor(roots: readonly RootAhead[] = []) {
    this.#roots = [...roots];
  }

  /**
   * Puts the disk of a root that was mounted ahead in the place of the container's own, where it is the same to the
   * container. From then on it is attached and mounted as any disk; who does that finds that it was done.
   */
  take(root: ContainerRootfs): void {
    if (root.kind !== 'layers' || root.scratch === undefined || this.#roots.length === 0) return;
    const { layers, scratch } = root;
    const index = this.#roots.findIndex(
      (ahead) =>
        ahead.layers.length === layers.length &&
        ahead.layers.every((path, place) => path === layers[place]),
    );
    const ahead = this.#roots[index];
    if (ahead === undefined) return;
    try {
      if (scratchDigest(scratch) !== ahead.fresh) return;
      renameSync(ahead.scratch, scratch);
      this.#roots.splice(index, 1);
    } catch {
      // In another file system: its own will do.
    }
  }

  /** Removes the disks that nobody took. */
  discard(): void {
    for (const { scratch } of this.#roots.splice(0)) rmSync(scratch, { force: true });
  }
}
