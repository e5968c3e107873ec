/**
 * The calling side of ttrpc over one connection. A failed call is a RuntimeError with the code that the peer's
 * status maps to; a connection that ends fails everything on it with `unavailable`. The peer is not trusted:
 * what it sends beyond what was asked is dropped, and what nobody reads yet is bounded.
 */
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ttrpc } from '../../proto/generated/ttrpc.js';
import { cancelled } from '../deadline.ts';
import { RuntimeError } from '../errors.ts';
import { proveToServer } from '../pipe-meeting.ts';
import { socketAddress } from '../socket-address.ts';
import { ClientCall, ClientStream } from './client-call.ts';
import { FrameConnection } from './connection.ts';
import { FRAME_DATA_BYTES_MAX, FRAME_FLAG, FRAME_TYPE } from './frame.ts';
import { type MessageCodec, type Method, type StreamKind, decodeMessage } from './method.ts';

/** Stream ids are u32 and odd; a connection that used them all is renewed by its owner. */
const STREAM_ID_MAX = 0xffff_ffff;
const FLUSH_MS = 1000;

export interface CallOptions {
  /** How long the answer may take, told to the server too. Default: for ever, as for a Wait. */
  readonly timeoutMs?: number;
  /** Gives the call up. ttrpc cannot tell the server: its handler goes on, and its answer is dropped. */
  readonly signal?: AbortSignal;
  /** Keys are sent in lower case. */
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface StreamOptions<RequestInput> extends CallOptions {
  /** The one request of a server-stream method; for the others, a first message. */
  readonly request?: RequestInput;
}

/** Calls methods on one connection; any number of calls at once. */
export class TtrpcClient implements AsyncDisposable {
  readonly #frames: FrameConnection;
  readonly #calls = new Map<number, ClientCall>();
  #nextStreamId = 1;
  #ended: RuntimeError | undefined;

  /** Calls over `duplex`, which the client takes over. */
  constructor(duplex: Duplex) {
    this.#frames = new FrameConnection(duplex, {
      frame: (frame) => this.#calls.get(frame.streamId)?.received(frame),
      oversize: ({ streamId, lengthBytes }) => this.#calls.get(streamId)?.oversize(lengthBytes),
      end: (error) => this.#end(error),
    });
  }

  /**
   * Connects to a Unix socket, or to a named pipe on Windows.
   * @throws RuntimeError `unavailable` when nobody listens there, `cancelled`, `invalid-argument` for a path that
   *   no socket can have
   */
  static async connect(path: string, options: { signal?: AbortSignal } = {}): Promise<TtrpcClient> {
    const op = `connect to ${path}`;
    const { signal } = options;
    if (signal?.aborted === true) throw cancelled(op, signal);
    const address = socketAddress(op, path);
    const socket = await new Promise<Socket>((resolve, reject) => {
      const connecting = connect(address.path);
      const settle = (): void => {
        address.release();
        signal?.removeEventListener('abort', abort);
        connecting.removeListener('error', failed);
      };
      const abort = (): void => {
        settle();
        connecting.on('error', () => undefined);
        connecting.destroy();
        if (signal !== undefined) reject(cancelled(op, signal));
      };
      const failed = (error: Error): void => {
        settle();
        reject(new RuntimeError('unavailable', op, error.message, { cause: error }));
      };
      signal?.addEventListener('abort', abort, { once: true });
      connecting.once('error', failed);
      connecting.once('connect', () => {
        settle();
        resolve(connecting);
      });
    });
    if (address.key !== undefined) await proveToServer(socket, address.key);
    return new TtrpcClient(socket);
  }

  /** Settles when the connection is closed. */
  get closed(): Promise<void> {
    return this.#frames.closed;
  }

  /** Whether the connection is over: nothing can be called any more. */
  get over(): boolean {
    return this.#frames.over;
  }

  /** Bytes held in memory for the server and from it. */
  get bufferedBytes(): number {
    return this.#frames.bufferedBytes;
  }

  /** Calls and streams that have no answer yet. */
  get calls(): number {
    return this.#calls.size;
  }

  /**
   * Calls `method`; `op` names the call in errors ("create container x").
   * @throws RuntimeError: the server's, `timeout`, `cancelled`, `unavailable`; `resource-exhausted` when the
   *   request has more than 4 MiB; `data-loss` when the answer cannot be understood
   */
  async call<RequestInput, Request, ResponseInput, Response>(
    op: string,
    method: Method<RequestInput, Request, ResponseInput, Response, 'unary'>,
    request: RequestInput,
    options: CallOptions = {},
  ): Promise<Response> {
    const call = new ClientCall(op, method.kind, options, (deltaBytes) =>
      this.#frames.account(deltaBytes),
    );
    this.#begin(call, 0, method, options, () => method.request.encode(request));
    const payload = await call.response();
    return decodeAnswer(op, method.response, payload);
  }

  /**
   * Opens a stream; what fails shows when it is read or written. Leave it by reading to the end, or by `cancel`.
   */
  stream<RequestInput, Request, ResponseInput, Response>(
    op: string,
    method: Method<RequestInput, Request, ResponseInput, Response, StreamKind>,
    options: StreamOptions<RequestInput> = {},
  ): ClientStream<Response, RequestInput> {
    const call = new ClientCall(op, method.kind, options, (deltaBytes) =>
      this.#frames.account(deltaBytes),
    );
    const takesOne = method.kind === 'server-stream';
    const { request } = options;
    const flags = takesOne ? FRAME_FLAG.remoteClosed : FRAME_FLAG.remoteOpen;
    const encode = (): Uint8Array | undefined => request && method.request.encode(request);
    const streamId = this.#begin(call, flags, method, options, encode);
    return new ClientStream(
      call,
      this.#frames,
      streamId,
      method.request,
      method.response,
      takesOne,
    );
  }

  /** Closes the connection once what was sent has left (at most 1 s); calls in progress fail. Idempotent. */
  close(): Promise<void> {
    return this.#frames.close(FLUSH_MS);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #begin(
    call: ClientCall,
    flags: number,
    { service, name }: { readonly service: string; readonly name: string },
    { metadata, timeoutMs }: CallOptions,
    payload: () => Uint8Array | undefined,
  ): number {
    const streamId = this.#nextStreamId;
    if (streamId > STREAM_ID_MAX) {
      const why = 'the connection has used all its stream ids';
      call.end(new RuntimeError('resource-exhausted', call.op, why));
    }
    if (this.#ended !== undefined) call.end(unavailable(call.op, this.#ended));
    if (call.over) return streamId;
    this.#nextStreamId += 2;
    this.#calls.set(streamId, call);
    call.onEnd(() => this.#calls.delete(streamId));
    const encode = (): Uint8Array | undefined => {
      if (call.over) return undefined;
      const request: ttrpc.IRequest = { service, method: name };
      const bytes = payload();
      if (bytes !== undefined && bytes.byteLength > 0) request.payload = bytes;
      if (timeoutMs !== undefined) request.timeoutNano = Math.max(1, Math.round(timeoutMs * 1e6));
      if (metadata !== undefined) {
        request.metadata = Object.entries(metadata).map(([key, value]) => ({
          key: key.toLowerCase(),
          value,
        }));
      }
      const encoded = ttrpc.Request.encode(request).finish();
      call.requested = encoded.byteLength <= FRAME_DATA_BYTES_MAX;
      if (call.requested) return encoded;
      const why = `the request has ${encoded.byteLength} bytes, at most ${FRAME_DATA_BYTES_MAX} are taken`;
      throw new RuntimeError('resource-exhausted', call.op, why);
    };
    this.#frames.send(streamId, FRAME_TYPE.request, flags, encode).catch((error: unknown) => {
      call.end(this.#ended === undefined ? error : unavailable(call.op, this.#ended));
    });
    return streamId;
  }

  #end(error: Error | undefined): void {
    this.#ended = unavailable('use the connection', error);
    for (const call of [...this.#calls.values()]) call.end(unavailable(call.op, error));
  }
}

function unavailable(op: string, cause: Error | undefined): RuntimeError {
  const why =
    cause === undefined || cause instanceof RuntimeError
      ? 'the connection is closed'
      : `the connection is closed: ${cause.message}`;
  return new RuntimeError('unavailable', op, why, { cause });
}

function decodeAnswer<Response>(
  op: string,
  codec: MessageCodec<never, Response>,
  payload: Uint8Array,
): Response {
  try {
    return decodeMessage(op, codec, payload, 'response');
  } catch (error) {
    // Ours was fine: it is the peer's that is not.
    throw new RuntimeError('data-loss', op, 'the response cannot be decoded', { cause: error });
  }
}
