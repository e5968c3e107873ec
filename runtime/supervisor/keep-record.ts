/**
 * What a supervisor that adopts a pod must know to go on keeping a container: `<pod>/keep/<id>.json`. What it needs to
 * go on with the task itself is the task service's.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RestartPolicy } from '../container/container-record.ts';
import { writeRecord } from '../container/record-file.ts';
import type { CreateTask, TaskMount } from '../task/task-service.ts';
import { readOrPutAside } from './pod-folder.ts';

export interface KeepRecord {
  /** What it is created of again, when it is restarted. */
  readonly create: Omit<CreateTask, 'signal'>;
  readonly restart: RestartPolicy;
  /** It is being stopped: no restart whatever the policy says. */
  readonly released: boolean;
  readonly restarts: number;
}

/** The keep records of one pod. */
export class KeepRecords {
  readonly #folder: string;

  constructor(podFolder: string) {
    this.#folder = join(podFolder, 'keep');
  }

  async write(id: string, record: KeepRecord): Promise<void> {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const { options, ...create } = record.create;
    const text =
      options === undefined
        ? undefined
        : { typeUrl: options.typeUrl, value: Buffer.from(options.value).toString('base64') };
    await writeRecord(this.#path(id), { ...record, create: { ...create, options: text } });
  }

  remove(id: string): void {
    rmSync(this.#path(id), { force: true });
  }

  /** @param say told of records that cannot be read; they are put aside */
  readAll(say: (line: string) => void): KeepRecord[] {
    let names: string[] = [];
    try {
      names = readdirSync(this.#folder).filter((name) => name.endsWith('.json'));
    } catch {
      // None was ever kept.
    }
    return names
      .map((name) => readOrPutAside(join(this.#folder, name), decodeKeepRecord, say))
      .filter((record) => record !== undefined);
  }

  #path(id: string): string {
    return join(this.#folder, `${id}.json`);
  }
}

/** Our own file in a folder of ours: it is checked for being one, not for malice. */
function decodeKeepRecord(value: unknown): KeepRecord {
  const record = value as KeepRecord & {
    create: { rootfs: TaskMount[]; options?: { typeUrl: string; value: string } };
  };
  const { options, ...create } = record.create;
  if (typeof create.id !== 'string' || typeof create.bundle !== 'string') {
    throw new Error('create.id or create.bundle is missing');
  }
  if (typeof record.restart.name !== 'string') throw new Error('restart is missing');
  return {
    restart: record.restart,
    released: record.released,
    restarts: record.restarts,
    create:
      options === undefined
        ? create
        : {
            ...create,
            options: { typeUrl: options.typeUrl, value: Buffer.from(options.value, 'base64') },
          },
  };
}
