/**
 * Templates where the compute service keeps each as a system (Windows): it must be there while it is cloned, and is taken
 * to have to be there while its clones live, for what becomes of them otherwise is documented nowhere. It ends with the
 * host and with the service; then its record is worth nothing.
 *
 *   <data>/template/.systems/<template>/maker        who makes it
 *                                       clone.<vm>   who has that VM as its clone, or is about to
 *
 * Both hold a processIdentity(). Systems that this folder does not name are not this store's, and are let be.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BasicProperties } from '../../hcs/document/properties.ts';
import type { ComputeService } from '../../hcs/service.ts';
import { RuntimeError } from '../errors.ts';
import { isIdentityAlive, processIdentity } from '../ownership.ts';
import type { TemplateRecord, TemplateStore } from './template-store.ts';

const MAKER = 'maker';
const CLONE = /^clone\.(.+)$/;

/** See the module's comment. */
export class TemplateSystems {
  readonly #service: ComputeService;
  readonly #store: TemplateStore;
  readonly #directory: string;

  /** Undefined where the service keeps templates as files. */
  static of(service: ComputeService, store: TemplateStore): TemplateSystems | undefined {
    return service.keepsTemplatesAsSystems === true
      ? new TemplateSystems(service, store)
      : undefined;
  }

  private constructor(service: ComputeService, store: TemplateStore) {
    this.#service = service;
    this.#store = store;
    this.#directory = systemsFolder(store);
  }

  /**
   * Before the system of a template is created. To be followed by finished().
   * @throws RuntimeError already-exists: another process makes it, or its system goes on for the clones of one that was
   *   removed
   */
  async begin(id: string): Promise<void> {
    const op = `make ${id}`;
    if (this.#isMade(id)) throw new RuntimeError('already-exists', op, 'another process makes it');
    await this.sweep();
    if ((await this.#systems()).some(({ Id }) => Id === id)) {
      const what = 'its system goes on for the clones it has; it can be made when they have ended';
      throw new RuntimeError('already-exists', op, what);
    }
    this.#mark(id, MAKER);
  }

  /**
   * The record of a template whose system was saved.
   * @throws RuntimeError unavailable where the service does not have it
   */
  async saved(record: TemplateRecord): Promise<TemplateRecord> {
    const system = (await this.#systems()).find(({ Id }) => Id === record.systemId);
    if (system?.State === 'SavedAsTemplate') return { ...record, runtimeId: system.RuntimeId };
    const what = `the compute service saved it, and says that it is ${system?.State ?? 'not there'}`;
    throw new RuntimeError('unavailable', `make ${record.systemId}`, what);
  }

  /** After a template was made, or was not. */
  finished(id: string): void {
    rmSync(join(this.#directory, id, MAKER), { force: true });
  }

  /**
   * Before a VM is created as a clone. A template that is gone is removed.
   * @throws RuntimeError unavailable
   */
  async claim(record: TemplateRecord, vm: string): Promise<void> {
    const { systemId: id } = record;
    // First: whoever would end the system looks for it after he has removed the record.
    this.#mark(id, `clone.${vm}`);
    const system = (await this.#systems()).find(({ Id }) => Id === id);
    const isThere = isOf(record, system);
    if (isThere && this.#store.find(id) !== undefined) return;
    rmSync(join(this.#directory, id, `clone.${vm}`), { force: true });
    if (!isThere) await this.#store.remove(id);
    const what = isThere
      ? 'it was removed or set aside meanwhile'
      : 'its system is gone: the host or its compute service was started anew';
    throw new RuntimeError('unavailable', `clone ${id}`, what);
  }

  /**
   * Removes templates whose system is gone, and ends the systems of templates that were removed or never finished, once
   * no clone of theirs lives.
   * @returns what was done, for people
   */
  async sweep(): Promise<string[]> {
    const ids = names(this.#directory);
    if (ids.length === 0) return [];
    const done: string[] = [];
    const systems = await this.#systems();
    for (const id of ids.filter((one) => !this.#isMade(one))) {
      const system = systems.find(({ Id }) => Id === id);
      const record = this.#store.find(id);
      if (record !== undefined && isOf(record, system)) {
        for (const dead of this.#clones(id).filter((vm) => !this.#isHeld(id, vm, systems))) {
          rmSync(join(this.#directory, id, `clone.${dead}`), { force: true });
        }
        continue;
      }
      if (record !== undefined) {
        await this.#store.remove(id);
        done.push(`template ${id}, whose system is gone`);
      }
      if (system !== undefined) {
        if (this.#hasClones(system, systems)) continue;
        await using handle = await this.#service.open(id);
        await handle.terminate();
        done.push(`system of the template ${id}`);
      }
      rmSync(join(this.#directory, id), { recursive: true, force: true });
    }
    return done;
  }

  #systems(): Promise<BasicProperties[]> {
    return this.#service.enumerate();
  }

  #mark(id: string, name: string): void {
    mkdirSync(join(this.#directory, id), { recursive: true, mode: 0o700 });
    writeFileSync(join(this.#directory, id, name), processIdentity(), { mode: 0o600 });
  }

  #isMade(id: string): boolean {
    return isAliveIn(join(this.#directory, id, MAKER));
  }

  #clones(id: string): string[] {
    return names(join(this.#directory, id)).flatMap((name) => CLONE.exec(name)?.[1] ?? []);
  }

  #isHeld(id: string, vm: string, systems: readonly BasicProperties[]): boolean {
    return (
      systems.some(({ Id }) => Id === vm) || isAliveIn(join(this.#directory, id, `clone.${vm}`))
    );
  }

  /** By our own notes, and by what the service says, if it says it. */
  #hasClones({ Id, RuntimeId }: BasicProperties, systems: readonly BasicProperties[]): boolean {
    return (
      systems.some(({ RuntimeTemplateId }) => RuntimeTemplateId === RuntimeId) ||
      this.#clones(Id).some((vm) => this.#isHeld(Id, vm, systems))
    );
  }
}

/** Whether there may be anything to sweep. */
export function hasTemplateSystems(store: TemplateStore): boolean {
  return names(systemsFolder(store)).length > 0;
}

/** No template's id begins so. */
function systemsFolder({ directory }: TemplateStore): string {
  return join(directory, '.systems');
}

/** Another system of that id is of a template that was made again, with a secret of its own. */
function isOf({ runtimeId }: TemplateRecord, system: BasicProperties | undefined): boolean {
  return system?.State === 'SavedAsTemplate' && system.RuntimeId === runtimeId;
}

function isAliveIn(path: string): boolean {
  try {
    return isIdentityAlive(readFileSync(path, 'utf8'));
  } catch {
    return false;
  }
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
