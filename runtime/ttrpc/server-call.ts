/**
 * One call being answered: its deadline, its signal, its stream, and the one answer it gets. The connection
 * finds it by stream id and gives it data frames; it knows no other call.
 */
import { ttrpc } from '../../proto/generated/ttrpc.js';
import { RuntimeError } from '../errors.ts';
import type { FrameConnection } from './connection.ts';
import { carriesMessage, closesRemote } from './connection.ts';
import { FRAME_DATA_BYTES_MAX, FRAME_FLAG, FRAME_TYPE, type Frame } from './frame.ts';
import { Inbox } from './inbox.ts';
import {
  type CallContext,
  decodeMessage,
  type Handler,
  type MessageStream,
  type Metadata,
  type StreamHandler,
  type UnaryHandler,
} from './method.ts';
import { toStatus, transportStatus } from './status.ts';

const EMPTY = new Uint8Array(0);
const NO_METADATA: Metadata = new Map();
/** What Node's timers take; a deadline further away (24 days) is none. */
const TIMER_MS_MAX = 0x7fff_ffff;

/** Encodes the answer, or an error in its place when it does not fit a frame. */
export function encodeResponse(response: ttrpc.IResponse): Uint8Array {
  const bytes = ttrpc.Response.encode(response).finish();
  if (bytes.byteLength <= FRAME_DATA_BYTES_MAX) return bytes;
  const text = `message length ${bytes.byteLength} exceed maximum message size of ${FRAME_DATA_BYTES_MAX}`;
  const status = transportStatus('resource-exhausted', text);
  return ttrpc.Response.encode({ status }).finish();
}

/** Gets what a handler of the method `op` threw that is no RuntimeError. */
export type Unexpected = (op: string, error: unknown) => void;

export class ServerCall {
  readonly #connection: FrameConnection;
  readonly #streamId: number;
  readonly #handler: Handler;
  readonly #op: string;
  readonly #unexpected: Unexpected | undefined;
  readonly #abort = new AbortController();
  readonly #context: CallContext;
  readonly #inbox: Inbox;
  #timer: NodeJS.Timeout | undefined;
  #answered = false;
  /** The caller sends no more; as opposed to a handler that reads no more. */
  #remoteClosed = false;

  constructor(
    connection: FrameConnection,
    streamId: number,
    handler: Handler,
    request: ttrpc.IRequest,
    unexpected?: Unexpected,
  ) {
    this.#connection = connection;
    this.#streamId = streamId;
    this.#handler = handler;
    this.#unexpected = unexpected;
    this.#op = `${handler.method.service}/${handler.method.name}`;
    this.#inbox = new Inbox(this.#op, (deltaBytes) => connection.account(deltaBytes));
    this.#context = {
      signal: this.#abort.signal,
      metadata: metadataOf(request),
      op: this.#op,
    };
    this.#startDeadline(request.timeoutNano ?? 0);
  }

  /** Runs the handler; settles, never rejects, when it has returned, which may be after the answer was sent. */
  async run(frame: Frame, payload: Uint8Array): Promise<void> {
    try {
      if (isUnary(this.#handler)) {
        this.#inbox.end();
        await this.#runUnary(this.#handler, payload);
      } else {
        this.#open(this.#handler, frame, payload);
        await this.#runStream(this.#handler);
      }
    } catch (error) {
      if (!(error instanceof RuntimeError)) this.#unexpected?.(this.#op, error);
      this.#answer(() => encodeResponse({ status: toStatus(error) }));
    } finally {
      clearTimeout(this.#timer);
      this.#inbox.discard();
    }
  }

  /** A data frame of this stream came. */
  data(frame: Frame): void {
    if (isUnary(this.#handler)) {
      this.refuse('invalid-argument', 'a unary call takes no data');
      return;
    }
    if (this.#remoteClosed) {
      this.refuse('invalid-argument', 'data after the end of the stream');
      return;
    }
    if (carriesMessage(frame)) this.#inbox.push(frame.payload);
    if (closesRemote(frame)) this.#closeRemote();
  }

  /** Answers with an error of the transport's, and lets the handler know. */
  refuse(code: 'invalid-argument' | 'resource-exhausted', text: string): void {
    this.#cut(new RuntimeError(code, this.#op, text), transportStatus(code, text));
  }

  /** The connection is over: nobody can be answered. */
  disconnected(): void {
    this.#answered = true;
    clearTimeout(this.#timer);
    const error = new RuntimeError('cancelled', this.#op, 'the caller is gone');
    this.#inbox.discard(error);
    this.#abort.abort(error);
  }

  async #runUnary(handler: UnaryHandler, payload: Uint8Array): Promise<void> {
    const { method } = handler;
    const request = decodeMessage(this.#op, method.request, payload, 'request');
    if (this.#answered) return;
    const response = await handler.answer(request, this.#context);
    this.#answer(() => encodeResponse({ payload: method.response.encode(response) }));
  }

  async #runStream(handler: StreamHandler): Promise<void> {
    if (this.#answered) return;
    const { method } = handler;
    const response = await handler.answer(this.#stream(handler), this.#context);
    if (response !== undefined) {
      this.#answer(() => encodeResponse({ payload: method.response.encode(response) }));
    } else if (method.kind === 'client-stream') {
      throw new RuntimeError('internal', this.#op, 'the handler gave no response');
    } else {
      this.#finish(FRAME_TYPE.data, FRAME_FLAG.remoteClosed | FRAME_FLAG.noData, () => EMPTY);
    }
  }

  /** What of the request frame is the stream's first message, and whether it is the last. */
  #open(handler: StreamHandler, frame: Frame, payload: Uint8Array): void {
    const takesOne = handler.method.kind === 'server-stream';
    const isOpen = (frame.flags & FRAME_FLAG.remoteOpen) !== 0 && !closesRemote(frame);
    if (takesOne || payload.byteLength > 0) this.#inbox.push(payload);
    if (takesOne || !isOpen) this.#closeRemote();
  }

  #closeRemote(): void {
    this.#remoteClosed = true;
    this.#inbox.end();
  }

  #stream({ method }: StreamHandler): MessageStream<unknown, unknown> {
    const receive = async (): Promise<unknown> => {
      const bytes = await this.#inbox.receive();
      return bytes && decodeMessage(this.#op, method.request, bytes, 'message');
    };
    return {
      receive,
      send: (message) => {
        const sent = this.#connection.send(this.#streamId, FRAME_TYPE.data, 0, () => {
          if (this.#answered) throw new RuntimeError('cancelled', this.#op, 'the stream is over');
          return method.response.encode(message);
        });
        // A handler that does not wait for it learns of the end by its signal.
        sent.catch(() => undefined);
        return sent;
      },
      [Symbol.asyncIterator]: () => iterate(receive, this.#inbox),
    };
  }

  #startDeadline(timeoutNano: number): void {
    const timeoutMs = timeoutNano / 1e6;
    if (timeoutNano === 0 || timeoutMs > TIMER_MS_MAX) return;
    const expire = (): void => {
      const error = new RuntimeError('timeout', this.#op, `no answer within ${timeoutMs} ms`);
      this.#cut(error, toStatus(error));
    };
    if (timeoutNano < 0) expire();
    else this.#timer = setTimeout(expire, Math.ceil(timeoutMs));
  }

  #cut(error: RuntimeError, status: ttrpc.IStatus): void {
    this.#answer(() => encodeResponse({ status }));
    this.#inbox.discard(error);
    this.#abort.abort(error);
  }

  #answer(encode: () => Uint8Array): void {
    this.#finish(FRAME_TYPE.response, 0, encode);
  }

  #finish(type: number, flags: number, encode: () => Uint8Array): void {
    if (this.#answered) return;
    this.#answered = true;
    clearTimeout(this.#timer);
    // Encoded when the socket has room: answers that wait for a slow reader are not bytes yet.
    this.#connection.send(this.#streamId, type, flags, encode).catch((error: unknown) => {
      // What cannot be encoded is an error to the caller; that the connection is over it learns by itself.
      if (this.#connection.over) return;
      const status = toStatus(error);
      this.#connection
        .send(this.#streamId, FRAME_TYPE.response, 0, () => encodeResponse({ status }))
        .catch(() => undefined);
    });
  }
}

/** Reads until the end; who leaves the loop early has the rest dropped. */
export async function* iterate<T>(
  receive: () => Promise<T | undefined>,
  inbox: Inbox,
): AsyncGenerator<T, void, void> {
  try {
    for (let message = await receive(); message !== undefined; message = await receive()) {
      yield message;
    }
  } finally {
    inbox.discard();
  }
}

function isUnary(handler: Handler): handler is UnaryHandler {
  return handler.method.kind === 'unary';
}

function metadataOf(request: ttrpc.IRequest): Metadata {
  if (!request.metadata?.length) return NO_METADATA;
  const metadata = new Map<string, string[]>();
  for (const { key, value } of request.metadata) {
    const values = metadata.get(key ?? '');
    if (values === undefined) metadata.set(key ?? '', [value ?? '']);
    else values.push(value ?? '');
  }
  return metadata;
}
