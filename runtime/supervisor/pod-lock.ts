/**
 * Who owns a pod: a lock that the kernel releases however its holder ends. On Linux an abstract Unix socket, on
 * Windows a named pipe, named for the folder. Whoever holds it accepts connections and never answers, so that a waiter
 * sees the holder's end as its connection's end. It is not the pod's service: that is `task.sock`.
 *
 * Abstract sockets belong to a network namespace: commands that share a run folder share one.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { basename, dirname, join } from 'node:path';

const PREFIX = 'lcow-pod-';
const PIPES = '\\\\.\\pipe\\';
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
  const name = podLockName(folder);
  const waiters = new Set<Socket>();
  const server = createServer((socket) => {
    waiters.add(socket);
    socket.unref().resume();
    socket.on('error', () => undefined);
    socket.on('close', () => waiters.delete(socket));
  });
  server.maxConnections = WAITERS_MAX;
  if (!(await listen(server, address(name)))) return undefined;
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
  const held = new Set<string>();
  if (process.platform === 'win32') {
    for (const name of readdirSync(PIPES)) held.add(name);
  } else {
    const table = readFileSync('/proc/net/unix', 'latin1');
    for (const [, name] of table.matchAll(/ @(lcow-pod-[0-9a-f]{32})@*$/gm)) held.add(name ?? '');
  }
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
    const socket = connect(address(name));
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

function address(name: string): string {
  return process.platform === 'win32' ? `${PIPES}${name}` : `\0${name}`;
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
