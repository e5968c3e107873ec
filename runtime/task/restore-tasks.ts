/**
 * Tasks as an earlier supervisor left them. What the guest says it runs is what is so; the records say what was told.
 * What happened meanwhile is told now, once: an exit is on disk before it is told, and what the disk has is not told
 * again.
 */
import type { lcow } from '../../proto/generated/agent.js';
import { messageOf } from '../errors.ts';
import { METHODS } from '../guest/methods.ts';
import type { UtilityVm } from '../uvm/utility-vm.ts';
import type { GuestBackend } from './guest-backend.ts';
import type { ContainerResources } from './guest-container.ts';
import { GuestProcess } from './guest-process.ts';
import type { PodTasks } from './pod-tasks.ts';
import type { ProcessIo } from './process-io.ts';
import { Task, type TaskContext } from './task.ts';
import type { TaskProcess } from './task-process.ts';
import type { HeldProcess } from './host-process.ts';
import { type ExecRecord, type ProcessRecord, type TaskRecord, toldPid } from './task-record.ts';
import { asArray, asNumber, asObject } from './task-record-shape.ts';
import { decodeShare } from './vm-record.ts';

type GuestState = lcow.agent.v1.ContainerState.$Properties;

const LOST = 'its container was not in the VM any more when its supervisor came back';
const UNKNOWN = 255;

export async function restoreTasks(
  tasks: PodTasks,
  backend: GuestBackend,
  context: TaskContext,
  guest: { readonly containers: readonly GuestState[]; readonly nowNs: number },
  records: readonly TaskRecord[],
): Promise<void> {
  const { vm } = tasks;
  const running = new Map(guest.containers.map((state) => [state.id ?? '', state]));
  const shares = new Set<string>();
  const restored: Task[] = [];
  const killed = await context.host?.adopt(heldOf(records));
  for (const record of records.filter(({ phase }) => phase === 'created')) {
    const state = running.get(record.id);
    running.delete(record.id);
    const resources = resourcesOf(record, context.log);
    for (const { name } of resources.shares) shares.add(name);
    const found = { state, nowNs: guest.nowNs };
    restored.push(await restore(vm, backend, context, record, resources, found));
  }
  // Whoever wanted these was never told of them; a guest's container without a record is one of them.
  for (const record of records.filter(({ phase }) => phase === 'creating')) {
    running.set(record.id, running.get(record.id) ?? {});
  }
  for (const id of running.keys()) {
    await discard(vm, id, context.log);
    await context.records.remove(id);
  }
  await vm.releaseUnclaimed(shares);
  for (const task of restored) tasks.restore(task);
  for (const { containerId, execId } of killed ?? []) tasks.hostProcessKilled(containerId, execId);
  // Exits that happened meanwhile are told before anybody asks.
  await Promise.all(restored.map((task) => settled(task, guest.containers)));
}

async function restore(
  vm: UtilityVm,
  backend: GuestBackend,
  context: TaskContext,
  record: TaskRecord,
  resources: ContainerResources,
  found: { readonly state: GuestState | undefined; readonly nowNs: number },
): Promise<Task> {
  const { state, nowNs } = found;
  const ios = new Map<string, ProcessIo>();
  const process = async (execId: string, pid: number): Promise<GuestProcess> => {
    const stdio = execId === '' ? record.init : record.execs[execId];
    if (stdio === undefined) throw new Error(`no record of exec "${execId}"`);
    const { terminal, stdin, stdout, stderr } = stdio;
    const id = { containerId: record.id, execId };
    const io = await context.io({ ...id, terminal, stdin, stdout, stderr, adopted: true });
    ios.set(execId, io);
    return backend.adoptProcess(id, pid, io, terminal, nowNs);
  };
  if (state === undefined) return lost(vm, backend, context, record, resources);
  const init = await process('', state.pid ?? record.init.pid);
  const container = backend.adoptContainer(record.id, init, resources);
  const task = new Task(record, container, context);
  const told = record.init.exit !== undefined;
  if (!told) {
    task.init.restore(statusOf(state));
    if (state.status !== 'created' && !record.init.started) {
      record.init.started = true;
      context.emit({ kind: 'start', containerId: record.id, pid: toldPid(record.init) });
    }
  }
  for (const [execId, execRecord] of Object.entries(record.execs)) {
    const exec = task.addExec(execId, execRecord);
    const known = (state.execs ?? []).find((candidate) => candidate.execId === execId);
    if (known === undefined) {
      // Never started; or deleted in the guest and not yet here.
      if (execRecord.exit !== undefined) exec.stopped(execRecord.exit);
      else if (execRecord.started) await task.tell(exec, lostExit());
      continue;
    }
    const guest = await process(execId, known.pid ?? execRecord.pid);
    if (execRecord.exit === undefined) exec.restore('running');
    if (!execRecord.started) {
      execRecord.started = true;
      const hostPid = await holdAgain(context, record, execId, execRecord);
      if (hostPid !== undefined) execRecord.hostPid = hostPid;
      const pid = hostPid ?? guest.pid;
      delete execRecord.process;
      context.emit({ kind: 'exec-started', containerId: record.id, execId, pid });
    }
    task.follow(exec, guest, ios.get(execId));
  }
  // A process in the guest that the record does not know was started by nobody who was told of it.
  for (const { execId } of state.execs ?? []) {
    if (execId != null && record.execs[execId] === undefined) {
      await forget(vm, record.id, execId, context.log);
    }
  }
  await task.save().catch((error: unknown) => context.log(messageOf(error)));
  task.follow(task.init, init, ios.get(''));
  return task;
}

/** The processes of the host that tasks have; those of a creation that was cut short are of nobody. */
function heldOf(records: readonly TaskRecord[]): HeldProcess[] {
  return records
    .filter(({ phase }) => phase === 'created')
    .flatMap(({ id: containerId, init, execs, options }) => [
      ...heldBy(containerId, '', init).map((held) =>
        options === undefined
          ? held
          : { ...held, options: { ...options, value: Buffer.from(options.value, 'base64') } },
      ),
      ...Object.entries(execs).flatMap(([execId, exec]) => heldBy(containerId, execId, exec)),
    ]);
}

function heldBy(containerId: string, execId: string, { hostPid }: ProcessRecord): HeldProcess[] {
  return hostPid === undefined ? [] : [{ containerId, execId, pid: hostPid }];
}

/** Of an exec that was started and whose process of the host nobody knows. */
async function holdAgain(
  { host, log }: TaskContext,
  record: TaskRecord,
  execId: string,
  exec: ExecRecord,
): Promise<number | undefined> {
  const { hostPid } = record.init;
  if (exec.hostPid !== undefined || hostPid === undefined) return exec.hostPid;
  try {
    const process = Buffer.from(exec.process ?? '', 'base64');
    return await host?.exec(record.id, execId, hostPid, process);
  } catch (error) {
    log(`exec "${execId}" of container "${record.id}": ${messageOf(error)}`);
    return undefined;
  }
}

/** Nothing of it is in the guest: its processes have ended, nobody knows how. */
async function lost(
  vm: UtilityVm,
  backend: GuestBackend,
  context: TaskContext,
  record: TaskRecord,
  resources: ContainerResources,
): Promise<Task> {
  const { terminal, stdin, stdout, stderr, pid } = record.init;
  const id = { containerId: record.id, execId: '' };
  const io = await context.io({ ...id, terminal, stdin, stdout, stderr, adopted: true });
  const gone = GuestProcess.gone(vm, id, pid);
  const task = new Task(record, backend.adoptContainer(record.id, gone, resources), context);
  for (const [execId, execRecord] of Object.entries(record.execs)) {
    const exec = task.addExec(execId, execRecord);
    if (execRecord.exit !== undefined) exec.stopped(execRecord.exit);
    else if (execRecord.started) await task.tell(exec, lostExit());
  }
  task.init.io = io;
  task.init.attach(gone, context.log);
  if (record.init.exit === undefined) await task.tell(task.init, lostExit());
  else task.init.stopped(record.init.exit);
  return task;
}

/** Waits until each process that the guest says has exited is told so. */
async function settled(task: Task, states: readonly GuestState[]): Promise<void> {
  const state = states.find(({ id }) => id === task.id);
  if (state === undefined) return;
  const over: TaskProcess[] = state.exit == null ? [] : [task.init];
  for (const { execId, exit } of state.execs ?? []) {
    const exec = task.execs.get(execId ?? '');
    if (exit != null && exec !== undefined) over.push(exec);
  }
  await Promise.all(over.map(({ told }) => told.catch(() => {})));
}

async function discard(vm: UtilityVm, id: string, log: (text: string) => void): Promise<void> {
  await forget(vm, id, '', log);
  const target = `/run/lcow/c/${id}/rootfs`;
  // Not mounted is what it should be.
  await vm.call(`unmount ${target}`, METHODS.unmount, { target }).catch(() => {});
}

async function forget(
  vm: UtilityVm,
  containerId: string,
  execId: string,
  log: (text: string) => void,
): Promise<void> {
  try {
    const process = { containerId, execId };
    await vm.call('take back a process', METHODS.delete, { process, force: true });
  } catch (error) {
    log(`container "${containerId}", exec "${execId}": ${messageOf(error)}`);
  }
}

function statusOf({ status }: GuestState): 'created' | 'running' | 'paused' {
  return status === 'created' || status === 'paused' ? status : 'running';
}

function lostExit() {
  return { code: UNKNOWN, exitedAtMs: Date.now(), oomKilled: false, error: LOST };
}

function resourcesOf(record: TaskRecord, log: (text: string) => void): ContainerResources {
  try {
    const held = asObject(record.resources, 'resources');
    return {
      disks: asArray(held['disks'], 'resources.disks').map((entry) => {
        const slot = asObject(entry, 'resources.disks[]');
        return {
          controller: asNumber(slot['controller'], 'controller'),
          lun: asNumber(slot['lun'], 'lun'),
        };
      }),
      shares: asArray(held['shares'], 'resources.shares').map(decodeShare),
    };
  } catch (error) {
    log(`resources of container "${record.id}": ${messageOf(error)}`);
    return { disks: [], shares: [] };
  }
}
