/**
 * Making a container: a name and id at once, its folder (record, OCI specification, writable disk) when its image is
 * known. The folder is there whole or not at all; whatever fails frees the name.
 */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { PodShape } from '../container/container-record.ts';
import type { Reservation, StoredContainer } from '../container/container-store.ts';
import { RuntimeError } from '../errors.ts';
import type { ResolvedImage } from '../image/image-store.ts';
import {
  type ContainerRequest,
  containerRecord,
  imageProcess,
  podShape,
} from './container-request.ts';
import type { Host } from './host.ts';

/** A container on its way: its name is taken, nothing else is there. */
export interface NewContainer {
  readonly reservation: Reservation;
  readonly request: ContainerRequest;
  /** Of a VM of its own; undefined where it joins a pod. */
  readonly shape: PodShape | undefined;
}

/**
 * Checks what can be checked without the image, and takes the name.
 * @throws RuntimeError invalid-argument, already-exists
 */
export async function reserveContainer(
  host: Host,
  request: ContainerRequest,
): Promise<NewContainer> {
  await host.prepare();
  const { pod, name, restart, autoRemove } = request;
  if (autoRemove && restart !== undefined && restart.name !== 'no') {
    const what = 'one that is removed when it exits is not restarted: leave one of the two out';
    throw new RuntimeError('invalid-argument', 'create the container', what);
  }
  const shape = pod === undefined ? podShape(request) : undefined;
  return { reservation: await host.store.reserve(name), request, shape };
}

/** Makes the folder. @throws RuntimeError for what the image cannot be or the disk cannot hold; the name is kept */
export async function storeContainer(
  host: Host,
  { reservation, request, shape }: NewContainer,
  image: ResolvedImage,
): Promise<StoredContainer> {
  const [{ containerSpec }, { encodeOciDocument }, { createScratch }] = await Promise.all([
    import('../task/container-spec.ts'),
    import('../task/oci-runtime-spec.ts'),
    import('../rootfs/scratch.ts'),
  ]);
  const { terminal = false, ...options } = request;
  const spec = containerSpec({
    ...options,
    id: reservation.id,
    image: imageProcess(image),
    ...(terminal ? { terminal: true as const } : {}),
  });
  const record = containerRecord(request, reservation, image, spec.process.args, shape);
  const stored = await host.store.create(reservation, record, async ({ config, scratch }) => {
    await writeFile(config, encodeOciDocument(spec), { mode: 0o600, flag: 'wx' });
    await createScratch(scratch);
  });
  // From here on its record keeps the layers; they may have been removed just before.
  const lost = image.layers.find((path) => !existsSync(path));
  if (lost !== undefined) {
    await host.store.remove(reservation.id);
    const what = `its layer ${lost} was removed meanwhile`;
    throw new RuntimeError('not-found', `use the image ${image.name}`, what);
  }
  await host.tell('create', stored.name, record);
  return stored;
}
