/**
 * Who owns a pod: a lock that the kernel releases however its holder ends. It is not the pod's service: that is
 * `task.sock`.
 *
 * On Linux it is an abstract Unix socket, named for the folder. Whoever holds it accepts connections and never answers,
 * so that a waiter sees the holder's end as its connection's end. Abstract sockets belong to a network namespace:
 * commands that share a run folder share one. On Windows it is a file beside the folder that its holder has open
 * alone (exclusive-file.ts): who may not enter the run folder can neither take it nor see it.
 */
import { createHash } from 'node:crypto';
import { readFileSync, realpathSync, watch } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { isTakenExclusively, takeExclusively } from '../exclusive-file.ts';

const PREFIX = 'lcow-pod-';
/** Of the file's name, on Windows; no pod's id begins so. */
const LOCK_FILE = '.lock-';
/** A watch may miss what an overflow swallowed: looked again this often. */
const LOOK_AGAIN_MS = 250;
/** Waiters beyond are turned away at once and look again: the socket is open to every user of the host. */
const WAITERS_MAX = 64;
/** How soon a waiter that was turned away looks again. */
const AGAIN_MS = 50;

/** Held until it is disposed of, or until this process ends. */
export interface PodLock extends AsyncDisposable {
  readonly name: string;
}

/** The lock's name: of the folder's real path, which need not exist itself. */
export function podLockName(folder: string): string {
  const path = join(realpathSync(dirname(folder)), basename(folder));
  return `${PREFIX}${createHash('sha256').update(path).digest('hex').slice(0, 32)}`;
}

/** Takes the lock of the pod whose folder this is; undefined when another has it. */
export async function takePodLock(folder: string): Promise<PodLock | undefined> {
  if (process.platform === 'win32') return takeLockFile(folder);
  const name = podLockName(folder);
  const waiters = new Set<Socket>();
  const server = createServer((socket) => {
    waiters.add(socket);
    socket.unref().resume();
    socket.on('error', () => undefined);
    socket.on('close', () => waiters.delete(socket));
  });
  server.maxConnections = WAITERS_MAX;
  if (!(await listen(server, `\0${name}`))) return undefined;
  server.unref();
  let released: Promise<void> | undefined;
  const release = (): Promise<void> =>
    (released ??= new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of waiters) socket.destroy();
    }));
  return { name, [Symbol.asyncDispose]: release };
}

/** Which locks are held now, at one look, however many pods there are. */
export function heldPodLocks(): (folder: string) => boolean {
  if (process.platform === 'win32') return (folder) => isTakenExclusively(lockFile(folder));
  const held = new Set<string>();
  const table = readFileSync('/proc/net/unix', 'latin1');
  for (const [, name] of table.matchAll(/ @(lcow-pod-[0-9a-f]{32})@*$/gm)) held.add(name ?? '');
  return (folder) => {
    try {
      return held.has(podLockName(folder));
    } catch {
      return false;
    }
  };
}

export function isPodLocked(folder: string): boolean {
  return heldPodLocks()(folder);
}

/** Resolves when nobody holds the lock, or the signal aborts. */
export async function podUnlocked(folder: string, signal: AbortSignal): Promise<void> {
  if (process.platform === 'win32') return lockFileReleased(folder, signal);
  const name = podLockName(folder);
  while (!signal.aborted) {
    if (!(await holderEnds(name, signal))) return;
    if (!isPodLocked(folder)) return;
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

/** False when there is no holder to connect to. */
function holderEnds(name: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(`\0${name}`);
    let connected = false;
    const abort = (): void => void socket.destroy();
    signal.addEventListener('abort', abort, { once: true });
    socket.on('connect', () => {
      connected = true;
    });
    socket.resume();
    socket.on('error', () => undefined);
    socket.on('close', () => {
      signal.removeEventListener('abort', abort);
      resolve(connected);
    });
  });
}

function listen(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen(path, () => resolve(true));
  });
}

function lockFile(folder: string): string {
  return join(dirname(folder), `${LOCK_FILE}${basename(folder)}`);
}

function takeLockFile(folder: string): PodLock | undefined {
  const path = lockFile(folder);
  const file = takeExclusively(path);
  if (file === undefined) return undefined;
  return {
    name: path,
    [Symbol.asyncDispose]: () => {
      file.release();
      return Promise.resolve();
    },
  };
}

/** The file goes with its holder, which the watch tells. */
async function lockFileReleased(folder: string, signal: AbortSignal): Promise<void> {
  const path = lockFile(folder);
  while (!signal.aborted && isTakenExclusively(path)) {
    await new Promise<void>((resolve) => {
      const over = new AbortController();
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        over.abort();
        resolve();
      };
      const timer = setTimeout(done, LOOK_AGAIN_MS);
      signal.addEventListener('abort', done, { once: true });
      const changed = (_event: string, name: string | null): void => {
        if (name === null || name === basename(path)) done();
      };
      watch(dirname(path), { signal: over.signal }, changed).on('error', done);
    });
  }
}
