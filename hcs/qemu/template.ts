/**
 * Templates: systems saved so that any number of others begin where they stood. A template is a folder of the template
 * directory, named for the system that was saved:
 *
 *   state    our header and QEMU's migration stream without memory (saved-state.ts)
 *   memory   the guest's memory, sparse: the system's own while it ran, a clone maps it privately (copy on write)
 *
 * A template is whole or not there: what is being made is in a folder that no id can name, and is renamed. Removing one
 * does not touch its clones, whose mappings keep the file.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isSystemId } from '../document/system-id.ts';
import { HcsError } from '../hcs-error.ts';
import { isAlive } from './record.ts';

/** Where a machine's memory is, when it is not QEMU's own. */
export interface MemoryFile {
  readonly path: string;
  /** The machine writes into the file, so that it can become a template; otherwise it is a clone's private copy. */
  readonly shared: boolean;
}

const STATE = 'state';
const MEMORY = 'memory';
/** The maker's pid follows. */
const PREPARING = /^\.new-(\d+)-/;
const SOURCE = 'VirtualMachine/RestoreState/TemplateSystemId';

/** Makes the folder of a system that may become a template, and says where its memory goes. */
export async function prepareTemplate(directory: string): Promise<MemoryFile> {
  const folder = join(directory, `.new-${process.pid}-${randomBytes(6).toString('hex')}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return { path: join(folder, MEMORY), shared: true };
}

/** Where the state of a system that has this memory goes. */
export function preparedState(memory: MemoryFile): string {
  return join(dirname(memory.path), STATE);
}

/**
 * Makes the template of a system whose state has been written.
 * @throws HcsError HCS_E_SYSTEM_ALREADY_EXISTS
 */
export async function keepTemplate(op: string, id: string, memory: MemoryFile): Promise<void> {
  const prepared = dirname(memory.path);
  const directory = dirname(prepared);
  try {
    await rename(prepared, join(directory, id));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    const Message = `there is a template ${JSON.stringify(id)} in ${directory}`;
    throw new HcsError(op, 'HCS_E_SYSTEM_ALREADY_EXISTS', [{ Message, Source: 'SaveType' }]);
  }
}

/** Removes what prepareTemplate() made. After keepTemplate() there is nothing to remove. */
export async function dropPrepared(memory: MemoryFile): Promise<void> {
  await rm(dirname(memory.path), { recursive: true, force: true });
}

/**
 * The files of a template, for a clone.
 * @throws HcsError HCS_E_SYSTEM_NOT_FOUND, E_INVALIDARG
 */
export function findTemplate(
  op: string,
  directory: string,
  id: string,
): { state: string; memory: MemoryFile } {
  if (!isSystemId(id)) {
    const Message = `${SOURCE} is ${JSON.stringify(id)}: no id of a system`;
    throw new HcsError(op, 'E_INVALIDARG', [{ Message, Source: SOURCE }]);
  }
  const state = join(directory, id, STATE);
  const memory = join(directory, id, MEMORY);
  if (!existsSync(state) || !existsSync(memory)) {
    const Message = `${SOURCE} is ${JSON.stringify(id)}: there is no such template`;
    throw new HcsError(op, 'HCS_E_SYSTEM_NOT_FOUND', [{ Message, Source: SOURCE }]);
  }
  return { state, memory: { path: memory, shared: false } };
}

/** Whether there is a template of that name. */
export function hasTemplate(directory: string, id: string): boolean {
  return isSystemId(id) && existsSync(join(directory, id, STATE));
}

/** Removes what makers that died left in the template directory. Returns the names. */
export async function sweepPrepared(directory: string): Promise<string[]> {
  const removed: string[] = [];
  for (const name of await readdir(directory).catch(() => [])) {
    const pid = Number(PREPARING.exec(name)?.[1] ?? 0);
    if (pid === 0 || isAlive({ pid })) continue;
    await rm(join(directory, name), { recursive: true, force: true });
    removed.push(name);
  }
  return removed;
}
