/**
 * Who has a name: a file a name, `<container id> <owner>`, linked into place complete, so that a race has one winner.
 *
 * A reservation holds while its owner (the process that made it) lives, or while its container has that name. What is
 * neither was left by a crash, and is taken over under a lock that the kernel releases however its holder ends.
 */
import { createHash, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RuntimeError } from '../errors.ts';
import { takeExclusively } from '../exclusive-file.ts';
import { isIdentityAlive, processIdentity } from '../ownership.ts';
import { readRecordText } from './record-file.ts';

/** Taking a name over takes microseconds; a holder of the lock that takes this long hangs. */
const LOCK_DEADLINE_MS = 5000;
const LOCK_RETRY_MS = 5;

export interface NameHolder {
  readonly id: string;
  readonly owner: string;
}

export class NameRegistry {
  readonly #folder: string;
  readonly #hasName: (id: string, name: string) => boolean;

  /** @param hasName whether that container exists and says that this is its name */
  constructor(folder: string, hasName: (id: string, name: string) => boolean) {
    this.#folder = folder;
    this.#hasName = hasName;
  }

  /** @throws RuntimeError already-exists, naming the holder */
  async reserve(name: string, id: string): Promise<void> {
    for (;;) {
      if (this.#link(name, id)) return;
      const holder = this.holder(name);
      if (holder === undefined) continue;
      if (this.#isHeld(name, holder)) throw taken(name, holder, this.#hasName(holder.id, name));
      await this.#clear(name);
    }
  }

  holder(name: string): NameHolder | undefined {
    const [id, owner] = readRecordText(join(this.#folder, name))?.split(' ') ?? [];
    return id === undefined ? undefined : { id, owner: owner ?? '' };
  }

  /** Frees a name if that container has it. Idempotent. */
  release(name: string, id: string): void {
    if (this.holder(name)?.id === id) rmSync(join(this.#folder, name), { force: true });
  }

  /** Frees names that nobody holds. @returns them */
  async sweep(): Promise<string[]> {
    const stale = this.names().filter((name) => {
      const holder = this.holder(name);
      return holder !== undefined && !this.#isHeld(name, holder);
    });
    for (const name of stale) await this.#clear(name);
    for (const file of this.#files().filter((each) => each.startsWith('.tmp-'))) {
      if (!isIdentityAlive(file.slice(5).split('-r')[0] ?? ''))
        rmSync(join(this.#folder, file), { force: true });
    }
    return stale;
  }

  names(): string[] {
    return this.#files().filter((file) => !file.startsWith('.'));
  }

  #files(): string[] {
    try {
      return readdirSync(this.#folder);
    } catch {
      return [];
    }
  }

  #link(name: string, id: string): boolean {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const random = randomBytes(6).toString('hex');
    const mine = join(this.#folder, `.tmp-${processIdentity()}-r${random}`);
    writeFileSync(mine, `${id} ${processIdentity()}`, { mode: 0o600, flag: 'wx' });
    try {
      linkSync(mine, join(this.#folder, name));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    } finally {
      rmSync(mine, { force: true });
    }
  }

  #isHeld(name: string, { id, owner }: NameHolder): boolean {
    return isIdentityAlive(owner) || this.#hasName(id, name);
  }

  /** Removes a reservation that nobody holds; only under the lock does anybody remove another's. */
  async #clear(name: string): Promise<void> {
    const unlock = await lock(this.#folder);
    try {
      const holder = this.holder(name);
      if (holder !== undefined && !this.#isHeld(name, holder)) {
        rmSync(join(this.#folder, name), { force: true });
      }
    } finally {
      await unlock();
    }
  }
}

function taken(name: string, { id }: NameHolder, exists: boolean): RuntimeError {
  const what = exists
    ? `container ${id.slice(0, 12)} has it; remove or rename that one first`
    : `container ${id.slice(0, 12)}, which is being made, has it`;
  return new RuntimeError('already-exists', `name a container "${name}"`, what);
}

/** Nobody else has it until the result is called, or this process ends. */
async function lock(folder: string): Promise<() => Promise<void>> {
  const deadlineMs = performance.now() + LOCK_DEADLINE_MS;
  for (;;) {
    const unlock = process.platform === 'win32' ? lockFile(folder) : await lockSocket(folder);
    if (unlock !== undefined) return unlock;
    if (performance.now() > deadlineMs) {
      throw new RuntimeError(
        'timeout',
        'take a name over',
        `another process holds the lock of ${folder}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, LOCK_RETRY_MS));
  }
}

function lockFile(folder: string): (() => Promise<void>) | undefined {
  const file = takeExclusively(join(folder, '.lock'));
  if (file === undefined) return undefined;
  return () => {
    file.release();
    return Promise.resolve();
  };
}

/** Listens on a socket without a file: the kernel lets one process at a time. */
async function lockSocket(folder: string): Promise<(() => Promise<void>) | undefined> {
  const { createServer } = await import('node:net');
  const digest = createHash('sha256').update(folder).digest('hex').slice(0, 32);
  const server = createServer((socket) => socket.destroy());
  const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    server.once('error', resolve);
    server.listen(`\0lcow-names/${digest}`, () => resolve(undefined));
  });
  if (error === undefined) return () => new Promise((resolve) => server.close(() => resolve()));
  if (error.code !== 'EADDRINUSE') throw error;
  return undefined;
}
