/**
 * `<data>/template/<id>/`: what the compute service keeps of a template (hcs/qemu/template.ts) and, written last, our
 * record of it; where it keeps a system, the record alone (template-systems.ts). One without a record was not finished and
 * counts as absent. The record holds the template's secret, so it is for its owner only.
 *
 * One of which no clone can be had is set aside: a note beside its record, that names the record by its time, so that it
 * never counts for one that was made again meanwhile. Nothing else of it changes; whoever is cloning it finds out himself.
 */
import { existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readRecord, writeRecord } from '../container/record-file.ts';
import { writeFileAtomically } from '../rootfs/temporary-file.ts';
import { asNumber, asObject, asString } from '../task/task-record-shape.ts';
import { decodeDrives, decodeGuest } from '../task/vm-record.ts';
import type { VmTemplate } from '../uvm/clone.ts';
import type { TemplateIdentity } from './template-identity.ts';

const VERSION = 1;
const RECORD = 'template.json';
const SET_ASIDE = 'set-aside.json';
/** One that did not last that long would not last longer if it were made again. */
const WORTH_MAKING_MS = 3600_000;
const TEMPLATE_ID = /^template-[0-9a-f]{24}$/;
const SECRET_BYTES = 32;

export interface TemplateRecord extends VmTemplate {
  /** Of its system, where that is the template (template-systems.ts). */
  readonly runtimeId?: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** From QEMU's start to the saved state. */
  readonly tookMs: number;
  /** For people; the id is what counts. */
  readonly identity: TemplateIdentity;
}

/** Why a template is cloned no more. */
export interface SetAside {
  /** ISO 8601. */
  readonly at: string;
  readonly why: string;
}

export interface StoredTemplate {
  readonly record: TemplateRecord;
  /** On the disk. */
  readonly sizeBytes: number;
  readonly setAside?: SetAside;
}

/** Whether it is the id of a template. */
function isTemplateId(id: string): boolean {
  return TEMPLATE_ID.test(id);
}

export class TemplateStore {
  readonly directory: string;

  /** @param data the data folder */
  constructor(data: string) {
    this.directory = join(data, 'template');
  }

  /** Undefined where there is none that can be used. Synchronous: it stands on the start path. */
  find(id: string): TemplateRecord | undefined {
    const record = this.#record(id);
    return record === undefined || this.#setAside(record) !== undefined ? undefined : record;
  }

  /** Newest first. */
  async list(): Promise<StoredTemplate[]> {
    const found: StoredTemplate[] = [];
    for (const id of await this.#ids()) {
      const record = this.#record(id);
      if (record === undefined) continue;
      const setAside = this.#setAside(record);
      const sizeBytes = await this.#size(id);
      found.push({ record, sizeBytes, ...(setAside === undefined ? {} : { setAside }) });
    }
    return found.sort((a, b) => (a.record.createdAt < b.record.createdAt ? 1 : -1));
  }

  /** Makes a template that the compute service has saved usable. */
  async keep(record: TemplateRecord): Promise<void> {
    const { secret, systemId, ...rest } = record;
    const text = `${JSON.stringify({ version: VERSION, ...rest, secret: secret.toString('hex') })}\n`;
    await writeFileAtomically(join(this.directory, systemId, RECORD), async (file) => {
      await file.writeFile(text);
    });
  }

  /**
   * Nobody finds it any more.
   * @returns whether it was there; another of its id that was made meanwhile is let be
   */
  async setAside({ systemId, createdAt }: TemplateRecord, why: string): Promise<boolean> {
    if (this.#record(systemId)?.createdAt !== createdAt) return false;
    const note = { version: VERSION, createdAt, at: new Date().toISOString(), why };
    try {
      await writeRecord(join(this.directory, systemId, SET_ASIDE), note);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
    return true;
  }

  /** Whether one may be made unasked: not in place of one that was set aside soon after it was made. */
  isWorthMaking(id: string): boolean {
    const record = this.#record(id);
    const setAside = record && this.#setAside(record);
    if (record === undefined || setAside === undefined) return true;
    return Date.parse(setAside.at) - Date.parse(record.createdAt) >= WORTH_MAKING_MS;
  }

  /** Its clones go on. Returns whether there was one. */
  async remove(id: string): Promise<boolean> {
    if (!isTemplateId(id)) return false;
    const folder = join(this.directory, id);
    const there = await stat(folder).then(
      () => true,
      () => false,
    );
    // The record first: without it the rest counts as absent, whatever happens meanwhile.
    await rm(join(folder, RECORD), { force: true });
    await rm(folder, { recursive: true, force: true });
    return there;
  }

  /**
   * Removes unfinished templates, those that were set aside, and those that `isOfUse` has no use for.
   * @returns their ids
   */
  async prune(isOfUse: (template: StoredTemplate) => boolean): Promise<string[]> {
    const kept = (await this.list()).filter((one) => one.setAside === undefined && isOfUse(one));
    const keep = new Set(kept.map(({ record }) => record.systemId));
    const removed = (await this.#ids()).filter((id) => !keep.has(id));
    for (const id of removed) await this.remove(id);
    return removed;
  }

  #record(id: string): TemplateRecord | undefined {
    try {
      return readRecord(join(this.directory, id, RECORD), (value) => decode(value, id));
    } catch {
      return undefined;
    }
  }

  #setAside({ systemId, createdAt }: TemplateRecord): SetAside | undefined {
    const path = join(this.directory, systemId, SET_ASIDE);
    // Next to always there is none, and a look is cheaper than a failed read.
    if (!existsSync(path)) return undefined;
    try {
      return readRecord(path, (value) => decodeSetAside(value, createdAt));
    } catch {
      return undefined;
    }
  }

  async #ids(): Promise<string[]> {
    const names = await readdir(this.directory).catch(() => []);
    return names.filter(isTemplateId).sort();
  }

  async #size(id: string): Promise<number> {
    const folder = join(this.directory, id);
    const names = await readdir(folder).catch(() => []);
    const sizes = await Promise.all(
      names.map((name) =>
        stat(join(folder, name)).then(
          ({ blocks }) => blocks * 512,
          () => 0,
        ),
      ),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  }
}

function decode(value: unknown, systemId: string): TemplateRecord {
  const record = asObject(value, 'record');
  if (record['version'] !== VERSION) {
    throw new Error(`version is ${JSON.stringify(record['version'])}`);
  }
  const secret = Buffer.from(asString(record['secret'], 'secret'), 'hex');
  if (secret.length !== SECRET_BYTES) throw new Error(`secret has ${secret.length} bytes`);
  const { runtimeId } = record;
  return {
    systemId,
    secret,
    ...(runtimeId === undefined ? {} : { runtimeId: asString(runtimeId, 'runtimeId') }),
    guest: decodeGuest(record['guest']),
    guestNowNs: asNumber(record['guestNowNs'], 'guestNowNs'),
    ...decodeDrives(record['drives']),
    createdAt: asString(record['createdAt'], 'createdAt'),
    tookMs: asNumber(record['tookMs'], 'tookMs'),
    identity: asObject(record['identity'], 'identity') as unknown as TemplateIdentity,
  };
}

/** @returns undefined for a note of another record */
function decodeSetAside(value: unknown, createdAt: string): SetAside | undefined {
  const note = asObject(value, 'note');
  if (note['version'] !== VERSION || note['createdAt'] !== createdAt) return undefined;
  return { at: asString(note['at'], 'at'), why: asString(note['why'], 'why') };
}
