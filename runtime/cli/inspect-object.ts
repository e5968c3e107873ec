/** Finds what a name means - a container, a pod, an image - and shows all that is known of it. */
import { join } from 'node:path';
import type { Directories } from '../directories.ts';
import { RuntimeError } from '../errors.ts';
import { Lcow } from '../lcow.ts';
import { portsOf } from './current-containers.ts';
import { inspectContainer } from './inspect-container.ts';

export type ObjectKind = 'container' | 'pod' | 'image';

/** Docker's order: containers first. */
export const OBJECT_KINDS: readonly ObjectKind[] = ['container', 'pod', 'image'];

/** Undefined: there is nothing of that name. @throws RuntimeError data-loss, invalid-argument (ambiguous) */
export async function inspectObject(
  where: Directories,
  name: string,
  kinds: readonly ObjectKind[] = OBJECT_KINDS,
): Promise<unknown> {
  for (const kind of kinds) {
    try {
      return await INSPECT[kind](where, name);
    } catch (error) {
      if (!(error instanceof RuntimeError && error.code === 'not-found')) throw error;
    }
  }
  return undefined;
}

const INSPECT: Readonly<
  Record<ObjectKind, (where: Directories, name: string) => Promise<unknown>>
> = {
  async container(where, name) {
    await using lcow = Lcow.open(where);
    const inspection = await lcow.container(name).inspect();
    const { readRecord } = await import('../container/record-file.ts');
    const bundle = readRecord(inspection.paths.config, (value) => value);
    return inspectContainer(inspection, portsOf(inspection, where), inspection.paths, bundle);
  },
  async pod(where, name) {
    const { record, running, containers, description } = await Lcow.open(where).pods.inspect(name);
    return {
      Name: record.id,
      Created: record.createdAt,
      Running: running,
      Labels: record.labels,
      Lone: record.lone,
      Vm: { ...record.shape, ...(description === undefined ? {} : { Description: description }) },
      Containers: containers.map((each) => ({
        Id: each.record.id,
        Name: each.name,
        Status: each.state.status,
      })),
      Folder: join(where.run, 'pod', record.id),
    };
  },
  async image(where, name) {
    const { openImageStore } = await import('../image/image-store.ts');
    const image = await openImageStore(where.data).get(name);
    if (image === undefined) {
      throw new RuntimeError('not-found', `inspect image ${name}`, 'there is no such image');
    }
    return inspectImage(image);
  },
};

/** An image as `docker image inspect` shows it. */
export function inspectImage(
  image: import('../image/image-record.ts').ImageRecord,
): Record<string, unknown> {
  const { config } = image;
  return {
    Id: image.id,
    RepoTags: [image.name],
    RepoDigests: [image.manifestDigest],
    Created: config.created ?? '',
    Author: config.author ?? '',
    Architecture: config.architecture,
    Os: config.os,
    Config: config.config,
    Size: image.layers.reduce((sum, { blob }) => sum + blob.sizeBytes, 0),
    RootFS: { Type: 'layers', Layers: image.layers.map(({ diffId }) => diffId) },
    Layers: image.layers,
    Metadata: { ImportedAt: image.importedAt },
  };
}
