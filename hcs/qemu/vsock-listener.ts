/**
 * The host's end of a vsock port of one VM: a Unix socket in its folder, to which the VM's back end
 * connects once for each connection that the guest dials (vsock-backend.ts).
 */
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { AcceptQueue } from '../accept-queue.ts';
import { HcsError } from '../hcs-error.ts';
import type { GuestListener } from '../service.ts';
import { connectSocket } from './socket-path.ts';
import { guestSocketName } from './vsock-backend.ts';

/** Connections that wait for accept(). A guest that dials more is refused: it can be hostile. */
export const WAITING_MAX = 8;

/** See the module's comment. */
export class VsockListener implements GuestListener {
  readonly port: number;
  readonly #server: Server;
  readonly #folder: FileHandle;
  readonly #waiting: Socket[] = [];
  readonly #queue: AcceptQueue<Socket>;
  readonly #sockets = new Set<Socket>();
  #stopped: Promise<void> | undefined;

  private constructor(port: number, folder: FileHandle) {
    this.port = port;
    this.#queue = new AcceptQueue(port);
    this.#folder = folder;
    this.#server = createServer((socket) => this.#take(socket));
  }

  /**
   * Listens.
   * @param ended settles when no guest can dial any more, with why
   * @throws HcsError ERROR_ALREADY_EXISTS where another listener has the port
   */
  static async open(
    op: string,
    path: string,
    port: number,
    ended: Promise<string>,
  ): Promise<VsockListener> {
    const name = guestSocketName(port);
    await removeStale(op, join(path, name), port);
    // Kept open: a path through it is short enough for a socket, and names it until it is closed.
    const folder = await open(path, 'r');
    const listener = new VsockListener(port, folder);
    try {
      await listener.#listen(`/proc/self/fd/${folder.fd}/${name}`);
    } catch (error) {
      await folder.close();
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'EADDRINUSE') throw taken(op, port);
      throw new HcsError(op, 'E_FAIL', [{ Message: message, Source: 'port' }], { cause: error });
    }
    void ended.then((why) => listener.#stop(why));
    return listener;
  }

  accept(signal?: AbortSignal): Promise<Socket> {
    return this.#queue.accept(signal, () => this.#waiting.shift());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const stopped = this.#stop('the listener is closed');
    for (const socket of this.#sockets) socket.destroy();
    await stopped;
  }

  #take(socket: Socket): void {
    // The stream's end is told by 'close'; why a peer on this host went says nothing more.
    socket.on('error', () => undefined);
    const wanted = this.#queue.isWanted;
    if (!wanted && this.#waiting.length >= WAITING_MAX) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      const at = this.#waiting.indexOf(socket);
      if (at !== -1) this.#waiting.splice(at, 1);
    });
    if (wanted) this.#queue.give(socket);
    else this.#waiting.push(socket);
  }

  #listen(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(path, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
  }

  /** Takes no more connections. Those there are go on: what the guest sent last is still to be read. */
  #stop(why: string): Promise<void> {
    if (this.#stopped === undefined) {
      this.#queue.close(why);
      // It removes the socket's file at once, by the path through the folder that is still open.
      this.#server.close();
      this.#stopped = this.#folder.close();
    }
    return this.#stopped;
  }
}

/** Removes the socket of a listener whose process died. One that is listened on stays. */
async function removeStale(op: string, path: string, port: number): Promise<void> {
  try {
    (await connectSocket(path)).destroy();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ECONNREFUSED') await unlink(path);
    return;
  }
  throw taken(op, port);
}

function taken(op: string, port: number): HcsError {
  const Message = `port ${port} has a listener already`;
  return new HcsError(op, 'ERROR_ALREADY_EXISTS', [{ Message, Source: 'port' }]);
}
