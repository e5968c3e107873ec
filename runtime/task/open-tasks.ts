/**
 * Opens the tasks of a pod: boots its VM, or takes over the one that an earlier supervisor left (docs/decisions/0012).
 *
 *   boot:   vm.json -> document -> create, start               returns while the guest boots
 *   adopt:  vm.json -> open, link with the secret -> what the guest says it runs is what is so; the records say
 *           what was told of it, and where its output goes
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { lcow } from '../../proto/generated/agent.js';
import type { ComputeService } from '../../hcs/service.ts';
import type { PodRecord } from '../container/container-record.ts';
import { messageOf, RuntimeError } from '../errors.ts';
import { METHODS } from '../guest/methods.ts';
import type { Timeline } from '../timeline.ts';
import { adoptUtilityVm } from '../uvm/adopt-utility-vm.ts';
import { prepareLink } from '../uvm/agent-link.ts';
import type { VmTemplate } from '../uvm/clone.ts';
import {
  type BootFilePaths,
  createUtilityVm,
  type UtilityVm,
  utilityVmDocument,
  type UtilityVmOptions,
  type UtilityVmShape,
} from '../uvm/utility-vm.ts';
import type { HostProcesses } from './host-process.ts';
import { HostSide } from './host-side.ts';
import { GuestBackend, type TaskNetwork } from './guest-backend.ts';
import type { LivenessLimits } from './liveness.ts';
import type { ParkedVm } from './parked-vm.ts';
import { PodTasks } from './pod-tasks.ts';
import type { ProcessIoFactory } from './process-io.ts';
import { restoreTasks } from './restore-tasks.ts';
import type { TaskEvent } from './task-event.ts';
import { TaskRecordFolder } from './task-record.ts';
import { readVmRecord, type VmRecord, VmRecordFile } from './vm-record.ts';

type VmDocument = ReturnType<typeof utilityVmDocument>;

/** Makes the pod's network on a VM that boots, or goes on with the recorded one. */
export type NetworkHook = (vm: UtilityVm, record: unknown) => Promise<TaskNetwork>;

/** From QEMU's start to a clone's answer; it takes a fraction of a second, on a busy host a few. */
const CLONE_TIMEOUT_MS = 20_000;

/** Why a VM boots in place of being a clone. */
export interface TemplateFailure {
  readonly why: string;
  /** How long its clone had to answer. */
  readonly patienceMs: number;
}

export interface OpenTasksOptions {
  readonly service: ComputeService;
  /** How this host executes guests. */
  readonly execution: UtilityVmShape['execution'];
  /** Which Windows this is; see UtilityVmShape. */
  readonly host?: UtilityVmShape['host'];
  readonly bootFiles: BootFilePaths;
  readonly pod: PodRecord;
  /** The pod's folder: vm.json, task/ and the link's sockets are made in it. */
  readonly directory: string;
  readonly io: ProcessIoFactory;
  /** Gets events in order; what it returns is not waited for. */
  readonly emit: (event: TaskEvent) => void;
  readonly log: (text: string) => void;
  /** Processes of the host that stand for the guest's; without them, the guest's pids are told. */
  readonly hostProcesses?: HostProcesses;
  /** Take over the VM that vm.json names. */
  readonly adopt: boolean;
  readonly timeline?: Timeline;
  /** Finds the template of a VM that is to boot, of this shape and document. Default: it boots. */
  readonly template?: (
    shape: UtilityVmShape,
    document: VmDocument,
  ) => Promise<VmTemplate | undefined>;
  /** Instead of booting: the VM that waited for it. */
  readonly parked?: ParkedVm;
  /** No clone can be had: the VM boots. */
  readonly onTemplateFailed?: (failure: TemplateFailure) => void;
  /** Called with undefined for a VM that boots, with the recorded network's plain data for one that is adopted. */
  readonly network?: NetworkHook;
  /** Gives the boot up. */
  readonly signal?: AbortSignal;
  /** Called when the VM's process is on its way: what is only needed later may be done now. */
  readonly onCreated?: () => void;
  /** When a guest that does not answer is dead; defaults in liveness.ts. */
  readonly liveness?: LivenessLimits;
}

/**
 * Boots: resolves while the guest does; create() waits for it. Adopts: resolves when every task is restored and every
 * exit that happened meanwhile is told.
 * @throws RuntimeError not-found when there is nothing to adopt (no vm.json, or its VM has ended); what booting a VM throws
 */
export function openTasks(options: OpenTasksOptions): Promise<PodTasks> {
  if (options.adopt) return adopt(options);
  return options.parked === undefined ? boot(options) : claim(options.parked, options);
}

/** A parked VM becomes this pod's. */
async function claim(parked: ParkedVm, options: OpenTasksOptions): Promise<PodTasks> {
  const { vm, secret, startedAtMs, document } = parked;
  const { directory, pod, timeline } = options;
  timeline?.mark('claimed');
  try {
    const file = new VmRecordFile(vmJson(directory), {
      ...{ id: vm.id, secret, startedAtMs, document, devices: vm.devices },
      // Of a later owner; this one's are where it was parked.
      sockets: `vm-${randomBytes(3).toString('hex')}`,
      ...(vm.guest === undefined ? {} : { guest: vm.guest }),
    });
    parked.keepDevices(keepDevicesIn(file));
    // The guest takes its name meanwhile; what is called in it waits for that.
    vm.rename(pod.id);
    await file.save();
    parked.recorded();
    return await over(vm, file, options);
  } catch (error) {
    await vm[Symbol.asyncDispose]();
    throw error;
  }
}

/** What a VM's link is loaded for, ahead of the first. */
export async function loadLink(): Promise<void> {
  await prepareLink();
}

async function boot(options: OpenTasksOptions): Promise<PodTasks> {
  const { service, pod, directory, execution, bootFiles, timeline, signal } = options;
  const shape: UtilityVmShape = {
    ...{ execution, bootFiles, survivesHost: true },
    ...(options.host === undefined ? {} : { host: options.host }),
    ...(pod.shape.memoryMiB === undefined ? {} : { memoryMiB: pod.shape.memoryMiB }),
    ...(pod.shape.processorCount === undefined ? {} : { processorCount: pod.shape.processorCount }),
    ...(pod.shape.kernelArguments === undefined
      ? {}
      : { kernelArguments: pod.shape.kernelArguments }),
  };
  const document = utilityVmDocument(shape);
  // Of a VM of this pod before: it is dead, or nobody knows its secret any more.
  await rm(join(directory, 'task'), { recursive: true, force: true });
  await endOrphan(service, pod.id);
  await endRecorded(service, directory, pod.id);
  const file = new VmRecordFile(vmJson(directory), {
    id: pod.id,
    secret: randomBytes(32),
    startedAtMs: Date.now(),
    // A name of its own: the VM before may still be on its way out.
    sockets: `vm-${randomBytes(3).toString('hex')}`,
    document,
  });
  await file.save();
  const vmOptions = {
    ...shape,
    ...life(directory, file),
    forContainers: true,
    ...(timeline === undefined ? {} : { timeline }),
    ...(signal === undefined ? {} : { signal }),
    ...(options.onCreated === undefined ? {} : { onCreated: options.onCreated }),
  };
  const vm =
    (await clone(vmOptions, document, options)) ?? (await createUtilityVm(service, vmOptions));
  try {
    return await over(vm, file, options);
  } catch (error) {
    await vm[Symbol.asyncDispose]();
    throw error;
  }
}

/** A clone that answers; undefined, with a line that says why, where there is none to be had. */
async function clone(
  vmOptions: UtilityVmOptions,
  document: VmDocument,
  { service, template: find, log, signal, onTemplateFailed }: OpenTasksOptions,
): Promise<UtilityVm | undefined> {
  let template: VmTemplate | undefined;
  try {
    template = await find?.(vmOptions, document);
    if (template === undefined) return undefined;
    const vm = await createUtilityVm(service, {
      ...vmOptions,
      template,
      bootTimeoutMs: CLONE_TIMEOUT_MS,
    });
    await vm.ready;
    return vm;
  } catch (error) {
    if (signal?.aborted === true) throw error;
    const what = template === undefined ? 'the template' : template.systemId;
    const why = messageOf(error);
    log(`boots, since ${what} cannot be used: ${why}`);
    onTemplateFailed?.({ why, patienceMs: CLONE_TIMEOUT_MS });
    return undefined;
  }
}

async function adopt(options: OpenTasksOptions): Promise<PodTasks> {
  const { service, directory, pod, log, signal } = options;
  const op = `adopt pod "${pod.id}"`;
  const record = readVmRecord(vmJson(directory), log);
  if (record === undefined) throw new RuntimeError('not-found', op, 'no record of its VM');
  const file = new VmRecordFile(vmJson(directory), record);
  const vm = await adoptUtilityVm(service, {
    ...life(directory, file),
    secret: record.secret,
    devices: record.devices,
    ...(record.guest === undefined ? {} : { guest: record.guest }),
    ...(signal === undefined ? {} : { signal }),
  }).catch((cause: unknown) => {
    throw new RuntimeError('not-found', op, `its VM is gone: ${messageOf(cause)}`, { cause });
  });
  try {
    return await over(vm, file, options);
  } catch (error) {
    await vm.letGo().catch(() => {});
    throw error;
  }
}

/** The task service over a VM that boots or was adopted. */
async function over(
  vm: UtilityVm,
  file: VmRecordFile,
  options: OpenTasksOptions,
): Promise<PodTasks> {
  const { directory, io, emit, log, adopt: adopted, timeline } = options;
  const { record } = file;
  const network = await options.network?.(vm, adopted ? record.network : undefined);
  if (network !== undefined && network.record !== record.network) {
    record.network = network.record;
    await file.save();
  }
  // With it an adopter knows that the guest has the secret; until then it tries both.
  void vm.ready.then(
    () => keepGuest(vm, file, log),
    () => {},
  );
  const backend = new GuestBackend(vm, {
    log,
    ...(network === undefined ? {} : { network }),
    ...(timeline === undefined ? {} : { timeline }),
    ...(options.pod.shape.shares === undefined ? {} : { shares: options.pod.shape.shares }),
    ...(options.parked === undefined ? {} : { roots: options.parked.roots }),
  });
  const records = new TaskRecordFolder(join(directory, 'task'));
  const { hostProcesses: processes } = options;
  const host = new HostSide({ log, ...(processes === undefined ? {} : { processes }) });
  const context = { io, records, emit, log, host };
  const tasks = new PodTasks({
    ...{ ...context, vm, backend, record },
    ...(network === undefined ? {} : { network }),
  });
  if (adopted) {
    const guest = await inGuest(vm);
    const recorded = await records.load(log);
    await restoreTasks(tasks, backend, { ...context, ended: backend.ended }, guest, recorded);
  }
  tasks.watch(options.liveness);
  return tasks;
}

/** What the guest runs, and its clock when it said so. */
async function inGuest(
  vm: UtilityVm,
): Promise<{ containers: lcow.agent.v1.ContainerState.$Properties[]; nowNs: number }> {
  const { nowNs } = await vm.call('read the guest clock', METHODS.ping, {});
  const { containers } = await vm.call('list containers', METHODS.list, {});
  return { containers, nowNs };
}

async function keepGuest(
  vm: UtilityVm,
  file: VmRecordFile,
  log: (text: string) => void,
): Promise<void> {
  if (vm.guest === undefined || file.record.guest === vm.guest) return;
  file.record.guest = vm.guest;
  await file.save().catch((error: unknown) => log(`vm.json: ${messageOf(error)}`));
}

function life(directory: string, file: VmRecordFile) {
  const { id, secret, sockets } = file.record;
  return {
    ...{ id, secret, directory: join(directory, sockets) },
    onDevices: keepDevicesIn(file),
  };
}

function keepDevicesIn(file: VmRecordFile) {
  return async (devices: VmRecord['devices']): Promise<void> => {
    file.record.devices = devices;
    await file.save();
  };
}

/** One that was parked and died while it became this pod's. */
async function endRecorded(
  service: ComputeService,
  directory: string,
  podId: string,
): Promise<void> {
  if (!existsSync(vmJson(directory))) return;
  const before = readVmRecord(vmJson(directory), () => undefined);
  if (before !== undefined && before.id !== podId) await endOrphan(service, before.id);
}

/** A VM of this name that runs without a supervisor that knows it: it cannot be talked to. */
async function endOrphan(service: ComputeService, id: string): Promise<void> {
  const orphan = await service.open(id).catch(() => undefined);
  if (orphan === undefined) return;
  await orphan.terminate();
  await orphan[Symbol.asyncDispose]();
}

function vmJson(directory: string): string {
  return join(directory, 'vm.json');
}
