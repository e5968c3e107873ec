/**
 * The cold boot of a VM, by kernel and machine, interleaved: from QEMU's spawn to the agent's first answer, the memory
 * that the guest uses afterwards, the sizes of what boots. Wall time is what a user waits for; QEMU's CPU time is what
 * to compare where the machine is shared. The first round is warm-up (told, not counted).
 *
 *   node dist/bench/boot.js [--runs N] [--memory MIB] [--out FILE] [--args ARGS] [--files NAME=FOLDER]... [--machine q35|microvm]
 *     [--each-argument]
 *
 * With --each-argument each kernel and machine is also booted without each of the engine's arguments for the kernel, and
 * what an argument saves is told: the median over the rounds of the difference to the boot of the same round with all of
 * them. Memory is then read at once, so its figures are of less use.
 * Without --files: the distribution's kernel, and the newest of `lcow kernel build` where there is one. A kernel that
 * has modules is not booted on microvm, whose bus they would have to be on first.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MACHINE_TYPES, type MachineType } from '../hcs/qemu/machine-type.ts';
import { openQemuService } from '../hcs/qemu/qemu-service.ts';
import type { QemuComputeSystem } from '../hcs/qemu/qemu-system.ts';
import { buildGuestImage } from '../linuxkit/build-guest-image.ts';
import { KernelStore } from '../linuxkit/kernel/kernel-store.ts';
import { type BootFiles, findBootFiles, packageRoot } from '../linuxkit/manifest.ts';
import { messageOf } from '../runtime/errors.ts';
import { METHODS } from '../runtime/guest/methods.ts';
import { createUtilityVm } from '../runtime/uvm/utility-vm.ts';
import { summarize } from './statistics.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '10' },
    memory: { type: 'string', default: '512' },
    out: { type: 'string' },
    args: { type: 'string' },
    files: { type: 'string', multiple: true, default: [] },
    'each-argument': { type: 'boolean', default: false },
    machine: { type: 'string', multiple: true, default: [...MACHINE_TYPES] },
  },
});
const RUNS = Number(values.runs);
const MIB = 2 ** 20;
const CACHE = join(packageRoot() ?? '.', 'build', 'cache', 'bench-boot');
/** What the agent does in the background after its first answer is done by then. */
const SETTLE_MS = 1500;
/** Ticks of /proc/<pid>/stat. */
const TICK_MS = 10;

interface Variant {
  readonly name: string;
  readonly machine: MachineType;
  readonly files: BootFiles;
  /** An argument of the engine's that is left out, by its beginning. */
  readonly without?: string;
}

interface Sample {
  readonly wallMs: number;
  readonly cpuMs: number;
  /** The guest's own clock when its first process began. */
  readonly kernelMs: number;
  readonly usedMiB: number;
  readonly totalMiB: number;
}

const run = mkdtempSync(join(tmpdir(), 'lcow-bench-boot-'));
const services = new Map(
  MACHINE_TYPES.map((machine) => [machine, openQemuService({ runDirectory: run, machine })]),
);

try {
  const variants = await findVariants();
  const samples = new Map<Variant, Sample[]>(variants.map((variant) => [variant, []]));
  const failed = new Map<Variant, string>();
  for (let round = 0; round <= RUNS; round += 1) {
    // In turns from another one each round: what comes after what is not the same for all.
    for (let at = 0; at < variants.length; at += 1) {
      const variant = variants[(at + round) % variants.length] as Variant;
      if (failed.has(variant)) continue;
      try {
        const sample = await bootOnce(variant);
        if (round > 0) samples.get(variant)?.push(sample);
      } catch (error) {
        // What is found out by this is that it cannot be left out.
        if (variant.without === undefined) throw error;
        failed.set(variant, messageOf(error));
      }
    }
  }
  for (const variant of variants) {
    if (variant.without === undefined) tell(variant, samples.get(variant) ?? []);
  }
  for (const variant of variants) {
    const why = failed.get(variant);
    if (why === undefined) tellSaved(variant, variants, samples);
    else {
      const { name, machine, without } = variant;
      process.stdout.write(`${name}, ${machine}: without ${without} it does not boot: ${why}\n`);
    }
  }
  if (values.out !== undefined) {
    const results = variants.map((variant) => ({
      ...{ kernel: variant.name, machine: variant.machine, release: releaseOf(variant) },
      without: variant.without,
      samples: samples.get(variant),
    }));
    writeFileSync(values.out, `${JSON.stringify(results, null, 2)}\n`);
  }
} finally {
  for (const service of services.values()) await (await service)[Symbol.asyncDispose]();
  rmSync(run, { recursive: true, force: true });
}

async function findVariants(): Promise<Variant[]> {
  const found: [string, string][] = [];
  for (const text of values.files) {
    const at = text.indexOf('=');
    if (at < 1) throw new Error(`--files ${JSON.stringify(text)} is not NAME=FOLDER`);
    found.push([text.slice(0, at), text.slice(at + 1)]);
  }
  if (found.length === 0) {
    const none = join(CACHE, 'no-kernels');
    const of = async (name: string, kernelStore?: string): Promise<[string, string]> => {
      const outputDirectory = join(CACHE, name);
      await buildGuestImage({ outputDirectory, ...(kernelStore ? { kernelStore } : {}) });
      return [name, outputDirectory];
    };
    found.push(await of('distribution', none));
    const data = process.env['LCOW_DATA'] || '/var/lib/lcow';
    if (new KernelStore(join(data, 'kernel')).list().length > 0) found.push(await of('built'));
    else process.stdout.write('no kernel of `lcow kernel build`: the distribution’s alone\n');
  }
  const variants: Variant[] = [];
  for (const [name, directory] of found) {
    const files = await findBootFiles({ directory });
    for (const machine of MACHINE_TYPES) {
      if (!values.machine.includes(machine)) continue;
      if (machine === 'microvm' && files.manifest.modules.length > 0) continue;
      variants.push({ name, machine, files });
      if (values['each-argument'] !== true) continue;
      const service = await (services.get(machine) as ReturnType<typeof openQemuService>);
      for (const word of (await service.properties()).Execution.KernelArguments) {
        const [without = word] = word.split('=');
        variants.push({ name, machine, files, without });
      }
    }
  }
  return variants;
}

async function bootOnce({ machine, files, without }: Variant): Promise<Sample> {
  const service = await (services.get(machine) as ReturnType<typeof openQemuService>);
  const { Execution } = await service.properties();
  const kept = Execution.KernelArguments.filter((word) => word.split('=')[0] !== without);
  const execution = { ...Execution, KernelArguments: kept };
  const id = 'bench';
  await using vm = await createUtilityVm(service, {
    id,
    directory: join(run, `${id}.guest`),
    bootFiles: files,
    execution,
    memoryMiB: Number(values.memory),
    bootTimeoutMs: 30_000,
    ...(values.args === undefined ? {} : { kernelArguments: values.args }),
  });
  await vm.ready;
  const answeredMs = performance.now();
  const cpuMs = cpuOf((vm.system as QemuComputeSystem).vmmPid ?? 0);
  const spawnedMs = vm.system.timeline.find(({ name }) => name === 'spawn')?.atMs ?? Number.NaN;
  const { marks } = await vm.call('read the timeline', METHODS.getTimeline, {});
  const init = marks.find(({ name }) => name === 'init')?.atNs ?? Number.NaN;
  if (!values['each-argument']) await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const memory = await vm.call('read the memory', METHODS.getMemory, {});
  return {
    wallMs: answeredMs - spawnedMs,
    cpuMs,
    kernelMs: Number(init) / 1e6,
    usedMiB: (memory.totalBytes - memory.availableBytes) / MIB,
    totalMiB: memory.totalBytes / MIB,
  };
}

/** User and system time of a process so far. */
function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function tell(variant: Variant, samples: readonly Sample[]): void {
  const { files, name, machine } = variant;
  const cell = (pick: (sample: Sample) => number): string => {
    const { median, p90 } = summarize(samples.map(pick));
    return `${median.toFixed(0)} / ${p90.toFixed(0)}`;
  };
  const middle = (pick: (sample: Sample) => number): string =>
    summarize(samples.map(pick)).median.toFixed(1);
  const sizeMiB = (file: string): string =>
    ((files.manifest.files[file]?.sizeBytes ?? 0) / MIB).toFixed(1);
  process.stdout.write(
    `${name}, ${machine}, Linux ${releaseOf(variant)}, n=${samples.length}, median / p90 ms: ` +
      `wall ${cell(({ wallMs }) => wallMs)}, CPU ${cell(({ cpuMs }) => cpuMs)}, ` +
      `kernel ${cell(({ kernelMs }) => kernelMs)}; ` +
      `memory used ${middle(({ usedMiB }) => usedMiB)} of ${middle(({ totalMiB }) => totalMiB)} MiB ` +
      `(${values.memory} given); vmlinux ${sizeMiB('vmlinux')}, bzImage ${sizeMiB('kernel')}, ` +
      `initrd ${sizeMiB('initrd.img')} MiB\n`,
  );
}

/** What an argument saves, by the boots without it. */
function tellSaved(
  variant: Variant,
  variants: readonly Variant[],
  samples: ReadonlyMap<Variant, readonly Sample[]>,
): void {
  const { name, machine, without } = variant;
  const whole = variants.find(
    (other) => other.name === name && other.machine === machine && other.without === undefined,
  );
  if (without === undefined || whole === undefined) return;
  const all = samples.get(whole) ?? [];
  const saved = (pick: (sample: Sample) => number): string => {
    const each = (samples.get(variant) ?? []).map((sample, round) => {
      const base = all[round];
      return base === undefined ? Number.NaN : pick(sample) - pick(base);
    });
    const sorted = [...each].sort((a, b) => a - b);
    const low = sorted[Math.floor(sorted.length / 4)]?.toFixed(0) ?? '';
    const high = sorted[Math.ceil((sorted.length * 3) / 4) - 1]?.toFixed(0) ?? '';
    return `${summarize(each).median.toFixed(0)} (${low} to ${high})`;
  };
  process.stdout.write(
    `${name}, ${machine}: ${without} saves ms, median (middle half): wall ${saved(({ wallMs }) => wallMs)}, ` +
      `CPU ${saved(({ cpuMs }) => cpuMs)}, kernel ${saved(({ kernelMs }) => kernelMs)}\n`,
  );
}

function releaseOf({ files }: Variant): string {
  return files.manifest.kernel.release;
}
