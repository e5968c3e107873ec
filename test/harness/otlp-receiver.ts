/**
 * A collector of traces in small: takes OTLP over HTTP, as protobuf or as JSON, and keeps what it was sent. The schema is
 * what of opentelemetry-proto's trace.proto, resource.proto and common.proto is looked at here.
 */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import protobuf from 'protobufjs';

const SCHEMA = `
syntax = "proto3";
message ExportTraceServiceRequest { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeSpans { Scope scope = 1; repeated Span spans = 2; }
message Scope { string name = 1; string version = 2; }
message Span {
  bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; bytes parent_span_id = 4; string name = 5;
  int32 kind = 6; fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8; repeated KeyValue attributes = 9;
  Status status = 15;
}
message Status { string message = 2; int32 code = 3; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; } }
`;

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty: a root. */
  readonly parentSpanId: string;
  readonly name: string;
  /** 1 internal, 2 server. */
  readonly kind: number;
  /** Milliseconds since 1970. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** 2: an error. */
  readonly status: { readonly code: number; readonly message: string };
  /** Attributes of the process that sent it. */
  readonly resource: Readonly<Record<string, unknown>>;
}

export class OtlpReceiver implements AsyncDisposable {
  readonly spans: ReceivedSpan[] = [];
  readonly requests: { path: string; headers: IncomingHttpHeaders }[] = [];
  readonly endpoint: string;
  readonly #server: Server;
  readonly #waiting = new Set<() => void>();

  private constructor(server: Server) {
    this.#server = server;
    this.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** @param answer the status of every answer; 0: none is given. Default 200 */
  static async start(answer = 200): Promise<OtlpReceiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const receiver = new OtlpReceiver(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        receiver.requests.push({ path: request.url ?? '', headers: request.headers });
        const isJson = request.headers['content-type'] === 'application/json';
        if (answer === 200) receiver.spans.push(...decode(Buffer.concat(chunks), isJson));
        for (const look of [...receiver.#waiting]) look();
        if (answer === 0) return;
        response.writeHead(answer, { 'content-type': request.headers['content-type'] });
        response.end(isJson ? '{}' : '');
      });
    });
    return receiver;
  }

  /** Resolves once what was received is enough. @throws Error after 30 s, with what there is */
  async received(isEnough: (spans: readonly ReceivedSpan[]) => boolean): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const names = (): string => this.spans.map(({ name }) => name).join(', ');
      const timer = setTimeout(() => reject(new Error(`received only ${names()}`)), 30_000);
      const look = (): void => {
        if (!isEnough(this.spans)) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

interface KeyValue {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}
interface WireSpan extends Omit<ReceivedSpan, 'attributes' | 'startMs' | 'endMs' | 'resource'> {
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly KeyValue[];
}
interface WireRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeSpans: readonly { readonly spans: readonly WireSpan[] }[];
  }[];
}

function decode(body: Buffer, isJson: boolean): ReceivedSpan[] {
  const { resourceSpans } = isJson
    ? (JSON.parse(body.toString('utf8')) as WireRequest)
    : decodeProtobuf(body);
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans
      .flatMap(({ spans }) => spans)
      .map((span) => ({
        ...span,
        parentSpanId: span.parentSpanId ?? '',
        startMs: Number(span.startTimeUnixNano) / 1e6,
        endMs: Number(span.endTimeUnixNano) / 1e6,
        attributes: recordOf(span.attributes ?? []),
        status: { code: span.status?.code ?? 0, message: span.status?.message ?? '' },
        resource: recordOf(resource.attributes),
      })),
  );
}

function decodeProtobuf(body: Buffer): WireRequest {
  const type = protobuf.parse(SCHEMA).root.lookupType('ExportTraceServiceRequest');
  const message = type.toObject(type.decode(body), { longs: String, enums: Number });
  const hex = (value: unknown): unknown =>
    value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
  return JSON.parse(
    JSON.stringify(message, (_, value: unknown) => hexOf(value, hex)),
  ) as WireRequest;
}

/** Buffers become objects before a replacer sees them. */
function hexOf(value: unknown, hex: (value: unknown) => unknown): unknown {
  const asJson = value as { type?: unknown; data?: unknown } | null;
  if (asJson !== null && typeof asJson === 'object' && asJson.type === 'Buffer') {
    return Buffer.from(asJson.data as number[]).toString('hex');
  }
  return hex(value);
}

function recordOf(attributes: readonly KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => {
      const [[kind, plain] = []] = Object.entries(value);
      return [key, kind === 'intValue' ? Number(plain) : plain];
    }),
  );
}
