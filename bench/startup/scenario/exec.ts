/** `exec`: `true` as a further process of a container that runs. */
import type { Bench, DirectRuntime } from '../bench.ts';
import { timed } from '../command.ts';
import type { Measured, Scenario, Subject, Take } from '../scenario.ts';

/** It is short: a round has several, which the statistics draw together. */
const A_TURN = 5;

export const EXEC: Scenario = {
  name: 'exec',
  summary:
    'exec of `true` in a running container: from the call at the supervisor (lcow) or the spawn of the command (others) to the exit.',
  unit: 'ms',
  better: 'less',
  subjects: [
    {
      name: 'lcow',
      absent: () => undefined,
      async open(bench) {
        const container = await bench.residentContainer();
        return several(async () => {
          const beganMs = performance.now();
          const exec = await container.exec({ args: ['true'] });
          const { code } = await exec.exited;
          if (code !== 0) throw new Error(`true exited ${code}`);
          return performance.now() - beganMs;
        });
      },
    },
    {
      name: 'lcow exec',
      absent: () => undefined,
      async open(bench) {
        const { id } = await bench.residentContainer();
        return several(
          async (signal) => (await bench.runLcow(['exec', id, 'true'], { signal })).tookMs,
        );
      },
    },
    direct('runc'),
    direct('crun'),
    {
      name: 'spawn',
      absent: () => undefined,
      open: async (bench: Bench) =>
        several(async (signal) => (await timed('true', [], { env: bench.env, signal })).tookMs),
    },
  ],
};

function direct(runtime: DirectRuntime): Subject {
  return {
    name: runtime,
    absent: (bench) => bench.missing(runtime),
    async open(bench) {
      const id = await bench.residentDirect(runtime);
      return several(
        async (signal) => (await bench.runDirect(runtime, ['exec', id, 'true'], { signal })).tookMs,
      );
    },
  };
}

function several(take: (signal: AbortSignal) => Promise<number>): Take {
  return async ({ signal }) => {
    const all: Measured[] = [];
    while (all.length < A_TURN) all.push({ value: await take(signal) });
    return all;
  };
}
