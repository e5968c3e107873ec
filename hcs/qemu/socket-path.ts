/**
 * Unix sockets in a system's folder, however long its path: the kernel takes 107 bytes, and a longer path goes through a
 * descriptor of the folder.
 */
import { closeSync, constants, openSync } from 'node:fs';
import { connect, type Server, type Socket } from 'node:net';
import { basename, dirname } from 'node:path';

const PATH_BYTES_MAX = 107;

/** A path that is short enough, until it is released. */
interface ShortPath {
  readonly path: string;
  release(): void;
}

function shortPath(path: string): ShortPath {
  if (Buffer.byteLength(path) <= PATH_BYTES_MAX) return { path, release: () => {} };
  let folder: number | undefined = openSync(
    dirname(path),
    constants.O_RDONLY | constants.O_DIRECTORY,
  );
  return {
    path: `/proc/self/fd/${folder}/${basename(path)}`,
    release: () => {
      if (folder !== undefined) closeSync(folder);
      folder = undefined;
    },
  };
}

/** Connects. @throws the system's error, or the signal's reason */
export async function connectSocket(path: string, signal?: AbortSignal): Promise<Socket> {
  const short = shortPath(path);
  try {
    return await new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const socket = connect(short.path);
      const abort = (): void => {
        socket.destroy();
        reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
      };
      signal?.addEventListener('abort', abort, { once: true });
      socket.once('error', (error) => {
        signal?.removeEventListener('abort', abort);
        reject(error);
      });
      socket.once('connect', () => {
        signal?.removeEventListener('abort', abort);
        socket.removeAllListeners('error');
        resolve(socket);
      });
    });
  } finally {
    short.release();
  }
}

/** Listens. The path is the server's until it is closed: closing removes the socket by it. */
export async function listenSocket(server: Server, path: string): Promise<void> {
  const short = shortPath(path);
  const release = (): void => short.release();
  server.once('close', release);
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error): void => {
      server.removeListener('close', release);
      release();
      reject(error);
    };
    server.once('error', fail);
    server.listen(short.path, () => {
      server.removeListener('error', fail);
      resolve();
    });
  });
}
