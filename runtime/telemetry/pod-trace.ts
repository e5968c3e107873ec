/**
 * Traces of the starts in one pod as its supervisor sees them: a span from Create (of the container that the VM boots for:
 * from the supervisor's own beginning) to the answer of Start, and a child for each phase, host's and guest's. Its parent
 * is what the caller said (`traceparent` in the call's metadata, as containerd has it), else the process that started this
 * one, else a trace begins here.
 *
 * Nothing is exported while a start is under way; what waits is bounded.
 */
import type { TimelineMark } from '../timeline.ts';
import { SPANS_WAITING_MAX } from './limits.ts';
import { phaseSpans } from './phase-spans.ts';
import { type Attributes, type SpanRecord, spanErrorOf, wallOffsetMs } from './span-record.ts';
import { childContext, parseTraceparent, type TraceContext } from './trace-context.ts';
import { exportTimeoutMs } from './trace-settings.ts';

/** After a start, so that its container has the processor. */
const EXPORT_AFTER_MS = 1000;
/** The pod is over: its supervisor stays so long for its last export, at most. */
const DEADLINE_MS = 3000;

/** A start, milliseconds of this process. */
export interface TracedStart {
  /** Default "start container". */
  readonly name?: string;
  readonly traceparent: string | undefined;
  readonly fromMs: number;
  readonly toMs: number;
  /** Of it and after fromMs; others are passed over. */
  readonly marks: readonly TimelineMark[];
  readonly attributes: Attributes;
  readonly error?: unknown;
}

export class PodTrace {
  readonly #env: NodeJS.ProcessEnv;
  readonly #log: (line: string) => void;
  /** Of this process: the first start's, for the next may be anybody's. */
  #inherited: TraceContext | undefined;
  #waiting: SpanRecord[] = [];
  #timer: NodeJS.Timeout | undefined;
  #exporting: Promise<void> = Promise.resolve();

  /** @param log told in a line why spans were not taken */
  constructor(env: NodeJS.ProcessEnv, log: (line: string) => void) {
    this.#env = env;
    this.#log = log;
    this.#inherited = parseTraceparent(env['TRACEPARENT']);
  }

  /** Spans that wait to be exported. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** A start is over. Returns at once. */
  add(traced: TracedStart): void {
    const { name, traceparent, fromMs, toMs, marks, attributes, error } = traced;
    const parent = parseTraceparent(traceparent) ?? this.#inherited;
    this.#inherited = undefined;
    const context = childContext(parent, this.#env);
    if (!context.sampled) return;
    const offsetMs = wallOffsetMs();
    const start: SpanRecord = {
      traceId: context.traceId,
      spanId: context.spanId,
      ...(parent === undefined ? {} : { parentSpanId: parent.spanId }),
      name: name ?? 'start container',
      kind: 'server',
      startMs: fromMs + offsetMs,
      endMs: toMs + offsetMs,
      attributes,
      ...(error === undefined ? {} : { error: spanErrorOf(error) }),
    };
    const within = marks.filter(({ atMs }) => atMs <= toMs);
    const spans = [start, ...phaseSpans(context, within, fromMs, offsetMs)];
    this.#waiting.push(...spans.slice(0, SPANS_WAITING_MAX - this.#waiting.length));
    this.#timer ??= setTimeout(() => void this.flush(), EXPORT_AFTER_MS).unref();
  }

  /** Exports what waits, within a deadline. Never rejects. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const spans = this.#waiting;
    this.#waiting = [];
    if (spans.length > 0) this.#exporting = this.#exporting.then(() => this.#export(spans));
    return this.#exporting;
  }

  async #export(spans: readonly SpanRecord[]): Promise<void> {
    const deadlineMs = exportTimeoutMs(this.#env, DEADLINE_MS);
    try {
      const { exportSpans } = await import('./export-spans.ts');
      const options = { service: 'lcow-supervisor', deadlineMs, env: this.#env };
      const trouble = await exportSpans(spans, options);
      if (trouble !== undefined) this.#log(`${spans.length} spans were not taken: ${trouble}`);
    } catch (error) {
      this.#log(`${spans.length} spans were not taken: ${spanErrorOf(error).message}`);
    }
  }
}
