/** Whether anybody takes connections at an address of containerd's. Says nothing to who does. */
import { connect } from 'node:net';

/** One that does not even accept within this time is alive and busy. */
const PROBE_MS = 1000;

/** @param path of a Unix socket, or of a named pipe */
export function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (listening: boolean): void => {
      socket.destroy();
      resolve(listening);
    };
    socket.setTimeout(PROBE_MS, () => settle(true));
    socket.once('connect', () => settle(true));
    socket.once('error', ({ code }: NodeJS.ErrnoException) => {
      // Only these prove that nobody does; a full backlog, say, proves the contrary.
      settle(code !== 'ECONNREFUSED' && code !== 'ENOENT');
    });
  });
}
