/** A pod on this host: the supervisor (pod-supervisor.ts) over real VMs, networks and stdio. */
import { type BootFiles, findBootFiles } from '../../linuxkit/manifest.ts';
import { type HostVersion, hostVersionOf } from '../../hcs/document/host-version.ts';
import { bootsByUefi } from '../../hcs/document/lcow-boot.ts';
import type { ExecutionProperties } from '../../hcs/document/properties.ts';
import type { ComputeService } from '../../hcs/service.ts';
import type { ContainerdPod, PodRecord } from '../container/container-record.ts';
import type { Directories } from '../directories.ts';
import { RuntimeError } from '../errors.ts';
import { openHostService } from '../host-service.ts';
import { adoptNetwork, attachNetwork, type NetworkRecord } from '../network/pod-network.ts';
import { hostStdio } from '../stdio/host-stdio.ts';
import { openTasks } from '../task/open-tasks.ts';
import type { PodTasks } from '../task/pod-tasks.ts';
import { findPodTemplate, type TemplatedShape, templateUse } from '../template/pod-template.ts';
import { Timeline } from '../timeline.ts';
import { HolderClient } from './holder-client.ts';
import { hostProcesses } from './host-processes.ts';
import { HubRegistry } from './hub-registry.ts';
import { podOperations } from './pod-operations.ts';
import { type OpenVmTasks, PodSupervisor } from './pod-supervisor.ts';
import type { SupervisorLog } from './supervisor-log.ts';
import type { SupervisorOperations } from './supervisor-service.ts';

export interface OpenPodOptions {
  readonly where: Directories;
  readonly folder: string;
  readonly record: PodRecord;
  /** Its VM runs. */
  readonly adopt: boolean;
  readonly adoptions: number;
  readonly log: SupervisorLog;
  /** The holder's control channel, where a holder started this process. */
  readonly holderFd?: number;
}

export interface OpenedPod {
  readonly supervisor: PodSupervisor;
  readonly operations: SupervisorOperations;
  /** Called once, when nobody new is to be let in. */
  onEnding(call: () => void): void;
}

/** What of the host a boot needs. */
interface HostParts {
  readonly service: ComputeService;
  readonly execution: ExecutionProperties;
  readonly host: HostVersion;
  readonly bootFiles: BootFiles;
}

/** Has the VM boot, or adopts it; returns at once. */
export function openPod(options: OpenPodOptions): OpenedPod {
  const { where, folder, record, log } = options;
  const timeline = new Timeline(
    // What `--debug` of a command shows of its own side.
    process.env['LCOW_DEBUG'] === '1'
      ? ({ name, atMs }) => log(`${atMs.toFixed(1)} ms ${name}`)
      : undefined,
  );
  let parts: Promise<HostParts> | undefined;
  let guest: PodTasks | undefined;
  let ending: (() => void) | undefined;
  const { holderFd } = options;
  const holder = holderFd === undefined ? undefined : new HolderClient(holderFd);
  const hubs = new HubRegistry({
    host: hostStdio({
      folder,
      ...(holder === undefined ? {} : { held: holder }),
      ...(record.containerd === undefined ? {} : stdioOf(record.containerd)),
      onTrouble: (subject, what) => log(`${subject}: ${what}`, 'warning'),
    }),
    onLogTrouble: (id, error) =>
      error === undefined
        ? log(`the log of ${id} is written again`)
        : log(`log of ${id}: ${error.message}`, 'warning'),
  });
  const processes = hostProcesses({
    containerd: record.containerd !== undefined,
    ...(holder === undefined ? {} : { holder }),
  });
  const open: OpenVmTasks = async ({ adopt, signal, io, onEvent }) => {
    parts ??= hostParts(where, record);
    const { service, execution, host, bootFiles } = await parts;
    const { network: mode, ports } = record.shape;
    const use = templateUse(record.shape.template);
    let missed: TemplatedShape | undefined;
    const makeMissed = async (): Promise<void> => {
      const { makeTemplateInBackground } = await import('../template/background-template.ts');
      if (missed !== undefined) makeTemplateInBackground(where, missed);
    };
    guest = await openTasks({
      ...{ service, execution, host, bootFiles, pod: record, directory: folder, io, adopt, signal },
      // Tasks say what failed, and nothing else.
      log: (text) => log(text, 'warning'),
      emit: onEvent,
      hostProcesses: processes,
      timeline,
      ...(use === 'none'
        ? {}
        : {
            template: async (shape, document) => {
              const templated = { ...shape, bootFiles, execution };
              const template = await findPodTemplate(where, templated, document);
              if (template === undefined && use === 'make') missed = templated;
              return template;
            },
          }),
      network: (vm, recorded) =>
        recorded === undefined
          ? attachNetwork(vm, service, { mode, ports })
          : Promise.resolve(adoptNetwork(vm, service, recorded as NetworkRecord)),
    });
    const { ready } = guest;
    // Not beside the boot that somebody waits for.
    if (missed !== undefined) void ready.then(makeMissed, () => undefined);
    return guest;
  };
  const supervisor = new PodSupervisor({ ...options, hubs, open, onEnding: () => ending?.() });
  const operations = podOperations({
    supervisor,
    hubs,
    guest: async () => {
      await supervisor.vm();
      if (guest !== undefined) return guest;
      throw new RuntimeError('not-found', `reach the VM of pod "${record.id}"`, 'it has none');
    },
    accelerator: async () => (await parts)?.execution.Accelerator ?? '',
    timeline: () => timeline.shared(),
  });
  return {
    supervisor,
    operations,
    onEnding: (call) => {
      ending = call;
    },
  };
}

/** What of containerd's pod its streams go by. */
function stdioOf({ namespace, ioRetryMs }: ContainerdPod) {
  return { namespace, ...(ioRetryMs === undefined ? {} : { ioRetryMs }) };
}

async function hostParts(where: Directories, { shape }: PodRecord): Promise<HostParts> {
  const { accelerator, machine, bootFiles: directory } = shape;
  const env = {
    ...process.env,
    ...(accelerator === undefined ? {} : { LCOW_ACCELERATOR: accelerator }),
    ...(machine === undefined ? {} : { LCOW_MACHINE: machine }),
  };
  const folders = {
    ...{ dataDirectory: where.data, stampDirectory: where.run },
    ...(directory === undefined ? {} : { directory }),
  };
  const finding = findBootFiles(folders);
  finding.catch(() => undefined);
  const service = await openHostService(where, env);
  const properties = await service.properties();
  const { Execution: execution } = properties;
  const host = hostVersionOf(properties);
  const bootFiles = bootsByUefi(host)
    ? await findBootFiles({ ...folders, bzImage: true })
    : await finding;
  return { service, execution, host, bootFiles };
}
