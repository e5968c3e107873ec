/** A TaskService served over ttrpc: containerd's messages in, containerd's messages out. Meaning is the service's. */
import { containerd } from '../../proto/generated/task.js';
import { RuntimeError } from '../errors.ts';
import { type CallContext, handle, type UnaryHandler } from '../ttrpc/method.ts';
import { checkpointOptions } from './checkpoint-options.ts';
import { HOST_PROCESS_METADATA } from './host-process.ts';
import { TASK_METHODS } from './task-methods.ts';
import type { TaskExit } from './process-io.ts';
import type { TaskService, TaskState, TaskStatus } from './task-service.ts';
import { toTimestamp } from './timestamp.ts';
import { bareTypeName, METRICS_TYPE_URL, PROCESS_DETAILS_TYPE_URL } from './type-urls.ts';

const v2 = containerd.task.v2;
const SIGKILL = 9;

const STATUS: Readonly<Record<TaskStatus, containerd.task.v2.Status>> = {
  created: v2.Status.CREATED,
  running: v2.Status.RUNNING,
  paused: v2.Status.PAUSED,
  stopped: v2.Status.STOPPED,
};

/** Handlers of all methods, for TtrpcServer. */
export function taskHandlers(service: TaskService): UnaryHandler[] {
  const empty = {};
  return [
    handle(TASK_METHODS.state, async ({ id, execId }) =>
      stateResponse(await service.state(id, execId)),
    ),
    handle(TASK_METHODS.create, (request, context) => create(service, request, context)),
    handle(TASK_METHODS.start, ({ id, execId }) => service.start(id, execId)),
    handle(TASK_METHODS.delete, async ({ id, execId }) => {
      const { pid, exit } = await service.delete(id, execId);
      return { pid, ...exitFields(exit) };
    }),
    handle(TASK_METHODS.pids, async ({ id }) => {
      const processes = await service.pids(id);
      return { processes: processes.map(({ pid, execId }) => ({ pid, ...details(execId) })) };
    }),
    handle(TASK_METHODS.pause, ({ id }) => service.pause(id).then(() => empty)),
    handle(TASK_METHODS.resume, ({ id }) => service.resume(id).then(() => empty)),
    handle(TASK_METHODS.checkpoint, async ({ id, path, options }) => {
      const { exit, imagePath } = checkpointOptions(`checkpoint container "${id}"`, anyOf(options));
      await service.checkpoint(id, imagePath || path, exit);
      return empty;
    }),
    handle(TASK_METHODS.kill, ({ id, execId, signal, all }) =>
      service.kill(id, execId, signal, all).then(() => empty),
    ),
    handle(TASK_METHODS.exec, (request, context) =>
      exec(service, request, context).then(() => empty),
    ),
    handle(TASK_METHODS.resizePty, ({ id, execId, width, height }) =>
      service.resizePty(id, execId, width, height).then(() => empty),
    ),
    handle(TASK_METHODS.closeIo, ({ id, execId, stdin }) =>
      service.closeIo(id, execId, stdin).then(() => empty),
    ),
    handle(TASK_METHODS.update, ({ id, resources }) =>
      service
        .update(id, json(`update container "${id}"`, 'resources', resources))
        .then(() => empty),
    ),
    handle(TASK_METHODS.wait, ({ id, execId }, context) => wait(service, id, execId, context)),
    handle(TASK_METHODS.stats, async ({ id }) => ({
      stats: { typeUrl: METRICS_TYPE_URL, value: await service.stats(id) },
    })),
    handle(TASK_METHODS.connect, ({ id }) => service.connect(id)),
    handle(TASK_METHODS.shutdown, ({ id }) => service.shutdown(id).then(() => empty)),
  ];
}

async function create(
  service: TaskService,
  request: containerd.task.v2.CreateTaskRequest,
  { signal, metadata }: CallContext,
): Promise<{ pid: number }> {
  const { id, bundle, rootfs, terminal, stdin, stdout, stderr, checkpoint, options } = request;
  if (checkpoint !== '') {
    const what = 'a container in a VM is not made of a checkpoint';
    throw new RuntimeError('unsupported', `create container "${id}"`, what);
  }
  const traceparent = metadata.get('traceparent')?.[0];
  return service.create({
    ...{ id, bundle, terminal, stdin, stdout, stderr, signal },
    rootfs: rootfs.map((mount) => ({
      type: mount.type ?? '',
      source: mount.source ?? '',
      target: mount.target ?? '',
      options: mount.options ?? [],
    })),
    ...(options == null ? {} : { options: anyOf(options) }),
    ...(traceparent === undefined ? {} : { traceparent }),
  });
}

/** A host process that goes before it was answered was killed, and with it what it stands for. */
async function wait(
  service: TaskService,
  id: string,
  execId: string,
  { signal, metadata }: CallContext,
) {
  const killed = (): void => void service.kill(id, execId, SIGKILL, false).catch(() => undefined);
  const stands = metadata.has(HOST_PROCESS_METADATA);
  if (stands) signal.addEventListener('abort', killed, { once: true });
  try {
    return exitFields(await service.wait(id, execId, signal));
  } finally {
    if (!signal.aborted) signal.removeEventListener('abort', killed);
  }
}

function anyOf(
  options:
    | { readonly typeUrl?: string | null; readonly value?: Uint8Array | null }
    | null
    | undefined,
): { typeUrl: string; value: Uint8Array } {
  return { typeUrl: options?.typeUrl ?? '', value: options?.value ?? new Uint8Array(0) };
}

async function exec(
  service: TaskService,
  request: containerd.task.v2.ExecProcessRequest,
  { metadata }: CallContext,
): Promise<void> {
  const { id, execId, terminal, stdin, stdout, stderr, spec } = request;
  const process = json(`exec in container "${id}"`, 'spec', spec);
  const traceparent = metadata.get('traceparent')?.[0];
  await service.exec({
    ...{ id, execId, terminal, stdin, stdout, stderr, process },
    ...(traceparent === undefined ? {} : { traceparent }),
  });
}

/**
 * The JSON in an Any. Its type is not looked at, but for one of Windows: callers name it in several ways.
 * @throws RuntimeError invalid-argument when it is missing or of Windows
 */
function json(
  op: string,
  field: string,
  any: containerd.task.v2.Any.$Properties | null | undefined,
): Uint8Array {
  const typeUrl = bareTypeName(any?.typeUrl ?? '');
  const value = any?.value;
  if (value == null || value.length === 0 || typeUrl.endsWith('/WindowsResources')) {
    const what = `${field} is ${typeUrl === '' ? 'missing' : JSON.stringify(typeUrl.slice(0, 256))}`;
    throw new RuntimeError('invalid-argument', op, `${what}, not JSON of a Linux container`);
  }
  return value;
}

function stateResponse(state: TaskState): containerd.task.v2.StateResponse.$Properties {
  const { id, execId, bundle, pid, stdin, stdout, stderr, terminal, exit } = state;
  return {
    ...{ id: execId === '' ? id : execId, execId, bundle, pid, stdin, stdout, stderr, terminal },
    status: STATUS[state.status],
    ...(exit === undefined ? {} : exitFields(exit)),
  };
}

function exitFields(exit: TaskExit) {
  return { exitStatus: exit.code, ...toTimestamp(exit.exitedAtMs) };
}

function details(execId: string) {
  if (execId === '') return {};
  const value = v2.ProcessDetails.encode({ execId }).finish();
  return { info: { typeUrl: PROCESS_DETAILS_TYPE_URL, value } };
}
