/**
 * The messages of one stream that were received and not yet read. Bytes are counted, not bounded, here: the
 * connection stops reading its socket while the inboxes on it hold too much.
 */
import { RuntimeError } from '../errors.ts';

/** What a queued message costs beside its bytes, so that empty ones are not free. */
const MESSAGE_OVERHEAD_BYTES = 128;

export class Inbox {
  readonly #op: string;
  readonly #account: (deltaBytes: number) => void;
  readonly #queue: Uint8Array[] = [];
  #read = 0;
  #end: { readonly error: unknown } | undefined;
  #waiting:
    | {
        readonly resolve: (bytes: Uint8Array | undefined) => void;
        readonly reject: (error: unknown) => void;
      }
    | undefined;

  /** `account` is told of every change of the bytes held. */
  constructor(op: string, account: (deltaBytes: number) => void) {
    this.#op = op;
    this.#account = account;
  }

  get ended(): boolean {
    return this.#end !== undefined;
  }

  /** Adds a message; one that comes after the end is dropped. */
  push(payload: Uint8Array): void {
    if (this.#end !== undefined) return;
    if (this.#waiting !== undefined) {
      const { resolve } = this.#waiting;
      this.#waiting = undefined;
      resolve(payload);
      return;
    }
    this.#queue.push(payload);
    this.#account(payload.byteLength + MESSAGE_OVERHEAD_BYTES);
  }

  /** No more messages come; what is queued can still be read, then `error` is thrown if there is one. */
  end(error?: unknown): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (error === undefined) waiting?.resolve(undefined);
    else waiting?.reject(error);
  }

  /** Ends at once: what is queued is dropped. */
  discard(error?: unknown): void {
    for (let payload = this.#shift(); payload !== undefined; payload = this.#shift());
    this.end(error);
  }

  /** The next message's bytes, or undefined after the last. */
  receive(): Promise<Uint8Array | undefined> {
    const payload = this.#shift();
    if (payload !== undefined) return Promise.resolve(payload);
    if (this.#end !== undefined) {
      const { error } = this.#end;
      return error === undefined ? Promise.resolve(undefined) : Promise.reject(error);
    }
    if (this.#waiting !== undefined) {
      const why = 'a message of the stream is waited for already';
      return Promise.reject(new RuntimeError('invalid-state', this.#op, why));
    }
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  #shift(): Uint8Array | undefined {
    const payload = this.#queue[this.#read];
    if (payload === undefined) return undefined;
    this.#read += 1;
    if (this.#read === this.#queue.length || this.#read > 1024) {
      this.#queue.splice(0, this.#read);
      this.#read = 0;
    }
    this.#account(-(payload.byteLength + MESSAGE_OVERHEAD_BYTES));
    return payload;
  }
}
