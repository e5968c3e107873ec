/**
 * hvsocket: the guest's connections to a port of the host. The host binds (RuntimeId, service of the port) and
 * listens before the VM starts; each connection that the guest dials is accepted without blocking a thread and
 * becomes a Node stream.
 */
import koffi from 'koffi';
import type { Socket } from 'node:net';
import { vsockServiceId } from '../document/hv-socket.ts';
import { AcceptQueue } from '../accept-queue.ts';
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
  readonly #queue: AcceptQueue<Socket>;
  readonly #sockets = new Set<Socket>();
  #polling = false;

  private constructor(winsock: Winsock, port: number, socket: number) {
    this.port = port;
    this.#winsock = winsock;
    this.#socket = socket;
    this.#queue = new AcceptQueue(port, () => this.#pollWhileWanted());
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

  accept(signal?: AbortSignal): Promise<Socket> {
    return this.#queue.accept(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop('the listener is closed');
    for (const socket of this.#sockets) socket.destroy();
    await Promise.resolve();
  }

  /** Only while somebody accepts: connections that nobody wants yet wait in the hypervisor. */
  #pollWhileWanted(): void {
    const wanted = this.#queue.isWanted;
    if (wanted === this.#polling) return;
    this.#polling = wanted;
    if (wanted) this.#poll.start({ readable: true }, () => this.#take());
    else if (!this.#queue.isClosed) this.#poll.stop();
  }

  #take(): void {
    while (this.#queue.isWanted) {
      const accepted = this.#winsock.accept(this.#socket);
      if (accepted === undefined) return;
      const stream = adoptSocket(accepted);
      // The stream's end is told by 'close'; why the guest went says nothing more.
      stream.on('error', () => undefined);
      this.#sockets.add(stream);
      stream.once('close', () => this.#sockets.delete(stream));
      this.#queue.give(stream);
    }
  }

  #systemIsGone(): void {
    this.#stop('the system has exited');
    // What the guest sent last is still to be read; nothing can be sent any more.
    for (const socket of this.#sockets) socket.end();
  }

  #stop(why: string): void {
    if (this.#queue.isClosed) return;
    this.#poll.close();
    this.#queue.close(why);
    this.#winsock.close(this.#socket);
  }
}
