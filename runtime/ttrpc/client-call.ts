/** One call that waits for its answer, and the stream that a caller has of it. */
import { ttrpc } from '../../proto/generated/ttrpc.js';
import { cancelled } from '../deadline.ts';
import { messageOf, RuntimeError } from '../errors.ts';
import { carriesMessage, closesRemote, type FrameConnection } from './connection.ts';
import { FRAME_FLAG, FRAME_TYPE, type Frame } from './frame.ts';
import { Inbox } from './inbox.ts';
import type { MessageCodec, MessageStream, MethodKind } from './method.ts';
import { iterate } from './server-call.ts';
import { fromStatus } from './status.ts';

const EMPTY = new Uint8Array(0);
const TIMER_MS_MAX = 0x7fff_ffff;

/** The receiving half of a call: frames in, messages out, ended once. */
export class ClientCall {
  readonly op: string;
  readonly #kind: MethodKind;
  readonly #inbox: Inbox;
  readonly #signal: AbortSignal | undefined;
  #timer: NodeJS.Timeout | undefined;
  #onAbort: (() => void) | undefined;
  #onEnd: (() => void) | undefined;
  #onCut: (() => void) | undefined;
  #over = false;
  /** Whether the request went to the socket: the server knows the stream. */
  requested = false;

  /** `account` is told of every change of the bytes that wait to be read. */
  constructor(
    op: string,
    kind: MethodKind,
    options: { readonly timeoutMs?: number; readonly signal?: AbortSignal },
    account: (deltaBytes: number) => void,
  ) {
    this.op = op;
    this.#kind = kind;
    this.#inbox = new Inbox(op, account);
    const { timeoutMs, signal } = options;
    this.#signal = signal;
    if (timeoutMs !== undefined && timeoutMs <= TIMER_MS_MAX) {
      const expire = (): void =>
        this.cut(new RuntimeError('timeout', op, `no answer within ${timeoutMs} ms`));
      this.#timer = setTimeout(expire, Math.max(0, timeoutMs));
    }
    if (signal === undefined) return;
    this.#onAbort = () => this.cut(cancelled(op, signal));
    if (signal.aborted) this.#onAbort();
    else signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Whether no more frames are wanted. */
  get over(): boolean {
    return this.#over;
  }

  get inbox(): Inbox {
    return this.#inbox;
  }

  /** Runs when no more frames are wanted, once. */
  onEnd(run: () => void): void {
    if (this.#over) run();
    else this.#onEnd = run;
  }

  /** Runs when the caller's side gave the call up, once; not when it ended by itself. */
  onCut(run: () => void): void {
    this.#onCut = run;
  }

  /** The payload of the one response. */
  async response(): Promise<Uint8Array> {
    const payload = await this.#inbox.receive();
    if (payload !== undefined) return payload;
    throw new RuntimeError('data-loss', this.op, 'the stream ended without a response');
  }

  /** A frame of this stream came. */
  received(frame: Frame): void {
    if (frame.type === FRAME_TYPE.response) {
      this.#response(frame);
    } else if (frame.type === FRAME_TYPE.data) {
      if (this.#kind === 'unary' || this.#kind === 'client-stream') {
        const why = 'the server sent stream data to a call of one response';
        this.cut(new RuntimeError('data-loss', this.op, why));
        return;
      }
      if (carriesMessage(frame)) this.#inbox.push(frame.payload);
      if (closesRemote(frame)) this.end();
    }
  }

  oversize(lengthBytes: number): void {
    const why = `the server sent a message of ${lengthBytes} bytes`;
    this.cut(new RuntimeError('resource-exhausted', this.op, why));
  }

  /** No more comes; what came can still be read. */
  end(error?: unknown): void {
    this.#settle();
    this.#inbox.end(error);
  }

  /** No more comes, and what came is dropped. */
  cut(error: unknown): void {
    const wasOver = this.#over;
    this.#settle();
    this.#inbox.discard(error);
    if (!wasOver) this.#onCut?.();
  }

  #response(frame: Frame): void {
    let response: ttrpc.Response;
    try {
      response = ttrpc.Response.decode(frame.payload);
    } catch (error) {
      const why = `the answer cannot be decoded: ${messageOf(error)}`;
      this.cut(new RuntimeError('data-loss', this.op, why, { cause: error }));
      return;
    }
    const { status, payload } = response;
    if (status != null && (status.code ?? 0) !== 0) {
      this.end(fromStatus(this.op, status));
      return;
    }
    const isOne = this.#kind === 'unary' || this.#kind === 'client-stream';
    // A response that ends a stream of many may carry a last one; an empty one only ends it.
    if (isOne || payload.byteLength > 0) this.#inbox.push(payload);
    this.end();
  }

  #settle(): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    if (this.#onAbort !== undefined) this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#onEnd?.();
  }
}

/** A stream as its caller sees it: `for await` gives what the server sends. */
export class ClientStream<Incoming, Outgoing> implements MessageStream<Incoming, Outgoing> {
  readonly #call: ClientCall;
  readonly #frames: FrameConnection;
  readonly #streamId: number;
  readonly #request: MessageCodec<Outgoing, unknown>;
  readonly #response: MessageCodec<never, Incoming>;
  #closed: boolean;

  /** `closed`: the request was the only message that the method takes. */
  constructor(
    call: ClientCall,
    frames: FrameConnection,
    streamId: number,
    request: MessageCodec<Outgoing, unknown>,
    response: MessageCodec<never, Incoming>,
    closed: boolean,
  ) {
    this.#call = call;
    this.#frames = frames;
    this.#streamId = streamId;
    this.#request = request;
    this.#response = response;
    this.#closed = closed;
    call.onCut(() => this.#sayGoodbye());
  }

  /** The next message, or undefined after the last. @throws RuntimeError: the server's, or of the connection */
  async receive(): Promise<Incoming | undefined> {
    const bytes = await this.#call.inbox.receive();
    if (bytes === undefined) return undefined;
    try {
      return this.#response.decode(bytes);
    } catch (error) {
      const why = `a message of the stream cannot be decoded: ${messageOf(error)}`;
      throw new RuntimeError('data-loss', this.#call.op, why, { cause: error });
    }
  }

  /**
   * Sends, and resolves when the socket took the message.
   * @throws RuntimeError `invalid-state` after close(), `cancelled` when the server has ended the stream
   */
  send(message: Outgoing): Promise<void> {
    const { op } = this.#call;
    if (this.#closed && !this.#call.over) {
      return Promise.reject(new RuntimeError('invalid-state', op, 'the stream was closed'));
    }
    const sent = this.#frames.send(this.#streamId, FRAME_TYPE.data, 0, () => {
      if (this.#call.over) throw new RuntimeError('cancelled', op, 'the stream is over');
      return this.#request.encode(message);
    });
    // Who does not wait for it learns of the end by reading.
    sent.catch(() => undefined);
    return sent;
  }

  /** Sends no more; the server's messages still come. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#call.over) return;
    const flags = FRAME_FLAG.remoteClosed | FRAME_FLAG.noData;
    await this.#frames.send(this.#streamId, FRAME_TYPE.data, flags, () => EMPTY);
  }

  /**
   * Gives the stream up: what comes is dropped, reading throws `cancelled`, and the server sees our end of it
   * (ttrpc has no other way to tell it). Idempotent.
   */
  cancel(): void {
    const { op } = this.#call;
    if (!this.#call.over) this.#call.cut(new RuntimeError('cancelled', op, 'it was cancelled'));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Incoming, void, void> {
    try {
      yield* iterate(() => this.receive(), this.#call.inbox);
    } finally {
      this.cancel();
    }
  }

  /** Ends our side without waiting, when it is still open. */
  #sayGoodbye(): void {
    if (this.#closed || this.#frames.over) return;
    this.#closed = true;
    const flags = FRAME_FLAG.remoteClosed | FRAME_FLAG.noData;
    const encode = (): Uint8Array | undefined => (this.#call.requested ? EMPTY : undefined);
    this.#frames.send(this.#streamId, FRAME_TYPE.data, flags, encode).catch(() => undefined);
  }
}
