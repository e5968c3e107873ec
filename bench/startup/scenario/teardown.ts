/** `teardown`: a running container removed by force, until nothing of it is left. */
import type { DirectRuntime } from '../bench.ts';
import type { Scenario, Subject } from '../scenario.ts';

const FOREVER = ['sleep', '1000000'];

export const TEARDOWN: Scenario = {
  name: 'teardown',
  summary:
    'The forced removal of a running container: from the call (lcow) or the spawn of `delete --force` (others) until process, VM and files are gone.',
  unit: 'ms',
  better: 'less',
  subjects: [
    {
      name: 'lcow',
      absent: () => undefined,
      async open(bench) {
        const image = await bench.lcowImage();
        return async ({ signal }) => {
          const vm = { template: 'none' as const };
          const request = { image, command: FOREVER, logDriver: 'none' as const, vm };
          const container = await bench.host.run(request, { signal });
          const beganMs = performance.now();
          await container.remove({ force: true });
          return { value: performance.now() - beganMs };
        };
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
      const bundle = bench.bundle(runtime, 'teardown', FOREVER);
      return async ({ turn, signal }) => {
        const id = `teardown-${turn}`;
        await bench.startDirect(runtime, bundle, id);
        const { tookMs } = await bench.runDirect(runtime, ['delete', '--force', id], { signal });
        return { value: tookMs };
      };
    },
  };
}
