/** `lcow stats`: what containers use, once, or each second in place until Ctrl-C or the last one ends. */
import { setTimeout as delay } from 'node:timers/promises';
import { RuntimeError } from '../../errors.ts';
import { Lcow } from '../../lcow.ts';
import type { ContainerHandle } from '../../lcow/container-handle.ts';
import { decodeMetrics } from '../../lcow/stats.ts';
import type { CommandInput } from '../command.ts';
import { listText, parseListFormat } from '../list-output.ts';
import { podOf } from '../container-columns.ts';
import { type StatsRow, type StatsSample, statsColumns } from '../stats-columns.ts';
import { writeOutput } from '../write-output.ts';

/** CPU % needs two looks; docker's are a second apart. */
const PERIOD_MS = 1000;

export async function run({ options, operands }: CommandInput): Promise<number> {
  const format = parseListFormat(options.text('format'));
  const columns = statsColumns(!options.flag('no-trunc'));
  const once = options.flag('no-stream');
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => stop.abort());
  }
  await using lcow = Lcow.open();
  // Names that mean nothing are told before the first look.
  const named = operands.map((name) => lcow.container(name));
  const watched = new Map<string, Watched>();
  const redraw = process.stdout.isTTY === true && format.kind === 'table' && !once;
  for (let look = 0; !stop.signal.aborted; look += 1) {
    const startedMs = performance.now();
    const rows = await lookAt(lcow, named, options.flag('all'), watched);
    if (look > 0 || rows.length === 0) {
      const text = listText(format, columns, rows);
      // Home, each line to its end, and what was below.
      const frame = redraw ? `\u001b[H${text.replaceAll('\n', '\u001b[K\n')}\u001b[J` : text;
      if (redraw && look === 1) process.stdout.write('\u001b[2J');
      if (!(await writeOutput(process.stdout, frame, stop.signal)) || once) break;
      if (named.length > 0 && rows.every(({ sample }) => sample === undefined)) break;
    }
    const restMs = Math.max(0, PERIOD_MS - (performance.now() - startedMs));
    await delay(restMs, undefined, { signal: stop.signal }).catch(() => {});
  }
  await Promise.all([...watched.values()].map(({ handle }) => handle[Symbol.asyncDispose]()));
  return 0;
}

interface Watched {
  readonly handle: ContainerHandle;
  sample: StatsSample | undefined;
  /** Of its VM, asked once; 0: it could not be told. */
  vmMemoryBytes: Promise<number> | undefined;
}

/** One look at all of them at once. Without names: those that run now, also such as started meanwhile. */
async function lookAt(
  lcow: Lcow,
  named: readonly ContainerHandle[],
  all: boolean,
  watched: Map<string, Watched>,
): Promise<StatsRow[]> {
  const ids = new Set(named.map(({ id }) => id));
  const { containers } = await lcow.list({
    all: all || ids.size > 0,
    filter: ({ record }) => ids.size === 0 || ids.has(record.id),
  });
  return Promise.all(
    containers.map(async (container) => {
      const { record, name, state } = container;
      const known = watched.get(record.id) ?? {
        handle: lcow.container(record.id),
        sample: undefined,
        vmMemoryBytes: undefined,
      };
      watched.set(record.id, known);
      const before = known.sample;
      const runs = state.status === 'running' || state.status === 'paused';
      known.sample = runs ? await sampleOf(known.handle) : undefined;
      return {
        id: record.id,
        name,
        vmMemoryBytes: runs
          ? await (known.vmMemoryBytes ??= memoryOfVm(lcow, podOf(container)))
          : 0,
        ...(known.sample === undefined ? {} : { sample: known.sample }),
        ...(before === undefined ? {} : { before }),
      };
    }),
  );
}

/** The memory that a container without a limit shares with the rest of its VM. */
async function memoryOfVm(lcow: Lcow, pod: string): Promise<number> {
  try {
    await using client = await lcow.pods.connect(pod);
    return (await client.describe()).memoryBytes;
  } catch (error) {
    // It ended meanwhile.
    if (error instanceof RuntimeError) return 0;
    throw error;
  }
}

/** Undefined: it ended meanwhile. */
async function sampleOf(handle: ContainerHandle): Promise<StatsSample | undefined> {
  try {
    const metrics = decodeMetrics(await handle.stats());
    return { atMs: performance.now(), metrics };
  } catch (error) {
    const gone = ['not-found', 'invalid-state', 'unavailable'];
    if (error instanceof RuntimeError && gone.includes(error.code)) return undefined;
    throw error;
  }
}
