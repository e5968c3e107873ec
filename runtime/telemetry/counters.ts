/**
 * What a supervisor counts: plain numbers, so that counting loads nothing and costs nothing. They are summed over the pods
 * of a host (counter-store.ts) and told as Prometheus has them (exposition.ts). Labels are from the closed lists here:
 * nothing that a guest or an image says becomes one.
 */

/**
 * How the VM of a started container came: booted, a clone of a template, claimed from the pool; or it ran before (`shared`).
 */
export const START_KINDS = ['cold', 'clone', 'pool', 'shared'] as const;
export type StartKind = (typeof START_KINDS)[number];

/**
 * vm: from the start's beginning until the agent answers; root: from then until the root filesystem is mounted; container:
 * its creation; process: Task.Start. total is all of it without the time in which the caller did other things.
 */
export const START_PHASES = ['vm', 'root', 'container', 'process', 'total'] as const;
export type StartPhase = (typeof START_PHASES)[number];

/** Upper bounds of buckets, seconds: from a claim of the pool to a cold boot on a busy host that is emulated. */
export const START_BUCKETS: readonly number[] = [
  0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
];
/** An exec takes some 20 ms where guests are emulated. */
export const EXEC_BUCKETS: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

export interface Histogram {
  /** Observations of each bucket, not cumulated; one more than bounds, for what is above all. */
  readonly buckets: number[];
  sum: number;
}

/** ok: it came about. failed: whoever asked was told an error. */
export interface Outcomes {
  ok: number;
  failed: number;
}

export interface Counters {
  readonly starts: Record<StartKind, Outcomes>;
  readonly startSeconds: Record<StartKind, Record<StartPhase, Histogram>>;
  readonly execs: Outcomes;
  readonly execSeconds: Histogram;
  restarts: number;
  /** Containers whose processes were killed for memory, each time. */
  oomKills: number;
  /** VMs that there was a template for; that there was none for; whose template could not be used after all. */
  readonly templates: { hit: number; miss: number; fallback: number };
  linkReconnects: number;
  /** That containerd was to be told, and was not. */
  eventsDropped: number;
  /** Supervisors that took over the VM of one that died. */
  adoptions: number;
}

export function newCounters(): Counters {
  return {
    starts: each(START_KINDS, () => ({ ok: 0, failed: 0 })),
    startSeconds: each(START_KINDS, () => each(START_PHASES, () => newHistogram(START_BUCKETS))),
    execs: { ok: 0, failed: 0 },
    execSeconds: newHistogram(EXEC_BUCKETS),
    restarts: 0,
    oomKills: 0,
    templates: { hit: 0, miss: 0, fallback: 0 },
    linkReconnects: 0,
    eventsDropped: 0,
    adoptions: 0,
  };
}

function newHistogram(bounds: readonly number[]): Histogram {
  return { buckets: Array.from({ length: bounds.length + 1 }, () => 0), sum: 0 };
}

/** @param seconds what is below zero, by a clock that is not the same, counts as zero */
export function observe(histogram: Histogram, bounds: readonly number[], seconds: number): void {
  const value = Math.max(0, seconds);
  const at = bounds.findIndex((bound) => value <= bound);
  const index = at < 0 ? bounds.length : at;
  histogram.buckets[index] = (histogram.buckets[index] ?? 0) + 1;
  histogram.sum += value;
}

/** Adds one to another, number by number. Of `from`, which may be of any version or broken, only what fits counts. */
export function addCounters(to: Counters, from: unknown): void {
  addNumbers(to as unknown as Numbers, from);
}

/** The larger of both, number by number: what was told once is not taken back. */
export function notBelow(told: Counters, now: Counters): Counters {
  const raised = newCounters();
  addCounters(raised, now);
  raiseNumbers(raised as unknown as Numbers, told as unknown as Numbers);
  return raised;
}

function raiseNumbers(to: Numbers, least: Numbers): void {
  for (const [name, own] of Object.entries(to)) {
    const other = least[name];
    if (typeof own === 'number') to[name] = Math.max(own, Number(other));
    else raiseNumbers(own, other as Numbers);
  }
}

type Numbers = { [name: string]: number | Numbers };

function addNumbers(to: Numbers, from: unknown): void {
  if (typeof from !== 'object' || from === null) return;
  for (const name of Object.keys(to)) {
    const [own, other] = [to[name], (from as Record<string, unknown>)[name]];
    if (typeof own !== 'number') addNumbers(own as Numbers, other);
    else if (typeof other === 'number' && Number.isFinite(other) && other > 0)
      to[name] = own + other;
  }
}

function each<Name extends string, Value>(
  names: readonly Name[],
  make: () => Value,
): Record<Name, Value> {
  return Object.fromEntries(names.map((name) => [name, make()])) as Record<Name, Value>;
}
