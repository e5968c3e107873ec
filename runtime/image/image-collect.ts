/**
 * Removes an image's record and, in the same locked step, every blob and layer that no record refers to any more: no
 * image's, and no container's, which keeps what it stands on.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { sweepTemporaryFiles } from '../rootfs/temporary-file.ts';
import { filesIn, readLeases } from './content-lease.ts';
import type { DataFolder } from './data-folder.ts';
import { withLock } from './data-lock.ts';
import { digestHex } from './digest.ts';
import { type ImageRecord, type PathRecord, readRecord } from './image-record.ts';

export async function removeImage(data: DataFolder, record: ImageRecord): Promise<void> {
  await withLock(data.lock, async () => {
    rmSync(data.image(record.name), { force: true });
    collect(data);
  });
}

/** To be called under the lock. */
function collect(data: DataFolder): void {
  sweepTemporaryFiles(data.temporary);
  const blobs = new Set<string>();
  const layers = new Set<string>();
  for (const lease of readLeases(data)) {
    for (const blob of lease.blobs) blobs.add(blob);
    for (const layer of lease.layers) layers.add(layer);
  }
  for (const file of filesIn(data.images)) {
    const record = readRecord<ImageRecord>(join(data.images, file));
    if (record === undefined) continue;
    blobs.add(digestHex(record.id));
    blobs.add(digestHex(record.manifestDigest));
    for (const { blob, diffId } of record.layers) {
      blobs.add(digestHex(blob.digest));
      layers.add(digestHex(diffId));
    }
  }
  for (const file of filesIn(data.paths)) {
    const known = readRecord<PathRecord>(join(data.paths, file));
    if (known === undefined || !existsSync(known.path)) {
      rmSync(join(data.paths, file), { force: true });
      continue;
    }
    for (const { diffId } of known.image.layers) layers.add(digestHex(diffId));
  }
  for (const layer of containerLayers(data)) layers.add(layer);
  for (const file of filesIn(data.blobs)) {
    if (!blobs.has(file)) rmSync(join(data.blobs, file), { force: true });
  }
  for (const folder of filesIn(data.layers)) {
    if (!layers.has(folder)) rmSync(join(data.layers, folder), { recursive: true, force: true });
  }
}

/** Layers that containers stand on, running or not: they start again. Half-made ones count. */
function containerLayers(data: DataFolder): string[] {
  const folder = join(data.root, 'container');
  return filesIn(folder).flatMap((name) => layersOf(join(folder, name, 'container.json')));
}

function layersOf(record: string): string[] {
  try {
    const { image } = JSON.parse(readFileSync(record, 'utf8')) as {
      image?: { layers?: readonly unknown[] };
    };
    // <layers>/<digest>/layer.vhd
    return (image?.layers ?? []).map((path) => basename(dirname(String(path))));
  } catch {
    // It was removed meanwhile, or is damaged: it does not start again either way.
    return [];
  }
}
