/**
 * What a supervisor notes of its pod's life for others: numbers (counters.ts) always, traces (pod-trace.ts) where an OTLP
 * endpoint is set. It is told by observed-tasks.ts, open-pod.ts and the pod's events, and never holds anybody up.
 */
import type { Timeline } from '../timeline.ts';
import {
  addCounters,
  type Counters,
  EXEC_BUCKETS,
  newCounters,
  observe,
  START_BUCKETS,
  type StartKind,
  type StartPhase,
} from './counters.ts';
import type { PodTrace, TracedStart } from './pod-trace.ts';
import { isTracing } from './trace-settings.ts';

/** Numbers that changed are kept after so long. */
const KEEP_AFTER_MS = 3000;
/** Containers and execs between their creation and their start; more than a VM can hold. */
const PENDING_MAX = 4096;

export interface PodTelemetryOptions {
  readonly pod: string;
  readonly timeline: Timeline;
  readonly log: (line: string) => void;
  /** Called a while after the numbers changed, with them. */
  readonly onChange?: (counters: Counters) => void;
  /** Default: process.env. */
  readonly env?: NodeJS.ProcessEnv;
}

/** A call of the task service, milliseconds of this process. */
export interface Call {
  readonly fromMs: number;
  readonly toMs: number;
  /** Why it failed. */
  readonly error?: unknown;
}

interface Created {
  readonly traceparent: string | undefined;
  readonly call: Call;
  readonly kind: StartKind;
  /** When the start began. */
  readonly originMs: number;
}

interface AddedExec {
  readonly traceparent: string | undefined;
  readonly call: Call;
}

export class PodTelemetry {
  readonly counters: Counters = newCounters();
  readonly #options: PodTelemetryOptions;
  readonly #created = new Map<string, Created>();
  readonly #execs = new Map<string, AddedExec>();
  /** Created, and no word of their start yet. */
  readonly #fresh = new Set<string>();
  readonly #env: NodeJS.ProcessEnv;
  /** Where starts are traced, from the end of the first. */
  #tracing: Promise<PodTrace> | undefined;
  #kind: Exclude<StartKind, 'shared'> = 'cold';
  /** Where the first start began: with this process, or when the pool's was claimed. */
  #originMs = 0;
  #isFirst = true;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: PodTelemetryOptions) {
    this.#options = options;
    this.#env = options.env ?? process.env;
  }

  /** Of the VM that this pod is about to have: there is one, or none; or it was found and is of no use. */
  templateIs(outcome: 'hit' | 'miss' | 'fallback'): void {
    this.counters.templates[outcome] += 1;
    this.#kind = outcome === 'hit' ? 'clone' : 'cold';
    this.#changed();
  }

  /** The link to the guest broke, and there is another. */
  relinked(): void {
    this.counters.linkReconnects += 1;
    this.#changed();
  }

  /** This supervisor took the pod over, with what the one before had counted. Its containers run already. */
  adopted(counted: unknown): void {
    addCounters(this.counters, counted);
    this.counters.adoptions += 1;
    this.#isFirst = false;
    this.#changed();
  }

  /** This supervisor was parked, VM and all, and is a pod's from now on. */
  claimed(atMs: number = performance.now()): void {
    this.#kind = 'pool';
    this.#originMs = atMs;
  }

  /** Create was answered. */
  created(id: string, call: Call, traceparent: string | undefined): void {
    const first = this.#isFirst;
    this.#isFirst = false;
    const answersMs = this.#markMs('agent answers') ?? Infinity;
    // The VM that the pod began with is this container's where that waited for it, or was claimed for it.
    const isOwn = first && (this.#kind === 'pool' || call.fromMs <= answersMs);
    const created: Created = {
      ...{ traceparent, call },
      kind: isOwn ? this.#kind : 'shared',
      originMs: isOwn ? this.#originMs : call.fromMs,
    };
    if (call.error !== undefined) this.#over(id, created, undefined);
    else if (this.#created.size < PENDING_MAX) {
      this.#created.set(id, created);
      this.#fresh.add(id);
    }
  }

  /** Start of a container was answered. */
  started(id: string, call: Call): void {
    const created = this.#created.get(id);
    if (created === undefined) return;
    this.#created.delete(id);
    this.#over(id, created, call);
  }

  /** Exec was answered. */
  execAdded(id: string, execId: string, call: Call, traceparent?: string): void {
    const added = { call, traceparent };
    if (call.error !== undefined) {
      this.counters.execs.failed += 1;
      this.#changed();
      this.#traceExec(id, added, undefined);
    } else if (this.#execs.size < PENDING_MAX) {
      this.#execs.set(keyOf(id, execId), added);
    }
  }

  /** Start of an exec was answered. */
  execStarted(id: string, execId: string, start: Call): void {
    const { fromMs, toMs, error } = start;
    const added = this.#execs.get(keyOf(id, execId));
    this.#execs.delete(keyOf(id, execId));
    this.#changed();
    if (added !== undefined) this.#traceExec(id, added, start);
    if (error !== undefined) {
      this.counters.execs.failed += 1;
      return;
    }
    this.counters.execs.ok += 1;
    const addedMs = added === undefined ? 0 : added.call.toMs - added.call.fromMs;
    observe(this.counters.execSeconds, EXEC_BUCKETS, (addedMs + toMs - fromMs) / 1000);
  }

  /** What the pod's subscribers are told. */
  event({ kind, containerId }: { readonly kind: string; readonly containerId: string }): void {
    if (kind === 'oom') {
      this.counters.oomKills += 1;
      this.#changed();
    }
    if (kind !== 'start') return;
    // One that nobody created anew starts again, as its policy says.
    if (this.#fresh.delete(containerId)) return;
    this.counters.restarts += 1;
    this.#changed();
  }

  /** The container is no more: what was not started will not be. */
  forget(id: string): void {
    this.#created.delete(id);
    this.#fresh.delete(id);
    for (const key of this.#execs.keys())
      if (key.startsWith(keyOf(id, ''))) this.#execs.delete(key);
  }

  /** Nothing is kept any more. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isClosed = true;
  }

  /** Exports what waits, within a deadline. Never rejects. */
  async flush(): Promise<void> {
    await (await this.#tracing?.catch(() => undefined))?.flush();
  }

  #over(id: string, created: Created, start: Call | undefined): void {
    const { kind, call } = created;
    const error = start === undefined ? call.error : start.error;
    const { starts, startSeconds } = this.counters;
    starts[kind][error === undefined ? 'ok' : 'failed'] += 1;
    this.#changed();
    if (error === undefined && start !== undefined) {
      for (const [phase, ms] of this.#phases(created, start)) {
        observe(startSeconds[kind][phase], START_BUCKETS, ms / 1000);
      }
    }
    this.#trace(id, created, start, error);
  }

  /** Where starts are traced; nothing is loaded for it before the first is over. */
  #trace(
    id: string,
    { kind, originMs, call, traceparent }: Created,
    start: Call | undefined,
    error: unknown,
  ): void {
    if (!isTracing(this.#env)) return;
    const { timeline, pod } = this.#options;
    const created = { name: 'container created', atMs: call.toMs, side: 'guest' } as const;
    const marks = [
      // Marks of a pod are those of its first start.
      ...(kind === 'shared' ? [created] : timeline.marks()),
      ...(start === undefined ? [] : [processStarted(start)]),
    ];
    const attributes = { 'container.id': id, 'lcow.pod.id': pod, 'lcow.start.kind': kind };
    const failed = error === undefined ? {} : { error };
    const { toMs } = start ?? call;
    this.#add({ traceparent, fromMs: originMs, toMs, marks, attributes, ...failed });
  }

  /** One whose caller is traced: there may be many that nobody asks for, as of health checks. */
  #traceExec(id: string, { call, traceparent }: AddedExec, start: Call | undefined): void {
    if (traceparent === undefined || !isTracing(this.#env)) return;
    const { error, toMs } = start ?? call;
    const added = { name: 'exec added', atMs: call.toMs, side: 'guest' } as const;
    this.#add({
      ...{ name: 'start exec', traceparent, fromMs: call.fromMs, toMs },
      marks: [added, ...(start === undefined ? [] : [processStarted(start)])],
      attributes: { 'container.id': id, 'lcow.pod.id': this.#options.pod },
      ...(error === undefined ? {} : { error }),
    });
  }

  #add(traced: TracedStart): void {
    const { log } = this.#options;
    const isDebug = this.#env['LCOW_DEBUG'] === '1';
    this.#tracing ??= import('./pod-trace.ts').then(({ PodTrace: Traces }) => {
      return new Traces(this.#env, (line) => {
        if (isDebug) log(line);
      });
    });
    this.#tracing.then((trace) => trace.add(traced)).catch(() => undefined);
  }

  #phases({ kind, originMs, call }: Created, start: Call): [StartPhase, number][] {
    const processMs = start.toMs - start.fromMs;
    const phases: [StartPhase, number][] = [
      ['process', processMs],
      ['total', call.toMs - originMs + processMs],
    ];
    if (kind === 'shared') return [...phases, ['container', call.toMs - call.fromMs]];
    const answersMs = Math.max(originMs, this.#markMs('agent answers') ?? originMs);
    const rootMs = this.#markMs('rootfs');
    if (kind !== 'pool') phases.push(['vm', answersMs - originMs]);
    if (rootMs === undefined || rootMs < answersMs) return phases;
    phases.push(
      ['root', rootMs - Math.max(answersMs, call.fromMs)],
      ['container', call.toMs - rootMs],
    );
    return phases;
  }

  #changed(): void {
    const { onChange } = this.#options;
    if (onChange === undefined || this.#isClosed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      onChange(this.counters);
    }, KEEP_AFTER_MS).unref();
  }

  #markMs(name: string): number | undefined {
    return this.#options.timeline.marks().find((mark) => mark.name === name)?.atMs;
  }
}

function processStarted({ toMs }: Call) {
  return { name: 'process started', atMs: toMs, side: 'guest' } as const;
}

function keyOf(id: string, execId: string): string {
  return `${id}/${execId}`;
}
