/**
 * An endpoint on disk: one 0600 JSON file each in a 0700 folder, written atomically, so that a later process
 * finds what an earlier one made. It names the process that uses it, whose death makes it an orphan.
 */
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isGuid } from '../document/scalars.ts';
import type { Endpoint } from '../endpoints.ts';
import { isAlive, type ProcessIdentity } from './record.ts';

const RECORD_VERSION = 1;
/** 1024 ports are 100 kB. */
const RECORD_BYTES_MAX = 1024 * 1024;
/** Against processes that remove their last endpoint at the same time. */
const WRITE_ATTEMPTS = 16;
/** A record that is being written, and by whom. */
const PARTIAL = /^[0-9a-f-]{36}\.json\.(\d+)$/;

/** See the module's comment. */
export interface EndpointRecord {
  version: typeof RECORD_VERSION;
  network: 'user';
  /** The process that created it; once it was plugged in, the QEMU that has it. */
  user: ProcessIdentity;
  endpoint: Endpoint;
}

/** Where the endpoints of a service are; no system's id begins with a dot. */
export function endpointFolder(runDirectory: string): string {
  return join(runDirectory, '.endpoint');
}

export function writeEndpoint(folder: string, record: Omit<EndpointRecord, 'version'>): void {
  const path = pathOf(folder, record.endpoint.id);
  const next = `${path}.${process.pid}`;
  const text = JSON.stringify({ version: RECORD_VERSION, ...record });
  for (let attempt = 0; ; attempt += 1) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    try {
      writeFileSync(next, text, { mode: 0o600 });
      renameSync(next, path);
      return;
    } catch (error) {
      rmSync(next, { force: true });
      // The last endpoint took the folder along meanwhile.
      const gone = (error as NodeJS.ErrnoException).code === 'ENOENT';
      if (!gone || attempt === WRITE_ATTEMPTS) throw error;
    }
  }
}

/** The record of an endpoint; undefined where there is none that can be read. */
export function readEndpoint(folder: string, id: string): EndpointRecord | undefined {
  try {
    const text = readFileSync(pathOf(folder, id), 'utf8');
    if (text.length > RECORD_BYTES_MAX) return undefined;
    const record = JSON.parse(text) as Partial<EndpointRecord> | null;
    if (record?.version !== RECORD_VERSION || record.endpoint?.id !== id) return undefined;
    return typeof record.user?.pid === 'number' ? (record as EndpointRecord) : undefined;
  } catch {
    return undefined;
  }
}

/** Removes a record, and the folder with the last one. */
export function removeEndpoint(folder: string, id: string): void {
  rmSync(pathOf(folder, id), { force: true });
  try {
    rmdirSync(folder);
  } catch {
    // Others are in it, or it is gone.
  }
}

/**
 * Removes the endpoints of VMs that are gone and, where none has them yet, of creators that are.
 * @returns their ids
 */
export async function sweepEndpoints(runDirectory: string): Promise<string[]> {
  const folder = endpointFolder(runDirectory);
  const removed: string[] = [];
  for (const name of namesIn(folder)) {
    const writer = Number(PARTIAL.exec(name)?.[1] ?? 0);
    if (writer > 0 && !isAlive({ pid: writer })) rmSync(join(folder, name), { force: true });
    const id = name.endsWith('.json') ? name.slice(0, -'.json'.length) : '';
    const record = isGuid(id) ? readEndpoint(folder, id) : undefined;
    if (record === undefined || isAlive(record.user)) continue;
    removeEndpoint(folder, id);
    removed.push(id);
  }
  return Promise.resolve(removed);
}

function pathOf(folder: string, id: string): string {
  return join(folder, `${id}.json`);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
