/** A span as plain data: made when all of it is known, exported later by export-spans.ts. */
import type { ErrorCode } from '../errors.ts';
import { RuntimeError } from '../errors.ts';

export type AttributeValue = string | number | boolean;
export type Attributes = Readonly<Record<string, AttributeValue>>;

export interface SpanRecord {
  readonly traceId: string;
  readonly spanId: string;
  /** Absent: the first of its trace. */
  readonly parentSpanId?: string;
  readonly name: string;
  /** server: it answers a call of another process. */
  readonly kind: 'internal' | 'server';
  /** Milliseconds since 1970, with fractions. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Attributes;
  /** Why it failed. */
  readonly error?: SpanError;
}

export interface SpanError {
  /** From a closed list (`error.type`). */
  readonly type: ErrorCode | 'internal';
  readonly message: string;
}

const MESSAGE_LENGTH_MAX = 1024;

export function spanErrorOf(error: unknown): SpanError {
  const message = error instanceof Error ? error.message : String(error);
  return {
    type: error instanceof RuntimeError ? error.code : 'internal',
    message: message.slice(0, MESSAGE_LENGTH_MAX),
  };
}

/**
 * What performance.now() is behind the wall clock. performance.timeOrigin is finer than Date.now(), and wrong in a process
 * whose host's clock was set since.
 */
export function wallOffsetMs(): number {
  const now = Date.now() - performance.now();
  return Math.abs(performance.timeOrigin - now) < 2 ? performance.timeOrigin : now;
}
