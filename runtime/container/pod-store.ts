/**
 * The pods of this host on disk: `<run>/pod/<pod>/pod.json` (docs/decisions/0012). Who runs them, and every other file
 * of a pod's folder, is the supervisor's.
 */
import { mkdirSync, readdirSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RuntimeError } from '../errors.ts';
import { ownedName, removeOrphans } from '../ownership.ts';
import { isContainerId, isContainerName, shortened } from './container-name.ts';
import type { PodRecord } from './container-record.ts';
import { readRecord, writeNewFile } from './record-file.ts';
import { decodePodRecord } from './record-shape.ts';

export class PodStore {
  readonly #folder: string;

  /** @param run Directories.run; nothing is read or made */
  constructor(run: string) {
    this.#folder = join(run, 'pod');
  }

  folder(pod: string): string {
    return join(this.#folder, pod);
  }

  /**
   * Makes the pod's folder with its record, whole or not at all.
   * @throws RuntimeError already-exists
   */
  async create(record: PodRecord): Promise<void> {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const unfinished = join(this.#folder, ownedName());
    await mkdir(unfinished, { mode: 0o700 });
    try {
      await writeNewFile(join(unfinished, 'pod.json'), `${JSON.stringify(record)}\n`);
      await rename(unfinished, this.folder(record.id));
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true });
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'EPERM') throw error;
      throw new RuntimeError('already-exists', `create the pod "${record.id}"`, 'there is one', {
        cause: error,
      });
    }
  }

  /** @throws RuntimeError not-found, data-loss */
  read(pod: string): PodRecord {
    const found = isContainerName(pod)
      ? readRecord(join(this.folder(pod), 'pod.json'), decodePodRecord)
      : undefined;
    // A folder that is being made has its owner's name, not its pod's.
    if (found?.id === pod) return found;
    throw new RuntimeError('not-found', `find the pod "${shortened(pod)}"`, 'there is none');
  }

  /** Newest first; damaged ones are told apart. */
  list(): { pods: PodRecord[]; damaged: RuntimeError[] } {
    const pods: PodRecord[] = [];
    const damaged: RuntimeError[] = [];
    for (const name of this.#entries().filter((each) => isContainerName(each))) {
      try {
        pods.push(this.read(name));
      } catch (error) {
        if (!(error instanceof RuntimeError)) throw error;
        if (error.code !== 'not-found') damaged.push(error);
      }
    }
    pods.sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
    return { pods, damaged };
  }

  /** Removes the folder. Only when neither its supervisor nor its VM lives. Idempotent. */
  async remove(pod: string): Promise<void> {
    await rm(this.folder(pod), { recursive: true, force: true });
  }

  /** Removes folders that processes that are no more left half made. */
  async sweep(): Promise<string[]> {
    return (await removeOrphans(this.#folder)).map((each) => `pod/${each}`);
  }

  #entries(): string[] {
    try {
      return readdirSync(this.#folder);
    } catch {
      return [];
    }
  }
}

/** Whether a pod is a lone container's: named by its id. */
export function isLonePod(pod: string): boolean {
  return isContainerId(pod);
}
