/**
 * One HTTP request and its answer, under a limit of silence: each wait, for the answer's head and for every part of
 * its body, ends after so long. A slow answer that goes on is no failure. Redirects are not followed.
 */
import { messageOf } from '../../errors.ts';

/** Nothing came for the time that silence may last. */
export class SilenceError extends Error {
  override readonly name = 'SilenceError';
}

export interface ExchangeOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly silenceMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** To be disposed of: what was not read is not waited for. */
export class Exchange implements Disposable {
  readonly #controller = new AbortController();
  readonly #options: ExchangeOptions;
  readonly #abort = (): void => this.#controller.abort(this.#options.signal?.reason);
  #response: Response | undefined;

  private constructor(options: ExchangeOptions) {
    this.#options = options;
    if (options.signal?.aborted === true) this.#abort();
    else options.signal?.addEventListener('abort', this.#abort, { once: true });
  }

  /** Send a GET and await the answer's head. Throws SilenceError, or Error for what the network says. */
  static async begin(url: URL, options: ExchangeOptions): Promise<Exchange> {
    const exchange = new Exchange(options);
    try {
      const { signal } = exchange.#controller;
      // A body that is compressed on the way would be of another length than its descriptor says.
      const headers = { 'accept-encoding': 'identity', ...options.headers };
      const answer = fetch(url, { headers, signal, redirect: 'manual' });
      exchange.#response = await exchange.#awaited(answer);
      return exchange;
    } catch (error) {
      exchange[Symbol.dispose]();
      throw error;
    }
  }

  get status(): number {
    return this.#response?.status ?? 0;
  }

  header(name: string): string | undefined {
    return this.#response?.headers.get(name) ?? undefined;
  }

  /** The body as it comes. Throws SilenceError, or Error when the connection breaks. */
  async *body(): AsyncGenerator<Buffer> {
    const reader = this.#response?.body?.getReader();
    if (reader === undefined) return;
    for (;;) {
      const { done, value } = await this.#awaited(reader.read());
      if (done) return;
      yield Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
  }

  /** The body's first bytes, at most so many; one more tells that there are more. */
  async head(limitBytes: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let length = 0;
    for await (const part of this.body()) {
      parts.push(part);
      length += part.length;
      if (length > limitBytes) break;
    }
    return Buffer.concat(parts).subarray(0, limitBytes + 1);
  }

  [Symbol.dispose](): void {
    this.#options.signal?.removeEventListener('abort', this.#abort);
    this.#controller.abort();
  }

  async #awaited<T>(pending: Promise<T>): Promise<T> {
    let isSilent = false;
    const timer = setTimeout(() => {
      isSilent = true;
      this.#controller.abort();
    }, this.#options.silenceMs);
    try {
      return await pending;
    } catch (error) {
      if (isSilent) throw new SilenceError(`nothing came for ${this.#options.silenceMs} ms`);
      throw new Error(innermost(error), { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }
}

/** fetch says "fetch failed" and why in the cause; of several addresses that were tried, the first tells. */
function innermost(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  if (cause instanceof AggregateError && cause.errors.length > 0) return messageOf(cause.errors[0]);
  return messageOf(cause instanceof Error ? cause : error);
}
