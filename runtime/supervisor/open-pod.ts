/** A pod on this host: the supervisor (pod-supervisor.ts) over real VMs, networks and stdio. */
import type { Socket } from 'node:net';
import { type BootFiles, findBootFiles } from '../../linuxkit/manifest.ts';
import { type HostVersion, hostVersionOf } from '../../hcs/document/host-version.ts';
import { bootsByUefi } from '../../hcs/document/lcow-boot.ts';
import type { ExecutionProperties } from '../../hcs/document/properties.ts';
import type { ComputeService } from '../../hcs/service.ts';
import type { ContainerdPod, PodRecord } from '../container/container-record.ts';
import type { Directories } from '../directories.ts';
import { messageOf, RuntimeError } from '../errors.ts';
import { openHostService } from '../host-service.ts';
import { adoptNetwork, attachNetwork, type NetworkRecord } from '../network/pod-network.ts';
import { hostStdio } from '../stdio/host-stdio.ts';
import { openTasks } from '../task/open-tasks.ts';
import type { ParkedVm } from '../task/parked-vm.ts';
import type { PodTasks } from '../task/pod-tasks.ts';
import type { TaskService } from '../task/task-service.ts';
import { FailedTemplate } from '../template/failed-template.ts';
import {
  findPodTemplate,
  identityOf,
  type TemplatedShape,
  templateUse,
} from '../template/pod-template.ts';
import { templateId } from '../template/template-identity.ts';
import { type TemplateRecord, TemplateStore } from '../template/template-store.ts';
import type { Counters } from '../telemetry/counters.ts';
import { PodTelemetry } from '../telemetry/pod-telemetry.ts';
import { Timeline } from '../timeline.ts';
import { addToHost, readPodCounters, writePodCounters } from './counter-file.ts';
import { HolderClient } from './holder-client.ts';
import { holderProgram } from './holder-program.ts';
import { hostProcesses } from './host-processes.ts';
import { HubRegistry } from './hub-registry.ts';
import { ObservedTasks } from './observed-tasks.ts';
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
  /** The holder's control channel, where a holder started this process, or claimed it. */
  readonly holder?: number | Socket;
  /** The VM that waited for this pod, and what it was made with. */
  readonly parked?: { readonly vm: ParkedVm; readonly parts: HostParts };
}

export interface OpenedPod {
  readonly supervisor: PodSupervisor;
  /** The task service as callers reach it. */
  readonly tasks: TaskService;
  readonly operations: SupervisorOperations;
  /** Settles when the VM is on its way, or will not be: what is not needed for that may begin. Never rejects. */
  readonly created: Promise<void>;
  /** Called once, when nobody new is to be let in. */
  onEnding(call: () => void): void;
  /** The pod is over: its numbers are the host's. Never rejects. */
  counted(): Promise<void>;
  /** Traces that wait are exported, within a deadline. Never rejects. */
  readonly traced: () => Promise<void>;
}

/** What of the host a boot needs. */
export interface HostParts {
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
  const telemetry = new PodTelemetry({
    pod: record.id,
    timeline,
    log,
    onChange: (now) => writePodCounters(folder, now),
  });
  if (options.adopt) telemetry.adopted(readPodCounters(folder));
  let { parked } = options;
  if (parked !== undefined) telemetry.claimed();
  let parts = parked && Promise.resolve(parked.parts);
  let guest: PodTasks | undefined;
  let ending: (() => void) | undefined;
  let markCreated: (() => void) | undefined;
  const created = new Promise<void>((resolve) => {
    markCreated = resolve;
  });
  if (options.parked !== undefined) markCreated?.();
  const holder = options.holder === undefined ? undefined : new HolderClient(options.holder);
  const hubs = new HubRegistry({
    host: hostStdio({
      folder,
      ...(holder === undefined ? {} : { held: holder }),
      ...(record.containerd === undefined ? {} : stdioOf(record.containerd)),
      ...(process.platform === 'linux' ? { pumpProgram: () => holderProgram() } : {}),
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
    // One of this pod's own replaces it, when it has ended.
    const waiting = parked?.vm;
    parked = undefined;
    let wanted: TemplatedShape | undefined;
    let found: TemplateRecord | undefined;
    let failed: FailedTemplate | undefined;
    const booted = async (): Promise<void> => {
      const store = new TemplateStore(where.data);
      const done = await failed?.booted(store);
      if (done !== undefined) log(done, 'warning');
      if (missed === undefined || !store.isWorthMaking(templateId(await identityOf(missed))))
        return;
      const { makeTemplateInBackground } = await import('../template/background-template.ts');
      makeTemplateInBackground(where, missed);
    };
    guest = await openTasks({
      ...{ service, execution, host, bootFiles, pod: record, directory: folder, io, adopt, signal },
      // Tasks say what failed, and nothing else.
      log: (text) => log(text, 'warning'),
      emit: onEvent,
      hostProcesses: processes,
      timeline,
      onCreated: () => markCreated?.(),
      onTemplateFailed: ({ why, patienceMs }) => {
        telemetry.templateIs('fallback');
        if (found !== undefined) failed = new FailedTemplate(found, why, patienceMs);
        missed = wanted;
      },
      ...(waiting === undefined ? {} : { parked: waiting }),
      ...(use === 'none'
        ? {}
        : {
            template: async (shape, document) => {
              const templated = { ...shape, bootFiles, execution };
              if (use === 'make') wanted = templated;
              const clone = { service, vm: record.id };
              found = await findPodTemplate(where, templated, document, clone);
              telemetry.templateIs(found === undefined ? 'miss' : 'hit');
              if (found === undefined) missed = wanted;
              return found;
            },
          }),
      network: (vm, recorded) =>
        recorded === undefined
          ? attachNetwork(vm, service, { mode, ports })
          : Promise.resolve(adoptNetwork(vm, service, recorded as NetworkRecord)),
    });
    const { ready } = guest;
    guest.vm.onRelinked(() => telemetry.relinked());
    // Not beside the boot that somebody waits for.
    if (missed !== undefined || failed !== undefined) {
      const trouble = (error: unknown): void => log(`template: ${messageOf(error)}`, 'warning');
      void ready.then(() => booted().catch(trouble)).catch(() => undefined);
    }
    return guest;
  };
  const supervisor = new PodSupervisor({
    ...{ ...options, hubs, open },
    onEnding: () => ending?.(),
    onEvent: (event) => telemetry.event(event),
  });
  // Where it was not made: it ran before, or cannot be.
  const opened = (): void => markCreated?.();
  supervisor.vm().then(opened, opened);
  const counters = (): Counters => ({
    ...telemetry.counters,
    eventsDropped: telemetry.counters.eventsDropped + supervisor.eventsDropped,
  });
  const operations = podOperations({
    supervisor,
    hubs,
    tasks: new ObservedTasks(supervisor.keeper, telemetry),
    counters,
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
    tasks: new ObservedTasks(supervisor.tasks, telemetry),
    operations,
    created,
    onEnding: (call) => {
      ending = call;
    },
    async counted() {
      telemetry.close();
      await addToHost(where, folder, counters());
    },
    traced: () => telemetry.flush(),
  };
}

/** What of containerd's pod its streams go by. */
function stdioOf({ namespace, ioRetryMs }: ContainerdPod) {
  return { namespace, ...(ioRetryMs === undefined ? {} : { ioRetryMs }) };
}

/** @throws what opening the compute service and finding the boot files throw */
export async function hostParts(
  where: Directories,
  { shape }: { readonly shape: Pick<PodRecord['shape'], 'accelerator' | 'machine' | 'bootFiles'> },
): Promise<HostParts> {
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
