/** `ctr` and `docker`: `true` in a new container by the same tool, with our shim and with runc's. */
import type { Bench } from '../bench.ts';
import type { ShimKind } from '../containerd-daemon.ts';
import type { Scenario, Subject } from '../scenario.ts';
import { CONTAINERD_PEERS, DOCKER_PEERS } from './run.ts';

const SHIMS: readonly ShimKind[] = ['lcow', 'runc'];

export const CTR_RUN: Scenario = {
  name: 'ctr',
  summary: '`ctr run --rm IMAGE ID true`: from the spawn of ctr to its end.',
  unit: 'ms',
  better: 'less',
  subjects: SHIMS.map(
    (shim): Subject => ({
      name: `ctr+${shim}`,
      absent: (bench) => bench.missing(...CONTAINERD_PEERS),
      async open(bench: Bench) {
        const containerd = await bench.containerd();
        return async ({ turn, signal }) => ({
          value: (await containerd.run(shim, `ctr-${shim}-${turn}`, ['true'], { signal })).tookMs,
        });
      },
    }),
  ),
};

export const DOCKER_RUN: Scenario = {
  name: 'docker',
  summary: '`docker run --rm --network none IMAGE true`: from the spawn of docker to its end.',
  unit: 'ms',
  better: 'less',
  subjects: SHIMS.map(
    (shim): Subject => ({
      name: `docker+${shim}`,
      absent: (bench) => bench.missing(...DOCKER_PEERS),
      async open(bench: Bench) {
        const docker = await bench.dockerd();
        return async ({ signal }) => ({
          value: (await docker.run(shim, ['true'], { signal })).tookMs,
        });
      },
    }),
  ),
};
