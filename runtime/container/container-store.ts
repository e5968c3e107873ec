/**
 * The containers of this host on disk (docs/decisions/0012): `<data>/container/<id>/` and who has which name.
 * It makes, finds, reads and removes; what runs is not its business.
 *
 * A container's folder is made under a name that its process owns and then renamed, so it is there whole or not at all;
 * it goes by a rename too.
 */
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RuntimeError } from '../errors.ts';
import { hostBootId, ownedName, removeOrphans } from '../ownership.ts';
import { moveFolder, removeTree, replaceFile } from '../replace-file.ts';
import {
  checkContainerName,
  generateName,
  isContainerId,
  isContainerName,
  newContainerId,
  shortened,
} from './container-name.ts';
import type { ContainerRecord, ContainerState } from './container-record.ts';
import { NameRegistry } from './name-registry.ts';
import {
  dataLoss,
  readRecord,
  readRecordText,
  writeNewFile,
  writeRecord,
  writeTextAtomically,
} from './record-file.ts';
import { decodeContainerRecord, decodeContainerState } from './record-shape.ts';

/** Where things of one container stand. */
export interface ContainerPaths {
  readonly folder: string;
  readonly record: string;
  readonly name: string;
  readonly config: string;
  readonly scratch: string;
  readonly state: string;
  readonly log: string;
}

export interface StoredContainer {
  readonly record: ContainerRecord;
  /** Its name now. */
  readonly name: string;
  /** As written last; that its supervisor still lives is not looked at. */
  readonly state: ContainerState;
}

export interface ContainerList {
  /** Newest first. */
  readonly containers: readonly StoredContainer[];
  /** data-loss: folders whose records cannot be read, by the file's name. */
  readonly damaged: readonly RuntimeError[];
}

/** A name and an id that are taken for a container that is being made. */
export interface Reservation {
  readonly id: string;
  readonly name: string;
}

/** The least of an id that names a container. */
const SHORTEST_PREFIX = 3;
const REMOVING = '.removing-';
/** In a folder that is none any more and could not be renamed: Windows only. */
const REMOVED = 'removed';

export class ContainerStore {
  readonly #folder: string;
  readonly #names: NameRegistry;
  /** The last write of each state under way: writes of one container come in order. */
  readonly #writes = new Map<string, Promise<void>>();
  readonly #removals = new Set<Promise<void>>();

  /** @param data Directories.data; nothing is read or made */
  constructor(data: string) {
    this.#folder = join(data, 'container');
    this.#names = new NameRegistry(join(data, 'name'), (id, name) => this.#nameOf(id) === name);
  }

  paths(id: string): ContainerPaths {
    return pathsIn(join(this.#folder, id));
  }

  /**
   * Takes a name (generated where none is given) and a fresh id. Give it to create(), or release() it.
   * @throws RuntimeError invalid-argument for a name against the rules, already-exists naming its holder
   */
  async reserve(name?: string): Promise<Reservation> {
    const id = newContainerId();
    if (name !== undefined) {
      await this.#names.reserve(checkContainerName(name), id);
      return { id, name };
    }
    for (let attempt = 0; ; attempt += 1) {
      const generated = generateName(attempt);
      try {
        await this.#names.reserve(generated, id);
        return { id, name: generated };
      } catch (error) {
        if (!(error instanceof RuntimeError && error.code === 'already-exists')) throw error;
      }
    }
  }

  /** Frees the name of a container that was not made. Idempotent. */
  release({ id, name }: Reservation): void {
    this.#names.release(name, id);
  }

  /**
   * Makes the container's folder, status "created".
   * @param fill puts further files into the folder, which has another name until it is complete
   * @throws what `fill` throws; the folder is gone then, the reservation is kept
   */
  async create(
    { id, name }: Reservation,
    record: ContainerRecord,
    fill: (paths: ContainerPaths) => Promise<void> = async () => {},
  ): Promise<StoredContainer> {
    const state: ContainerState = {
      status: 'created',
      hostBootId: hostBootId(),
      restartCount: 0,
    };
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const unfinished = pathsIn(join(this.#folder, ownedName()));
    await mkdir(unfinished.folder, { mode: 0o700 });
    try {
      await Promise.all([
        writeNewFile(unfinished.record, `${JSON.stringify(record)}\n`),
        writeNewFile(unfinished.name, `${name}\n`),
        writeNewFile(unfinished.state, `${JSON.stringify(state)}\n`),
        fill(unfinished),
      ]);
      await replaceFile(unfinished.folder, this.paths(id).folder);
    } catch (error) {
      await rm(unfinished.folder, { recursive: true, force: true });
      throw error;
    }
    return { record, name, state };
  }

  /** @throws RuntimeError not-found, data-loss */
  read(id: string): StoredContainer {
    const paths = this.paths(id);
    const record = readRecord(paths.record, decodeContainerRecord);
    if (record === undefined || this.#isGone(id)) throw this.#missing(id, paths.record);
    if (record.id !== id) throw dataLoss(paths.record, `it is of container ${record.id}`);
    return { record, name: this.#readName(id), state: this.readState(id) };
  }

  /** Every container; damaged ones are told apart. */
  list(): ContainerList {
    const containers: StoredContainer[] = [];
    const damaged: RuntimeError[] = [];
    for (const id of this.ids()) {
      try {
        containers.push(this.read(id));
      } catch (error) {
        if (!(error instanceof RuntimeError)) throw error;
        // not-found: it was removed meanwhile.
        if (error.code !== 'not-found') damaged.push(error);
      }
    }
    containers.sort((a, b) => (a.record.createdAt < b.record.createdAt ? 1 : -1));
    return { containers, damaged };
  }

  /** Ids of all containers, damaged ones too. */
  ids(): string[] {
    try {
      return readdirSync(this.#folder).filter((name) => isContainerId(name) && !this.#isGone(name));
    } catch {
      return [];
    }
  }

  /**
   * The id that a reference names: a full id, a name, or the unambiguous beginning of an id, in this order.
   * @throws RuntimeError not-found, invalid-argument where several ids begin so
   */
  resolve(reference: string): string {
    const op = `find the container "${shortened(reference)}"`;
    if (isContainerId(reference) && this.#exists(reference)) return reference;
    if (isContainerName(reference)) {
      const id = this.#names.holder(reference)?.id;
      if (id !== undefined && isContainerId(id) && this.#nameOf(id) === reference) return id;
    }
    const isPrefix = /^[0-9a-f]{1,64}$/.test(reference) && reference.length >= SHORTEST_PREFIX;
    const matches = isPrefix ? this.ids().filter((id) => id.startsWith(reference)) : [];
    const [only, second] = matches;
    if (only === undefined) throw new RuntimeError('not-found', op, 'there is none');
    if (second === undefined) return only;
    throw new RuntimeError(
      'invalid-argument',
      op,
      `the ids of ${matches.length} containers begin so; give more of it`,
    );
  }

  /** @throws RuntimeError not-found, invalid-argument, already-exists naming the holder */
  async rename(id: string, name: string): Promise<void> {
    const before = this.#readName(id);
    if (before === name) {
      throw new RuntimeError('already-exists', `name a container "${name}"`, 'it has that name');
    }
    await this.#names.reserve(checkContainerName(name), id);
    try {
      await writeTextAtomically(this.paths(id).name, `${name}\n`);
    } catch (error) {
      this.#names.release(name, id);
      throw this.#goneOr(id, error);
    }
    this.#names.release(before, id);
  }

  /** @throws RuntimeError not-found, data-loss */
  readState(id: string): ContainerState {
    const { state } = this.paths(id);
    const read = readRecord(state, decodeContainerState);
    if (read === undefined) throw this.#missing(id, state);
    return read;
  }

  /**
   * Resolves when the state is on disk for good. Of one process, writes of one container come in order.
   * @throws RuntimeError not-found when the container was removed
   */
  writeState(id: string, state: ContainerState): Promise<void> {
    const before = this.#writes.get(id) ?? Promise.resolve();
    const write = before
      .catch(() => {})
      .then(() => writeRecord(this.paths(id).state, state))
      .catch((error: unknown) => {
        throw this.#goneOr(id, error);
      });
    this.#writes.set(id, write);
    const forget = (): void => {
      if (this.#writes.get(id) === write) this.#writes.delete(id);
    };
    write.then(forget, forget);
    return write;
  }

  /** Removes a container with everything in its folder, and frees its name. Damaged ones too. @throws RuntimeError not-found */
  async remove(id: string): Promise<void> {
    const removeRest = await this.setAside(id);
    await removeRest();
  }

  /**
   * The first step of remove(): the container is gone and its name free.
   * @returns the second: removes its files, which may take a while
   * @throws RuntimeError not-found
   */
  async setAside(id: string): Promise<() => Promise<void>> {
    const removing = join(this.#folder, `${REMOVING}${id}`);
    const name = this.#nameOf(id);
    const { folder } = this.paths(id);
    if (!this.#exists(id)) throw this.#missing(id, '');
    let left = removing;
    try {
      await moveFolder(folder, removing);
    } catch (error) {
      if (process.platform !== 'win32' || !this.#exists(id)) throw this.#goneOr(id, error);
      // Its VM has the disk open, and Windows moves nothing of the folder's: it is marked as gone.
      await writeNewFile(join(folder, REMOVED), '');
      await removeTree(removing);
      left = folder;
    }
    const names = name === undefined ? this.#names.names() : [name];
    for (const each of names) this.#names.release(each, id);
    return () => this.#removeLater(left);
  }

  /** Settles when everything that was set aside here and was to be removed is, or cannot be. Never rejects. */
  async removed(): Promise<void> {
    await Promise.allSettled(this.#removals);
  }

  #removeLater(folder: string): Promise<void> {
    const removal = removeTree(folder);
    this.#removals.add(removal);
    const over = (): void => void this.#removals.delete(removal);
    removal.then(over, over);
    return removal;
  }

  /**
   * Removes what processes that are no more left unfinished: folders half made or half removed, names of nobody.
   * @returns what was removed, for people
   */
  async sweep(): Promise<string[]> {
    const made = (await removeOrphans(this.#folder)).map((each) => `container/${each}`);
    const removing = this.#entries().filter(
      (each) => each.startsWith(REMOVING) || (isContainerId(each) && this.#isGone(each)),
    );
    for (const each of removing) await removeTree(join(this.#folder, each));
    const names = await this.#names.sweep();
    return [
      ...made,
      ...removing.map((each) => `container/${each}`),
      ...names.map((each) => `name/${each}`),
    ];
  }

  #entries(): string[] {
    try {
      return readdirSync(this.#folder);
    } catch {
      return [];
    }
  }

  #exists(id: string): boolean {
    const folder = statSync(this.paths(id).folder, { throwIfNoEntry: false });
    return folder !== undefined && !this.#isGone(id);
  }

  #isGone(id: string): boolean {
    return process.platform === 'win32' && existsSync(join(this.paths(id).folder, REMOVED));
  }

  /** Its name; undefined when it does not exist or has none that can be read. */
  #nameOf(id: string): string | undefined {
    const name = readRecordText(this.paths(id).name)?.trim();
    return name !== undefined && isContainerName(name) ? name : undefined;
  }

  #readName(id: string): string {
    const name = this.#nameOf(id);
    if (name !== undefined) return name;
    const path = this.paths(id).name;
    throw this.#missing(id, path);
  }

  /** A file that should be there is not: gone with its container, or lost. */
  #missing(id: string, path: string): RuntimeError {
    if (this.#exists(id)) return dataLoss(path, 'it is missing or no record');
    return new RuntimeError('not-found', `find the container "${shortened(id)}"`, 'there is none');
  }

  #goneOr(id: string, error: unknown): unknown {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' && !this.#exists(id) ? this.#missing(id, '') : error;
  }
}

function pathsIn(folder: string): ContainerPaths {
  return {
    folder,
    record: join(folder, 'container.json'),
    name: join(folder, 'name'),
    config: join(folder, 'config.json'),
    // Windows' disks must not be sparse files: docs/decisions/0014.
    scratch: join(folder, process.platform === 'win32' ? 'scratch.vhdx' : 'scratch.vhd'),
    state: join(folder, 'state.json'),
    log: join(folder, 'json.log'),
  };
}
