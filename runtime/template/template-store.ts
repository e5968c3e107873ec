/**
 * `<data>/template/<id>/`: what the compute service keeps of a template (hcs/qemu/template.ts) and, written last, our
 * record of it; where it keeps a system, the record alone (template-systems.ts). One without a record was not finished and counts as absent. The record holds the template's secret, so
 * it is for its owner only.
 */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readRecord } from '../container/record-file.ts';
import { writeFileAtomically } from '../rootfs/temporary-file.ts';
import { asNumber, asObject, asString } from '../task/task-record-shape.ts';
import { decodeDrives, decodeGuest } from '../task/vm-record.ts';
import type { VmTemplate } from '../uvm/clone.ts';
import type { TemplateIdentity } from './template-identity.ts';

const VERSION = 1;
const RECORD = 'template.json';
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

export interface StoredTemplate {
  readonly record: TemplateRecord;
  /** On the disk. */
  readonly sizeBytes: number;
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
    try {
      return readRecord(join(this.directory, id, RECORD), (value) => decode(value, id));
    } catch {
      return undefined;
    }
  }

  /** Newest first. */
  async list(): Promise<StoredTemplate[]> {
    const found: StoredTemplate[] = [];
    for (const id of await this.#ids()) {
      const record = this.find(id);
      if (record !== undefined) found.push({ record, sizeBytes: await this.#size(id) });
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
   * Removes unfinished templates, and those that `isOfUse` has no use for.
   * @returns their ids
   */
  async prune(isOfUse: (template: StoredTemplate) => boolean): Promise<string[]> {
    const keep = new Set((await this.list()).filter(isOfUse).map(({ record }) => record.systemId));
    const removed = (await this.#ids()).filter((id) => !keep.has(id));
    for (const id of removed) await this.remove(id);
    return removed;
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
