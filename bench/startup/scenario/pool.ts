/**
 * `pool`: a container in a VM that was parked, from the claim to the first byte of its output. The container's files are
 * made before, and the caller is this process: what is left is what the pool is answerable for.
 */
import type { Scenario } from '../scenario.ts';
import { POOL_VARIANT, variantMissing } from '../ours.ts';

export const POOL: Scenario = {
  name: 'pool',
  summary:
    "`echo x` in a VM that was parked: from the claim to its output's first byte, its files made before, called by the benchmark itself.",
  unit: 'ms',
  better: 'less',
  subjects: [
    {
      name: POOL_VARIANT.name,
      absent: () => variantMissing(POOL_VARIANT),
      async open(bench) {
        const image = await bench.lcowImage();
        const pool = await bench.pool();
        const { host } = pool;
        return async () => {
          const request = { image, command: ['echo', 'x'], autoRemove: true };
          const container = await host.create(request);
          await pool.holds(1);
          const beganMs = performance.now();
          const attached = await container.start({ attach: {} });
          if (attached === undefined) throw new Error('nobody is attached');
          const value = await new Promise<number>((resolve) => {
            attached.stdout.once('data', () => resolve(performance.now() - beganMs));
          });
          await attached.exited;
          await container.podGone();
          await container.close();
          return { value };
        };
      },
    },
  ],
};
