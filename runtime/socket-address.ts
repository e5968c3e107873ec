/**
 * What the kernel is given for a Unix socket whose path is longer than it takes (107 bytes; what is longer would be cut
 * off silently): a path through a descriptor of the folder. It serves this process alone, as long as it is not released.
 */
import { closeSync, constants, openSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { RuntimeError } from './errors.ts';

/** sockaddr_un's 108 bytes with a terminator, less one, which containerd keeps. */
export const SOCKET_PATH_BYTES_MAX = 106;

const PIPE_PREFIX = '\\\\.\\pipe\\';

/** Valid until it is released; whoever listens on it closes the listener first, which removes the file by this name. */
export interface SocketAddress {
  readonly path: string;
  release(): void;
}

/**
 * The address of a socket, or of a named pipe on Windows.
 * @throws RuntimeError invalid-argument for a path that no socket can have; unavailable when its folder is not there
 */
export function socketAddress(op: string, path: string): SocketAddress {
  if (path === '' || path.includes('\0')) {
    throw new RuntimeError('invalid-argument', op, 'the path is empty or holds a NUL');
  }
  if (process.platform === 'win32') {
    if (path.toLowerCase().startsWith(PIPE_PREFIX)) return { path, release: () => {} };
    throw new RuntimeError('invalid-argument', op, `a named pipe begins with ${PIPE_PREFIX}`);
  }
  if (Buffer.byteLength(path) <= SOCKET_PATH_BYTES_MAX) return { path, release: () => {} };
  if (process.platform !== 'linux') throw tooLong(op, 'path', path, SOCKET_PATH_BYTES_MAX);
  return throughFolder(op, path);
}

function throughFolder(op: string, path: string): SocketAddress {
  const name = basename(path);
  // Room for any descriptor's number.
  const most = SOCKET_PATH_BYTES_MAX - '/proc/self/fd/1048576/'.length;
  if (Buffer.byteLength(name) > most) throw tooLong(op, 'name', name, most);
  let folder: number | undefined;
  try {
    folder = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (error) {
    throw new RuntimeError('unavailable', op, (error as Error).message, { cause: error });
  }
  return {
    path: `/proc/self/fd/${folder}/${name}`,
    release: () => {
      if (folder !== undefined) closeSync(folder);
      folder = undefined;
    },
  };
}

function tooLong(op: string, part: string, text: string, most: number): RuntimeError {
  const bytes = Buffer.byteLength(text);
  const why = `the ${part} has ${bytes} bytes, a socket's has at most ${most}; use a shorter one`;
  return new RuntimeError('invalid-argument', op, why);
}
