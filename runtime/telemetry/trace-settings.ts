/**
 * Whether starts are traced, by OpenTelemetry's own environment variables: they are where an OTLP endpoint is named.
 * Small, for every start asks; what exports is export-spans.ts.
 *
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */

export type OtlpProtocol = 'http/protobuf' | 'http/json';

/** What of its sender's trace a process is given beside OTEL_*. */
const CONTEXT_VARIABLES: ReadonlySet<string> = new Set(['TRACEPARENT', 'TRACESTATE']);
/** At most so much of one goes to a supervisor: more is no setting. */
const VALUE_LENGTH_MAX = 8192;

/** Whether an endpoint is named, and nothing says that there is to be no trace. */
export function isTracing(env: NodeJS.ProcessEnv = process.env): boolean {
  const endpoint = openTelemetryEndpoint(env) || env['LCOW_OTLP_ENDPOINT'];
  if (!endpoint || env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return false;
  const exporters = env['OTEL_TRACES_EXPORTER'];
  return !exporters || exporters.split(',').some((each) => each.trim() === 'otlp');
}

/**
 * Where traces go by lcow's own setting, which is for hosts where other programs are not to follow it; undefined where
 * OpenTelemetry's variables say where.
 */
export function ownTracesUrl(env: NodeJS.ProcessEnv): string | undefined {
  const endpoint = env['LCOW_OTLP_ENDPOINT'];
  if (!endpoint || openTelemetryEndpoint(env)) return undefined;
  return `${endpoint.replace(/\/+$/, '')}/v1/traces`;
}

function openTelemetryEndpoint(env: NodeJS.ProcessEnv): string | undefined {
  return env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_ENDPOINT'];
}

/** What a supervisor is to know of it: OTEL_* and the trace that the start is part of; nothing where there is no endpoint. */
export function tracingEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  if (!isTracing(env)) return {};
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => {
      const [name, value = ''] = entry;
      const isOne = name.startsWith('OTEL_') || CONTEXT_VARIABLES.has(name);
      return isOne && value !== '' && value.length <= VALUE_LENGTH_MAX;
    }),
  );
}

/** Undefined for one that is not spoken here, grpc above all. */
export function otlpProtocol(env: NodeJS.ProcessEnv): OtlpProtocol | undefined {
  const name = protocolName(env);
  return name === 'http/protobuf' || name === 'http/json' ? name : undefined;
}

/** As it was asked for, or the default. */
export function protocolName(env: NodeJS.ProcessEnv): string {
  const named =
    env['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] || env['OTEL_EXPORTER_OTLP_PROTOCOL'] || '';
  return named.trim() || 'http/protobuf';
}

/**
 * How long an export may take: OTEL_EXPORTER_OTLP_TIMEOUT, where somebody set it, else `otherwise`. OpenTelemetry's own
 * default of ten seconds is meant for services, which nobody waits for.
 */
export function exportTimeoutMs(env: NodeJS.ProcessEnv, otherwise: number): number {
  const text = env['OTEL_EXPORTER_OTLP_TRACES_TIMEOUT'] || env['OTEL_EXPORTER_OTLP_TIMEOUT'] || '';
  const asked = /^\d{1,6}$/.test(text.trim()) ? Number(text) : 0;
  return asked > 0 ? asked : otherwise;
}
