/**
 * A pipe's or a terminal's descriptor as Node reads and writes it: never blocking, never over the thread pool. Writes go
 * straight to the kernel, so that who counts them knows at once how much it has; only what finds no room waits.
 */
import { closeSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { isatty, ReadStream } from 'node:tty';

/** PIPE_BUF: a pipe takes a write of this size whole or not at all. */
const ATOMIC_BYTES = 4096;

/** An open, non-blocking descriptor that is closed once. */
export class Descriptor {
  readonly fd: number;
  readonly #tty: boolean;
  readonly #mode: 'read' | 'write';
  #socket: Socket | undefined;
  #closed: Promise<void> | undefined;

  /** Takes `fd` over. It must be O_NONBLOCK. */
  constructor(fd: number, mode: 'read' | 'write') {
    this.fd = fd;
    this.#mode = mode;
    this.#tty = isatty(fd);
  }

  /** Watches it with the event loop; before the first call nothing is read from it. */
  get socket(): Socket {
    if (this.#socket !== undefined) return this.#socket;
    const writable = this.#mode === 'write';
    // tty.WriteStream would block the whole process where nobody reads the terminal; its ReadStream writes as well.
    const socket = this.#tty
      ? new ReadStream(this.fd)
      : new Socket({ fd: this.fd, readable: !writable, writable });
    // Whoever writes or reads sees the error where it does.
    socket.on('error', () => {});
    this.#socket = socket;
    return socket;
  }

  /** Resolves when it is closed. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const socket = this.#socket;
    if (socket === undefined) {
      closeSync(this.fd);
      return;
    }
    // libuv opens a terminal anew and leaves the descriptor that it was given to us.
    const reopened = this.#tty && handleFd(socket) !== this.fd;
    const closed = socket.closed
      ? undefined
      : new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.destroy();
    if (reopened) closeSync(this.fd);
    await closed;
  }
}

/** Writes all of `bytes`, waiting for room where there is none. @throws the system's error (EPIPE, EIO) */
export async function writeAll(
  descriptor: Descriptor,
  bytes: Buffer,
  advance: (count: number) => void,
): Promise<void> {
  let at = 0;
  while (at < bytes.length) {
    const written = writeNow(descriptor.fd, bytes, at);
    if (written > 0) {
      at += written;
      advance(written);
    }
    if (at === bytes.length) return;
    const piece = bytes.subarray(at, at + ATOMIC_BYTES);
    await writeWhenPossible(descriptor.socket, piece);
    at += piece.length;
    advance(piece.length);
  }
}

function writeNow(fd: number, bytes: Buffer, at: number): number {
  try {
    return writeSync(fd, bytes, at);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
    throw error;
  }
}

function writeWhenPossible(socket: Socket, piece: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(piece, (error) => (error == null ? resolve() : reject(error)));
  });
}

function handleFd(socket: Socket): number | undefined {
  const { _handle: handle } = socket as unknown as { _handle?: { fd?: number } | null };
  return handle?.fd;
}
