/**
 * Sends spans to the OTLP endpoint that the environment names, by OpenTelemetry's SDK: endpoint, headers, certificates,
 * compression and resource attributes are read as it reads them. Loaded where an endpoint is set, and only once the start
 * that is told of is over; a bounded number of spans, a deadline, and no error but the line that is returned.
 */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  type SpanExporter,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { messageOf } from '../errors.ts';
import { LCOW_VERSION } from '../version.ts';
import { SPANS_WAITING_MAX } from './limits.ts';
import type { SpanRecord } from './span-record.ts';
import { otlpProtocol, ownTracesUrl, protocolName } from './trace-settings.ts';

/** OpenTelemetry's names of processors. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

export interface ExportOptions {
  /** `service.name`, where neither OTEL_SERVICE_NAME nor OTEL_RESOURCE_ATTRIBUTES says another. */
  readonly service: string;
  readonly deadlineMs: number;
  /** Default: process.env. The SDK reads process.env itself; this is for the protocol. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Resolves within the deadline, whatever the endpoint does. @returns why not, where they were not taken. Never rejects */
export async function exportSpans(
  spans: readonly SpanRecord[],
  { service, deadlineMs, env = process.env }: ExportOptions,
): Promise<string | undefined> {
  const protocol = otlpProtocol(env);
  if (protocol === undefined) {
    const asked = JSON.stringify(protocolName(env).slice(0, 64));
    return `the OTLP protocol is ${asked}: there are http/protobuf and http/json`;
  }
  const url = ownTracesUrl(env);
  const agents = new Agents();
  try {
    const exporter = new Told(
      new (protocol === 'http/json' ? JsonExporter : ProtobufExporter)({
        timeoutMillis: deadlineMs,
        ...(url === undefined ? {} : { url }),
        httpAgentOptions: (scheme: string) => agents.of(scheme),
      }),
    );
    const ids = new GivenIds();
    const provider = new TracerProvider({
      idGenerator: ids,
      // Whether a trace is recorded was decided when it began (trace-context.ts).
      sampler: new AlwaysOnSampler(),
      resource: resourceOf(service),
      spanProcessors: [
        new BatchSpanProcessor({
          exporter,
          maxQueueSize: SPANS_WAITING_MAX,
          maxExportBatchSize: SPANS_WAITING_MAX,
          exportTimeoutMillis: deadlineMs,
        }),
      ],
    });
    record(provider, ids, spans.slice(0, SPANS_WAITING_MAX));
    const late = await lateAfter(provider.shutdown(), deadlineMs);
    return late ? `no answer within ${deadlineMs} ms` : exporter.failure;
  } catch (error) {
    return messageOf(error).split('\n')[0];
  } finally {
    agents.destroy();
  }
}

function record(provider: TracerProvider, ids: GivenIds, spans: readonly SpanRecord[]): void {
  const tracer = provider.getTracer('lcow', LCOW_VERSION);
  for (const each of spans) {
    ids.next = each;
    const parent =
      each.parentSpanId === undefined
        ? ROOT_CONTEXT
        : trace.setSpanContext(ROOT_CONTEXT, {
            traceId: each.traceId,
            spanId: each.parentSpanId,
            traceFlags: TraceFlags.SAMPLED,
            isRemote: each.kind === 'server',
          });
    const kind = each.kind === 'server' ? SpanKind.SERVER : SpanKind.INTERNAL;
    const { name, attributes, error } = each;
    const startTime = hrTime(each.startMs);
    const span = tracer.startSpan(name, { kind, attributes: { ...attributes }, startTime }, parent);
    if (error !== undefined) {
      span.setAttribute('error.type', error.type);
      span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
    }
    span.end(hrTime(Math.max(each.startMs, each.endMs)));
  }
}

/** Seconds and nanoseconds: of a plain number the SDK would guess what it counts from. */
function hrTime(ms: number): [number, number] {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}

function resourceOf(service: string) {
  const own = resourceFromAttributes({
    'service.name': service,
    'service.version': LCOW_VERSION,
    'process.pid': process.pid,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
    'host.arch': ARCHITECTURES[process.arch] ?? process.arch,
    'os.type': process.platform === 'win32' ? 'windows' : process.platform,
  });
  return defaultResource()
    .merge(own)
    .merge(detectResources({ detectors: [envDetector] }));
}

async function lateAfter(done: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(true), ms);
  });
  try {
    return await Promise.race([done.then(() => false), late]);
  } finally {
    clearTimeout(timer);
    done.catch(() => undefined);
  }
}

/** Spans have the ids that other processes were told. */
class GivenIds {
  next: Pick<SpanRecord, 'traceId' | 'spanId'> = { traceId: '', spanId: '' };

  generateTraceId(): string {
    return this.next.traceId;
  }

  generateSpanId(): string {
    return this.next.spanId;
  }
}

/** The connections, so that none keeps the process alive after the deadline. */
class Agents {
  readonly #made: HttpAgent[] = [];

  of(scheme: string): HttpAgent {
    const agent = scheme.startsWith('https') ? new HttpsAgent() : new HttpAgent();
    this.#made.push(agent);
    return agent;
  }

  destroy(): void {
    for (const agent of this.#made) agent.destroy();
  }
}

/** An exporter, and what went wrong with it: the processor above it keeps that to itself. */
class Told implements SpanExporter {
  failure: string | undefined;
  readonly #inner: SpanExporter;

  constructor(inner: SpanExporter) {
    this.#inner = inner;
  }

  export(...[spans, done]: Parameters<SpanExporter['export']>): void {
    this.#inner.export(spans, (result) => {
      const { error } = result;
      if (error !== undefined) this.failure = (messageOf(error) || 'refused').split('\n')[0];
      done(result);
    });
  }

  shutdown(): Promise<void> {
    return this.#inner.shutdown();
  }

  async forceFlush(): Promise<void> {
    await this.#inner.forceFlush?.();
  }
}
