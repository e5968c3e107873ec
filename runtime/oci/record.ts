/**
 * What lcow-oci keeps of a container: `<root>/<id>/state.json`. It is written before anything of the container is made,
 * and at each step after, whole or not at all; so that whatever is killed, `delete --force` finds all that was made.
 * What runs is not told here: that is the pod's supervisor's.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readRecord, writeRecord } from '../container/record-file.ts';
import { RuntimeError } from '../errors.ts';
import { notExisting, OciFailure } from './failure.ts';

const RECORD_VERSION = 1;
const STATE_FILE = 'state.json';
const EXECS = 'exec';
/** What the task service takes, and what a folder may be named. */
const ID = /^[A-Za-z0-9][A-Za-z0-9_.+-]{0,127}$/;

/** A process, told apart from a later one of the same number: ownership.ts's `<pid>.<start>.<boot>`. */
export type ProcessName = string;

export interface OciRecord {
  readonly version: typeof RECORD_VERSION;
  readonly id: string;
  readonly ociVersion: string;
  /** Absolute. */
  readonly bundle: string;
  /** The root's folder, absolute. */
  readonly rootfs: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** ISO 8601, UTC. */
  readonly created: string;
  /** Who created it: a user's name. */
  readonly owner: string;
  /** lcow's folders, in which its pod is. */
  readonly where: { readonly run: string; readonly data: string };
  readonly pod: string;
  readonly stage: 'creating' | 'created' | 'deleting';
  /** The `create` that made it. */
  readonly creator: ProcessName;
  /** The host process that stands for its init. */
  readonly process?: ProcessName;
  /** Folders in the host's cgroup hierarchies that were made for it. */
  readonly cgroups: readonly string[];
}

/** @throws OciFailure with runc's words for what cannot be a container's id */
export function checkId(id: string): string {
  // The task service knows no "+".
  if (ID.test(id) && !id.includes('+')) return id;
  const shown = id.length > 140 ? `${id.slice(0, 140)}...` : id;
  throw new OciFailure(
    `invalid container ID format: ${JSON.stringify(shown)} is not 1 to 128 of A-Z a-z 0-9 _ . - with a letter or digit first`,
  );
}

/** The records under one `--root`. */
export class OciRecords {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  folder(id: string): string {
    return join(this.root, checkId(id));
  }

  /** Takes the id and writes the first record. @throws OciFailure when it is taken */
  async reserve(record: Omit<OciRecord, 'version'>): Promise<OciRecord> {
    const folder = this.folder(record.id);
    mkdirSync(this.root, { recursive: true, mode: 0o700 });
    try {
      mkdirSync(folder, { mode: 0o711 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      throw new OciFailure('container with given ID already exists');
    }
    return this.write({ version: RECORD_VERSION, ...record });
  }

  async write(record: OciRecord): Promise<OciRecord> {
    await writeRecord(join(this.folder(record.id), STATE_FILE), record);
    return record;
  }

  /** @throws OciFailure "container does not exist"; RuntimeError data-loss for one that is damaged */
  read(id: string): OciRecord {
    const record = this.find(id);
    if (record === undefined) throw notExisting();
    return record;
  }

  find(id: string): OciRecord | undefined {
    return readRecord(join(this.folder(id), STATE_FILE), decodeRecord);
  }

  /** Ids that have a folder, sorted; the folder of a create that was killed at once has no record. */
  ids(): string[] {
    try {
      return readdirSync(this.root, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && ID.test(entry.name))
        .map(({ name }) => name)
        .sort();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  /** Those that can be read. @param say told of the others */
  all(say: (text: string) => void = () => undefined): OciRecord[] {
    return this.ids().flatMap((id) => {
      try {
        return this.find(id) ?? [];
      } catch (error) {
        say((error as Error).message);
        return [];
      }
    });
  }

  /** Already gone is not an error. */
  async remove(id: string): Promise<void> {
    await rm(this.folder(id), { recursive: true, force: true });
  }

  /** Notes an exec by what names its host process for good. */
  addExec(id: string, name: ProcessName, execId: string): void {
    const folder = join(this.folder(id), EXECS);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, name), execId, { mode: 0o600 });
  }

  execs(id: string): { readonly name: ProcessName; readonly execId: string }[] {
    const folder = join(this.folder(id), EXECS);
    try {
      return readdirSync(folder).map((name) => ({
        name,
        execId: readFileSync(join(folder, name), 'latin1'),
      }));
    } catch {
      return [];
    }
  }

  async removeExec(id: string, name: ProcessName): Promise<void> {
    await rm(join(this.folder(id), EXECS, name), { force: true });
  }
}

const STAGES: readonly unknown[] = ['creating', 'created', 'deleting'];

/** Our own file in a folder of ours: it is checked for being one, not for malice. */
export function decodeRecord(value: unknown): OciRecord {
  const record = value as OciRecord;
  if (record?.version !== RECORD_VERSION) throw new Error(`version is ${String(record?.version)}`);
  for (const field of ['id', 'bundle', 'rootfs', 'created', 'owner', 'pod', 'creator'] as const) {
    if (typeof record[field] !== 'string') throw new Error(`${field} is missing`);
  }
  if (typeof record.where?.run !== 'string' || typeof record.where.data !== 'string') {
    throw new Error('where is missing');
  }
  if (!STAGES.includes(record.stage)) throw new Error(`stage is ${String(record.stage)}`);
  if (record.process !== undefined && typeof record.process !== 'string') {
    throw new Error('process is no name');
  }
  if (!Array.isArray(record.cgroups)) throw new Error('cgroups is missing');
  return record;
}

/** @throws RuntimeError invalid-state for one that another command is making or removing */
export function checkSettled(op: string, record: OciRecord): void {
  if (record.stage === 'created') return;
  throw new RuntimeError('invalid-state', op, `it is being ${stageWord(record.stage)}`);
}

function stageWord(stage: 'creating' | 'deleting'): string {
  return stage === 'creating' ? 'created' : 'deleted';
}
