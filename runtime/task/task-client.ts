/**
 * A TaskService whose tasks are another process's: containerd's messages over ttrpc. What those do not carry (why a
 * process ended, whether it was for memory) is not told here.
 */
import { containerd } from '../../proto/generated/task.js';
import { RuntimeError } from '../errors.ts';
import type { CallOptions, TtrpcClient } from '../ttrpc/client.ts';
import type { Method } from '../ttrpc/method.ts';
import type { TaskExit } from './process-io.ts';
import { TASK_METHODS } from './task-methods.ts';
import type {
  CreateTask,
  ExecTask,
  TaskProcess,
  TaskService,
  TaskState,
  TaskStatus,
} from './task-service.ts';
import { fromTimestamp } from './timestamp.ts';
import { PROCESS_TYPE_URL, RESOURCES_TYPE_URL } from './type-urls.ts';

const v2 = containerd.task.v2;

const STATUS: Readonly<Record<number, TaskStatus>> = {
  [v2.Status.CREATED]: 'created',
  [v2.Status.RUNNING]: 'running',
  [v2.Status.PAUSING]: 'running',
  [v2.Status.PAUSED]: 'paused',
  [v2.Status.STOPPED]: 'stopped',
};

export class TaskClient implements TaskService {
  readonly #client: Pick<TtrpcClient, 'call'>;

  constructor(client: Pick<TtrpcClient, 'call'>) {
    this.#client = client;
  }

  async state(id: string, execId: string): Promise<TaskState> {
    const state = await this.#call(TASK_METHODS.state, { id, execId });
    const status = STATUS[state.status ?? 0];
    if (status === undefined) {
      const what = `its status is ${state.status}`;
      throw new RuntimeError('data-loss', `read the state of container "${id}"`, what);
    }
    const { bundle, pid, stdin, stdout, stderr, terminal } = state;
    return {
      ...{ id, execId, bundle, pid, status, stdin, stdout, stderr, terminal },
      ...(status === 'stopped' ? { exit: exitOf(state) } : {}),
    };
  }

  async create({ signal, options, traceparent, ...request }: CreateTask): Promise<{ pid: number }> {
    const message = {
      ...request,
      rootfs: request.rootfs.map((mount) => ({ ...mount, options: [...mount.options] })),
      ...(options === undefined ? {} : { options }),
    };
    const metadata = traceparent === undefined ? {} : { metadata: { traceparent } };
    const { pid } = await this.#call(TASK_METHODS.create, message, signal, metadata);
    return { pid };
  }

  async start(id: string, execId: string): Promise<{ pid: number }> {
    const { pid } = await this.#call(TASK_METHODS.start, { id, execId });
    return { pid };
  }

  async delete(id: string, execId: string): Promise<{ pid: number; exit: TaskExit }> {
    const deleted = await this.#call(TASK_METHODS.delete, { id, execId });
    return { pid: deleted.pid, exit: exitOf(deleted) };
  }

  async pids(id: string): Promise<TaskProcess[]> {
    const { processes } = await this.#call(TASK_METHODS.pids, { id });
    return processes.map(({ pid, info }) => ({
      pid: pid ?? 0,
      execId: info?.value == null ? '' : v2.ProcessDetails.decode(info.value).execId,
    }));
  }

  async pause(id: string): Promise<void> {
    await this.#call(TASK_METHODS.pause, { id });
  }

  async resume(id: string): Promise<void> {
    await this.#call(TASK_METHODS.resume, { id });
  }

  async checkpoint(id: string, path: string): Promise<void> {
    await this.#call(TASK_METHODS.checkpoint, { id, path });
  }

  async kill(id: string, execId: string, signal: number, all: boolean): Promise<void> {
    await this.#call(TASK_METHODS.kill, { id, execId, signal, all });
  }

  async exec({ process, traceparent, ...request }: ExecTask): Promise<void> {
    const spec = { typeUrl: PROCESS_TYPE_URL, value: process };
    const metadata = traceparent === undefined ? {} : { metadata: { traceparent } };
    await this.#call(TASK_METHODS.exec, { ...request, spec }, undefined, metadata);
  }

  async resizePty(id: string, execId: string, width: number, height: number): Promise<void> {
    await this.#call(TASK_METHODS.resizePty, { id, execId, width, height });
  }

  async closeIo(id: string, execId: string, stdin: boolean): Promise<void> {
    await this.#call(TASK_METHODS.closeIo, { id, execId, stdin });
  }

  async update(id: string, resources: Uint8Array): Promise<void> {
    const any = { typeUrl: RESOURCES_TYPE_URL, value: resources };
    await this.#call(TASK_METHODS.update, { id, resources: any });
  }

  async wait(id: string, execId: string, signal?: AbortSignal): Promise<TaskExit> {
    return exitOf(await this.#call(TASK_METHODS.wait, { id, execId }, signal));
  }

  async stats(id: string): Promise<Uint8Array> {
    const { stats } = await this.#call(TASK_METHODS.stats, { id });
    return stats?.value ?? new Uint8Array(0);
  }

  async connect(id: string): Promise<{ shimPid: number; taskPid: number; version: string }> {
    const { shimPid, taskPid, version } = await this.#call(TASK_METHODS.connect, { id });
    return { shimPid, taskPid, version };
  }

  async shutdown(id: string): Promise<void> {
    await this.#call(TASK_METHODS.shutdown, { id });
  }

  async #call<Input, Request, ResponseInput, Response>(
    method: Method<Input, Request, ResponseInput, Response, 'unary'>,
    request: Input,
    signal?: AbortSignal,
    more: Pick<CallOptions, 'metadata'> = {},
  ): Promise<Response> {
    const op = `call ${method.name} of the task service`;
    try {
      const options = signal === undefined ? more : { ...more, signal };
      return await this.#client.call(op, method, request, options);
    } catch (error) {
      throw inItsWords(op, error);
    }
  }
}

/** The service's error as the service worded it: "cannot start container x: ...", without the call around it. */
export function inItsWords(op: string, error: unknown): unknown {
  if (!(error instanceof RuntimeError)) return error;
  const words = /^cannot ([^:]+): ([\s\S]+)$/.exec(error.message.slice(`cannot ${op}: `.length));
  if (!error.message.startsWith(`cannot ${op}: `) || words === null) return error;
  const [, theirs = '', what = ''] = words;
  return new RuntimeError(error.code, theirs, what, { cause: error });
}

function exitOf(message: {
  exitStatus?: number | null;
  exitedAt?: containerd.task.v2.Timestamp.$Properties | null;
}): TaskExit {
  const exitedAtMs = fromTimestamp(message.exitedAt);
  return { code: (message.exitStatus ?? 0) & 0xff, exitedAtMs, oomKilled: false };
}
