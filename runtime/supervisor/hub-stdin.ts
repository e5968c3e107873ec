/**
 * What clients send to one process, in the order in which it came, through its restarts. Bytes wait here until there
 * is a process to take them; how much waits is bounded by who sends (`room`).
 */
import type { GuestInput } from '../task/process-io.ts';

/** Bytes that may be under way to the guest; more waits with its sender. */
export const STDIN_BYTES_MAX = 1 << 20;

interface Piece {
  readonly bytes: Buffer;
  readonly taken: (closed: boolean) => void;
}

export class HubStdin {
  readonly #queue: Piece[] = [];
  readonly #waiting: (() => void)[] = [];
  #input: GuestInput | undefined;
  #bytes = 0;
  #ending = false;
  #closed = false;

  /** Nothing is passed on any more: the process reads no more, or stdin ended. */
  get closed(): boolean {
    return this.#closed;
  }

  /** A process takes input from now on. */
  connect(input: GuestInput): void {
    this.#input = input;
    this.#pump();
  }

  /** The process has ended; what it was not given waits for the next, if one comes. */
  disconnect(): void {
    this.#input = undefined;
  }

  /** A new run of the process: stdin is open again. */
  reopen(): void {
    this.#input = undefined;
    this.#ending = false;
    this.#closed = false;
  }

  /** Settles when there is room for more. */
  room(): Promise<void> | undefined {
    if (this.#bytes < STDIN_BYTES_MAX || this.#closed) return undefined;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Resolves when the guest has the bytes, or with true when it takes no more. */
  write(bytes: Buffer): Promise<boolean> {
    if (this.#closed || this.#ending) return Promise.resolve(true);
    return new Promise((resolve) => {
      this.#bytes += bytes.length;
      const taken = (closed: boolean): void => {
        this.#bytes -= bytes.length;
        resolve(closed);
        if (this.#bytes < STDIN_BYTES_MAX) this.#wake();
      };
      this.#queue.push({ bytes, taken });
      this.#pump();
    });
  }

  /** Ends stdin after what was written. Idempotent. */
  end(): void {
    if (this.#ending || this.#closed) return;
    this.#ending = true;
    this.#pump();
  }

  /** No process will take anything any more. */
  close(): void {
    this.#closed = true;
    this.#input = undefined;
    for (const { taken } of this.#queue.splice(0)) taken(true);
    this.#wake();
  }

  #pump(): void {
    const input = this.#input;
    if (input === undefined) return;
    for (let piece = this.#queue.shift(); piece !== undefined; piece = this.#queue.shift()) {
      const { bytes, taken } = piece;
      input.write(bytes).then(
        () => taken(false),
        () => taken(true),
      );
    }
    if (!this.#ending || this.#closed) return;
    this.#closed = true;
    input.end();
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
