/** Takes an image from the registry that its reference names into the store, by the import that layouts go through. */
import { RuntimeError } from '../../errors.ts';
import { ContentStore } from '../content-store.ts';
import { DataFolder } from '../data-folder.ts';
import { importSource } from '../image-import.ts';
import type { ImageRecord } from '../image-record.ts';
import type { Platform } from '../manifest.ts';
import { formatReference, type Reference } from '../reference.ts';
import { readDockerCredentials } from './docker-credentials.ts';
import { registryUrl } from './registry-address.ts';
import { RegistryClient, type RegistryTimes } from './registry-client.ts';
import { RegistrySource } from './registry-source.ts';

export interface PullOptions {
  /** Of an index the manifest that is taken; any other image must be for it. */
  readonly platform: Platform;
  readonly signal?: AbortSignal | undefined;
  readonly times?: RegistryTimes;
  /** Where DOCKER_CONFIG is looked up; default the process's. */
  readonly environment?: NodeJS.ProcessEnv;
}

/**
 * The record is under the reference in full: one that has a digest replaces no tag's. Layers that are here are not
 * fetched again, so a pull that was interrupted goes on with the layer in which it was. Throws RuntimeError.
 */
export async function pullImage(
  dataDirectory: string,
  reference: Reference,
  { platform, signal, times, environment }: PullOptions,
): Promise<ImageRecord> {
  const name = formatReference(reference);
  const op = `pull ${name} from ${registryUrl(reference).host}`;
  const data = new DataFolder(dataDirectory);
  const client = new RegistryClient(reference, {
    op,
    credentials: () => readDockerCredentials(reference.domain, environment),
    ...(times !== undefined && { times }),
    signal,
  });
  try {
    const open = (): Promise<RegistrySource> =>
      RegistrySource.open(client, reference, new ContentStore(data), op);
    return await importSource(data, open, { name, platform, op });
  } catch (error) {
    // What an import says names a layer or document, and not whose.
    if (!(error instanceof RuntimeError) || error.op === op || error.code === 'cancelled')
      throw error;
    throw new RuntimeError(error.code, op, error.message, { cause: error });
  }
}
