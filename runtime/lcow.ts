/**
 * This host's containers, for programs and for the command line: make, run, find, list, watch. It holds no connection
 * and starts nothing by itself; a container's life is its supervisor's (docs/decisions/0012), not this object's.
 */
import type { StoredContainer } from './container/container-store.ts';
import { type Directories, directories } from './directories.ts';
import { RuntimeError } from './errors.ts';
import type { ImageStore } from './image/image-store.ts';
import { ContainerHandle, isCode } from './lcow/container-handle.ts';
import type { ContainerRequest } from './lcow/container-request.ts';
import { currentContainer, isLive } from './lcow/current-state.ts';
import { Host } from './lcow/host.ts';
import type { HostMetrics } from './lcow/host-metrics.ts';
import { Pods } from './lcow/pods.ts';
import type { PruneResult } from './lcow/prune.ts';
import type { RunOptions, RunRequest } from './lcow/run-container.ts';
import type { JournalEvent } from './supervisor/event-journal.ts';

export type { HostMetrics, PruneResult, RunOptions, RunRequest };

export interface ListOptions {
  /** Those that do not run too. Default false. */
  readonly all?: boolean;
  readonly filter?: (container: StoredContainer) => boolean;
}

export interface ContainerListing {
  /** Newest first. */
  readonly containers: readonly StoredContainer[];
  /** Containers whose records cannot be read. */
  readonly damaged: readonly RuntimeError[];
}

export interface EventOptions {
  /** Milliseconds since 1970. Default: from now on. */
  readonly sinceMs?: number;
  /** Ends then. Default: never. */
  readonly untilMs?: number;
  readonly filter?: (event: JournalEvent) => boolean;
  readonly signal?: AbortSignal;
}

export class Lcow implements AsyncDisposable {
  readonly directories: Directories;
  /** Pods that several containers share. */
  readonly pods: Pods;
  readonly #host: Host;

  private constructor(where: Directories) {
    this.directories = where;
    this.#host = new Host(where);
    this.pods = new Pods(this.#host);
  }

  /**
   * Opens this host. Starts nothing and reads nothing.
   * @param where default: directories() of the environment
   */
  static open(where: Directories = directories()): Lcow {
    return new Lcow(where);
  }

  /** The local image store. */
  images(): Promise<ImageStore> {
    return this.#host.images();
  }

  /**
   * Makes a container that start() starts.
   * @throws RuntimeError invalid-argument, not-found for the image or the pod, already-exists for the name
   */
  async create(request: ContainerRequest, options: RunOptions = {}): Promise<ContainerHandle> {
    const { reserveContainer, storeContainer } = await import('./lcow/new-container.ts');
    if (request.pod !== undefined) this.pods.check(request.pod);
    const made = await reserveContainer(this.#host, request);
    const { id, name } = made.reservation;
    try {
      options.onReserved?.(id, name);
      const image = await (await this.images()).resolve(request.image);
      await storeContainer(this.#host, made, image);
    } catch (error) {
      this.#host.store.release(made.reservation);
      throw error;
    }
    return new ContainerHandle(this.#host, id, { owned: true });
  }

  /**
   * Makes a container and starts it; its VM boots meanwhile. When anything fails, nothing of it stays.
   * @throws RuntimeError as create() and ContainerHandle.start()
   */
  async run(request: RunRequest, options: RunOptions = {}): Promise<ContainerHandle> {
    const { runContainer } = await import('./lcow/run-container.ts');
    if (request.pod !== undefined) this.pods.check(request.pod);
    const { id, client, process } = await runContainer(this.#host, request, options);
    return new ContainerHandle(this.#host, id, {
      owned: true,
      client,
      ...(process === undefined ? {} : { process }),
    });
  }

  /** By name, id, or the unambiguous beginning of an id. @throws RuntimeError not-found, invalid-argument */
  container(reference: string): ContainerHandle {
    return new ContainerHandle(this.#host, this.#host.store.resolve(reference));
  }

  /** Containers as they are now. */
  async list({ all = false, filter = () => true }: ListOptions = {}): Promise<ContainerListing> {
    const { containers, damaged } = this.#host.store.list();
    const { heldPodLocks } = await import('./supervisor/pod-lock.ts');
    const isHeld = heldPodLocks();
    const current: StoredContainer[] = [];
    for (const each of containers) {
      try {
        const now = isLive(each.state.status)
          ? await currentContainer(this.#host, each.record.id, isHeld)
          : each;
        if ((all || isLive(now.state.status)) && filter(now)) current.push(now);
      } catch (error) {
        // It was removed meanwhile.
        if (!isCode(error, 'not-found')) throw error;
      }
    }
    return { containers: current, damaged };
  }

  /** What happens to containers and pods, in order, until `untilMs` or the signal. */
  async *events(options: EventOptions = {}): AsyncGenerator<JournalEvent> {
    const { readEvents } = await import('./supervisor/event-reader.ts');
    yield* readEvents(await this.#host.journal(), { ...options, follow: true });
  }

  /** Numbers of this host and its pods, for people who watch many. Starts and adopts nothing. */
  async metrics(): Promise<HostMetrics> {
    const { readHostMetrics } = await import('./lcow/host-metrics.ts');
    return readHostMetrics(this.#host);
  }

  /** Removes containers that do not run. */
  async prune(filter: (container: StoredContainer) => boolean = () => true): Promise<PruneResult> {
    const { pruneContainers } = await import('./lcow/prune.ts');
    const { containers } = await this.list({ all: true, filter });
    return pruneContainers(this.#host, containers);
  }

  /**
   * Removes what processes that died left on this host. Cheap; for where nobody waits.
   * @returns what was removed, for people
   */
  async sweep(): Promise<string[]> {
    const { sweepHost } = await import('./host-service.ts');
    return [...(await this.#host.store.sweep()), ...(await sweepHost(this.directories))];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // It holds nothing; containers go on.
  }
}
