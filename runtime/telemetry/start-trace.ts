/**
 * The trace of one start as the command that asked for it sees it: a root span, and a child for each phase of its own
 * timeline. The supervisor's and the guest's spans come from the supervisor (pod-trace.ts), which is told the context.
 *
 * It is exported once: when the command's process has ended, or EXPORT_AFTER_MS after it began, for a trace is of a start,
 * and a container may run for months.
 */
import type { Timeline, TimelineMark } from '../timeline.ts';
import { phaseSpans } from './phase-spans.ts';
import { type Attributes, type SpanRecord, spanErrorOf, wallOffsetMs } from './span-record.ts';
import {
  childContext,
  formatTraceparent,
  parseTraceparent,
  type TraceContext,
} from './trace-context.ts';
import { exportTimeoutMs } from './trace-settings.ts';

const EXPORT_AFTER_MS = 10_000;
/** A command that is done waits so long for its export, at most. */
const DEADLINE_MS = 1000;

export interface StartTraceOptions {
  /** "lcow run". */
  readonly name: string;
  readonly timeline: Timeline;
  /** Told why spans were not taken, in a line. */
  readonly onTrouble: (line: string) => void;
  /** Default: process.env. TRACEPARENT in it is what the command is part of. */
  readonly env?: NodeJS.ProcessEnv;
}

export class StartTrace {
  readonly #options: StartTraceOptions;
  readonly #env: NodeJS.ProcessEnv;
  readonly #parent: TraceContext | undefined;
  readonly #context: TraceContext;
  #attributes: Attributes = {};
  #timer: NodeJS.Timeout | undefined;
  #exported: Promise<void> | undefined;

  constructor(options: StartTraceOptions) {
    const { env = process.env } = options;
    this.#options = options;
    this.#env = env;
    this.#parent = parseTraceparent(env['TRACEPARENT']);
    this.#context = childContext(this.#parent, env);
  }

  /** What spans of other processes are below, as W3C's header `traceparent` has it. */
  get traceparent(): string {
    return formatTraceparent(this.#context);
  }

  /** Of the container, as soon as they are known. */
  describe(attributes: Attributes): void {
    this.#attributes = { ...this.#attributes, ...attributes };
  }

  /** The container runs: if it goes on doing so, this is the trace. */
  started(): void {
    this.#timer ??= setTimeout(() => void this.end(), EXPORT_AFTER_MS).unref();
  }

  /**
   * The start is over: exports what there is. Later calls wait for the first. Never rejects.
   * @param error why it failed
   */
  end(error?: unknown): Promise<void> {
    clearTimeout(this.#timer);
    this.#exported ??= this.#export(this.#options.timeline.marks(), error);
    return this.#exported;
  }

  async #export(marks: readonly TimelineMark[], error: unknown): Promise<void> {
    if (!this.#context.sampled) return;
    const spans = this.#spans(marks, error);
    const deadlineMs = exportTimeoutMs(this.#env, DEADLINE_MS);
    try {
      const { exportSpans } = await import('./export-spans.ts');
      const trouble = await exportSpans(spans, { service: 'lcow', deadlineMs, env: this.#env });
      if (trouble !== undefined) this.#options.onTrouble(`the trace was not taken: ${trouble}`);
    } catch (failure) {
      this.#options.onTrouble(`the trace was not taken: ${spanErrorOf(failure).message}`);
    }
  }

  #spans(marks: readonly TimelineMark[], error: unknown): SpanRecord[] {
    const offsetMs = wallOffsetMs();
    const lastMs = marks.at(-1)?.atMs ?? 0;
    const root: SpanRecord = {
      traceId: this.#context.traceId,
      spanId: this.#context.spanId,
      ...(this.#parent === undefined ? {} : { parentSpanId: this.#parent.spanId }),
      name: this.#options.name,
      kind: 'internal',
      startMs: offsetMs,
      endMs: (error === undefined ? lastMs : performance.now()) + offsetMs,
      attributes: this.#attributes,
      ...(error === undefined ? {} : { error: spanErrorOf(error) }),
    };
    return [root, ...phaseSpans(this.#context, marks, 0, offsetMs)];
  }
}
