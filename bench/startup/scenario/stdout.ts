/** `stdout`: how fast a container's output arrives at the end of its command's pipe, from the first byte to the last. */
import type { DirectRuntime } from '../bench.ts';
import { type Timed, timed } from '../command.ts';
import type { Measured, Scenario, Subject } from '../scenario.ts';
import { CONTAINERD_PEERS } from './run.ts';
import { CTR_LCOW, CTR_RUNC, type ThroughDaemon } from './through-daemons.ts';

/** Seconds of what an emulated guest gives. */
const MIB = 16;
/** The same of containerd's containers, whose stdout leaves our process after its first MiB. */
const CTR_MIB = 256;
const EXPECTED = expected(MIB);
const ZEROS = zeros(MIB);

export const STDOUT: Scenario = {
  name: 'stdout',
  summary: `${MIB} MiB of a container's stdout (${CTR_MIB} through ctr) at the end of its command's pipe: from the first byte to the last.`,
  unit: 'MiB/s',
  better: 'more',
  subjects: [
    {
      name: 'lcow',
      absent: () => undefined,
      async open(bench) {
        const { id } = await bench.residentContainer();
        return async ({ signal }) =>
          rate(await bench.runLcow(['exec', id, ...ZEROS], { signal, ...EXPECTED }));
      },
    },
    direct('runc'),
    direct('crun'),
    ctr(CTR_LCOW),
    ctr(CTR_RUNC),
    {
      name: 'spawn',
      absent: () => undefined,
      async open(bench) {
        const [program = '', ...args] = ZEROS;
        return async ({ signal }) =>
          rate(await timed(program, args, { env: bench.env, signal, ...EXPECTED }));
      },
    },
  ],
};

function direct(runtime: DirectRuntime): Subject {
  return {
    name: runtime,
    absent: (bench) => bench.missing(runtime),
    async open(bench) {
      const id = await bench.residentDirect(runtime);
      return async ({ signal }) =>
        rate(await bench.runDirect(runtime, ['exec', id, ...ZEROS], { signal, ...EXPECTED }));
    },
  };
}

function ctr({ name, shim }: ThroughDaemon): Subject {
  return {
    name,
    absent: (bench) => bench.missing(...CONTAINERD_PEERS),
    async open(bench) {
      const containerd = await bench.containerd();
      return async ({ turn, signal }) =>
        rate(
          await containerd.run(shim, `stdout-${shim}-${turn}`, zeros(CTR_MIB), {
            signal,
            ...expected(CTR_MIB),
          }),
          CTR_MIB,
        );
    },
  };
}

/** By 64 KiB: busybox's `head` makes every byte by itself, which is what would be measured then. */
function zeros(mib: number): string[] {
  return ['sh', '-c', `dd if=/dev/zero bs=64k count=${mib * 16} 2>/dev/null`];
}

function expected(mib: number): { readonly expectBytes: number } {
  return { expectBytes: mib * 2 ** 20 };
}

function rate({ firstByteMs, lastByteMs }: Timed, mib = MIB): Measured {
  // One chunk is no rate: then the time is that of one read.
  return { value: mib / (Math.max(lastByteMs - firstByteMs, 0.01) / 1000) };
}
