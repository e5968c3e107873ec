/** Pods that several containers share: one VM each, which lives from create() to remove(). */
import { checkPodName } from '../container/container-name.ts';
import {
  CONTAINER_RECORD_VERSION,
  type PodRecord,
  type PodShape,
} from '../container/container-record.ts';
import type { StoredContainer } from '../container/container-store.ts';
import { RuntimeError } from '../errors.ts';
import { listPodIds, podFolder, readPodRecord } from '../supervisor/pod-folder.ts';
import { isPodLocked } from '../supervisor/pod-lock.ts';
import type { PodDescription, SupervisorClient } from '../supervisor/supervisor-client.ts';
import { isCode } from './container-handle.ts';
import { isLive } from './current-state.ts';
import type { Host } from './host.ts';
import { removeContainer } from './remove.ts';
import { podGone } from './start-container.ts';

export interface PodRequest extends Partial<PodShape> {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Gives the boot up. */
  readonly signal?: AbortSignal;
}

export interface PodListing {
  readonly record: PodRecord;
  /** Whether a supervisor has it now. */
  readonly running: boolean;
  /** Its containers, running or not. */
  readonly containers: readonly StoredContainer[];
}

/** What inspect() tells; `description` is its supervisor's word, absent where there is none. */
export interface PodInspection extends PodListing {
  readonly description?: PodDescription;
}

export class Pods {
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /**
   * Makes a pod and boots its VM.
   * @returns when the VM answers
   * @throws RuntimeError invalid-argument, already-exists; nothing of it stays
   */
  async create(request: PodRequest): Promise<void> {
    const { name, labels = {}, signal: _signal, ...shape } = request;
    await this.#host.prepare();
    const { startSupervisor } = await import('../supervisor/connect.ts');
    const client = await startSupervisor(this.#host.where, {
      version: CONTAINER_RECORD_VERSION,
      id: checkPodName(name),
      createdAt: new Date().toISOString(),
      lone: false,
      labels,
      shape: { ...shape, network: shape.network ?? 'user', ports: shape.ports ?? [] },
    });
    await client[Symbol.asyncDispose]();
    await this.#host.tellOf('pod', 'create', name, labels);
  }

  /** @throws RuntimeError not-found; invalid-argument for what is a lone container's */
  check(name: string): PodRecord {
    const record = this.#record(name);
    const op = `join the pod "${name.slice(0, 64)}"`;
    if (record === undefined) throw new RuntimeError('not-found', op, 'there is none');
    if (record.lone) throw new RuntimeError('invalid-argument', op, "it is a lone container's");
    return record;
  }

  /** All pods, those of lone containers only where asked for; newest first. */
  list({ lone = false }: { lone?: boolean } = {}): PodListing[] {
    const { containers } = this.#host.store.list();
    return listPodIds(this.#host.where)
      .map((id) => this.#record(id))
      .filter((record) => record !== undefined)
      .filter((record) => lone || !record.lone)
      .map((record) => ({
        record,
        running: isPodLocked(podFolder(this.#host.where, record.id)),
        containers: containers.filter(({ record: each }) => (each.pod ?? each.id) === record.id),
      }))
      .sort((a, b) => (a.record.createdAt < b.record.createdAt ? 1 : -1));
  }

  /** By its name, or a container in it. @throws RuntimeError not-found */
  async inspect(reference: string): Promise<PodInspection> {
    const id = this.resolve(reference);
    const found = this.list({ lone: true }).find(({ record }) => record.id === id);
    if (found === undefined) throw missing(reference);
    if (!found.running) return found;
    try {
      await using client = await this.connect(id);
      return { ...found, description: await client.describe() };
    } catch (error) {
      if (isCode(error, 'not-found') || isCode(error, 'unavailable')) return found;
      throw error;
    }
  }

  /** The pod of that name, or the one that a container's reference leads to. @throws RuntimeError not-found */
  resolve(reference: string): string {
    if (this.#record(reference) !== undefined) return reference;
    let id: string;
    try {
      id = this.#host.store.resolve(reference);
    } catch (error) {
      if (isCode(error, 'not-found')) throw missing(reference);
      throw error;
    }
    const { record } = this.#host.store.read(id);
    const pod = record.pod ?? id;
    if (this.#record(pod) === undefined) throw missing(reference);
    return pod;
  }

  /** The supervisor of a pod, for what the VM itself is asked. @throws RuntimeError not-found */
  connect(pod: string): Promise<SupervisorClient> {
    return this.#host.connect(pod);
  }

  /**
   * Ends the VM and removes the pod.
   * @param options.force removes its containers too, running or not
   * @throws RuntimeError not-found, invalid-state when it has containers
   */
  async remove(name: string, options: { force?: boolean } = {}): Promise<void> {
    const record = this.#record(name);
    const op = `remove the pod "${name.slice(0, 64)}"`;
    if (record === undefined) throw new RuntimeError('not-found', op, 'there is none');
    if (record.lone) {
      throw new RuntimeError('invalid-argument', op, 'it is a lone container: remove that');
    }
    const mine = this.#host.store.list().containers.filter((each) => each.record.pod === name);
    if (mine.length > 0 && !options.force) {
      const names = mine.map((each) => each.name).slice(0, 8);
      const more = mine.length > names.length ? ', ...' : '';
      const what = `it has containers (${names.join(', ')}${more}): remove them, or force it`;
      throw new RuntimeError('invalid-state', op, what);
    }
    await this.stop(name, 0);
    for (const { record: each } of mine) {
      await removeContainer(this.#host, each.id, true).catch((error: unknown) => {
        if (!isCode(error, 'not-found')) throw error;
      });
    }
    await this.#host.tellOf('pod', 'destroy', name, record.labels);
  }

  /** Ends everything in a pod and its VM; the pod is no more then. */
  async stop(pod: string, graceMs: number): Promise<void> {
    try {
      await using client = await this.connect(pod);
      await client.stopPod(graceMs);
    } catch (error) {
      // It died, or is dying; either way it goes.
      if (!isCode(error, 'not-found') && !isCode(error, 'unavailable')) throw error;
    }
    await podGone(this.#host, pod);
  }

  /** Containers of it that run. */
  runningIn(pod: string): StoredContainer[] {
    const { containers } = this.#host.store.list();
    return containers.filter(({ state }) => isLive(state.status) && state.pod === pod);
  }

  #record(id: string): PodRecord | undefined {
    if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/.test(id)) return undefined;
    return readPodRecord(podFolder(this.#host.where, id));
  }
}

function missing(reference: string): RuntimeError {
  return new RuntimeError('not-found', `find the pod "${reference.slice(0, 64)}"`, 'there is none');
}
