/**
 * A private socket to serve on: a Unix socket (mode 0600, in a 0700 folder of ours, peers checked) or a named
 * pipe on Windows (peers prove that they can enter the folder, pipe-meeting.ts). A socket file whose server died is
 * replaced; on Linux one whose server lives is not.
 */
import type { Stats } from 'node:fs';
import { chmod, lstat, mkdir, unlink } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { messageOf, RuntimeError } from '../errors.ts';
import { proveToClient } from '../pipe-meeting.ts';
import { type ListenAddress, listenAddress, type SocketAddress } from '../socket-address.ts';
import { peerIsOurs } from './peer-credentials.ts';

/** How long a server is given to accept before it counts as alive but busy. */
const PROBE_MS = 1000;
const ATTEMPTS = 3;

export interface ServerSocketOptions {
  /** Gets every connection of a peer that is ours. */
  readonly accept: (socket: Socket) => void;
  /** Connections are not looked at before this settles. Default: at once. */
  readonly after?: Promise<unknown>;
  /** Told of each connection that was refused, and why. Default: nobody. */
  readonly refused?: (error: RuntimeError) => void;
}

/** A socket that is listened on until it is closed. */
export interface ServerSocket extends AsyncDisposable {
  readonly path: string;
  /** Takes no more connections and removes the path; accepted ones live on. Idempotent. */
  close(): Promise<void>;
}

/**
 * Listens on `path`. The folder is made when it is missing. Callers that may race for one path hold a lock:
 * between two of them the later replaces the earlier's socket file.
 * @throws RuntimeError `already-exists` when a living server, or a file that is no socket, has the path;
 *   `invalid-argument` for a path that callers could not dial; `permission-denied` for a folder that others
 *   may enter; `unavailable` when listening fails
 */
export async function listenOnSocket(
  path: string,
  options: ServerSocketOptions,
): Promise<ServerSocket> {
  const op = `listen on ${path}`;
  const isPipe = process.platform === 'win32';
  if (!isPipe) await preparePrivateFolder(op, dirname(path));
  const address = listenAddress(op, path);
  try {
    return await listenOn(op, path, address, options);
  } catch (error) {
    address.release();
    throw error;
  }
}

async function listenOn(
  op: string,
  path: string,
  address: ListenAddress,
  options: ServerSocketOptions,
): Promise<ServerSocket> {
  const isPipe = process.platform === 'win32';
  for (let attempt = 1; ; attempt += 1) {
    const server = createServer((socket) => {
      void admit(op, socket, address, options);
    });
    try {
      await listen(server, address.path);
      if (!isPipe) await chmod(path, 0o600);
      address.publish();
      return opened(path, server, address);
    } catch (error) {
      server.close();
      const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (!taken) throw new RuntimeError('unavailable', op, messageOf(error), { cause: error });
      if (isPipe || attempt === ATTEMPTS) throw inUse(op);
      await removeStale(op, path, address);
    }
  }
}

async function preparePrivateFolder(op: string, folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const { mode, uid } = await lstat(folder);
    if (uid === process.geteuid?.() && (mode & 0o077) === 0) return;
    const octal = (mode & 0o777).toString(8).padStart(4, '0');
    const why = `the folder ${folder} has mode ${octal} and owner ${uid}; it must be ours, and 0700`;
    throw new RuntimeError('permission-denied', op, why);
  } catch (error) {
    if (error instanceof RuntimeError) throw error;
    throw new RuntimeError('unavailable', op, messageOf(error), { cause: error });
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}

/** Lets a connection in when its peer is ours; nothing of it is read before. */
async function admit(
  op: string,
  socket: Socket,
  { key }: SocketAddress,
  options: ServerSocketOptions,
): Promise<void> {
  const ignore = (): void => undefined;
  socket.on('error', ignore);
  try {
    await options.after?.catch(ignore);
    if (!(await peerIsOurs(socket))) {
      throw new RuntimeError('permission-denied', op, 'a connection of another user was refused');
    }
    if (key !== undefined) await proveToClient(socket, key);
    socket.removeListener('error', ignore);
    options.accept(socket);
  } catch (error) {
    socket.destroy();
    const known = error instanceof RuntimeError;
    options.refused?.(known ? error : new RuntimeError('internal', op, messageOf(error)));
  }
}

/** Removes the socket file at `path` when nobody serves it. */
async function removeStale(op: string, path: string, address: SocketAddress): Promise<void> {
  const before = await lstatOrNothing(path);
  if (before === undefined) return;
  if (!before.isSocket()) {
    throw new RuntimeError('already-exists', op, 'there is a file that is not a socket');
  }
  if (await isServed(address.path)) throw inUse(op);
  const after = await lstatOrNothing(path);
  // Another file by now: somebody else replaced the stale one, and the next attempt will tell.
  if (after === undefined || after.ino !== before.ino || after.ctimeMs !== before.ctimeMs) return;
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return;
    throw new RuntimeError('unavailable', op, error.message, { cause: error });
  });
}

async function lstatOrNothing(path: string): Promise<Stats | undefined> {
  return lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

function isServed(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (served: boolean): void => {
      socket.destroy();
      resolve(served);
    };
    socket.setTimeout(PROBE_MS, () => settle(true));
    socket.once('connect', () => settle(true));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      // Only a refusal proves that nobody listens; a full backlog, say, proves the contrary.
      settle(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
    });
  });
}

function inUse(op: string): RuntimeError {
  return new RuntimeError('already-exists', op, 'another process serves it');
}

function opened(path: string, server: Server, address: SocketAddress): ServerSocket {
  // Failures of accept(2) (out of descriptors) pass: the connection is not there, the next may be.
  server.on('error', () => undefined);
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closing ??= new Promise<void>((resolve) => {
      // libuv removes the path at once; the callback would wait for every accepted connection to end.
      server.close();
      address.release();
      resolve();
    }));
  return { path, close, [Symbol.asyncDispose]: close };
}
