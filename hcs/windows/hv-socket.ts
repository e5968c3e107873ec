/**
 * hvsocket: the guest's connections to a port of the host. The host binds (RuntimeId, service of the port) and
 * listens before the VM starts; each connection that the guest dials is accepted without blocking a thread and
 * becomes a Node stream.
 */
import koffi from 'koffi';
import type { Socket } from 'node:net';
import { vsockServiceId } from '../document/hv-socket.ts';
import { HcsError } from '../hcs-error.ts';
import type { GuestListener } from '../service.ts';
import { hvSocketAddress } from './hv-socket-address.ts';
import { adoptSocket, type Winsock } from './winsock.ts';

/** Connections that wait for accept(), in the hypervisor. */
const BACKLOG = 16;
/** After this a guest that dials nobody's port is told so; Hyper-V's own limit is half a minute. */
const CONNECT_TIMEOUT_MS = 1000;

interface PollHandle {
  start(options: { readable?: boolean }, listener: () => void): void;
  stop(): void;
  close(): void;
}

/** Connects to a port that the guest listens on. */
export async function dialGuest(
  winsock: Winsock,
  runtimeId: string,
  port: number,
  timeoutMs = CONNECT_TIMEOUT_MS,
): Promise<Socket> {
  const op = `connect to port ${port} of the virtual machine ${runtimeId}`;
  const address = hvSocketAddress(runtimeId, vsockServiceId(port));
  return adoptSocket(await winsock.connect(op, address, timeoutMs));
}

/** See the module's comment. */
export class HvSocketListener implements GuestListener {
  readonly port: number;
  readonly #winsock: Winsock;
  readonly #socket: number;
  readonly #poll: PollHandle;
  readonly #accepting: ((socket: Socket) => void)[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #closing = new AbortController();
  #polling = false;

  private constructor(winsock: Winsock, port: number, socket: number) {
    this.port = port;
    this.#winsock = winsock;
    this.#socket = socket;
    this.#poll = koffi.node.poll(socket, { readable: true }, () => this.#take()) as PollHandle;
    this.#poll.stop();
  }

  /** Listens. @throws HcsError E_ACCESSDENIED, ERROR_ALREADY_EXISTS */
  static open(
    winsock: Winsock,
    op: string,
    runtimeId: string,
    port: number,
    systemExited: Promise<unknown>,
  ): HvSocketListener {
    const address = hvSocketAddress(runtimeId, vsockServiceId(port));
    const listener = new HvSocketListener(winsock, port, winsock.listen(op, address, BACKLOG));
    void systemExited.then(() => listener.#systemIsGone());
    return listener;
  }

  async accept(signal?: AbortSignal): Promise<Socket> {
    const op = `accept a connection to port ${this.port}`;
    if (this.#closing.signal.aborted) throw closed(op, this.#closing.signal);
    if (signal?.aborted === true) throw givenUp(op, signal);
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        const at = this.#accepting.indexOf(take);
        if (at !== -1) this.#accepting.splice(at, 1);
        signal?.removeEventListener('abort', abort);
        this.#closing.signal.removeEventListener('abort', shut);
        this.#pollWhileWanted();
        settle();
      };
      const take = (socket: Socket): void => end(() => resolve(socket));
      const abort = (): void => end(() => reject(givenUp(op, signal)));
      const shut = (): void => end(() => reject(closed(op, this.#closing.signal)));
      this.#accepting.push(take);
      signal?.addEventListener('abort', abort, { once: true });
      this.#closing.signal.addEventListener('abort', shut, { once: true });
      this.#pollWhileWanted();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop('the listener is closed');
    for (const socket of this.#sockets) socket.destroy();
    await Promise.resolve();
  }

  /** Only while somebody accepts: connections that nobody wants yet wait in the hypervisor. */
  #pollWhileWanted(): void {
    const wanted = this.#accepting.length > 0 && !this.#closing.signal.aborted;
    if (wanted === this.#polling) return;
    this.#polling = wanted;
    if (wanted) this.#poll.start({ readable: true }, () => this.#take());
    else if (!this.#closing.signal.aborted) this.#poll.stop();
  }

  #take(): void {
    while (this.#accepting.length > 0) {
      const accepted = this.#winsock.accept(this.#socket);
      if (accepted === undefined) return;
      const stream = adoptSocket(accepted);
      // The stream's end is told by 'close'; why the guest went says nothing more.
      stream.on('error', () => undefined);
      this.#sockets.add(stream);
      stream.once('close', () => this.#sockets.delete(stream));
      this.#accepting.shift()?.(stream);
    }
  }

  #systemIsGone(): void {
    this.#stop('the system has exited');
    // What the guest sent last is still to be read; nothing can be sent any more.
    for (const socket of this.#sockets) socket.end();
  }

  #stop(why: string): void {
    if (this.#closing.signal.aborted) return;
    this.#poll.close();
    this.#closing.abort(why);
    this.#winsock.close(this.#socket);
  }
}

function givenUp(op: string, signal: AbortSignal | undefined): HcsError {
  const Message = `no connection until ${String(signal?.reason)}`;
  return new HcsError(op, 'HCS_E_CONNECTION_TIMEOUT', [{ Message }]);
}

function closed(op: string, signal: AbortSignal): HcsError {
  return new HcsError(op, 'HCS_E_CONNECTION_CLOSED', [{ Message: String(signal.reason) }]);
}
