/**
 * Windows: stdio over named pipes at which containerd's client listens, one for each stream; we dial. A pipe of output
 * that breaks is dialled again, with growing pauses, and what it did not take is sent over the new one: a client that
 * restarts goes on reading. The end of stdin's pipe is the end of input.
 */
import { connect, type Socket } from 'node:net';
import { withDeadline } from '../deadline.ts';
import { messageOf, RuntimeError } from '../errors.ts';
import type { OutputStream } from '../task/process-io.ts';
import type { InputSource, OnTrouble, OutputSink } from './stdio-ends.ts';

/** For the first dial: the client listens before it asks for a process. */
const DIAL_MS = 10_000;
const PAUSE_FIRST_MS = 10;
const PAUSE_MAX_MS = 1000;
/** After CloseIO, where the pipe does not end: nothing more is under way. */
const QUIET_MS = 100;

export interface PipeSinkOptions {
  readonly op: string;
  readonly name: string;
  readonly path: string;
  readonly onTrouble: OnTrouble;
  /** How long a broken pipe is dialled again. Default 0: for ever, as runhcs's io_retry_timeout. */
  readonly retryMs?: number;
  /** The process runs already: nobody may listen any more, which does not stop it. */
  readonly adopted?: boolean;
}

/** @throws RuntimeError invalid-argument where nobody listens */
export async function openPipeSink(options: PipeSinkOptions): Promise<OutputSink> {
  const socket = await dial(options).catch((error: unknown) => {
    if (options.adopted === true) return undefined;
    throw error;
  });
  return new PipeSink(options, socket);
}

/** As openPipeSink. */
export async function openPipeSource(
  options: Omit<PipeSinkOptions, 'onTrouble'>,
): Promise<InputSource> {
  return new SocketSource(await dial(options));
}

class PipeSink implements OutputSink {
  readonly #options: PipeSinkOptions;
  #socket: Socket | undefined;
  #closed = false;
  #stop!: () => void;
  readonly #stopped: Promise<void>;

  constructor(options: PipeSinkOptions, socket: Socket | undefined) {
    this.#options = options;
    this.#socket = socket;
    this.#stopped = new Promise((resolve) => {
      this.#stop = resolve;
    });
  }

  async write(_: OutputStream, bytes: Buffer, advance: (count: number) => void): Promise<void> {
    while (!this.#closed) {
      const socket = this.#socket ?? (await this.#redial());
      if (socket === undefined) break;
      const sent = await Promise.race([writeTo(socket, bytes), this.#stopped]);
      if (sent === true) break;
      socket.destroy();
      this.#socket = undefined;
    }
    advance(bytes.length);
  }

  async end(): Promise<void> {
    const socket = this.#socket;
    if (socket === undefined || socket.destroyed) return;
    await new Promise<void>((resolve) => {
      socket.once('close', () => resolve());
      socket.end(() => socket.destroy());
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stop();
    this.#socket?.destroy();
  }

  async #redial(): Promise<Socket | undefined> {
    const { retryMs = 0, name, onTrouble } = this.#options;
    const began = performance.now();
    let pauseMs = PAUSE_FIRST_MS;
    while (!this.#closed && (retryMs === 0 || performance.now() - began < retryMs)) {
      await Promise.race([pause(pauseMs), this.#stopped]);
      pauseMs = Math.min(PAUSE_MAX_MS, pauseMs * 2);
      const socket = await dial(this.#options).catch(() => undefined);
      if (socket === undefined) continue;
      if (this.#closed) socket.destroy();
      else this.#socket = socket;
      return this.#socket;
    }
    if (this.#closed) return undefined;
    this.#closed = true;
    onTrouble(`${name} takes no more output: nobody listened for ${retryMs} ms`);
    return undefined;
  }
}

/** Input from a socket that is connected. */
export class SocketSource implements InputSource {
  readonly consumes = true;
  readonly #socket: Socket;
  #end: (() => void) | undefined;
  #writerClosed = false;
  #quiet: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.pause();
  }

  read(_from: number, take: (bytes: Buffer) => Promise<void>, end: () => void): void {
    const socket = this.#socket;
    let taken: Promise<void> = Promise.resolve();
    let ended = false;
    this.#end = () => {
      if (ended || this.#closed) return;
      ended = true;
      clearTimeout(this.#quiet);
      void taken.then(end);
    };
    socket.on('data', (bytes: Buffer) => {
      if (ended) return;
      socket.pause();
      this.#quiet?.refresh();
      taken = take(bytes).then(() => {
        this.#quiet?.refresh();
        if (!this.#closed) socket.resume();
      });
    });
    socket.once('end', () => this.#end?.());
    socket.once('close', () => this.#end?.());
    socket.resume();
    if (this.#writerClosed) this.#endWhenQuiet();
  }

  closeWriter(): void {
    this.#writerClosed = true;
    if (this.#end !== undefined) this.#endWhenQuiet();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#quiet);
    this.#socket.destroy();
  }

  #endWhenQuiet(): void {
    if (this.#closed) return;
    this.#quiet ??= setTimeout(() => this.#end?.(), QUIET_MS);
  }
}

async function dial({ op, name, path }: Omit<PipeSinkOptions, 'onTrouble'>): Promise<Socket> {
  const socket = connect(path);
  const connected = new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  try {
    await withDeadline(`${op}: dial ${name}`, connected, DIAL_MS);
  } catch (error) {
    socket.destroy();
    throw new RuntimeError('invalid-argument', op, `${name}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  socket.on('error', () => {});
  return socket;
}

function writeTo(socket: Socket, bytes: Buffer): Promise<boolean> {
  if (socket.destroyed) return Promise.resolve(false);
  return new Promise((resolve) => {
    socket.once('close', () => resolve(false));
    socket.write(bytes, (error) => resolve(error == null));
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
