/** A backend in memory: containers and processes that do what a test says. */
import { RuntimeError } from '../../../runtime/errors.ts';
import type { ProcessIo, ProcessIoRequest, TaskExit } from '../../../runtime/task/process-io.ts';
import type {
  BackendContainer,
  BackendCreate,
  BackendExec,
  BackendExit,
  BackendProcess,
  TaskBackend,
} from '../../../runtime/task/task-backend.ts';
import type { TaskRecord, TaskRecords } from '../../../runtime/task/task-record.ts';
import type { TaskProcess } from '../../../runtime/task/task-service.ts';

export class FakeProcess implements BackendProcess {
  readonly pid: number;
  readonly exited: Promise<BackendExit>;
  readonly drained: Promise<void>;
  over = false;
  outputTaken = 0;
  sizes: string[] = [];
  #exit!: (exit: BackendExit) => void;
  #fail!: (error: unknown) => void;
  #drain!: () => void;

  constructor(pid: number) {
    this.pid = pid;
    this.exited = new Promise((resolve, reject) => {
      this.#exit = resolve;
      this.#fail = reject;
    });
    this.exited.catch(() => {});
    this.drained = new Promise((resolve) => {
      this.#drain = resolve;
    });
  }

  exit(code: number, oomKilled = false): void {
    if (this.over) return;
    this.over = true;
    this.#exit({ code, oomKilled, exitedAtMs: Date.now() });
    this.#drain();
  }

  vmDied(): void {
    if (this.over) return;
    this.over = true;
    this.#fail(new RuntimeError('unavailable', 'follow', 'the link broke'));
    this.#drain();
  }

  resize(width: number, height: number): void {
    this.sizes.push(`${width}x${height}`);
  }

  expectExit(): void {}
  detach(): void {}
}

export class FakeContainer implements BackendContainer {
  readonly resources = { disks: [], shares: [] };
  readonly id: string;
  readonly init: FakeProcess;
  readonly execs = new Map<string, FakeProcess>();
  readonly #backend: FakeBackend;
  started = false;
  deleted = false;

  constructor(backend: FakeBackend, id: string) {
    this.#backend = backend;
    this.id = id;
    this.init = new FakeProcess(backend.nextPid());
  }

  async start(): Promise<void> {
    this.#backend.requireVm();
    if (this.#backend.failStart) {
      this.init.exit(127);
      throw new RuntimeError('command-not-found', 'start', 'no such file');
    }
    if (this.init.over) throw new RuntimeError('invalid-state', 'start', 'it is stopped');
    this.started = true;
    if (this.#backend.exitAtOnce) this.exitInit(7);
  }

  async exec({ execId }: BackendExec): Promise<BackendProcess> {
    this.#backend.requireVm();
    if (this.#backend.failStart) {
      throw new RuntimeError('command-not-found', 'exec', 'no such file');
    }
    if (this.init.over) throw new RuntimeError('invalid-state', 'exec', 'it is stopped');
    const exec = new FakeProcess(this.#backend.nextPid());
    this.execs.set(execId, exec);
    if (this.#backend.exitAtOnce) exec.exit(7);
    return exec;
  }

  /** As a kernel does: whatever is in the pid namespace ends with its init. */
  exitInit(code: number): void {
    this.init.exit(code);
    setImmediate(() => {
      for (const exec of this.execs.values()) exec.exit(137);
    });
  }

  async signal(execId: string, signal: number, all: boolean): Promise<void> {
    this.#backend.requireVm();
    const process = execId === '' ? this.init : this.execs.get(execId);
    if (process === undefined || process.over) {
      throw new RuntimeError('not-found', 'signal', 'the process has exited');
    }
    if (signal !== 9) return;
    if (execId === '' || all) this.exitInit(137);
    else process.exit(137);
  }

  async pause(): Promise<void> {
    this.#backend.requireVm();
  }
  async resume(): Promise<void> {
    this.#backend.requireVm();
  }
  async update(): Promise<void> {
    this.#backend.requireVm();
  }
  async stats(): Promise<Uint8Array> {
    this.#backend.requireVm();
    return new Uint8Array([1]);
  }
  async pids(): Promise<TaskProcess[]> {
    this.#backend.requireVm();
    return [{ pid: this.init.pid, execId: '' }];
  }
  async deleteExec(execId: string): Promise<void> {
    this.#backend.requireVm();
    this.execs.delete(execId);
  }
  async delete(): Promise<void> {
    this.#backend.requireVm();
    this.deleted = true;
    this.#backend.containers.delete(this.id);
  }
}

export class FakeBackend implements TaskBackend {
  readonly ended: Promise<string>;
  readonly containers = new Map<string, FakeContainer>();
  failCreate = false;
  failStart = false;
  /** A command that has ended before its start is answered. */
  exitAtOnce = false;
  dead = false;
  #pid = 100;
  #end!: (how: string) => void;

  constructor() {
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  nextPid(): number {
    this.#pid += 1;
    return this.#pid;
  }

  requireVm(): void {
    if (this.dead) throw new RuntimeError('unavailable', 'call the agent', 'the VM exited');
  }

  async create({ id }: BackendCreate): Promise<FakeContainer> {
    this.requireVm();
    if (this.failCreate) throw new RuntimeError('not-found', 'create', 'a layer is missing');
    const container = new FakeContainer(this, id);
    this.containers.set(id, container);
    return container;
  }

  vmDies(): void {
    if (this.dead) return;
    this.dead = true;
    this.#end('the VM exited (UnexpectedExit)');
    for (const container of this.containers.values()) {
      container.init.vmDied();
      for (const exec of container.execs.values()) exec.vmDied();
    }
  }
}

/** Remembers what it was told. */
export class FakeIo implements ProcessIo {
  readonly wants: ProcessIo['wants'];
  readonly request: ProcessIoRequest;
  readonly exits: TaskExit[] = [];
  stdinClosed = 0;
  outputEnds = 0;
  closed = 0;

  constructor(request: ProcessIoRequest) {
    this.request = request;
    const { stdin, stdout, stderr } = request;
    this.wants = { stdin: stdin !== '', stdout: stdout !== '', stderr: stderr !== '' };
  }

  connect(): void {}
  async output(): Promise<void> {}
  async outputEnded(): Promise<void> {
    this.outputEnds += 1;
  }
  closeStdin(): void {
    this.stdinClosed += 1;
  }
  exited(exit: TaskExit): void {
    this.exits.push(exit);
  }
  async close(): Promise<void> {
    this.closed += 1;
  }
}

export class FakeRecords implements TaskRecords {
  readonly saved = new Map<string, TaskRecord>();
  fails = false;

  async save(record: TaskRecord): Promise<void> {
    if (this.fails) throw new RuntimeError('resource-exhausted', 'save', 'no space left on device');
    this.saved.set(record.id, structuredClone(record));
  }

  async remove(id: string): Promise<void> {
    this.saved.delete(id);
  }
}
