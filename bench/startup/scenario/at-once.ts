/** `at-once-N`: N containers started at the same moment, each running `true`, until the last command has ended. */
import type { Bench } from '../bench.ts';
import {
  POOL_VARIANT,
  prepareVariant,
  renewVariant,
  type Variant,
  VARIANTS,
  variantMissing,
} from '../ours.ts';
import type { Scenario, Subject, Take, Turn } from '../scenario.ts';
import { CONTAINERD_PEERS } from './run.ts';
import { CTR_POOL, CTR_RUNC, CTR_TEMPLATE, type ThroughDaemon } from './through-daemons.ts';

const COUNTS = [1, 2, 4, 8, 16];

export const AT_ONCE: readonly Scenario[] = COUNTS.map((count) => ({
  name: `at-once-${count}`,
  summary: `${count === 1 ? 'One container' : `${count} containers at once`}, each running \`true\`: from the first spawn to the end of the last command.`,
  unit: 'ms',
  better: 'less',
  subjects: [
    ...[...VARIANTS, POOL_VARIANT].map((each) => lcow(each, count)),
    ctr(CTR_TEMPLATE, count),
    ctr(CTR_POOL, count),
    ctr(CTR_RUNC, count),
  ],
}));

function lcow(variant: Variant, count: number): Subject {
  return {
    name: variant.name,
    absent: () => variantMissing(variant),
    async open(bench: Bench) {
      const image = await bench.lcowImage();
      const env = await prepareVariant(bench, variant);
      const take = together(count, (_index, { signal }) =>
        bench.runLcow(['run', '--rm', image, 'true'], { signal, env }),
      );
      return withParked(bench, variant, count, take);
    },
  };
}

function ctr({ name, shim, variant }: ThroughDaemon, count: number): Subject {
  return {
    name,
    absent: (bench) => bench.missing(...CONTAINERD_PEERS),
    async open(bench: Bench) {
      if (variant !== undefined) await prepareVariant(bench, variant);
      const containerd = await bench.containerd();
      const take = together(count, (index, { turn, signal }) =>
        containerd.run(shim, `once-${shim}-${count}-${turn}-${index}`, ['true'], { signal }),
      );
      return variant === undefined ? take : withParked(bench, variant, count, take);
    },
  };
}

/** So many are parked before each turn, and none beside what comes after it. */
function withParked(bench: Bench, variant: Variant, count: number, take: Take): Take {
  if (variant.pool !== true) return take;
  return async (turn) => {
    await renewVariant(bench, variant, count);
    try {
      return await take(turn);
    } finally {
      await (await bench.pool()).drain();
    }
  };
}

/** All must succeed; where one fails the others are waited for, so that none runs into the next turn. */
function together(count: number, start: (index: number, turn: Turn) => Promise<unknown>): Take {
  return async (turn) => {
    const beganMs = performance.now();
    const ends = await Promise.allSettled(
      Array.from({ length: count }, (_, index) => start(index, turn)),
    );
    const value = performance.now() - beganMs;
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return { value };
  };
}
