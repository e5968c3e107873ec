/** A sink and a source over a descriptor: a FIFO, an inherited pipe, a terminal. */
import { fstatSync } from 'node:fs';
import type { OutputStream } from '../task/process-io.ts';
import { type Descriptor, writeAll } from './descriptor.ts';
import type { InputSource, OnTrouble, OutputSink } from './stdio-ends.ts';

export class DescriptorSink implements OutputSink {
  readonly fd: number | undefined;
  readonly #descriptor: Descriptor;
  readonly #name: string;
  readonly #onTrouble: OnTrouble;
  #over = false;
  #stop!: () => void;
  readonly #stopped: Promise<void>;

  /** @param name for what is said of trouble */
  constructor(descriptor: Descriptor, name: string, onTrouble: OnTrouble) {
    this.#descriptor = descriptor;
    this.fd = fstatSync(descriptor.fd).isFIFO() ? descriptor.fd : undefined;
    this.#name = name;
    this.#onTrouble = onTrouble;
    this.#stopped = new Promise((resolve) => {
      this.#stop = resolve;
    });
  }

  async write(
    _stream: OutputStream,
    bytes: Buffer,
    advance: (count: number) => void,
  ): Promise<void> {
    let written = 0;
    const count = (more: number): void => {
      if (this.#over) return;
      written += more;
      advance(more);
    };
    if (!this.#over) {
      try {
        await Promise.race([writeAll(this.#descriptor, bytes, count), this.#stopped]);
      } catch (error) {
        this.#fail(error as NodeJS.ErrnoException);
      }
    }
    if (written < bytes.length) advance(bytes.length - written);
  }

  async end(): Promise<void> {
    await this.close();
  }

  async close(): Promise<void> {
    this.#over = true;
    this.#stop();
    await this.#descriptor.close();
  }

  #fail(error: NodeJS.ErrnoException): void {
    if (this.#over) return;
    this.#over = true;
    this.#onTrouble(`${this.#name} takes no more output: ${error.message}`);
  }
}

export class DescriptorSource implements InputSource {
  readonly consumes = true;
  readonly #descriptor: Descriptor;
  readonly #onCloseWriter: (end: () => void) => void;
  #end: (() => void) | undefined;
  #writerClosed = false;
  #closed = false;

  /** @param onCloseWriter what CloseIO does; `end` ends it without an end of the descriptor's */
  constructor(descriptor: Descriptor, onCloseWriter: (end: () => void) => void) {
    this.#descriptor = descriptor;
    this.#onCloseWriter = onCloseWriter;
  }

  read(_from: number, take: (bytes: Buffer) => Promise<void>, end: () => void): void {
    if (this.#closed) return;
    const { socket } = this.#descriptor;
    let taken: Promise<void> = Promise.resolve();
    let ended = false;
    this.#end = () => {
      if (ended || this.#closed) return;
      ended = true;
      void taken.then(end);
    };
    socket.on('data', (bytes: Buffer) => {
      if (ended) return;
      socket.pause();
      taken = take(bytes).then(() => {
        if (!this.#closed) socket.resume();
      });
    });
    socket.once('end', () => this.#end?.());
    socket.once('close', () => this.#end?.());
    if (this.#writerClosed) this.#onCloseWriter(() => this.#end?.());
  }

  closeWriter(): void {
    if (this.#writerClosed || this.#closed) return;
    this.#writerClosed = true;
    // Without a reader's eyes on it, an end could go unseen.
    if (this.#end !== undefined) this.#onCloseWriter(this.#end);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    void this.#descriptor.close();
  }
}
