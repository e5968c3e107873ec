/**
 * A registry's read side, for one repository: manifests and blobs by HTTP.
 *
 * Follows the OCI Distribution Specification 1.1 (pull) and Docker's token authentication. What a registry answers is
 * bounded in length and time here; that it is what its digest says is found out by who reads it, but for a manifest's.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { cancelled } from '../../deadline.ts';
import { type ErrorCode, messageOf, RuntimeError } from '../../errors.ts';
import { type Digest, digestOf, isDigest } from '../digest.ts';
import { MAX_JSON_BYTES } from '../json-shape.ts';
import { type Descriptor, MEDIA_TYPE } from '../manifest.ts';
import type { Reference } from '../reference.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import type { KnownCredentials } from './docker-credentials.ts';
import { Exchange, SilenceError } from './exchange.ts';
import { mayAsk, registryUrl } from './registry-address.ts';

export interface RegistryTimes {
  /** How long nothing may come. */
  readonly silenceMs: number;
  /** Before the second attempt; doubled before each further one. */
  readonly retryMs: number;
}

export const REGISTRY_TIMES: RegistryTimes = { silenceMs: 30_000, retryMs: 500 };

export interface RegistryClientOptions {
  /** Of errors: "pull docker.io/library/busybox:latest from registry-1.docker.io". */
  readonly op: string;
  /** Asked for when the registry wants them, once. */
  readonly credentials: () => Promise<KnownCredentials>;
  readonly times?: RegistryTimes;
  readonly signal?: AbortSignal | undefined;
}

export interface FetchedManifest {
  readonly bytes: Buffer;
  /** As the answer's header has it, without parameters; '' without one. */
  readonly mediaType: string;
}

/** In all, for a manifest; for a blob, without this much progress between two. */
const ATTEMPTS = 4;
const PROGRESS_BYTES = 2 ** 20;
const MAX_REDIRECTS = 5;
/** A registry that asks for more patience than this is not waited for. */
const MAX_RETRY_AFTER_MS = 30_000;
const MAX_TOKEN_BYTES = 2 ** 16;
const MAX_ERROR_BYTES = 2 ** 14;
const MAX_ERROR_CHARACTERS = 300;
const MANIFEST_TYPES = [
  ...[MEDIA_TYPE.index, MEDIA_TYPE.manifest, MEDIA_TYPE.dockerIndex, MEDIA_TYPE.dockerManifest],
].join(', ');

/** Worth another attempt. */
class TransientError extends Error {
  override readonly name = 'TransientError';
  readonly failure: RuntimeError;
  readonly afterMs: number | undefined;

  constructor(failure: RuntimeError, afterMs?: number) {
    super(failure.message);
    this.failure = failure;
    this.afterMs = afterMs;
  }
}

export class RegistryClient {
  readonly #options: RegistryClientOptions;
  readonly #times: RegistryTimes;
  readonly #base: URL;
  readonly #path: string;
  #authorization: string | undefined;
  #credentials: Promise<KnownCredentials> | undefined;

  constructor(reference: Pick<Reference, 'domain' | 'path'>, options: RegistryClientOptions) {
    this.#options = options;
    this.#times = options.times ?? REGISTRY_TIMES;
    this.#base = registryUrl(reference);
    this.#path = reference.path;
  }

  /** A manifest or index by tag or digest, of at most 4 MiB; by digest it has that. Throws RuntimeError. */
  async manifest(name: string, limitBytes = MAX_JSON_BYTES): Promise<FetchedManifest> {
    const what = `manifest ${name}`;
    for (let attempt = 1; ; attempt++) {
      try {
        using exchange = await this.#ask(what, `manifests/${name}`, { accept: MANIFEST_TYPES });
        const limit = Math.min(limitBytes, MAX_JSON_BYTES);
        const bytes = await this.#received(what, exchange.head(limit));
        if (bytes.length > limit) {
          throw this.#error('invalid-argument', `${what} is longer than ${limit} bytes`);
        }
        const stated = isDigest(name) ? name : exchange.header('docker-content-digest');
        const actual = digestOf(bytes);
        if (isDigest(stated) && stated !== actual) {
          throw this.#error('data-loss', `${what}: its digest is ${actual} instead of ${stated}`);
        }
        const [type = ''] = (exchange.header('content-type') ?? '').split(';');
        return { bytes, mediaType: type.trim().toLowerCase() };
      } catch (error) {
        await this.#retry(error, attempt);
      }
    }
  }

  /**
   * A blob's bytes, as many as its descriptor says; where the connection breaks the rest is asked for. Its digest is
   * not verified. Throws RuntimeError.
   */
  async *blob({
    digest,
    sizeBytes,
  }: Pick<Descriptor, 'digest' | 'sizeBytes'>): AsyncGenerator<Buffer> {
    let at = 0;
    for (let attempt = 1, progressAt = 0; at < sizeBytes; attempt++) {
      try {
        for await (const part of this.#blobFrom(digest, at, sizeBytes)) {
          at += part.length;
          yield part;
        }
      } catch (error) {
        if (at - progressAt >= PROGRESS_BYTES) {
          attempt = 1;
          progressAt = at;
        }
        await this.#retry(error, attempt);
      }
    }
  }

  /** What one answer has of the blob, from there on. */
  async *#blobFrom(digest: Digest, from: number, sizeBytes: number): AsyncGenerator<Buffer> {
    const what = `blob ${digest}`;
    const headers: Record<string, string> = from === 0 ? {} : { range: `bytes=${from}-` };
    using exchange = await this.#ask(what, `blobs/${digest}`, headers);
    const range = /^bytes (\d{1,16})-/.exec(exchange.header('content-range') ?? '')?.[1];
    if (exchange.status === 206 && Number(range) !== from) {
      throw this.#error(
        'data-loss',
        `${what}: bytes from ${from} on were asked for, not from ${range}`,
      );
    }
    // Who knows no ranges answers with all of it.
    let at = exchange.status === 206 ? from : 0;
    const body = exchange.body();
    try {
      for (;;) {
        const { done, value } = await this.#received(what, body.next());
        if (done === true) break;
        if (at + value.length > sizeBytes) {
          const more = `${what} is longer than the ${sizeBytes} bytes that its descriptor says`;
          throw this.#error('data-loss', more);
        }
        const known = Math.min(value.length, Math.max(0, from - at));
        at += value.length;
        if (known < value.length) yield value.subarray(known);
      }
    } catch (error) {
      // All of it is here: how the answer ends is of no interest.
      if (!(error instanceof TransientError) || at < sizeBytes) throw error;
    }
    if (at < sizeBytes) {
      const failure = this.#error('data-loss', `${what} ended after ${at} of ${sizeBytes} bytes`);
      throw new TransientError(failure);
    }
  }

  /** Sleeps before the next attempt, or throws what ends it. */
  async #retry(error: unknown, attempt: number): Promise<void> {
    if (!(error instanceof TransientError)) throw error;
    const afterMs = error.afterMs ?? this.#times.retryMs * 2 ** (attempt - 1);
    if (attempt >= ATTEMPTS || afterMs > MAX_RETRY_AFTER_MS) throw error.failure;
    const { op, signal } = this.#options;
    try {
      await delay(afterMs, undefined, signal === undefined ? {} : { signal });
    } catch (stopped) {
      throw signal?.aborted === true ? cancelled(op, signal) : stopped;
    }
  }

  /** An answer with a body that was asked for: 200 or 206. */
  async #ask(
    what: string,
    path: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<Exchange> {
    const url = new URL(`/v2/${this.#path}/${path}`, this.#base);
    let sent = this.#authorization;
    let exchange = await this.#follow(what, url, headers);
    if (exchange.status === 401) {
      const header = exchange.header('www-authenticate') ?? '';
      exchange[Symbol.dispose]();
      // Another request may have a token by now.
      if (sent === this.#authorization) await this.#authorize(what, parseChallenges(header));
      exchange = await this.#follow(what, url, headers);
    }
    if (exchange.status === 200 || exchange.status === 206) return exchange;
    using refused = exchange;
    throw await this.#failure(what, refused);
  }

  /** The answer behind redirects; what authorizes us goes to the registry alone. */
  async #follow(
    what: string,
    from: URL,
    headers: Readonly<Record<string, string>>,
  ): Promise<Exchange> {
    let url = from;
    for (let redirects = 0; ; redirects++) {
      const isRegistry = url.origin === this.#base.origin;
      const authorization = isRegistry ? this.#authorization : undefined;
      const exchange = await this.#begin(what, url, {
        ...headers,
        ...(authorization !== undefined && { authorization }),
      });
      if (![301, 302, 303, 307, 308].includes(exchange.status)) return exchange;
      const location = exchange.header('location') ?? '';
      exchange[Symbol.dispose]();
      if (redirects === MAX_REDIRECTS) {
        throw this.#error('unavailable', `${what}: more than ${MAX_REDIRECTS} redirects`);
      }
      url = this.#checked(what, 'redirect', location, url);
    }
  }

  #checked(what: string, kind: string, text: string, base?: URL): URL {
    const url = URL.canParse(text, base?.href) ? new URL(text, base) : undefined;
    if (url !== undefined && mayAsk(url, this.#base)) return url;
    const shown = url === undefined ? text : `${url.protocol}//${url.host}`;
    throw this.#error(
      'permission-denied',
      `${what}: its ${kind} to ${printable(shown)} is refused`,
    );
  }

  async #begin(
    what: string,
    url: URL,
    headers: Readonly<Record<string, string>>,
  ): Promise<Exchange> {
    const { silenceMs } = this.#times;
    const { signal } = this.#options;
    return this.#received(
      `${what} at ${url.host}`,
      Exchange.begin(url, { headers, silenceMs, signal }),
    );
  }

  /** Names what the network says. */
  async #received<T>(what: string, pending: Promise<T>): Promise<T> {
    try {
      return await pending;
    } catch (error) {
      const { op, signal } = this.#options;
      if (signal?.aborted === true) throw cancelled(op, signal);
      const code = error instanceof SilenceError ? 'timeout' : 'unavailable';
      const text = `${what}: ${printable(messageOf(error))}`;
      throw new TransientError(this.#error(code, text, { cause: error }));
    }
  }

  async #authorize(what: string, challenges: readonly Challenge[]): Promise<void> {
    const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
    this.#credentials ??= this.#options.credentials();
    const { credentials, absent } = await this.#credentials;
    const basic =
      credentials === undefined
        ? undefined
        : `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')}`;
    if (bearer !== undefined) {
      this.#authorization = `Bearer ${await this.#token(what, bearer, basic)}`;
    } else if (!challenges.some(({ scheme }) => scheme === 'basic')) {
      throw this.#error('unsupported', `${what}: 401, with no challenge that is known`);
    } else if (basic === undefined) {
      throw this.#error('permission-denied', `${what}: 401, it wants credentials; ${absent}`);
    } else this.#authorization = basic;
  }

  async #token(
    what: string,
    { parameters }: Challenge,
    basic: string | undefined,
  ): Promise<string> {
    const url = this.#checked(what, 'token server', parameters.get('realm') ?? '');
    const service = parameters.get('service');
    if (service !== undefined) url.searchParams.set('service', service);
    url.searchParams.set('scope', parameters.get('scope') ?? `repository:${this.#path}:pull`);
    const named = `token of ${url.host} for ${what}`;
    using exchange = await this.#begin(
      named,
      url,
      basic === undefined ? {} : { authorization: basic },
    );
    if (exchange.status !== 200) throw await this.#failure(named, exchange);
    const bytes = await this.#received(named, exchange.head(MAX_TOKEN_BYTES));
    const answer = bytes.length > MAX_TOKEN_BYTES ? undefined : objectOf(bytes);
    const token = answer?.['token'] ?? answer?.['access_token'];
    // It is to stand in a header.
    if (typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)) return token;
    throw this.#error('unavailable', `${named}: the answer has none`);
  }

  /** What an answer that is none says, by its status. */
  async #failure(what: string, exchange: Exchange): Promise<Error> {
    const { status } = exchange;
    const body = await exchange.head(MAX_ERROR_BYTES).catch(() => Buffer.alloc(0));
    const told = saidOf(body);
    let text = `${what}: ${status}${told === '' ? '' : ` (${told})`}`;
    if (status === 401 || status === 403) {
      const absent = (await this.#credentials)?.absent ?? '';
      if (absent !== '') text += `; ${absent}`;
    }
    const failure = this.#error(codeOf(status), text);
    if (status !== 429 && status < 500) return failure;
    const seconds = /^\d{1,9}$/.exec(exchange.header('retry-after') ?? '')?.[0];
    return new TransientError(failure, seconds === undefined ? undefined : Number(seconds) * 1000);
  }

  #error(code: ErrorCode, what: string, options?: ErrorOptions): RuntimeError {
    return new RuntimeError(code, this.#options.op, what, options);
  }
}

function codeOf(status: number): ErrorCode {
  if (status === 401 || status === 403) return 'permission-denied';
  if (status === 404) return 'not-found';
  if (status === 429) return 'resource-exhausted';
  if (status === 416) return 'data-loss';
  return 'unavailable';
}

/** The specification's `errors`, else nothing: pages for browsers help nobody. */
function saidOf(body: Buffer): string {
  const errors = objectOf(body)?.['errors'];
  if (!Array.isArray(errors)) return '';
  const said = errors.slice(0, 3).map((each: unknown) => {
    const { code, message } = (each ?? {}) as { code?: unknown; message?: unknown };
    return [code, message].filter((part) => typeof part === 'string' && part !== '').join(': ');
  });
  return printable(said.filter(Boolean).join('; '));
}

function objectOf(bytes: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Text of a stranger for one line of a terminal. */
function printable(text: string): string {
  const short =
    text.length > MAX_ERROR_CHARACTERS ? `${text.slice(0, MAX_ERROR_CHARACTERS)}...` : text;
  return short.replace(/[^\x20-\x7e]/g, '?');
}
