/**
 * Who waits for the guest's next connection to one port: each gives up by a signal of its own, all when the listener
 * closes. Shared by the listeners of both implementations; it knows no sockets.
 */
import { HcsError } from './hcs-error.ts';

export class AcceptQueue<Connection> {
  readonly #port: number;
  readonly #onChange: () => void;
  readonly #accepting: ((connection: Connection) => void)[] = [];
  readonly #closing = new AbortController();

  /** @param onChange somebody began or ceased to wait */
  constructor(port: number, onChange: () => void = () => undefined) {
    this.#port = port;
    this.#onChange = onChange;
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Somebody waits. */
  get isWanted(): boolean {
    return this.#accepting.length > 0 && !this.isClosed;
  }

  /**
   * The next connection: one that `ready` has, else the next that is given.
   * @throws HcsError CONNECTION_CLOSED, CONNECTION_TIMEOUT when the signal aborts
   */
  async accept(signal?: AbortSignal, ready?: () => Connection | undefined): Promise<Connection> {
    const op = `accept a connection to port ${this.#port}`;
    if (this.isClosed) throw this.#closed(op);
    if (signal?.aborted === true) throw givenUp(op, signal);
    const next = ready?.();
    if (next !== undefined) return next;
    const closing = this.#closing.signal;
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        const at = this.#accepting.indexOf(take);
        if (at !== -1) this.#accepting.splice(at, 1);
        signal?.removeEventListener('abort', abort);
        closing.removeEventListener('abort', shut);
        this.#onChange();
        settle();
      };
      const take = (connection: Connection): void => end(() => resolve(connection));
      const abort = (): void => end(() => reject(givenUp(op, signal)));
      const shut = (): void => end(() => reject(this.#closed(op)));
      this.#accepting.push(take);
      signal?.addEventListener('abort', abort, { once: true });
      closing.addEventListener('abort', shut, { once: true });
      this.#onChange();
    });
  }

  /** Gives the connection to who waits longest. False: nobody does. */
  give(connection: Connection): boolean {
    const take = this.#accepting.shift();
    take?.(connection);
    return take !== undefined;
  }

  /** Nobody gets a connection any more; those who wait are told why. Idempotent. */
  close(why: string): void {
    if (!this.isClosed) this.#closing.abort(why);
  }

  #closed(op: string): HcsError {
    const Message = String(this.#closing.signal.reason);
    return new HcsError(op, 'HCS_E_CONNECTION_CLOSED', [{ Message }]);
  }
}

function givenUp(op: string, signal: AbortSignal | undefined): HcsError {
  const Message = `no connection until ${String(signal?.reason)}`;
  return new HcsError(op, 'HCS_E_CONNECTION_TIMEOUT', [{ Message }]);
}
