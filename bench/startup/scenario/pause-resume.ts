/** `pause-resume`: a running container frozen and thawed. */
import type { DirectRuntime } from '../bench.ts';
import type { Measured, Scenario, Subject } from '../scenario.ts';

export const PAUSE_RESUME: Scenario = {
  name: 'pause-resume',
  summary:
    'A running container paused and resumed: from the first call at the supervisor (lcow) or the first spawn (others) to the end of the second.',
  unit: 'ms',
  better: 'less',
  subjects: [
    {
      name: 'lcow',
      absent: () => undefined,
      async open(bench) {
        const container = await bench.residentContainer();
        return () =>
          both(
            () => container.pause(),
            () => container.resume(),
          );
      },
    },
    direct('runc'),
    direct('crun'),
  ],
};

function direct(runtime: DirectRuntime): Subject {
  return {
    name: runtime,
    absent: (bench) => bench.missing(runtime),
    async open(bench) {
      const id = await bench.residentDirect(runtime);
      return ({ signal }) =>
        both(
          () => bench.runDirect(runtime, ['pause', id], { signal }),
          () => bench.runDirect(runtime, ['resume', id], { signal }),
        );
    },
  };
}

async function both(
  pause: () => Promise<unknown>,
  resume: () => Promise<unknown>,
): Promise<Measured> {
  const beganMs = performance.now();
  await pause();
  const pausedMs = performance.now() - beganMs;
  await resume();
  const value = performance.now() - beganMs;
  return {
    value,
    phases: [
      { name: 'pause', startMs: 0, ms: pausedMs, where: 'host' },
      { name: 'resume', startMs: pausedMs, ms: value - pausedMs, where: 'host' },
    ],
  };
}
