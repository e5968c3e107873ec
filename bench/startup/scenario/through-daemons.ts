/** `ctr` and `docker`: `true` in a new container by the same tool, with our shim and with runc's. */
import type { Bench } from '../bench.ts';
import type { ShimKind } from '../containerd-daemon.ts';
import {
  COLD_VARIANT,
  POOL_VARIANT,
  prepareVariant,
  renewVariant,
  TEMPLATE_VARIANT,
  type Variant,
} from '../ours.ts';
import type { Scenario, Subject } from '../scenario.ts';
import { CONTAINERD_PEERS, DOCKER_PEERS } from './run.ts';

export interface ThroughDaemon {
  readonly name: string;
  readonly shim: ShimKind;
  /** Of ours. */
  readonly variant?: Variant;
}

export const CTR_LCOW = { name: 'ctr+lcow', shim: 'lcowcold', variant: COLD_VARIANT } as const;
export const CTR_TEMPLATE = {
  name: 'ctr+lcow (template)',
  shim: 'lcow',
  variant: TEMPLATE_VARIANT,
} as const;
export const CTR_POOL = {
  name: 'ctr+lcow (pool)',
  shim: 'lcowpool',
  variant: POOL_VARIANT,
} as const;
export const CTR_RUNC = { name: 'ctr+runc', shim: 'runc' } as const;

export const CTR_RUN: Scenario = {
  name: 'ctr',
  summary: '`ctr run --rm IMAGE ID true`: from the spawn of ctr to its end.',
  unit: 'ms',
  better: 'less',
  subjects: [CTR_LCOW, CTR_TEMPLATE, CTR_POOL, CTR_RUNC].map(
    ({ name, shim, variant }: ThroughDaemon): Subject => ({
      name,
      absent: (bench) => bench.missing(...CONTAINERD_PEERS),
      async open(bench: Bench) {
        if (variant !== undefined) await prepareVariant(bench, variant);
        const containerd = await bench.containerd();
        return async ({ turn, signal }) => {
          if (variant !== undefined) await renewVariant(bench, variant);
          const id = `ctr-${shim}-${turn}`;
          return { value: (await containerd.run(shim, id, ['true'], { signal })).tookMs };
        };
      },
    }),
  ),
};

export const DOCKER_RUN: Scenario = {
  name: 'docker',
  summary: '`docker run --rm --network none IMAGE true`: from the spawn of docker to its end.',
  unit: 'ms',
  better: 'less',
  subjects: (
    [
      { name: 'docker+lcow (template)', shim: 'lcow', variant: TEMPLATE_VARIANT },
      { name: 'docker+runc', shim: 'runc', variant: undefined },
    ] as const
  ).map(
    ({ name, shim, variant }): Subject => ({
      name,
      absent: (bench) => bench.missing(...DOCKER_PEERS),
      async open(bench: Bench) {
        if (variant !== undefined) await prepareVariant(bench, variant);
        const docker = await bench.dockerd();
        return async ({ signal }) => ({
          value: (await docker.run(shim, ['true'], { signal })).tookMs,
        });
      },
    }),
  ),
};
