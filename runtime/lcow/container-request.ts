/** What a container can be asked to be, and the record, VM shape and OCI specification that follow. Reads no files. */
import {
  CONTAINER_RECORD_VERSION,
  type ContainerRecord,
  type PodShape,
  type RestartPolicy,
} from '../container/container-record.ts';
import { vmMemoryMiB, vmProcessors } from '../container/vm-size.ts';
import type { Reservation } from '../container/container-store.ts';
import { parseSignal, SIGTERM } from '../container/signal.ts';
import type { ResolvedImage } from '../image/image-store.ts';
import type { ContainerSpecOptions, ImageProcess } from '../task/container-spec.ts';

/** Every field but `image` may be left out. */
export interface ContainerRequest extends Omit<ContainerSpecOptions, 'id' | 'image' | 'terminal'> {
  /** What `lcow run` takes: a stored name or id, or a path. */
  readonly image: string;
  /** Default: generated. */
  readonly name?: string;
  /** An existing pod that it joins. Default: a VM of its own. */
  readonly pod?: string;
  /** A pseudo-terminal instead of pipes. Default false. */
  readonly terminal?: boolean;
  /** stdin stays open for who attaches. Default false: it is empty. */
  readonly openStdin?: boolean;
  /** stdin ends when the first client that sends it leaves. Default false. */
  readonly stdinOnce?: boolean;
  /** Removed when it exits. Default false. */
  readonly autoRemove?: boolean;
  /** Default: not restarted. */
  readonly restart?: RestartPolicy;
  /** Default json-file. */
  readonly logDriver?: 'json-file' | 'none';
  /** A Linux signal's number. Default: the image's, else SIGTERM. */
  readonly stopSignal?: number;
  /** Default 10. */
  readonly stopTimeoutSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  /** Lines for /etc/hosts, "name:address". */
  readonly hosts?: readonly string[];
  /** Of a VM of its own. Default: `user` network, no ports, memory and processors after the container's limits. */
  readonly vm?: Partial<PodShape>;
}

/** Docker's. */
export const DEFAULT_STOP_TIMEOUT_SECONDS = 10;

/**
 * The VM for a lone container: as large as its limits ask for.
 * @throws RuntimeError invalid-argument for limits that this host cannot hold
 */
export function podShape({ memoryBytes, cpus, vm = {} }: ContainerRequest): PodShape {
  const memoryMiB = vm.memoryMiB ?? (memoryBytes && vmMemoryMiB(memoryBytes));
  const processorCount = vm.processorCount ?? (cpus && vmProcessors(cpus));
  return {
    ...(memoryMiB === undefined ? {} : { memoryMiB }),
    ...(processorCount === undefined ? {} : { processorCount }),
    ...(vm.kernelArguments === undefined ? {} : { kernelArguments: vm.kernelArguments }),
    ...(vm.bootFiles === undefined ? {} : { bootFiles: vm.bootFiles }),
    ...(vm.machine === undefined ? {} : { machine: vm.machine }),
    ...(vm.template === undefined ? {} : { template: vm.template }),
    network: vm.network ?? 'user',
    ports: vm.ports ?? [],
  };
}

/** container.json of what was asked for. */
export function containerRecord(
  request: ContainerRequest,
  { id }: Reservation,
  image: ResolvedImage,
  args: readonly string[],
  shape: PodShape | undefined,
): ContainerRecord {
  const { memoryBytes, cpus, pidsLimit } = request;
  return {
    version: CONTAINER_RECORD_VERSION,
    id,
    createdAt: new Date().toISOString(),
    image: { name: image.name, id: image.id, layers: image.layers },
    ...(request.pod === undefined ? {} : { pod: request.pod }),
    args,
    terminal: request.terminal ?? false,
    openStdin: request.openStdin ?? false,
    stdinOnce: request.stdinOnce ?? false,
    autoRemove: request.autoRemove ?? false,
    restart: request.restart ?? { name: 'no', maximum: 0 },
    logDriver: request.logDriver ?? 'json-file',
    stopSignal: request.stopSignal ?? imageStopSignal(image),
    stopTimeoutSeconds: request.stopTimeoutSeconds ?? DEFAULT_STOP_TIMEOUT_SECONDS,
    labels: { ...image.config.config.Labels, ...request.labels },
    hostname: request.hostname ?? id.slice(0, 12),
    hosts: request.hosts ?? [],
    mounts: (request.extraMounts ?? []).map((mount) =>
      mount.type === 'bind'
        ? { ...mount, readOnly: mount.readOnly ?? false }
        : {
            type: mount.type,
            target: mount.target,
            readOnly: mount.options?.includes('ro') ?? false,
          },
    ),
    ...(shape === undefined ? {} : { vm: shape }),
    limits: {
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
      ...(cpus === undefined ? {} : { cpus }),
      ...(pidsLimit === undefined ? {} : { pids: pidsLimit }),
    },
  };
}

/** The image's configuration of its process. */
export function imageProcess({ config: { config } }: ResolvedImage): ImageProcess {
  return {
    ...(config.Entrypoint == null ? {} : { entrypoint: config.Entrypoint }),
    ...(config.Cmd == null ? {} : { cmd: config.Cmd }),
    ...(config.Env == null ? {} : { env: config.Env }),
    ...(config.WorkingDir == null ? {} : { workingDirectory: config.WorkingDir }),
    ...(config.User == null ? {} : { user: config.User }),
  };
}

function imageStopSignal({ name, config }: ResolvedImage): number {
  const text = config.config.StopSignal;
  return text ? parseSignal(`read the stop signal of image ${name}`, text) : SIGTERM;
}
