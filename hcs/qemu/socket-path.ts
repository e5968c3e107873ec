/** Unix sockets in a system's folder, however long its path: the kernel takes 107 bytes. */
import { open } from 'node:fs/promises';
import { connect, type Server, type Socket } from 'node:net';
import { basename, dirname } from 'node:path';

const PATH_BYTES_MAX = 107;

/** Runs `use` with a path that names `path` and is short enough. */
async function withShortPath<T>(path: string, use: (short: string) => Promise<T>): Promise<T> {
  if (Buffer.byteLength(path) <= PATH_BYTES_MAX) return use(path);
  const folder = await open(dirname(path), 'r');
  try {
    return await use(`/proc/self/fd/${folder.fd}/${basename(path)}`);
  } finally {
    await folder.close();
  }
}

/** Connects. @throws the system's error, or the signal's reason */
export function connectSocket(path: string, signal?: AbortSignal): Promise<Socket> {
  return withShortPath(
    path,
    (short) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const socket = connect(short);
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
      }),
  );
}

/** Listens. */
export function listenSocket(server: Server, path: string): Promise<void> {
  return withShortPath(
    path,
    (short) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(short, () => {
          server.removeListener('error', reject);
          resolve();
        });
      }),
  );
}
