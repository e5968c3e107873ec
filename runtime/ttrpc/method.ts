/**
 * Methods as data, and handlers for them: what a service is called on the wire, how its messages are encoded
 * and decoded, and, on the serving side, what answers. Knows nothing of connections.
 */
import { messageOf, RuntimeError } from '../errors.ts';

/**
 * unary: one request, one response. client-stream: many requests, one response. server-stream: one request,
 * many responses. bidi-stream: many of both.
 */
export type MethodKind = 'unary' | StreamKind;
export type StreamKind = 'client-stream' | 'server-stream' | 'bidi-stream';

/**
 * One method of a service: `service` is the full name ("containerd.task.v2.Task"), `name` as declared
 * ("Create"). Of each message there are two types: what may be given to encode it (fields left out), and what
 * decoding gives (all fields there).
 */
export interface Method<
  RequestInput,
  Request,
  ResponseInput,
  Response,
  Kind extends MethodKind = MethodKind,
> {
  readonly service: string;
  readonly name: string;
  readonly kind: Kind;
  readonly request: MessageCodec<RequestInput, Request>;
  readonly response: MessageCodec<ResponseInput, Response>;
}

/** Encodes and decodes one message. decode throws on what is not one. */
export interface MessageCodec<Input, Message> {
  encode(message: Input): Uint8Array;
  decode(bytes: Uint8Array): Message;
}

/** What protobufjs generates for a message, as far as it is used here. */
export interface GeneratedClass<Input, Message> {
  encode(message: Input): { finish(): Uint8Array };
  decode(bytes: Uint8Array): Message;
}

/** A method of one request and one response. */
export function unaryMethod<RequestInput, Request, ResponseInput, Response>(
  service: string,
  name: string,
  request: GeneratedClass<RequestInput, Request>,
  response: GeneratedClass<ResponseInput, Response>,
): Method<RequestInput, Request, ResponseInput, Response, 'unary'> {
  return {
    service,
    name,
    kind: 'unary',
    request: codecOf(request),
    response: codecOf(response),
  };
}

/** A method with a stream on one side or on both. */
export function streamMethod<RequestInput, Request, ResponseInput, Response>(
  service: string,
  name: string,
  kind: StreamKind,
  request: GeneratedClass<RequestInput, Request>,
  response: GeneratedClass<ResponseInput, Response>,
): Method<RequestInput, Request, ResponseInput, Response, StreamKind> {
  return { service, name, kind, request: codecOf(request), response: codecOf(response) };
}

/**
 * A class of a generated namespace by its name. The class is looked up when a message is encoded or decoded: generated
 * classes are made when they are first used.
 */
export function generatedClass<Namespace, Name extends keyof Namespace>(
  namespace: Namespace,
  name: Name,
): GeneratedClass<EncodedBy<Namespace[Name]>, DecodedBy<Namespace[Name]>> {
  type Found = GeneratedClass<EncodedBy<Namespace[Name]>, DecodedBy<Namespace[Name]>>;
  const found = (): Found => namespace[name] as Found;
  return {
    encode: (message) => found().encode(message),
    decode: (bytes) => found().decode(bytes),
  };
}

/** What a generated class encodes: fields may be left out. */
export type EncodedBy<Class> = Class extends {
  encode(message: infer Input, writer?: never): unknown;
}
  ? Input
  : never;
/** What it decodes to: all fields are there. */
export type DecodedBy<Class> = Class extends abstract new (
  ...values: never[]
) => infer Message
  ? Message
  : never;

function codecOf<Input, Message>(
  generated: GeneratedClass<Input, Message>,
): MessageCodec<Input, Message> {
  return {
    encode: (message) => generated.encode(message).finish(),
    decode: (bytes) => generated.decode(bytes),
  };
}

/** Decodes a message of the peer. @throws RuntimeError `invalid-argument` naming the method */
export function decodeMessage<T>(
  op: string,
  codec: MessageCodec<never, T>,
  bytes: Uint8Array,
  what: string,
): T {
  try {
    return codec.decode(bytes);
  } catch (error) {
    const why = `the ${what} of ${bytes.byteLength} bytes cannot be decoded: ${messageOf(error)}`;
    throw new RuntimeError('invalid-argument', op, why, { cause: error });
  }
}

/** What a call came with. Keys are as the peer wrote them (ttrpc asks for lower case). */
export type Metadata = ReadonlyMap<string, readonly string[]>;

/** What a handler knows of the call it answers. */
export interface CallContext {
  /** Aborts when the deadline passes or the connection ends: nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  readonly metadata: Metadata;
  /** "service/method", for messages. */
  readonly op: string;
}

/** The two directions of a stream, as its handler or its caller sees them. */
export interface MessageStream<Incoming, Outgoing> extends AsyncIterable<Incoming> {
  /** The next message, or undefined after the last. One wait at a time. @throws RuntimeError */
  receive(): Promise<Incoming | undefined>;
  /**
   * Sends, and resolves when the socket took the message: who awaits it never has more than one in memory.
   * @throws RuntimeError when the stream is over
   */
  send(message: Outgoing): Promise<void>;
}

/** A unary method and what answers it. */
export interface UnaryHandler {
  readonly method: Method<unknown, unknown, unknown, unknown, 'unary'>;
  readonly answer: (request: unknown, context: CallContext) => unknown;
}

/** A streaming method and what answers it. */
export interface StreamHandler {
  readonly method: Method<unknown, unknown, unknown, unknown, StreamKind>;
  readonly answer: (stream: MessageStream<unknown, unknown>, context: CallContext) => unknown;
}

export type Handler = UnaryHandler | StreamHandler;

/** Answers `method` with what `answer` returns or throws. */
export function handle<RequestInput, Request, ResponseInput, Response>(
  method: Method<RequestInput, Request, ResponseInput, Response, 'unary'>,
  answer: (request: Request, context: CallContext) => Promise<ResponseInput> | ResponseInput,
): UnaryHandler {
  // The table of handlers forgets the messages' types; method and answer agree on them here.
  return { method, answer } as unknown as UnaryHandler;
}

/**
 * Serves `method` until `answer` returns: then the stream ends, with the returned message if there is one
 * (a client-stream method must return its one response). Throwing ends it with that error.
 */
export function handleStream<RequestInput, Request, ResponseInput, Response>(
  method: Method<RequestInput, Request, ResponseInput, Response, StreamKind>,
  answer: (
    stream: MessageStream<Request, ResponseInput>,
    context: CallContext,
  ) => Promise<ResponseInput | void> | ResponseInput | void,
): StreamHandler {
  return { method, answer } as unknown as StreamHandler;
}
