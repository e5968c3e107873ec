/**
 * `cold`: a VM booted from nothing, on q35, and `clone`: one that goes on where a template stands. By the very code that
 * containers are started with; no container in it.
 */
import { join } from 'node:path';
import { Timeline } from '../../../runtime/timeline.ts';
import { findPodTemplate } from '../../../runtime/template/pod-template.ts';
import { createUtilityVm, type UtilityVmOptions } from '../../../runtime/uvm/utility-vm.ts';
import type { Bench } from '../bench.ts';
import { prepareVariant, TEMPLATE_VARIANT, variantMissing } from '../ours.ts';
import { phasesBetween } from '../phases.ts';
import type { Measured, Scenario } from '../scenario.ts';

export const COLD: Scenario = {
  name: 'cold',
  summary: "A VM's cold boot: from the VMM's spawn to the agent's first answer.",
  unit: 'ms',
  better: 'less',
  subjects: [
    {
      name: 'lcow',
      absent: () => undefined,
      open: async (bench) => (turn) => boot(bench, `cold-${turn.turn}`, turn.signal),
    },
  ],
};

export const CLONE: Scenario = {
  name: 'clone',
  summary:
    "A VM's start as a clone of a template: from the VMM's spawn to the agent's first answer.",
  unit: 'ms',
  better: 'less',
  subjects: [
    {
      name: 'lcow',
      absent: () => variantMissing(TEMPLATE_VARIANT),
      async open(bench) {
        await prepareVariant(bench, TEMPLATE_VARIANT);
        const { bootFiles, execution, where } = bench;
        const template = await findPodTemplate(where, { bootFiles, execution });
        if (template === undefined) throw new Error('the template is not found');
        return (turn) => boot(bench, `clone-${turn.turn}`, turn.signal, { template });
      },
    },
  ],
};

async function boot(
  bench: Bench,
  id: string,
  signal: AbortSignal,
  more: Pick<UtilityVmOptions, 'template'> = {},
): Promise<Measured> {
  const timeline = new Timeline();
  const beganMs = performance.now();
  await using vm = await createUtilityVm(bench.service, {
    id,
    directory: join(bench.where.run, `${id}.guest`),
    bootFiles: bench.bootFiles,
    execution: bench.execution,
    timeline,
    signal,
    ...more,
  });
  await vm.ready;
  const at = (name: string): number | undefined =>
    timeline.marks().find((mark) => mark.name === name)?.atMs;
  const answeredMs = at('agent answers') ?? performance.now();
  // HCS starts its worker process by itself: there the call is the beginning.
  const spawnedMs = at('spawn') ?? beganMs;
  return {
    value: answeredMs - spawnedMs,
    phases: phasesBetween(timeline.marks(), spawnedMs, answeredMs),
  };
}
