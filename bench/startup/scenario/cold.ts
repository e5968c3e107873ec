/** `cold`: a VM booted from nothing, on q35, by the very code that containers are started with; no container in it. */
import { join } from 'node:path';
import { Timeline } from '../../../runtime/timeline.ts';
import { createUtilityVm } from '../../../runtime/uvm/utility-vm.ts';
import type { Bench } from '../bench.ts';
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
      open: async (bench) => (turn) => boot(bench, turn.turn, turn.signal),
    },
  ],
};

async function boot(bench: Bench, turn: number, signal: AbortSignal): Promise<Measured> {
  const timeline = new Timeline();
  const id = `cold-${turn}`;
  const beganMs = performance.now();
  await using vm = await createUtilityVm(bench.service, {
    id,
    directory: join(bench.where.run, `${id}.guest`),
    bootFiles: bench.bootFiles,
    execution: bench.execution,
    timeline,
    signal,
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
