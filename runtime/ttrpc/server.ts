/**
 * The serving side of ttrpc: a table of handlers, served on any number of connections. Knows nothing of what
 * the services do, nor of who may connect (server-socket.ts).
 */
import type { Duplex } from 'node:stream';
import { ttrpc } from '../../proto/generated/ttrpc.js';
import { type ErrorCode, messageOf } from '../errors.ts';
import { FrameConnection } from './connection.ts';
import { FRAME_TYPE, FRAME_DATA_BYTES_MAX, type Frame, type OversizeFrame } from './frame.ts';
import type { Handler } from './method.ts';
import { encodeResponse, ServerCall, type Unexpected } from './server-call.ts';
import { transportStatus } from './status.ts';

/** Calls in progress on one connection; containerd has a Wait open for every process, which is far fewer. */
export const CALLS_MAX = 1024;

/** Bytes of requests that calls in progress on one connection may hold; one request has at most 4 MiB. */
export const REQUEST_BYTES_MAX = 32 << 20;

/** How long a closing connection waits for its answers to leave. */
const FLUSH_MS = 1000;

export interface TtrpcServerOptions {
  /** Calls in progress on one connection, default CALLS_MAX; one more is answered RESOURCE_EXHAUSTED. */
  readonly callsMax?: number;
  /** Told of what a handler threw that is no RuntimeError: a defect of ours. Default: only the caller is told. */
  readonly unexpected?: Unexpected;
}

/** One connection being served. */
export interface ServedConnection {
  /** Settles when the connection is closed. */
  readonly closed: Promise<void>;
  /** Calls whose handlers have not returned. */
  readonly calls: number;
  /** Bytes held in memory for the peer and from it, beside the requests of calls in progress. */
  readonly bufferedBytes: number;
}

/** Serves `handlers` on every connection it is given. */
export class TtrpcServer implements AsyncDisposable {
  readonly #services = new Map<string, Map<string, Handler>>();
  readonly #connections = new Set<Connection>();
  readonly #callsMax: number;
  readonly #unexpected: Unexpected | undefined;
  #closing = false;

  /** @throws TypeError when two handlers are for one method */
  constructor(handlers: readonly Handler[], options: TtrpcServerOptions = {}) {
    this.#callsMax = options.callsMax ?? CALLS_MAX;
    this.#unexpected = options.unexpected;
    for (const handler of handlers) {
      const { service, name } = handler.method;
      const methods = this.#services.get(service) ?? new Map<string, Handler>();
      if (methods.has(name)) throw new TypeError(`two handlers for ${service}/${name}`);
      this.#services.set(service, methods.set(name, handler));
    }
  }

  /** Connections being served. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Serves on `duplex`, which the server takes over, until either side closes it. */
  serve(duplex: Duplex): ServedConnection {
    const connection: Connection = new Connection(duplex, {
      services: this.#services,
      callsMax: this.#callsMax,
      unexpected: this.#unexpected,
      ended: () => this.#connections.delete(connection),
    });
    this.#connections.add(connection);
    if (this.#closing || connection.over) {
      this.#connections.delete(connection);
      connection.destroy();
    }
    return connection;
  }

  /**
   * Closes every connection once the answers given so far have left (at most 1 s), and takes no more. Calls
   * in progress see their signals abort. A handler must not await it: its own answer would never be given.
   */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all([...this.#connections].map((connection) => connection.close()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

interface Serving {
  readonly services: ReadonlyMap<string, ReadonlyMap<string, Handler>>;
  readonly callsMax: number;
  readonly unexpected: Unexpected | undefined;
  readonly ended: () => void;
}

class Connection implements ServedConnection {
  readonly #frames: FrameConnection;
  readonly #serving: Serving;
  readonly #calls = new Map<number, ServerCall>();
  #lastStreamId = 0;
  #requestBytes = 0;

  constructor(duplex: Duplex, serving: Serving) {
    this.#serving = serving;
    this.#frames = new FrameConnection(duplex, {
      frame: (frame) => this.#received(frame),
      oversize: (frame) => this.#oversize(frame),
      end: () => this.#end(),
    });
  }

  get closed(): Promise<void> {
    return this.#frames.closed;
  }

  get calls(): number {
    return this.#calls.size;
  }

  get bufferedBytes(): number {
    return this.#frames.bufferedBytes;
  }

  get over(): boolean {
    return this.#frames.over;
  }

  destroy(): void {
    this.#frames.destroy();
  }

  close(): Promise<void> {
    return this.#frames.close(FLUSH_MS);
  }

  #received(frame: Frame): void {
    // Other types are for versions to come, and are to be ignored.
    if (frame.type !== FRAME_TYPE.request && frame.type !== FRAME_TYPE.data) return;
    const { streamId } = frame;
    if (streamId % 2 !== 1) {
      const text = 'StreamID must be odd for client initiated streams';
      this.#refuse(streamId, 'invalid-argument', text);
    } else if (frame.type === FRAME_TYPE.request) {
      this.#request(frame);
    } else if (this.#calls.has(streamId)) {
      this.#calls.get(streamId)?.data(frame);
    } else if (streamId > this.#lastStreamId) {
      this.#refuse(streamId, 'invalid-argument', 'StreamID was never requested');
    }
    // Data of a stream that is over was on its way when the answer left.
  }

  #request(frame: Frame): void {
    const { streamId } = frame;
    if (streamId <= this.#lastStreamId) {
      const text = 'StreamID cannot be re-used and must increment';
      this.#refuse(streamId, 'invalid-argument', text);
      return;
    }
    this.#lastStreamId = streamId;
    const bytes = frame.payload.byteLength;
    const full = this.#fullness(bytes);
    if (full !== undefined) {
      this.#refuse(streamId, 'resource-exhausted', full);
      return;
    }
    let request: ttrpc.Request;
    try {
      request = ttrpc.Request.decode(frame.payload);
    } catch (error) {
      const text = `unmarshal request error: ${messageOf(error)}`;
      this.#refuse(streamId, 'invalid-argument', text);
      return;
    }
    const handler = this.#handlerOf(streamId, request);
    if (handler === undefined) return;
    this.#requestBytes += bytes;
    const call = new ServerCall(this.#frames, streamId, handler, request, this.#serving.unexpected);
    this.#calls.set(streamId, call);
    void call.run(frame, request.payload).then(() => {
      this.#calls.delete(streamId);
      this.#requestBytes -= bytes;
    });
  }

  #fullness(bytes: number): string | undefined {
    const { callsMax } = this.#serving;
    if (this.#calls.size >= callsMax) return `${callsMax} calls are in progress`;
    if (this.#requestBytes + bytes <= REQUEST_BYTES_MAX) return undefined;
    return `the requests in progress hold ${this.#requestBytes} bytes, of at most ${REQUEST_BYTES_MAX}`;
  }

  #handlerOf(streamId: number, { service, method }: ttrpc.Request): Handler | undefined {
    const methods = this.#serving.services.get(service);
    const handler = methods?.get(method);
    if (handler === undefined) {
      // In the words of Go's server: callers fall back from one version of a service to another on them.
      const text = methods === undefined ? `service ${service}` : `method ${method}`;
      this.#refuse(streamId, 'unsupported', text.slice(0, 512));
    }
    return handler;
  }

  #oversize(frame: OversizeFrame): void {
    const { streamId, lengthBytes } = frame;
    const text = `message length ${lengthBytes} exceed maximum message size of ${FRAME_DATA_BYTES_MAX}`;
    if (frame.type === FRAME_TYPE.request) {
      this.#lastStreamId = Math.max(this.#lastStreamId, streamId);
      this.#refuse(streamId, 'resource-exhausted', text);
    } else {
      const call = this.#calls.get(streamId);
      if (call === undefined) this.#refuse(streamId, 'resource-exhausted', text);
      else call.refuse('resource-exhausted', text);
    }
  }

  #refuse(streamId: number, code: ErrorCode, text: string): void {
    const status = transportStatus(code, text);
    this.#frames
      .send(streamId, FRAME_TYPE.response, 0, () => encodeResponse({ status }))
      .catch(() => undefined);
  }

  #end(): void {
    for (const call of this.#calls.values()) call.disconnected();
    this.#serving.ended();
  }
}
