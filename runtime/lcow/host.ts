/**
 * What the parts of the facade share: this host's folders, its container store, its journal, its image store, and the
 * way to a pod's supervisor. What costs time to load is loaded when it is first asked for.
 */
import type { ContainerRecord } from '../container/container-record.ts';
import { ContainerStore } from '../container/container-store.ts';
import type { Directories } from '../directories.ts';
import type { ImageStore } from '../image/image-store.ts';
import type { EventJournal, EventType } from '../supervisor/event-journal.ts';
import type { SupervisorClient } from '../supervisor/supervisor-client.ts';

export class Host {
  readonly where: Directories;
  readonly store: ContainerStore;
  #images: ImageStore | undefined;
  #journal: EventJournal | undefined;

  constructor(where: Directories) {
    this.where = where;
    this.store = new ContainerStore(where.data);
  }

  /** Makes the host's folders where they are missing, so that they are ours alone before anything is put there. */
  async prepare(): Promise<void> {
    if (process.platform !== 'win32') return;
    const { makePrivateRoots } = await import('../private-folder.ts');
    await makePrivateRoots(this.where);
  }

  async images(): Promise<ImageStore> {
    if (this.#images === undefined) {
      const { openImageStore } = await import('../image/image-store.ts');
      this.#images = openImageStore(this.where.data);
    }
    return this.#images;
  }

  async journal(): Promise<EventJournal> {
    if (this.#journal === undefined) {
      const { EventJournal: Journal } = await import('../supervisor/event-journal.ts');
      this.#journal = new Journal(this.where.run);
    }
    return this.#journal;
  }

  /** Tells an event of a container. A journal that cannot be written stops nothing. */
  async tell(
    action: string,
    name: string,
    { id, image, labels }: ContainerRecord,
    attributes: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    await this.tellOf('container', action, id, {
      ...labels,
      image: image.name,
      name,
      ...attributes,
    });
  }

  async tellOf(
    type: EventType,
    action: string,
    id: string,
    attributes: Readonly<Record<string, string>>,
  ): Promise<void> {
    try {
      (await this.journal()).append(type, action, id, attributes);
    } catch {
      // The disk is full, or labels are larger than a line may be.
    }
  }

  /**
   * The supervisor of a pod; a new one that adopts the VM where it died.
   * @throws RuntimeError not-found where there is neither; whatever ran in it is recorded as exited then
   */
  async connect(pod: string): Promise<SupervisorClient> {
    const { connectSupervisor } = await import('../supervisor/connect.ts');
    return connectSupervisor(this.where, pod);
  }
}
