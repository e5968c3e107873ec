/**
 * What the Supervisor service does (supervisor-service.ts) for one pod: the keeper's, the pod's and the guest's part of
 * it put together.
 */
import { RuntimeError } from '../errors.ts';
import type { Counters } from '../telemetry/counters.ts';
import { noContainers, type PodMetrics, vmMetrics } from '../telemetry/pod-metrics.ts';
import type { PodTasks } from '../task/pod-tasks.ts';
import { HUB_URI } from '../task/process-io.ts';
import type { AttachTasks } from './attach-service.ts';
import { followKernelLog } from './guest-kernel-log.ts';
import type { HubRegistry } from './hub-registry.ts';
import type { PodSupervisor } from './pod-supervisor.ts';
import type { PodDescription, TopProcess } from './supervisor-client.ts';
import type { SupervisorOperations } from './supervisor-service.ts';

export interface PodOperationsOptions {
  readonly supervisor: PodSupervisor;
  readonly hubs: HubRegistry;
  /** Of the VM that lives. @throws RuntimeError not-found when it has died */
  readonly guest: () => Promise<PodTasks>;
  /** How the host executes guests: "kvm", "tcg". */
  readonly accelerator: () => Promise<string>;
  /** The keeper's, for who attaches. */
  readonly tasks: AttachTasks;
  readonly counters: () => Counters;
  /** Phases of the start. */
  readonly timeline: () => unknown;
}

export function podOperations(options: PodOperationsOptions): SupervisorOperations {
  const { supervisor, hubs, guest } = options;
  const { keeper } = supervisor;
  return {
    hubs,
    task: options.tasks,
    describe: () => describe(options),
    keep: (id, change) => keeper.keep(id, change),
    stop: (id, signal, timeoutMs) => keeper.stop(id, signal, timeoutMs),
    stopPod: (graceMs) => supervisor.stop(graceMs),
    events: (wanted) => supervisor.events.subscribe(wanted),
    top: async (id) => (await (await guest()).top(id)).map(topProcess),
    stacks: async () => (await guest()).stacks(),
    metrics: () => metrics(options),
    execInVm: async ({ args, terminal, stdin }) => {
      if (args.length === 0) {
        throw new RuntimeError(
          'invalid-argument',
          'run a process in the VM',
          'it has no arguments',
        );
      }
      const tasks = await guest();
      const execId = `vm-${process.hrtime.bigint().toString(36)}`;
      const io = await hubs.factory({
        containerId: '',
        execId,
        terminal: terminal !== undefined,
        stdin: stdin ? HUB_URI : '',
        stdout: HUB_URI,
        stderr: terminal === undefined ? HUB_URI : '',
        adopted: false,
      });
      try {
        const started = await tasks.execInVm(
          { execId, args, ...(terminal === undefined ? {} : { terminal }) },
          io,
        );
        const close = (): void => void io.close().catch(() => undefined);
        started.exited.then(() => io.outputEnded()).then(close, close);
      } catch (error) {
        await io.close();
        throw error;
      }
      return { execId };
    },
    statPath: async (id, path) => (await guest()).statPath(id, path) as never,
    copyIn: async (id, path, tar) => (await guest()).copyIn(id, path, tar),
    copyOut: async function* (id, path) {
      yield* (await guest()).copyOut(id, path) as AsyncIterable<Uint8Array>;
    },
    kernelLog: async function* (wanted) {
      yield* followKernelLog(await guest(), wanted);
    },
  };
}

async function describe(options: PodOperationsOptions): Promise<PodDescription> {
  const { supervisor, guest, accelerator, timeline } = options;
  const tasks = await guest().catch(() => undefined);
  const known = tasks?.describe();
  const ended = supervisor.vmEnded !== undefined;
  return {
    pod: supervisor.record.id,
    supervisorPid: process.pid,
    vmId: known?.vmId ?? '',
    runtimeId: known?.runtimeId ?? '',
    state:
      ended || tasks === undefined ? 'stopped' : known?.guest === undefined ? 'booting' : 'running',
    kernelRelease: known?.guest?.kernelRelease ?? '',
    agentVersion: known?.guest?.agentVersion ?? '',
    runtime: known?.guest?.runtime ?? '',
    bootId: known?.guest?.bootId ?? '',
    cpus: known?.guest?.cpus ?? 0,
    memoryBytes: known?.guest?.memoryBytes ?? 0,
    accelerator: await accelerator(),
    network: known?.network,
    containers: known?.containers ?? [],
    startedAtMs: known?.startedAtMs ?? 0,
    document: known?.document ?? null,
    timeline: timeline(),
  };
}

async function metrics({
  supervisor: { keeper },
  counters,
  guest,
}: PodOperationsOptions): Promise<PodMetrics> {
  const { user, system } = process.cpuUsage();
  const supervisor = {
    residentBytes: process.memoryUsage.rss(),
    cpuSeconds: (user + system) / 1e6,
  };
  // A VM that has died, or that no longer tells, is none.
  const tasks = await guest().catch(() => undefined);
  const vm = await tasks?.vm.system
    .properties({ PropertyTypes: ['Statistics', 'Memory'] })
    .catch(() => undefined);
  const containers = noContainers();
  // Those that are kept are in the host's store, with their state.
  const kept = new Set(keeper.ids);
  for (const id of tasks?.ids.filter((each) => !kept.has(each)) ?? []) {
    const state = await tasks?.state(id, '').catch(() => undefined);
    if (state !== undefined) containers[state.status] += 1;
  }
  return {
    counters: counters(),
    supervisor,
    containers,
    ...(vm === undefined ? {} : { vm: vmMetrics(vm) }),
  };
}

interface GuestProcessInfo {
  readonly pid?: number | null;
  readonly ppid?: number | null;
  readonly uid?: number | null;
  readonly state?: string | null;
  readonly startNs?: number | null;
  readonly cpuNs?: number | null;
  readonly rssBytes?: number | null;
  readonly tty?: string | null;
  readonly command?: string | null;
  readonly namespacePid?: number | null;
  readonly execId?: string | null;
}

function topProcess(info: GuestProcessInfo): TopProcess {
  return {
    pid: info.pid ?? 0,
    ppid: info.ppid ?? 0,
    uid: info.uid ?? 0,
    state: info.state ?? '',
    startNs: info.startNs ?? 0,
    cpuNs: info.cpuNs ?? 0,
    rssBytes: info.rssBytes ?? 0,
    tty: info.tty ?? '',
    command: info.command ?? '',
    containerPid: info.namespacePid ?? 0,
    execId: info.execId ?? '',
  };
}
