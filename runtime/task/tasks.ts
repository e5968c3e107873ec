/**
 * containerd's task service over whatever runs containers (task-backend.ts): finds tasks by id, checks what callers
 * give, and leaves each task's life to task.ts. It knows no VM; open-tasks.ts makes it over one.
 */
import { isAbsolute } from 'node:path';
import { cancelled, orAborted } from '../deadline.ts';
import { messageOf, RuntimeError } from '../errors.ts';
import type { ProcessIo, TaskExit } from './process-io.ts';
import type { BackendContainer, HostPidMeaning, TaskBackend } from './task-backend.ts';
import { HostSide } from './host-side.ts';
import { Task, type TaskContext } from './task.ts';
import type { TaskProcess } from './task-process.ts';
import { TASK_RECORD_VERSION, type TaskRecord, toldPid } from './task-record.ts';
import type {
  CreateTask,
  ExecTask,
  TaskProcess as ListedProcess,
  TaskService,
  TaskState,
  TaskStatus,
} from './task-service.ts';

const ID = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;
/** Of a path, a URI, a mount's source. */
const TEXT_LENGTH_MAX = 4096;
/** Of a JSON document, as the agent has it. */
const JSON_BYTES_MAX = 1 << 20;
const OPTIONS_BYTES_MAX = 1 << 20;
const MOUNTS_MAX = 1024;
const TASKS_MAX = 1024;
const SIGKILL = 9;
const SERVICE_VERSION = '2';

export interface TasksOptions extends Omit<TaskContext, 'ended'> {
  readonly backend: TaskBackend;
  /** The guest's newest event: those before are not a new container's. Default none. */
  readonly lastEvent?: () => number;
}

export class Tasks implements TaskService {
  /** A Shutdown came when there was no task: the host process may end once it has replied. */
  readonly shutdownRequested: Promise<void>;
  protected readonly context: TaskContext;
  readonly #backend: TaskBackend;
  readonly #lastEvent: () => number;
  readonly #tasks = new Map<string, Task | 'creating'>();
  /** Containers that are being created, whose host process was killed already. */
  readonly #killedEarly = new Set<string>();
  #requestShutdown!: () => void;

  constructor({ backend, lastEvent = () => 0, ...context }: TasksOptions) {
    this.#backend = backend;
    this.#lastEvent = lastEvent;
    this.context = { ...context, ended: backend.ended };
    context.host?.onKilled(({ containerId, execId }) =>
      this.hostProcessKilled(containerId, execId),
    );
    this.shutdownRequested = new Promise((resolve) => {
      this.#requestShutdown = resolve;
    });
  }

  /** Ids of the containers. */
  get ids(): string[] {
    return [...this.#tasks.keys()];
  }

  async state(id: string, execId: string): Promise<TaskState> {
    const task = this.#task(id);
    const { status, record, exit } = this.#process(task, execId);
    const { terminal, stdin, stdout, stderr } = record;
    const pid = toldPid(record);
    return {
      ...{ id, execId, bundle: task.record.bundle, pid, status: status as TaskStatus },
      ...{ stdin, stdout, stderr, terminal },
      ...(exit === undefined ? {} : { exit }),
    };
  }

  async create(request: CreateTask): Promise<{ pid: number }> {
    const { id } = request;
    const op = `create container "${String(id).slice(0, 140)}"`;
    checkId(op, 'id', id);
    checkCreate(op, request);
    if (this.#tasks.has(id)) throw new RuntimeError('already-exists', op, 'the id is taken');
    if (this.#tasks.size >= TASKS_MAX) {
      throw new RuntimeError('resource-exhausted', op, `the pod has ${TASKS_MAX} containers`);
    }
    this.#tasks.set(id, 'creating');
    try {
      const task = await this.#create(op, request);
      this.#tasks.set(id, task);
      const { bundle, rootfs, terminal, stdin, stdout, stderr } = request;
      const pid = toldPid(task.init.record);
      const io = { terminal, stdin, stdout, stderr };
      this.context.emit({ kind: 'create', containerId: id, bundle, pid, rootfs, io });
      // Only now: a container that has died already was created first.
      task.follow(task.init, task.container.init, task.init.io);
      if (this.#killedEarly.has(id)) this.hostProcessKilled(id, '');
      return { pid };
    } catch (error) {
      this.#tasks.delete(id);
      throw error;
    } finally {
      this.#killedEarly.delete(id);
    }
  }

  async start(id: string, execId: string): Promise<{ pid: number }> {
    const task = this.#task(id);
    return execId === '' ? task.start() : task.startExec(this.#process(task, execId));
  }

  async delete(id: string, execId: string): Promise<{ pid: number; exit: TaskExit }> {
    const task = this.#task(id);
    if (execId !== '') return task.deleteExec(this.#process(task, execId));
    const deleted = await task.delete();
    if (this.#tasks.get(id) === task) this.#tasks.delete(id);
    return deleted;
  }

  async pids(id: string): Promise<ListedProcess[]> {
    const task = this.#task(id);
    const { record } = task.init;
    const init = { pid: toldPid(record), execId: '' };
    if (task.init.status === 'stopped') return [init];
    const execs = [...task.execs.values()].filter(({ status }) => status === 'running');
    if (record.hostPid !== undefined && execs.every((exec) => exec.record.hostPid !== undefined)) {
      // Those of the host alone: whoever asks looks them up there.
      return [init, ...execs.map((exec) => ({ pid: toldPid(exec.record), execId: exec.execId }))];
    }
    const guests = await task.container.pids();
    const listed = guests.map((each) => (each.pid === record.pid ? { ...each, ...init } : each));
    // Never empty: containerd 2 takes that for a leak.
    return listed.length === 0 ? [init] : listed;
  }

  async pause(id: string): Promise<void> {
    await this.#task(id).pause();
  }

  async resume(id: string): Promise<void> {
    await this.#task(id).resume();
  }

  async checkpoint(id: string, path: string, exit = false): Promise<void> {
    const task = this.#task(id);
    const op = `checkpoint container "${id}"`;
    if (this.#backend.checkpoint === undefined) {
      throw new RuntimeError('unsupported', op, 'its VM cannot be saved');
    }
    if (!isAbsolute(path)) {
      const what = `path is ${JSON.stringify(path.slice(0, 300))}, not an absolute path`;
      throw new RuntimeError('invalid-argument', op, what);
    }
    const { status } = task.init;
    if (status !== 'running' && status !== 'paused') {
      throw new RuntimeError('invalid-state', op, `it is ${status}`);
    }
    if (this.#tasks.size > 1) {
      const what = `its VM has ${this.#tasks.size} containers: a VM is saved whole, with one alone`;
      throw new RuntimeError('unsupported', op, what);
    }
    await this.#backend.checkpoint(op, path);
    this.context.emit({ kind: 'checkpointed', containerId: id, checkpoint: path });
    if (exit) await task.kill(task.init, SIGKILL, true);
  }

  async kill(id: string, execId: string, signal: number, all: boolean): Promise<void> {
    const task = this.#task(id);
    const process = this.#process(task, execId);
    if (!Number.isInteger(signal) || signal < 1 || signal > 64) {
      const op = `send a signal to ${process.subject}`;
      throw new RuntimeError('invalid-argument', op, `${signal} is not 1..64`);
    }
    await task.kill(process, signal, all);
  }

  async exec(request: ExecTask): Promise<void> {
    const task = this.#task(request.id);
    const op = `exec in container "${request.id}"`;
    checkId(op, 'exec id', request.execId);
    checkStdio(op, request);
    checkSize(op, 'the process', request.process, JSON_BYTES_MAX);
    await task.exec(request);
  }

  async resizePty(id: string, execId: string, width: number, height: number): Promise<void> {
    const process = this.#process(this.#task(id), execId);
    for (const [name, value] of Object.entries({ width, height })) {
      if (!Number.isInteger(value) || value < 0 || value > 65_535) {
        const op = `resize the terminal of ${process.subject}`;
        throw new RuntimeError('invalid-argument', op, `${name} is ${value}, not 0..65535`);
      }
    }
    if (!process.record.terminal || process.status === 'stopped') return;
    process.size = { width, height };
    process.guest?.resize(width, height);
  }

  async closeIo(id: string, execId: string, stdin: boolean): Promise<void> {
    const process = this.#process(this.#task(id), execId);
    if (!stdin) return;
    process.stdinClosed = true;
    process.io?.closeStdin();
  }

  async update(id: string, resources: Uint8Array): Promise<void> {
    const task = this.#task(id);
    checkSize(`update container "${id}"`, 'the resources', resources, JSON_BYTES_MAX);
    await task.update(resources);
  }

  async wait(id: string, execId: string, signal?: AbortSignal): Promise<TaskExit> {
    const { told, subject } = this.#process(this.#task(id), execId);
    return orAborted(`wait for ${subject}`, told, signal);
  }

  async stats(id: string): Promise<Uint8Array> {
    return this.#task(id).container.stats();
  }

  async connect(id: string): Promise<{ shimPid: number; taskPid: number; version: string }> {
    const task = this.#tasks.get(id);
    const taskPid = task === undefined || task === 'creating' ? 0 : toldPid(task.init.record);
    return { shimPid: process.pid, taskPid, version: SERVICE_VERSION };
  }

  async shutdown(_id: string): Promise<void> {
    if (this.#tasks.size > 0) return;
    // After the reply.
    setImmediate(() => this.#requestShutdown());
  }

  /**
   * Somebody killed the process of the host that stands for this one: it is killed too, and its exit told as any other.
   * Never throws.
   */
  hostProcessKilled(id: string, execId: string): void {
    if (this.#tasks.get(id) === 'creating') {
      this.#killedEarly.add(id);
      return;
    }
    const task = this.find(id);
    const process = execId === '' ? task?.init : task?.execs.get(execId);
    if (task === undefined || process === undefined || process.over) return;
    const { log } = this.context;
    log(`${process.subject}: its process on the host was killed`);
    task.kill(process, SIGKILL, false).catch((error: unknown) => {
      const { code } = error as Partial<RuntimeError>;
      if (code !== 'not-found') log(messageOf(error));
    });
  }

  /** The process of the guest that a pid of the host stands for. */
  ofHostPid(pid: number): HostPidMeaning | undefined {
    for (const containerId of this.ids) {
      const task = this.find(containerId);
      if (task === undefined) continue;
      const { init, execs } = task;
      const found = [init, ...execs.values()].find(({ record }) => record.hostPid === pid);
      if (found !== undefined) {
        return { containerId, execId: found.execId, guestPid: found.record.pid };
      }
    }
    return undefined;
  }

  /** Counts a task that an earlier supervisor left. */
  protected restore(task: Task): void {
    this.#tasks.set(task.id, task);
  }

  /** The task, where there is one. */
  protected find(id: string): Task | undefined {
    const task = this.#tasks.get(id);
    return task === 'creating' ? undefined : task;
  }

  async #create(op: string, request: CreateTask): Promise<Task> {
    const { id, bundle, rootfs, terminal, stdin, stdout, stderr, options, signal } = request;
    const record: TaskRecord = {
      version: TASK_RECORD_VERSION,
      ...{ id, bundle, rootfs },
      ...(options === undefined ? {} : { options: optionsRecord(options) }),
      phase: 'creating',
      init: { terminal, stdin, stdout, stderr, pid: 0, started: false },
      execs: {},
      eventsAfter: this.#lastEvent(),
      oomKills: 0,
    };
    const { records, host = new HostSide({ log: this.context.log }) } = this.context;
    let io: ProcessIo | undefined;
    let hostPid: number | undefined;
    let container: BackendContainer | undefined;
    try {
      const stdio = { terminal, stdin, stdout, stderr };
      io = await this.context.io({ containerId: id, execId: '', ...stdio, adopted: false });
      await records.save(record);
      if (signal?.aborted) throw cancelled(op, signal);
      hostPid = await host.create(op, record, options, signal);
      if (hostPid !== undefined) record.init.hostPid = hostPid;
      const ofHostPid = (pid: number) => this.ofHostPid(pid);
      const wanted = { id, bundle, rootfs, terminal, io, ofHostPid };
      container = await this.#backend.create(signal === undefined ? wanted : { ...wanted, signal });
      if (signal?.aborted) throw cancelled(op, signal);
      record.phase = 'created';
      record.init.pid = container.init.pid;
      record.resources = container.resources;
      await records.save(record);
      const task = new Task(record, container, this.context);
      task.init.io = io;
      return task;
    } catch (error) {
      await this.#undo(`container "${id}" that was not created`, [
        () => container?.init.detach(),
        () => container?.signal('', 9, true),
        () => container?.init.exited,
        () => container?.delete(),
        () => hostPid !== undefined && host.undo(record),
        () => io?.close(),
        () => records.remove(id),
      ]);
      throw error;
    }
  }

  async #undo(what: string, releases: readonly (() => unknown)[]): Promise<void> {
    for (const release of releases) {
      try {
        await release();
      } catch (error) {
        this.context.log(`${what}: ${messageOf(error)}`);
      }
    }
  }

  #task(id: string): Task {
    const task = this.find(id);
    if (task !== undefined) return task;
    const name = String(id).slice(0, 140);
    throw new RuntimeError('not-found', `find container "${name}"`, 'container not created');
  }

  #process(task: Task, execId: string): TaskProcess {
    const process = execId === '' ? task.init : task.execs.get(execId);
    if (process !== undefined) return process;
    const name = String(execId).slice(0, 140);
    throw new RuntimeError('not-found', `find exec "${name}" of "${task.id}"`, 'there is none');
  }
}

function optionsRecord({ typeUrl, value }: { typeUrl: string; value: Uint8Array }) {
  return { typeUrl, value: Buffer.from(value).toString('base64') };
}

function checkId(op: string, field: string, id: string): void {
  if (ID.test(id)) return;
  const what = `${field} ${JSON.stringify(String(id).slice(0, 140))} is not 1 to 128 of A-Z a-z 0-9 _ . -`;
  throw new RuntimeError('invalid-argument', op, what);
}

function checkCreate(op: string, request: CreateTask): void {
  checkText(op, 'bundle', request.bundle);
  checkStdio(op, request);
  if (request.rootfs.length > MOUNTS_MAX) {
    const what = `rootfs has ${request.rootfs.length} mounts, at most ${MOUNTS_MAX}`;
    throw new RuntimeError('invalid-argument', op, what);
  }
  for (const [index, { type, source, target }] of request.rootfs.entries()) {
    checkText(op, `rootfs[${index}].type`, type);
    checkText(op, `rootfs[${index}].source`, source);
    checkText(op, `rootfs[${index}].target`, target);
  }
  if (request.options !== undefined) {
    checkText(op, 'options.type_url', request.options.typeUrl);
    checkSize(op, 'options', request.options.value, OPTIONS_BYTES_MAX);
  }
}

function checkStdio(op: string, stdio: Pick<ExecTask, 'stdin' | 'stdout' | 'stderr'>): void {
  for (const name of ['stdin', 'stdout', 'stderr'] as const) checkText(op, name, stdio[name]);
}

function checkText(op: string, field: string, text: string): void {
  if (text.length <= TEXT_LENGTH_MAX && !text.includes('\0')) return;
  const what = `${field} has ${text.length} characters or a NUL; at most ${TEXT_LENGTH_MAX}, none`;
  throw new RuntimeError('invalid-argument', op, what);
}

function checkSize(op: string, field: string, bytes: Uint8Array, most: number): void {
  if (bytes.length <= most) return;
  const what = `${field}: ${bytes.length} bytes, at most ${most}`;
  throw new RuntimeError('invalid-argument', op, what);
}
