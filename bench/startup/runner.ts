/**
 * The rounds: each has every subject once, in an order that is another one each round, so that what the machine does
 * meanwhile falls on all alike. No sample is discarded. A subject that fails is told and the others go on; one that fails
 * three times in a row is not tried again.
 */
import { setMaxListeners } from 'node:events';
import { TimeLimit, withDeadline } from '../../runtime/deadline.ts';
import { messageOf, RuntimeError } from '../../runtime/errors.ts';
import { Scope } from '../../runtime/scope.ts';
import type { Bench } from './bench.ts';
import { type Sample, type Series, seriesKey } from './result.ts';
import type { Measured, Scenario, Subject, Take } from './scenario.ts';

export interface RoundsOptions {
  readonly rounds: number;
  /** Rounds before, which are not counted. */
  readonly warmUp: number;
  readonly signal: AbortSignal;
  /** How long one turn may take. Default 10 minutes: sixteen cold boots on a small machine. */
  readonly turnTimeoutMs?: number;
  /** Told as things happen, for people. */
  readonly onProgress?: (progress: Progress) => void;
}

export type Progress =
  | { readonly kind: 'opening'; readonly what: string }
  | { readonly kind: 'absent'; readonly what: string; readonly why: string }
  | { readonly kind: 'failed'; readonly what: string; readonly why: string }
  | { readonly kind: 'turn'; readonly what: string; readonly round: number }
  | { readonly kind: 'round'; readonly round: number; readonly tookMs: number };

export interface Rounds {
  readonly series: readonly Series[];
  /** What was absent or failed, and why: whole sentences. */
  readonly notes: readonly string[];
}

/** As RoundsOptions.turnTimeoutMs. */
const TURN_TIMEOUT_MS = 600_000;
const MOST_FAILURES_IN_A_ROW = 3;

interface Entry {
  /** Its place among all. */
  readonly order: number;
  readonly scenario: Scenario;
  readonly subject: Subject;
  readonly what: string;
  readonly take: Take;
  turns: number;
  failures: number;
  failuresInARow: number;
  firstFailure: string;
}

/**
 * Runs the rounds.
 * @throws RuntimeError cancelled when the signal aborts; what subjects made is ended then, as always
 */
export async function runRounds(
  bench: Bench,
  scenarios: readonly Scenario[],
  options: RoundsOptions,
): Promise<Rounds> {
  const notes: string[] = [];
  const scope = new Scope();
  try {
    return await runIn(scope, bench, scenarios, options, notes);
  } finally {
    // Samples are not lost for what did not end well; it is told.
    await scope[Symbol.asyncDispose]().catch((error: unknown) => {
      notes.push(`What was measured did not end as it should: ${sentence(error)}`);
    });
  }
}

async function runIn(
  scope: Scope,
  bench: Bench,
  scenarios: readonly Scenario[],
  options: RoundsOptions,
  notes: string[],
): Promise<Rounds> {
  const { rounds, warmUp, signal, onProgress = () => {} } = options;
  const series = new SeriesBuilder();
  const entries: Entry[] = [];
  for (const scenario of scenarios) {
    for (const subject of scenario.subjects) {
      const what = seriesKey({ scenario: scenario.name, subject: subject.name });
      stopIfAborted(signal);
      const absent = await subject.absent(bench);
      if (absent !== undefined) {
        onProgress({ kind: 'absent', what, why: absent });
        notes.push(`${what} was not measured: ${absent}.`);
        continue;
      }
      onProgress({ kind: 'opening', what });
      try {
        const take = await subject.open(bench, scope);
        const counts = { turns: 0, failures: 0, failuresInARow: 0, firstFailure: '' };
        entries.push({ order: entries.length, scenario, subject, what, take, ...counts });
      } catch (error) {
        stopIfAborted(signal);
        onProgress({ kind: 'failed', what, why: messageOf(error) });
        notes.push(`${what} was not measured: ${sentence(error)}`);
      }
    }
  }
  const beganMs = performance.now();
  for (let round = -warmUp; round < rounds; round += 1) {
    const roundBeganMs = performance.now();
    for (const entry of rotated(entries, round + warmUp)) {
      stopIfAborted(signal);
      if (entry.failuresInARow >= MOST_FAILURES_IN_A_ROW) continue;
      onProgress({ kind: 'turn', what: entry.what, round });
      const atMs = performance.now() - beganMs;
      try {
        const measured = await takeTurn(entry, options);
        entry.failuresInARow = 0;
        if (round >= 0) series.add(entry, measured, { round, atMs });
      } catch (error) {
        stopIfAborted(signal);
        entry.failures += 1;
        entry.failuresInARow += 1;
        if (entry.firstFailure === '') entry.firstFailure = sentence(error);
        onProgress({ kind: 'failed', what: entry.what, why: messageOf(error) });
      }
    }
    onProgress({ kind: 'round', round, tookMs: performance.now() - roundBeganMs });
  }
  for (const { what, turns, failures, failuresInARow, firstFailure } of entries) {
    if (failures === 0) continue;
    const given = failuresInARow >= MOST_FAILURES_IN_A_ROW ? ', and it was given up' : '';
    notes.push(`${what} failed in ${failures} of ${turns} turns${given}: ${firstFailure}`);
  }
  return { series: series.series(), notes };
}

async function takeTurn(
  entry: Entry,
  { signal, turnTimeoutMs = TURN_TIMEOUT_MS }: RoundsOptions,
): Promise<readonly Measured[]> {
  const turn = entry.turns;
  entry.turns += 1;
  using limit = new TimeLimit(turnTimeoutMs, signal);
  // A turn may start as many commands as it likes.
  setMaxListeners(0, limit.signal);
  const taking = entry.take({ turn, signal: limit.signal });
  // The signal has it end by itself; one that does not is left behind.
  const measured = await withDeadline(`measure ${entry.what}`, taking, turnTimeoutMs, signal);
  const all = Array.isArray(measured) ? (measured as readonly Measured[]) : [measured as Measured];
  for (const { value, subject = entry.subject.name } of all) {
    if (Number.isFinite(value) && value >= 0) continue;
    throw new RuntimeError('internal', `measure ${entry.what}`, `${subject} is ${value}`);
  }
  return all;
}

/** The list from another place on each round. */
export function rotated<T>(list: readonly T[], round: number): T[] {
  const from = list.length === 0 ? 0 : round % list.length;
  return [...list.slice(from), ...list.slice(0, from)];
}

/** Series in the order of their scenarios and subjects, whenever their first sample came. */
class SeriesBuilder {
  readonly #samples = new Map<string, { entry: Entry; subject: string; samples: Sample[] }>();

  add(entry: Entry, measured: readonly Measured[], when: { round: number; atMs: number }): void {
    for (const { value, phases, subject = entry.subject.name } of measured) {
      const key = seriesKey({ scenario: entry.scenario.name, subject });
      const known = this.#samples.get(key) ?? { entry, subject, samples: [] };
      this.#samples.set(key, known);
      known.samples.push({
        round: when.round,
        atMs: rounded(when.atMs),
        value: rounded(value),
        ...(phases === undefined
          ? {}
          : {
              phases: phases.map((phase) => ({
                ...phase,
                startMs: rounded(Math.max(0, phase.startMs)),
                ms: rounded(Math.max(0, phase.ms)),
              })),
            }),
      });
    }
  }

  series(): Series[] {
    // A turn's own subjects are in the order of their first sample.
    const inOrder = [...this.#samples.values()].sort((a, b) => a.entry.order - b.entry.order);
    return inOrder.map(({ entry, subject, samples }) => {
      const { name, unit, better } = entry.scenario;
      return { scenario: name, subject, unit, better, samples };
    });
  }
}

/** Microseconds, or a thousandth of a MiB: what is beyond is no measurement. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function stopIfAborted(signal: AbortSignal): void {
  if (!signal.aborted) return;
  const { reason } = signal as { reason: unknown };
  if (reason instanceof RuntimeError) throw reason;
  throw new RuntimeError('cancelled', 'run the benchmark', 'it was interrupted', { cause: reason });
}

/** A message's first line, bounded, as a sentence. */
function sentence(error: unknown): string {
  const [line = ''] = messageOf(error).split('\n');
  const short = line.length > 300 ? `${line.slice(0, 300)}...` : line;
  return /[.!?]$/.test(short) ? short : `${short}.`;
}
