/** W3C's trace context: which trace a span is in, as it goes from process to process. Pure but for random ids. */
import { randomBytes } from 'node:crypto';

export interface TraceContext {
  /** 32 hexadecimal digits, lower case, not all zero. */
  readonly traceId: string;
  /** 16 of them. */
  readonly spanId: string;
  /** Whether the trace is recorded. */
  readonly sampled: boolean;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const TRACEPARENT_LENGTH_MAX = 256;
const SAMPLED = 1;

/** Undefined for what is none: whoever sent it, a trace begins here then. */
export function parseTraceparent(text: string | undefined): TraceContext | undefined {
  if (text === undefined || text.length > TRACEPARENT_LENGTH_MAX) return undefined;
  const [, version, traceId = '', spanId = '', flags = '', more] =
    TRACEPARENT.exec(text.trim()) ?? [];
  if (version === undefined || version === 'ff') return undefined;
  // Of version 0 there is no more; of later ones what is known here is at the same place.
  if (version === '00' && more !== undefined) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & SAMPLED) !== 0 };
}

export function formatTraceparent({ traceId, spanId, sampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
}

/** A new span below the parent; without one, the first of a new trace, which is sampled as OTEL_TRACES_SAMPLER says. */
export function childContext(
  parent: TraceContext | undefined,
  env: NodeJS.ProcessEnv = process.env,
): TraceContext {
  const spanId = newSpanId();
  const traceId = parent?.traceId ?? randomHex(16);
  return { traceId, spanId, sampled: isSampled(traceId, parent?.sampled, env) };
}

export function newSpanId(): string {
  return randomHex(8);
}

/** By the standard samplers; one that is not known counts as the default, parentbased_always_on. */
function isSampled(
  traceId: string,
  parentSampled: boolean | undefined,
  env: NodeJS.ProcessEnv,
): boolean {
  const name = env['OTEL_TRACES_SAMPLER'] || 'parentbased_always_on';
  if (name.startsWith('parentbased_') && parentSampled !== undefined) return parentSampled;
  const sampler = name.replace(/^parentbased_/, '');
  if (sampler === 'always_off') return false;
  if (sampler !== 'traceidratio') return true;
  const text = env['OTEL_TRACES_SAMPLER_ARG'] ?? '';
  const ratio = /^(0|1|[01]?\.\d{1,12}|[01]\.)$/.test(text) ? Math.min(1, Number(text)) : 1;
  // The last 7 bytes are random by W3C's level 2; six are what a number holds.
  return Number.parseInt(traceId.slice(-12), 16) < ratio * 2 ** 48;
}

/** Never all zero, which stands for none. */
function randomHex(bytes: number): string {
  for (;;) {
    const hex = randomBytes(bytes).toString('hex');
    if (!/^0+$/.test(hex)) return hex;
  }
}
