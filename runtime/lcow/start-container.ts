/**
 * Starting a container: its pod's supervisor (a new one for a lone container), the task in it, who wants to be attached
 * attached, then its first process. A failure at any point ends the lone pod again.
 *
 *     connect ──▶ Task.Create ──▶ attach ──▶ Task.Start
 *        ▲             ▲
 *   VM boots      container's folder
 */
import type { PodShape } from '../container/container-record.ts';
import type { StoredContainer } from '../container/container-store.ts';
import { CONTAINER_RECORD_VERSION } from '../container/container-record.ts';
import { orAborted } from '../deadline.ts';
import { RuntimeError } from '../errors.ts';
import type { AttachedProcess, SupervisorClient } from '../supervisor/supervisor-client.ts';
import { HUB_URI } from '../task/process-io.ts';
import type { TaskMount } from '../task/task-service.ts';
import type { Timeline } from '../timeline.ts';
import type { Host } from './host.ts';

export interface AttachRequest {
  /** Default false. */
  readonly stdin?: boolean;
  /** Default true. */
  readonly stdout?: boolean;
  /** Default true; a terminal has none. */
  readonly stderr?: boolean;
}

export interface StartOptions {
  /** Joins its stdio before it begins, so that nothing is missed. Default: nobody is attached. */
  readonly attach?: AttachRequest | undefined;
  /** Size of its terminal. */
  readonly terminalSize?: { readonly width: number; readonly height: number } | undefined;
  readonly timeline?: Timeline | undefined;
  /** Gives the start up: what was begun is undone. */
  readonly signal?: AbortSignal | undefined;
  /** The trace that the start is part of, as W3C's header of that name has it. */
  readonly traceparent?: string | undefined;
  /** Called when it is created: who asks its pod's supervisor now is answered before a short process can end the pod. */
  readonly onCreated?: ((pod: SupervisorClient) => void) | undefined;
}

/** The pod that a container is started in; `lone` ones end with it. */
export interface StartingPod {
  readonly client: Promise<SupervisorClient>;
  readonly lone: boolean;
}

/** Has a VM of its own boot, named as its container. Returns at once. */
export function startLonePod(host: Host, id: string, shape: PodShape): StartingPod {
  const client = createPod(host, id, shape);
  client.catch(() => {});
  return { client, lone: true };
}

/** The pod that a container joins. */
export function joinPod(host: Host, pod: string): StartingPod {
  const client = host.connect(pod);
  client.catch(() => {});
  return { client, lone: false };
}

async function createPod(host: Host, id: string, shape: PodShape): Promise<SupervisorClient> {
  const { startSupervisor } = await import('../supervisor/connect.ts');
  return startSupervisor(host.where, {
    version: CONTAINER_RECORD_VERSION,
    id,
    createdAt: new Date().toISOString(),
    lone: true,
    labels: {},
    shape,
  });
}

/**
 * Starts the container in the pod.
 * @returns who is attached, where that was asked for
 * @throws RuntimeError command-not-found, command-not-invocable, invalid-state, unavailable, cancelled; the task and a
 * lone pod are gone then
 */
export async function startInPod(
  host: Host,
  pod: StartingPod,
  container: Promise<StoredContainer>,
  options: StartOptions,
): Promise<AttachedProcess | undefined> {
  const { signal, timeline, traceparent } = options;
  let created: string | undefined;
  try {
    // A container that cannot be made ends the start before its VM is up, and the other way round.
    const both = Promise.all([pod.client, container]);
    const [connected, { record }] = await orAborted('start the container', both, signal);
    timeline?.mark('supervisor connected');
    await orAborted(
      'start the container',
      createTask(host, connected, await container, { signal, traceparent }),
      signal,
    );
    created = record.id;
    timeline?.markGuest('container created');
    options.onCreated?.(connected);
    const attached = options.attach && (await attachTo(connected, record.id, options));
    await orAborted('start the container', connected.task.start(record.id, ''), signal);
    timeline?.markGuest('process started');
    return attached;
  } catch (error) {
    await undo(host, pod, created ?? (await container.catch(() => undefined))?.record.id);
    throw error;
  }
}

async function attachTo(
  client: SupervisorClient,
  id: string,
  { attach = {}, terminalSize }: StartOptions,
): Promise<AttachedProcess> {
  const attached = await client.attach({
    containerId: id,
    execId: '',
    stdin: attach.stdin ?? false,
    stdout: attach.stdout ?? true,
    stderr: attach.stderr ?? true,
  });
  if (terminalSize !== undefined) attached.resize(terminalSize.width, terminalSize.height);
  return attached;
}

async function createTask(
  host: Host,
  client: SupervisorClient,
  { record, state }: StoredContainer,
  { signal, traceparent }: Pick<StartOptions, 'signal' | 'traceparent'>,
): Promise<void> {
  const { lcow } = await import('../../proto/generated/supervisor.js');
  const paths = host.store.paths(record.id);
  const restart = state.restart ?? record.restart;
  const keep = lcow.supervisor.v1.CreateOptions.encode({
    logPath: record.logDriver === 'none' ? '' : paths.log,
    restart: { name: restart.name, maximum: restart.maximum },
    autoRemove: record.autoRemove,
    stdinOnce: record.stdinOnce,
    stopSignal: record.stopSignal,
    hosts: [...record.hosts],
    hostname: record.hostname,
  }).finish();
  const stderr = record.terminal ? '' : HUB_URI;
  await client.task.create({
    id: record.id,
    bundle: paths.folder,
    rootfs: [rootfs(paths.scratch, record.image.layers)],
    terminal: record.terminal,
    stdin: record.openStdin ? HUB_URI : '',
    stdout: HUB_URI,
    stderr,
    options: { typeUrl: 'lcow.supervisor.v1.CreateOptions', value: keep },
    ...(signal === undefined ? {} : { signal }),
    ...(traceparent === undefined ? {} : { traceparent }),
  });
}

/** containerd's LCOW snapshotter's mount: the writable disk, and the layers with the topmost first. */
function rootfs(scratch: string, layers: readonly string[]): TaskMount {
  const parents = JSON.stringify([...layers].reverse());
  return {
    type: 'lcow-layer',
    source: scratch,
    target: '',
    options: ['rw', `parentLayerPaths=${parents}`],
  };
}

/** Nothing of the start stays: the lone pod with its VM, or the task in the pod that it joined. */
async function undo(host: Host, pod: StartingPod, id: string | undefined): Promise<void> {
  const client = await pod.client.catch(() => undefined);
  if (client === undefined) return;
  try {
    if (pod.lone) await client.stopPod(0);
    else if (id !== undefined) await deleteTask(client, id);
  } catch {
    // It went by itself, which is why the start failed.
  }
  await client[Symbol.asyncDispose]();
  if (pod.lone && id !== undefined) await podGone(host, id);
}

/** A created task ends by SIGKILL; its keeper deletes it as well, whoever comes first. */
async function deleteTask(client: SupervisorClient, id: string): Promise<void> {
  await client.task.kill(id, '', 9, true);
  await client.task.wait(id, '');
  await client.task.delete(id, '');
}

/** Resolves when a lone container's pod is no more: its supervisor has ended and its folder is removed. */
export async function podGone(host: Host, pod: string): Promise<void> {
  const { podEnded } = await import('../supervisor/connect.ts');
  await podEnded(host.where, pod);
}

/** @throws RuntimeError invalid-state for one that cannot be started as it is now */
export function checkStartable({ name, state }: StoredContainer): void {
  if (state.status === 'created' || state.status === 'exited') return;
  const what = state.status === 'paused' ? 'it is paused: resume it' : `it is ${state.status}`;
  throw new RuntimeError('invalid-state', `start container "${name}"`, what);
}
