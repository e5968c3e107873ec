/** A task service in memory, as far as the keeper uses it: tests decide how each run ends. */
import { RuntimeError } from '../../../runtime/errors.ts';
import type { ProcessIo, ProcessIoFactory, TaskExit } from '../../../runtime/task/process-io.ts';
import type { TaskEvent } from '../../../runtime/task/task-event.ts';
import type { CreateTask, TaskService, TaskState } from '../../../runtime/task/task-service.ts';

interface FakeTask {
  readonly create: CreateTask;
  readonly io: ProcessIo;
  readonly pid: number;
  status: 'created' | 'running' | 'paused' | 'stopped';
  exit: TaskExit | undefined;
  readonly exited: Promise<TaskExit>;
  tell(exit: TaskExit): void;
}

export class FakeTasks {
  readonly tasks = new Map<string, FakeTask>();
  readonly calls: string[] = [];
  /** The next start fails with this. */
  failStart: Error | undefined;
  failCreate: Error | undefined;
  /** Signals that end a running task; default all. */
  endsBy: (signal: number) => boolean = () => true;
  emit: (event: TaskEvent) => void = () => undefined;
  io: ProcessIoFactory = () => Promise.resolve(silentIo());
  #pids = 100;

  /** Ends a task's init. */
  exit(id: string, code: number, more: Partial<TaskExit> = {}): void {
    const task = this.#find(id);
    const exit = { code, exitedAtMs: 1000 + task.pid, oomKilled: false, ...more };
    task.status = 'stopped';
    task.exit = exit;
    task.tell(exit);
    task.io.exited(exit);
    this.emit({
      kind: 'exit',
      containerId: id,
      execId: '',
      pid: task.pid,
      exitStatus: code,
      exitedAtMs: exit.exitedAtMs,
      oomKilled: exit.oomKilled,
      ...(exit.error === undefined ? {} : { error: exit.error }),
    });
  }

  readonly service = {
    create: async (create: CreateTask) => {
      const { id, bundle, terminal, stdin, stdout, stderr } = create;
      this.calls.push(`create ${id}`);
      if (this.failCreate !== undefined) throw this.failCreate;
      const io = await this.io({
        ...{ containerId: id, execId: '', terminal, stdin, stdout, stderr },
        adopted: false,
      });
      let tell!: (exit: TaskExit) => void;
      const exited = new Promise<TaskExit>((resolve) => {
        tell = resolve;
      });
      const pid = (this.#pids += 1);
      this.tasks.set(id, { create, io, pid, status: 'created', exit: undefined, exited, tell });
      this.emit({ kind: 'create', containerId: id, bundle, pid });
      return { pid };
    },
    start: async (id: string) => {
      this.calls.push(`start ${id}`);
      const task = this.#find(id);
      if (this.failStart !== undefined) throw this.failStart;
      if (task.status !== 'created') throw new RuntimeError('invalid-state', `start ${id}`, 'no');
      task.status = 'running';
      this.emit({ kind: 'start', containerId: id, pid: task.pid });
      return { pid: task.pid };
    },
    wait: (id: string) => Promise.resolve().then(() => this.#find(id).exited),
    kill: async (id: string, _execId: string, signal: number) => {
      const task = this.#find(id);
      if (task.status === 'stopped') throw new RuntimeError('not-found', `kill ${id}`, 'ended');
      this.calls.push(`kill ${id} ${signal}`);
      if (signal === 9 || this.endsBy(signal)) this.exit(id, 128 + signal);
    },
    pause: async (id: string) => {
      this.#find(id).status = 'paused';
      this.emit({ kind: 'paused', containerId: id });
    },
    resume: async (id: string) => {
      this.#find(id).status = 'running';
      this.emit({ kind: 'resumed', containerId: id });
    },
    state: async (id: string): Promise<TaskState> => {
      const { create, pid, status, exit } = this.#find(id);
      const { bundle, stdin, stdout, stderr, terminal } = create;
      return {
        ...{ id, execId: '', bundle, pid, status, stdin, stdout, stderr, terminal },
        ...(exit === undefined ? {} : { exit }),
      };
    },
    delete: async (id: string) => {
      const task = this.#find(id);
      if (task.exit === undefined) throw new RuntimeError('invalid-state', `delete ${id}`, 'runs');
      this.calls.push(`delete ${id}`);
      this.tasks.delete(id);
      return { pid: task.pid, exit: task.exit };
    },
    update: () => Promise.resolve(),
  } as unknown as TaskService;

  #find(id: string): FakeTask {
    const task = this.tasks.get(id);
    if (task === undefined) throw new RuntimeError('not-found', `find ${id}`, 'there is none');
    return task;
  }
}

function silentIo(): ProcessIo {
  return {
    wants: { stdin: false, stdout: false, stderr: false },
    connect: () => undefined,
    output: () => Promise.resolve(),
    outputEnded: () => Promise.resolve(),
    closeStdin: () => undefined,
    exited: () => undefined,
    close: () => Promise.resolve(),
  };
}
