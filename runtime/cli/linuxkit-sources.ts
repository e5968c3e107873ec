/**
 * Where `lcow linuxkit build` gets images: layouts and archives that are named, Docker where it is asked for, the local
 * store, and, where that is asked for, the registry of what none of them has.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { ImageSources, SourceImage } from '../../linuxkit/yaml/image-source.ts';
import { RuntimeError } from '../errors.ts';
import { fullReference, ImageArchives, linuxOn, openStoredImage } from '../image/layered-image.ts';
import { hostPlatform, type Platform } from '../image/manifest.ts';
import { formatReference, type Reference } from '../image/reference.ts';
import { writeFileAtomically } from '../rootfs/temporary-file.ts';
import { escapeControl } from './escape.ts';

export interface LinuxKitSourcesOptions {
  /** The local store's. */
  readonly dataDirectory: string;
  /** What of Docker's images was saved, and what is inflated. */
  readonly cacheDirectory: string;
  /** OCI layouts and docker-archives, folders and tars. */
  readonly paths: readonly string[];
  /** Ask the Docker daemon too, by its command line. */
  readonly docker: boolean;
  /** Take what is nowhere else from its registry into the store. */
  readonly pull: boolean;
  /** Told of what is pulled. */
  readonly log?: (line: string) => void;
  /** Ends Docker's command line, and a pull. */
  readonly signal?: AbortSignal;
}

const OP = 'find an image';
/** In the cache: images for other architectures than the host's, a store for each. */
const PULLED_FOLDER = 'pulled';

/** To be disposed of. */
export class LinuxKitSources implements ImageSources, AsyncDisposable {
  readonly #options: LinuxKitSourcesOptions;
  readonly #named: ImageArchives;
  readonly #saved: ImageArchives[] = [];

  constructor(options: LinuxKitSourcesOptions) {
    this.#options = options;
    this.#named = new ImageArchives(options.paths, this.#temporary);
  }

  get #temporary(): string {
    return join(this.#options.cacheDirectory, 'tmp');
  }

  async open(text: string, architecture: string): Promise<SourceImage> {
    const reference = fullReference(text, OP);
    const platform = linuxOn(architecture);
    const { paths, docker, pull } = this.#options;
    const found =
      (await this.#named.find(reference, platform, OP)) ??
      (docker ? await this.#ofDocker(text, reference, architecture) : undefined) ??
      this.#ofStore(reference, platform) ??
      (pull ? await this.#ofRegistry(reference, platform) : undefined);
    if (found !== undefined) return found;
    const places = [...paths, ...(docker ? ['Docker'] : []), 'the store'].join(' nor in ');
    throw new RuntimeError(
      'not-found',
      OP,
      `image ${text} is not in ${places}: take it from its registry with --pull, put it into the store with \`lcow image import FILE\`, or name a layout or archive with --oci`,
    );
  }

  /** The store has images that this host can run; those that were pulled for another architecture are in the cache. */
  #ofStore(reference: Reference, platform: Platform): SourceImage | undefined {
    const { dataDirectory, pull } = this.#options;
    const pulled = openStoredImage(this.#pulledFolder(platform), reference, platform, OP);
    if (pulled !== undefined || (pull && !isOfHost(platform))) return pulled;
    return openStoredImage(dataDirectory, reference, platform, OP);
  }

  async #ofRegistry(reference: Reference, platform: Platform): Promise<SourceImage | undefined> {
    const { pullImage } = await import('../image/registry/pull-image.ts');
    const { log, signal } = this.#options;
    const folder = this.#pulledFolder(platform);
    log?.(`pull: ${formatReference(reference)}`);
    await pullImage(folder, reference, { platform, signal });
    return openStoredImage(folder, reference, platform, OP);
  }

  #pulledFolder(platform: Platform): string {
    const { cacheDirectory, dataDirectory } = this.#options;
    if (isOfHost(platform)) return dataDirectory;
    return join(cacheDirectory, PULLED_FOLDER, platform.architecture);
  }

  async #ofDocker(
    text: string,
    reference: Reference,
    architecture: string,
  ): Promise<SourceImage | undefined> {
    const name = reference.digest === undefined ? formatReference(reference) : text;
    const { cacheDirectory, signal } = this.#options;
    const inspect = await runDocker(
      ['image', 'inspect', '--format', '{{.Id}}', name],
      signal,
      async (stdout) => (await textOf(stdout)).trim(),
    );
    const id = /^sha256:([0-9a-f]{64})$/.exec(inspect.result)?.[1];
    if (inspect.status !== 0 || id === undefined) {
      if (/No such image/i.test(inspect.told)) return undefined;
      throw new RuntimeError(
        'unavailable',
        OP,
        `docker image inspect ${name} ended with ${inspect.status}: ${inspect.told}`,
      );
    }
    const archive = join(cacheDirectory, 'docker', `${id}.tar`);
    if (!existsSync(archive)) await saveOfDocker(name, archive, signal);
    const archives = new ImageArchives([archive], this.#temporary);
    this.#saved.push(archives);
    return archives.find(reference, linuxOn(architecture), OP);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const archives of [this.#named, ...this.#saved]) await archives[Symbol.asyncDispose]();
  }
}

function isOfHost({ architecture }: Platform): boolean {
  return architecture === hostPlatform().architecture;
}

async function saveOfDocker(name: string, archive: string, signal?: AbortSignal): Promise<void> {
  await writeFileAtomically(archive, async (file) => {
    const { status, told } = await runDocker(['image', 'save', name], signal, async (stdout) => {
      for await (const bytes of stdout) await file.writeFile(bytes as Buffer);
    });
    if (status === 0) return;
    throw new RuntimeError(
      'unavailable',
      OP,
      `docker image save ${name} ended with ${status}: ${told}`,
    );
  });
}

/** Runs docker's command line. @throws RuntimeError unsupported when there is none */
async function runDocker<T>(
  args: readonly string[],
  signal: AbortSignal | undefined,
  read: (stdout: Readable) => Promise<T>,
): Promise<{ result: T; status: number | null; told: string }> {
  const child = spawn('docker', args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(signal === undefined ? {} : { signal }),
  });
  let told = '';
  child.stderr.on('data', (bytes: Buffer) => (told += bytes.toString().slice(0, 500)));
  const closed = once(child, 'close') as Promise<[number | null]>;
  closed.catch(() => {});
  try {
    const result = await read(child.stdout);
    const [status] = await closed;
    return { result, status, told: escapeControl(told.trim()) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new RuntimeError('unsupported', OP, 'docker cannot be run: it is not installed', {
      cause: error,
    });
  }
}

async function textOf(stream: Readable): Promise<string> {
  const parts: Buffer[] = [];
  for await (const bytes of stream) parts.push(bytes as Buffer);
  return Buffer.concat(parts).toString();
}
