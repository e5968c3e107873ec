/**
 * One run of `lcow bench startup`: opens what the subjects share, runs the rounds, ends everything, and tells the result
 * with its fingerprint and its noise.
 */
import { cpus } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../../runtime/errors.ts';
import { spread } from '../statistics.ts';
import { Bench } from './bench.ts';
import { traceBoot } from './boot-trace.ts';
import { describeEnvironment, loadNow } from './environment.ts';
import { valuesOf } from './grouped-values.ts';
import {
  type BenchResult,
  type BootTrace,
  type Environment,
  RESULT_VERSION,
  type Series,
  seriesKey,
} from './result.ts';
import { type Progress, type Rounds, runRounds } from './runner.ts';
import type { Scenario } from './scenario.ts';

export interface StartupOptions {
  readonly scenarios: readonly Scenario[];
  readonly rounds: number;
  readonly warmUp: number;
  readonly label?: string;
  /** An OCI layout folder or a tar of one. Default: busybox. */
  readonly image?: string;
  /** Also boot a VM whose kernel tells what it does (boot-trace.ts), after the rounds. */
  readonly traceBoot?: boolean;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** More scatter than this is told. */
const NOISY_SPREAD = 0.1;
/** What a reader takes (result.ts). */
const MOST_OF_A_NOTE = 4000;
/** Of fewer samples nothing can be said. */
const FEWEST = 4;

/** @throws RuntimeError cancelled when the signal aborts; what Bench.open() throws. Nothing is left behind */
export async function runStartup(options: StartupOptions): Promise<BenchResult> {
  const { scenarios, rounds, warmUp, label, image, signal, onProgress } = options;
  let traced: TracedBoot = { notes: [] };
  const startedAt = new Date().toISOString();
  const beganMs = performance.now();
  const loadAtStart = loadNow();
  const bench = await Bench.open(image === undefined ? {} : { image });
  const leftovers: string[] = [];
  let described: Awaited<ReturnType<typeof describeEnvironment>>;
  let run: Rounds;
  try {
    const { execution, bootFiles, peers, env } = bench;
    described = await describeEnvironment({ execution, bootFiles, peers, loadAtStart, env });
    run = await runRounds(bench, scenarios, {
      ...{ rounds, warmUp, signal },
      ...(onProgress === undefined ? {} : { onProgress }),
    });
    if (options.traceBoot === true) {
      onProgress?.({ kind: 'opening', what: 'the trace of a boot' });
      traced = await boot(bench, signal);
    }
  } finally {
    // Samples of hours are not lost for what did not go; it is told.
    await bench[Symbol.asyncDispose]().catch((error: unknown) => {
      leftovers.push(`Not everything was taken away: ${messageOf(error)}.`);
    });
  }
  const environment: Environment = { ...described, loadAtEnd: loadNow() };
  return {
    version: RESULT_VERSION,
    kind: 'startup',
    startedAt,
    durationMs: Math.round(performance.now() - beganMs),
    ...(label === undefined ? {} : { label }),
    rounds,
    warmUp,
    environment,
    series: run.series,
    ...(traced.bootTrace === undefined ? {} : { bootTrace: traced.bootTrace }),
    notes: [
      ...(warmUp === 0 ? [] : [`Rounds of warm-up before, not counted: ${warmUp}.`]),
      ...run.notes,
      ...traced.notes,
      ...leftovers,
      ...noiseOf(run.series, environment),
    ].map((note) => note.slice(0, MOST_OF_A_NOTE)),
  };
}

interface TracedBoot {
  readonly bootTrace?: BootTrace;
  readonly notes: readonly string[];
}

/** Samples are not lost for a boot that cannot be traced; it is told. */
async function boot(bench: Bench, signal: AbortSignal): Promise<TracedBoot> {
  const { service, bootFiles, execution, where } = bench;
  const shape = { bootFiles, execution };
  const life = { id: 'boot-trace', directory: join(where.run, 'boot-trace.guest'), signal };
  try {
    const { trace, warnings } = await traceBoot({ service, shape, ...life });
    return { bootTrace: trace, notes: warnings.map((text) => `The trace of the boot: ${text}.`) };
  } catch (error) {
    if (signal.aborted) throw error;
    return { notes: [`The boot was not traced: ${messageOf(error)}.`] };
  }
}

/** What makes figures less sure than they look: other work on the machine, and scatter. */
export function noiseOf(series: readonly Series[], environment: Environment): string[] {
  const { loadAtStart, cpus: processors } = environment;
  const notes: string[] = [];
  if (loadAtStart > Math.max(1, processors || cpus().length) * 0.25) {
    notes.push(
      `The machine had other work: its load was ${loadAtStart} on ${processors} processors before the first round.`,
    );
  }
  const noisy = series
    .map((each) => ({ key: seriesKey(each), values: valuesOf(each) }))
    .filter(({ values }) => values.length >= FEWEST && spread(values) > NOISY_SPREAD)
    .map(({ key, values }) => `${key} (${Math.round(spread(values) * 100)} %)`);
  if (noisy.length > 0) {
    const most = Math.round(NOISY_SPREAD * 100);
    notes.push(
      `Of these the middle half of the samples is more than ${most} % of the median wide: ${noisy.join('; ')}.`,
    );
  }
  return notes;
}
