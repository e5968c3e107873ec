/**
 * The far end of a serial port as a stream. HCS serves the pipe from some time after the start on; the stream
 * connects when it is there, and what is written before waits. The pipe gives no event when it appears, hence
 * the tries.
 */
import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';

const RETRY_MS = 20;

/** Connects to `pipe` until `ended` settles. */
export function openPipeConsole(pipe: string, ended: Promise<unknown>): Duplex {
  return new PipeConsole(pipe, ended);
}

class PipeConsole extends Duplex {
  readonly #pipe: string;
  #socket: Socket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #over = false;
  readonly #waiting: ((socket: Socket) => void)[] = [];

  constructor(pipe: string, ended: Promise<unknown>) {
    super();
    this.#pipe = pipe;
    void ended.then(() => {
      this.#over = true;
      if (this.#socket === undefined) this.destroy();
    });
  }

  override _construct(callback: (error?: Error | null) => void): void {
    // Constructed before it is connected: destroy() must be heard meanwhile.
    callback();
    this.#connect();
  }

  override _read(): void {
    this.#socket?.resume();
  }

  override _write(
    chunk: Buffer,
    _encoding: BufferEncoding,
    callback: (error?: Error | null) => void,
  ) {
    this.#whenConnected((socket) => void socket.write(chunk, (error) => callback(error)));
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#whenConnected((socket) => {
      if (socket.destroyed) callback();
      else socket.end(() => callback());
    });
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    clearTimeout(this.#timer);
    this.#socket?.destroy();
    callback(error);
  }

  #whenConnected(use: (socket: Socket) => void): void {
    if (this.#socket === undefined) this.#waiting.push(use);
    else use(this.#socket);
  }

  #connect(): void {
    const socket = connect(this.#pipe);
    const again = (): void => {
      socket.destroy();
      if (this.destroyed || this.#over) this.destroy();
      else this.#timer = setTimeout(() => this.#connect(), RETRY_MS);
    };
    socket.once('error', again);
    socket.once('connect', () => {
      socket.off('error', again);
      if (this.destroyed) {
        socket.destroy();
        return;
      }
      this.#socket = socket;
      socket.on('data', (chunk: Buffer) => {
        if (!this.push(chunk)) socket.pause();
      });
      socket.on('error', () => undefined);
      // What was received last is still to be read: the end destroys this once it was.
      socket.on('close', () => {
        this.push(null);
        this.end();
      });
      for (const use of this.#waiting.splice(0)) use(socket);
    });
  }
}
