/**
 * Gives grpc-js an address for a stream it cannot dial: a private Unix socket (a named pipe on Windows)
 * that joins its one client to the stream. The socket is gone once the client is there.
 */
import { rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { passingAddress } from '../socket-address.ts';

/** Who connects and says nothing waits with as many others at most. */
const WAITING_MAX = 8;

export interface Relay extends AsyncDisposable {
  /** What grpc-js dials: `unix:<path>`. */
  readonly target: string;
}

/**
 * @param path of the socket, in a folder only we can enter
 * @throws the listen error, for example EADDRINUSE
 */
export async function openRelay(stream: Duplex, path: string): Promise<Relay> {
  const address = passingAddress('open the relay to the guest', path);
  let client: Socket | undefined;
  const waiting = new Set<Socket>();
  // On Windows every user of the host may open the pipe to read it: only who writes is grpc-js.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    waiting.add(socket);
    socket.on('error', () => waiting.delete(socket)).on('close', () => waiting.delete(socket));
    socket.once('readable', () => {
      waiting.delete(socket);
      if (client !== undefined || socket.readableLength === 0) {
        socket.destroy();
        return;
      }
      client = socket;
      server.close();
      for (const other of waiting) other.destroy();
      join(socket, stream);
    });
  });
  server.maxConnections = WAITING_MAX;
  await listen(server, address.path).catch((error: unknown) => {
    address.release();
    throw error;
  });
  return {
    target: `unix:${address.path}`,
    async [Symbol.asyncDispose]() {
      server.close();
      address.release();
      for (const socket of waiting) socket.destroy();
      client?.destroy();
      stream.destroy();
      if (process.platform !== 'win32') await rm(path, { force: true });
    },
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      // A failure after this can only be of one connection, and ends that one.
      server.on('error', () => {});
      resolve();
    });
  });
}

/** Joins both ways; when either side ends or fails both are destroyed. */
function join(socket: Socket, stream: Duplex): void {
  const end = (): void => {
    socket.destroy();
    stream.destroy();
  };
  for (const side of [socket, stream]) {
    side.on('error', end);
    side.on('close', end);
    side.on('end', end);
  }
  // It may have broken before its client said anything.
  if (stream.destroyed) {
    end();
    return;
  }
  socket.pipe(stream, { end: false });
  stream.pipe(socket, { end: false });
}
