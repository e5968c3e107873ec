/**
 * Unary calls to a pod's supervisor. What only asks is asked again of its successor when the supervisor dies before it
 * has answered: a first call after a `kill -9` may still reach the dying socket, and a Wait lasts as long as the process.
 * What changes something fails with `unavailable`: whether it was done, nobody knows.
 */
import { RuntimeError } from '../errors.ts';
import type { TtrpcClient } from '../ttrpc/client.ts';

/** What may be done twice, by its name in either service. */
const IDEMPOTENT: ReadonlySet<string> = new Set([
  ...['State', 'Pids', 'Stats', 'Wait', 'Connect', 'ResizePty', 'CloseIO'],
  ...['Describe', 'Top', 'StatPath', 'Stacks'],
]);
/** A pod whose supervisors die as often as this while one question is asked has another trouble. */
const ATTEMPTS = 5;

export class SupervisorCalls implements Pick<TtrpcClient, 'call'>, AsyncDisposable {
  #client: TtrpcClient;
  readonly #connect: () => Promise<TtrpcClient>;
  #connecting: Promise<TtrpcClient> | undefined;
  #closed = false;
  #called = false;
  #taken: TtrpcClient | undefined;

  /** @param connect a connection to the supervisor that there is then, which may have to be started */
  constructor(client: TtrpcClient, connect: () => Promise<TtrpcClient>) {
    this.#client = client;
    this.#connect = connect;
  }

  /** @throws as TtrpcClient.call; what connecting throws, not-found where there is no pod any more */
  readonly call: TtrpcClient['call'] = async (op, method, request, options) => {
    this.#called = true;
    if (this.#client === this.#taken) await this.#renew(this.#client, options?.signal);
    for (let attempt = 1; ; attempt += 1) {
      const client = this.#client;
      try {
        return await client.call(op, method, request, options);
      } catch (error) {
        const cut = error instanceof RuntimeError && error.code === 'unavailable' && client.over;
        const again = IDEMPOTENT.has(method.name) && attempt < ATTEMPTS && !this.#closed;
        if (!cut || !again) throw error;
        await this.#renew(client, options?.signal);
      }
    }
  };

  /**
   * The connection, for who needs one of their own, where nothing was called on it; undefined where something was. The
   * next call makes another.
   */
  take(): TtrpcClient | undefined {
    if (this.#called || this.#closed || this.#client.over) return undefined;
    this.#called = true;
    this.#taken = this.#client;
    return this.#client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    if (this.#client !== this.#taken) await this.#client.close();
  }

  /** Once for all the calls that one connection's end has cut. */
  async #renew(broken: TtrpcClient, signal: AbortSignal | undefined): Promise<void> {
    if (this.#client !== broken) return;
    signal?.throwIfAborted();
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
    const client = await this.#connecting;
    if (this.#closed) {
      await client.close();
      throw new RuntimeError('unavailable', 'call the supervisor', 'the connection is closed');
    }
    if (this.#client === broken) this.#client = client;
  }
}
