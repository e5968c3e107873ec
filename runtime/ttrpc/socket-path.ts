/** What a path must be for a socket: short enough for the kernel's sockaddr_un, or a named pipe on Windows. */
import { RuntimeError } from '../errors.ts';

/** What containerd dials: sockaddr_un's 108 bytes with a terminator, less one. */
export const SOCKET_PATH_BYTES_MAX = 106;

const PIPE_PREFIX = '\\\\.\\pipe\\';

/**
 * Refuses a path that cannot be listened on or dialled; what is too long would be cut off silently.
 * @throws RuntimeError `invalid-argument`
 */
export function checkSocketPath(op: string, path: string): void {
  if (path === '' || path.includes('\0')) {
    throw new RuntimeError('invalid-argument', op, 'the path is empty or holds a NUL');
  }
  if (process.platform === 'win32') {
    if (path.toLowerCase().startsWith(PIPE_PREFIX)) return;
    throw new RuntimeError('invalid-argument', op, `a named pipe begins with ${PIPE_PREFIX}`);
  }
  const bytes = Buffer.byteLength(path);
  if (bytes <= SOCKET_PATH_BYTES_MAX) return;
  const why = `the path has ${bytes} bytes, a socket's has at most ${SOCKET_PATH_BYTES_MAX}; use a shorter folder`;
  throw new RuntimeError('invalid-argument', op, why);
}
