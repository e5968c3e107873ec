/**
 * The part of ws2_32.dll that Hyper-V sockets need, and the adoption of its sockets into Node's streams.
 *
 * A SOCKET is a number here, ours to close until it is adopted: libuv closes it then.
 */
import { Socket } from 'node:net';
import { HcsError } from '../hcs-error.ts';
import type { HresultName } from '../hresult.ts';
import { callOnPool, loadLibrary, type NativeFunction } from './compute-core.ts';
import { AF_HYPERV, HV_ADDRESS_BYTES, HV_PROTOCOL_RAW } from './hv-socket-address.ts';

const SOCK_STREAM = 1;
const WSA_FLAG_OVERLAPPED = 1;
const FIONBIO = 0x8004667e | 0;
const WINSOCK_2_2 = 0x202;
const WSADATA_BYTES = 408;
/** Option of HV_PROTOCOL_RAW: milliseconds. Without it a connect to nobody waits for half a minute. */
const HVSOCKET_CONNECT_TIMEOUT = 1;

const WSAEACCES = 10013;
const WSAEADDRINUSE = 10048;
const WSAEAFNOSUPPORT = 10047;

/** winsock2.h's errors that we meet, by what HCS calls the like. */
const ERRORS: Readonly<Record<number, { name: string; hresult: HresultName }>> = {
  [WSAEACCES]: { name: 'WSAEACCES', hresult: 'E_ACCESSDENIED' },
  [WSAEADDRINUSE]: { name: 'WSAEADDRINUSE', hresult: 'ERROR_ALREADY_EXISTS' },
  [WSAEAFNOSUPPORT]: { name: 'WSAEAFNOSUPPORT', hresult: 'HCS_E_HYPERV_NOT_INSTALLED' },
  10060: { name: 'WSAETIMEDOUT', hresult: 'HCS_E_CONNECTION_TIMEOUT' },
  10061: { name: 'WSAECONNREFUSED', hresult: 'HCS_E_CONNECT_FAILED' },
};

/** ws2_32, loaded. */
export class Winsock {
  readonly #lastError: NativeFunction;
  readonly #socket: NativeFunction;
  readonly #bind: NativeFunction;
  readonly #listen: NativeFunction;
  readonly #accept: NativeFunction;
  readonly #connect: NativeFunction;
  readonly #close: NativeFunction;
  readonly #control: NativeFunction;
  readonly #option: NativeFunction;

  constructor(path = 'ws2_32.dll') {
    const library = loadLibrary(path);
    const bind = (name: string, result: string, ...types: string[]): NativeFunction =>
      library.func(name, result, types);
    this.#lastError = bind('WSAGetLastError', 'int');
    this.#socket = bind(
      'WSASocketW',
      'intptr_t',
      'int',
      'int',
      'int',
      'void *',
      'uint32_t',
      'uint32_t',
    );
    this.#bind = bind('bind', 'int', 'intptr_t', 'void *', 'int');
    this.#listen = bind('listen', 'int', 'intptr_t', 'int');
    this.#accept = bind('accept', 'intptr_t', 'intptr_t', 'void *', 'void *');
    this.#connect = bind('connect', 'int', 'intptr_t', 'void *', 'int');
    this.#close = bind('closesocket', 'int', 'intptr_t');
    this.#control = bind('ioctlsocket', 'int', 'intptr_t', 'int32_t', 'void *');
    this.#option = bind('setsockopt', 'int', 'intptr_t', 'int', 'int', 'void *', 'int');
    bind('WSAStartup', 'int', 'uint16_t', 'void *')(WINSOCK_2_2, Buffer.alloc(WSADATA_BYTES));
  }

  /** A Hyper-V socket. @throws HcsError */
  create(op: string): number {
    const socket = this.#socket(
      AF_HYPERV,
      SOCK_STREAM,
      HV_PROTOCOL_RAW,
      null,
      0,
      WSA_FLAG_OVERLAPPED,
    ) as number;
    if (socket < 0) throw this.#failure(op, 'WSASocketW');
    return socket;
  }

  /**
   * Listens on an address; accept() does not wait. On this thread, whose error it then is: neither call waits.
   * @throws HcsError E_ACCESSDENIED, ERROR_ALREADY_EXISTS
   */
  listen(op: string, address: Buffer, backlog: number): number {
    const socket = this.create(op);
    try {
      const bound = this.#bind(socket, address, HV_ADDRESS_BYTES) as number;
      if (bound < 0) throw this.#failure(op, 'bind');
      const listening = this.#listen(socket, backlog) as number;
      if (listening < 0) throw this.#failure(op, 'listen');
      const nonBlocking = Buffer.from([1, 0, 0, 0]);
      if ((this.#control(socket, FIONBIO, nonBlocking) as number) < 0) {
        throw this.#failure(op, 'ioctlsocket');
      }
    } catch (error) {
      this.close(socket);
      throw error;
    }
    return socket;
  }

  /** The next connection; undefined where none waits. */
  accept(listener: number): number | undefined {
    const socket = this.#accept(listener, null, null) as number;
    return socket < 0 ? undefined : socket;
  }

  /** Dials. @throws HcsError HCS_E_CONNECT_FAILED */
  async connect(op: string, address: Buffer, timeoutMs: number): Promise<number> {
    const socket = this.create(op);
    try {
      const timeout = Buffer.alloc(4);
      timeout.writeUInt32LE(timeoutMs);
      this.#option(socket, HV_PROTOCOL_RAW, HVSOCKET_CONNECT_TIMEOUT, timeout, timeout.length);
      const connected = (await callOnPool(
        this.#connect,
        socket,
        address,
        HV_ADDRESS_BYTES,
      )) as number;
      if (connected < 0) {
        // The error is the pool thread's, which is not to be asked.
        const Message = `nobody has answered within ${timeoutMs} ms`;
        throw new HcsError(op, 'HCS_E_CONNECT_FAILED', [{ Message, Source: 'connect' }]);
      }
    } catch (error) {
      this.close(socket);
      throw error;
    }
    return socket;
  }

  close(socket: number): void {
    this.#close(socket);
  }

  #failure(op: string, call: string): HcsError {
    const number = this.#lastError() as number;
    const known = ERRORS[number];
    const Message = `${call} failed with ${known?.name ?? `error ${number}`}`;
    return new HcsError(op, known?.hresult ?? 'HCS_E_CONNECT_FAILED', [{ Message, Source: call }]);
  }
}

interface TcpHandle {
  open(socket: number): number;
  close(): void;
}
interface TcpWrap {
  TCP: new (type: number) => TcpHandle;
  constants: { SOCKET: number };
}

/**
 * A connected socket as a stream: Node's own TCP stream over it, which does not look at the address family.
 * The socket is libuv's from now on, and closed with the stream.
 */
export function adoptSocket(socket: number): Socket {
  const { TCP, constants } = (process as unknown as { binding(name: 'tcp_wrap'): TcpWrap }).binding(
    'tcp_wrap',
  );
  const handle = new TCP(constants.SOCKET);
  const error = handle.open(socket);
  if (error !== 0) {
    handle.close();
    throw new Error(`the socket cannot be adopted: libuv error ${error}`);
  }
  const options = { handle, readable: true, writable: true, allowHalfOpen: true };
  return new Socket(options as never);
}
