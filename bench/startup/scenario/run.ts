/**
 * `run`: `true` in a new container, the whole command; and `first-byte`: `echo x` in a new container, to the byte. What is
 * compared is what people type, and the floor is a process without any container.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench, DirectRuntime } from '../bench.ts';
import type { CommandOptions, Timed } from '../command.ts';
import { timed } from '../command.ts';
import {
  POOL_VARIANT,
  prepareVariant,
  renewVariant,
  type Variant,
  VARIANTS,
  variantMissing,
} from '../ours.ts';
import { phasesOfReport } from '../phases.ts';
import type { Scenario, Subject, Take } from '../scenario.ts';

type Start = (
  command: readonly string[],
  turn: number,
  options: Partial<CommandOptions>,
) => Promise<Timed>;

/** Who runs containers, and how each runs one. `bundles` names what is made for a runtime that takes bundles. */
interface Starter {
  readonly name: string;
  absent(bench: Bench): string | undefined;
  open(bench: Bench, command: readonly string[]): Promise<Start>;
}

const ours = (variant: Variant): Starter => ({
  name: variant.name,
  absent: () => variantMissing(variant),
  async open(bench) {
    const image = await bench.lcowImage();
    const env = await prepareVariant(bench, variant);
    return async (command, _turn, options) => {
      await renewVariant(bench, variant);
      return bench.runLcow(['run', '--rm', image, ...command], { ...options, env });
    };
  },
});

const direct = (runtime: DirectRuntime): Starter => ({
  name: runtime,
  absent: (bench) => bench.missing(runtime),
  async open(bench, command) {
    const bundle = bench.bundle(runtime, `run-${command[0]}`, command);
    return (_command, turn, options) =>
      bench.runDirect(runtime, ['run', '--bundle', bundle, `bench-${command[0]}-${turn}`], options);
  },
});

export const CONTAINERD_PEERS = ['containerd', 'ctr', 'runc', 'containerd-shim-runc-v2'] as const;
export const DOCKER_PEERS = [...CONTAINERD_PEERS, 'dockerd', 'docker'] as const;

const CTR: Starter = {
  name: 'ctr+runc',
  absent: (bench) => bench.missing(...CONTAINERD_PEERS),
  async open(bench) {
    const containerd = await bench.containerd();
    return (command, turn, options) =>
      containerd.run('runc', `runc-${command[0]}-${turn}`, command, options);
  },
};

const DOCKER: Starter = {
  name: 'docker+runc',
  absent: (bench) => bench.missing(...DOCKER_PEERS),
  async open(bench) {
    const docker = await bench.dockerd();
    return (command, _turn, options) => docker.run('runc', command, options);
  },
};

const SPAWN: Starter = {
  name: 'spawn',
  absent: () => undefined,
  async open(bench) {
    return ([program = '', ...args], _turn, options) =>
      timed(program, args, { ...options, env: bench.env });
  },
};

const PEERS = [direct('runc'), direct('crun'), DOCKER, CTR, SPAWN];

const STARTS = [...VARIANTS, POOL_VARIANT];

export const RUN: Scenario = {
  name: 'run',
  summary: '`true` in a new container: from the spawn of the command to its end.',
  unit: 'ms',
  better: 'less',
  subjects: [...STARTS.map(ours), ...PEERS].map(
    (starter): Subject => ({
      name: starter.name,
      absent: (bench) => starter.absent(bench),
      async open(bench) {
        const command = ['true'];
        const start = await starter.open(bench, command);
        return async ({ turn, signal }) => ({
          value: (await start(command, turn, { signal })).tookMs,
        });
      },
    }),
  ),
};

const ECHO = ['echo', 'x'] as const;
const ECHO_BYTES = 2;

export const FIRST_BYTE: Scenario = {
  name: 'first-byte',
  summary: "`echo x` in a new container: from the spawn of the command to its output's first byte.",
  unit: 'ms',
  better: 'less',
  subjects: [...STARTS.map(withPhases), ...PEERS.map(toFirstByte)],
};

function toFirstByte(starter: Starter): Subject {
  return {
    name: starter.name,
    absent: (bench) => starter.absent(bench),
    async open(bench) {
      const start = await starter.open(bench, ECHO);
      return async ({ turn, signal }) => {
        const options = { signal, expectBytes: ECHO_BYTES };
        const { beganMs, firstByteMs } = await start(ECHO, turn, options);
        return { value: firstByteMs - beganMs };
      };
    },
  };
}

/** What comes after the first byte, the wait for the VM's end and the report, is not in the value. */
function withPhases(variant: Variant): Subject {
  return {
    name: variant.name,
    absent: () => variantMissing(variant),
    open: (bench) => openWithPhases(bench, variant),
  };
}

async function openWithPhases(bench: Bench, variant: Variant): Promise<Take> {
  const image = await bench.lcowImage();
  const env = await prepareVariant(bench, variant);
  return async ({ turn, signal }) => {
    await renewVariant(bench, variant);
    const report = join(bench.folder, `timeline-${variant.name}-${turn}.json`);
    const { beganMs, firstByteMs } = await bench.runLcow(
      ['run', '--rm', '--timeline-json', report, image, ...ECHO],
      { signal, env, expectBytes: ECHO_BYTES },
    );
    const value = firstByteMs - beganMs;
    const phases = phasesOfReport(JSON.parse(readFileSync(report, 'utf8')), 'first byte', value);
    rmSync(report, { force: true });
    return { value, phases };
  };
}
