/** What a container may use, as Docker's flags say it and as the OCI specification's cgroup resources. */
import type { OciResources } from './oci-runtime-spec.ts';
import { refuse } from './refusal.ts';

export interface ResourceOptions {
  /** cgroup memory.max, bytes; at least 6 MiB. */
  readonly memoryBytes?: number;
  /** memory.low, bytes; at most memoryBytes. */
  readonly memoryReservationBytes?: number;
  /** Memory and swap together, bytes, as Docker counts; -1 is unlimited. Needs memoryBytes. */
  readonly memorySwapBytes?: number;
  /** cgroup cpu.max as a number of processors, for example 1.5. */
  readonly cpus?: number;
  /** Docker's weight, 2 to 262144; 1024 is the usual. */
  readonly cpuShares?: number;
  /** Processors of the VM, "0-2,4". */
  readonly cpusetCpus?: string;
  /** Processes and threads; 0 and -1 are unlimited. */
  readonly pidsLimit?: number;
}

const CPU_PERIOD_US = 100_000;
/** Docker's least: below it no process starts. */
const LEAST_MEMORY_BYTES = 6 * 1024 * 1024;
const OP = 'limit the container';

/** Only what is asked for, without rules for devices. @throws RuntimeError invalid-argument */
export function limits(options: ResourceOptions): Omit<OciResources, 'devices'> {
  const memory = memoryLimits(options);
  const cpu = cpuLimits(options);
  const pids = pidsLimits(options.pidsLimit);
  return {
    ...(memory === undefined ? {} : { memory }),
    ...(cpu === undefined ? {} : { cpu }),
    ...(pids === undefined ? {} : { pids }),
  };
}

function memoryLimits(options: ResourceOptions): OciResources['memory'] {
  const { memoryBytes, memoryReservationBytes, memorySwapBytes } = options;
  const least = whole('memory', memoryBytes, LEAST_MEMORY_BYTES);
  const reservation = whole('memory reservation', memoryReservationBytes, 1);
  if (reservation !== undefined && least !== undefined && reservation > least) {
    refuse(OP, reservation, `bytes of memory reservation are more than the limit of ${least}`);
  }
  if (memorySwapBytes !== undefined && least === undefined) {
    refuse(OP, memorySwapBytes, 'bytes of memory and swap need a memory limit');
  }
  const swap = memorySwapBytes === -1 ? -1 : whole('memory and swap', memorySwapBytes, least ?? 0);
  const memory = { limit: least, reservation, swap };
  return present(memory);
}

function cpuLimits({ cpus, cpuShares, cpusetCpus }: ResourceOptions): OciResources['cpu'] {
  if (cpus !== undefined && !(cpus >= 0.01 && cpus <= 1024)) {
    refuse(OP, cpus, 'processors are not 0.01 to 1024');
  }
  if (
    cpuShares !== undefined &&
    !(Number.isInteger(cpuShares) && cpuShares >= 2 && cpuShares <= 262_144)
  ) {
    refuse(OP, cpuShares, 'CPU shares are not 2 to 262144');
  }
  if (cpusetCpus !== undefined) checkCpuset(cpusetCpus);
  return present({
    quota: cpus === undefined ? undefined : Math.round(cpus * CPU_PERIOD_US),
    period: cpus === undefined ? undefined : CPU_PERIOD_US,
    shares: cpuShares,
    cpus: cpusetCpus,
  });
}

function checkCpuset(text: string): void {
  const ranges = text.length > 1024 ? [''] : text.split(',');
  for (const range of ranges) {
    const [, from = '', to = from] = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(range) ?? [];
    if (from === '' || Number(to) < Number(from)) {
      refuse(OP, text, 'is not a list of processors like 0-2,4');
    }
  }
}

function pidsLimits(limit: number | undefined): OciResources['pids'] {
  if (limit === undefined || limit === 0 || limit === -1) return undefined;
  const good = Number.isInteger(limit) && limit > 0 && limit <= 4_194_304;
  return good ? { limit } : refuse(OP, limit, 'processes are not 1 to 4194304, or -1');
}

function whole(what: string, bytes: number | undefined, least: number): number | undefined {
  if (bytes === undefined || (Number.isSafeInteger(bytes) && bytes >= least)) return bytes;
  return refuse(OP, bytes, `bytes of ${what} are less than ${least}`);
}

/** The fields that are there; undefined when none is. */
function present<T extends Record<string, unknown>>(
  fields: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } | undefined {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  if (entries.length === 0) return undefined;
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
