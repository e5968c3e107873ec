/**
 * How the guest's connections to a port reach the host. One function a kind of link; the machine asks the
 * one that the service was opened with.
 *
 * Serial: the guest's end is the virtio-serial port named `lcow.<port>`, QEMU serves the host's end on a
 * Unix socket and takes one connection at a time. The host connects; docs/protocol.md §2 does the rest.
 */
import { join } from 'node:path';
import type { Socket } from 'node:net';
import { HcsError } from '../hcs-error.ts';
import type { GuestListener } from '../service.ts';
import { SERIAL_PORTS_MAX } from './machine-arguments.ts';
import { plugIn, settingError, type Plug } from './plug.ts';
import { connectSocket } from './socket-path.ts';

/** Which kind of link a service uses. */
export type LinkKind = 'serial' | 'vsock';

/** Gives the guest its end of `port`. Already there is not an error: a system that was adopted has it. */
export async function openSerialPort(plug: Plug, port: number): Promise<void> {
  const { ports } = plug.devices;
  if (ports.includes(port)) return;
  const source = `port ${port}`;
  if (ports.length + 1 >= SERIAL_PORTS_MAX) {
    const message = `is one too many: a serial link has ${SERIAL_PORTS_MAX - 1}`;
    throw settingError(plug.op, 'NOT_ENOUGH_MEMORY', source, message);
  }
  const id = `port${port}`;
  const addr = { type: 'unix', data: { path: serialSocketName(port) } };
  await plugIn(plug, source, [
    {
      command: 'chardev-add',
      args: { id, backend: { type: 'socket', data: { addr, server: true, wait: false } } },
      undo: ['chardev-remove', { id }],
    },
    {
      command: 'device_add',
      args: {
        driver: 'virtserialport',
        id,
        bus: 'vser.0',
        nr: ports.length + 1,
        chardev: id,
        name: `lcow.${port}`,
      },
    },
  ]);
  ports.push(port);
}

function serialSocketName(port: number): string {
  return `port-${port}.sock`;
}

/** Connects to a serial port, one connection at a time. */
export class SerialListener implements GuestListener {
  readonly port: number;
  readonly socketPath: string;
  readonly #systemExited: Promise<unknown>;
  readonly #closing = new AbortController();
  #current: Promise<void> = Promise.resolve();
  #sockets = new Set<Socket>();

  constructor(folder: string, port: number, systemExited: Promise<unknown>) {
    this.port = port;
    this.socketPath = join(folder, serialSocketName(port));
    this.#systemExited = systemExited;
    void systemExited.then(() => this.#closing.abort());
  }

  async accept(signal?: AbortSignal): Promise<Socket> {
    const op = `accept a connection to port ${this.port}`;
    const before = this.#current;
    let ended: () => void = () => undefined;
    this.#current = new Promise((resolve) => {
      ended = resolve;
    });
    try {
      await this.#orGivenUp(op, before, signal);
      const socket = await connectSocket(this.socketPath, this.#closing.signal);
      this.#sockets.add(socket);
      socket.once('close', () => {
        this.#sockets.delete(socket);
        ended();
      });
      return socket;
    } catch (error) {
      void before.then(ended);
      if (error instanceof HcsError) throw error;
      throw closed(op, error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    for (const socket of this.#sockets) socket.destroy();
    await Promise.resolve();
  }

  async #orGivenUp(op: string, wait: Promise<void>, signal?: AbortSignal): Promise<void> {
    let abort: () => void = () => undefined;
    const aborted = new Promise<never>((_, reject) => {
      abort = () => {
        const Message = `no connection until ${String(signal?.reason)}`;
        reject(new HcsError(op, 'HCS_E_CONNECTION_TIMEOUT', [{ Message }]));
      };
      if (signal?.aborted === true) abort();
      signal?.addEventListener('abort', abort, { once: true });
    });
    const shut = new Promise<never>((_, reject) => {
      const tell = (): void => reject(closed(op));
      if (this.#closing.signal.aborted) tell();
      this.#closing.signal.addEventListener('abort', tell, { once: true });
    });
    try {
      await Promise.race([
        aborted,
        shut,
        wait,
        this.#systemExited.then(() => Promise.reject(closed(op))),
      ]);
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }
}

function closed(op: string, cause?: unknown): HcsError {
  const Message = 'the system has exited or the listener is closed';
  return new HcsError(
    op,
    'HCS_E_CONNECTION_CLOSED',
    [{ Message }],
    cause === undefined ? undefined : { cause },
  );
}
