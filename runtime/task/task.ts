/**
 * One task: a container with its execs, from the moment it is created until it is deleted. Here are the transitions
 * and what is told of them, in order; who finds tasks by id is tasks.ts, who runs containers is the backend.
 */
import { ERROR_TABLE, messageOf, RuntimeError } from '../errors.ts';
import type { HostSide } from './host-side.ts';
import { execsEnded } from './exit-order.ts';
import type { ProcessIo, ProcessIoFactory, TaskExit } from './process-io.ts';
import type { BackendContainer, BackendExit, BackendProcess } from './task-backend.ts';
import type { TaskEvent } from './task-event.ts';
import { TaskProcess } from './task-process.ts';
import { type ExecRecord, type TaskRecord, type TaskRecords, toldPid } from './task-record.ts';
import type { ExecTask } from './task-service.ts';

/** What a task has of its surroundings. */
export interface TaskContext {
  readonly io: ProcessIoFactory;
  readonly records: TaskRecords;
  /** What of containers is on the host; without it, nothing is. */
  readonly host?: HostSide;
  /** When the VM ended: how. */
  readonly ended: Promise<string>;
  emit(event: TaskEvent): void;
  readonly log: (text: string) => void;
}

/** How long a process whose guest fell silent waits for the VM's end as the reason. */
const END_FOLLOWS_MS = 2000;
/** The exit of whatever was ended from outside with the VM. */
const KILLED = 137;
/** The exit where nobody knows better: containerd's. */
const UNKNOWN = 255;
const SIGKILL = 9;
const SAVE_SOON_MS = 50;

export class Task {
  readonly record: TaskRecord;
  readonly init: TaskProcess;
  readonly execs = new Map<string, TaskProcess>();
  readonly #container: BackendContainer;
  readonly #context: TaskContext;
  #ended: string | undefined;
  /** Its init has ended and waits for its execs. */
  #ending = false;
  #soon: NodeJS.Timeout | undefined;
  /** It is a later supervisor's. */
  #left = false;

  constructor(record: TaskRecord, container: BackendContainer, context: TaskContext) {
    this.record = record;
    this.#container = container;
    this.#context = context;
    this.init = new TaskProcess(record.id, '', record.init);
    void context.ended.then((how) => {
      this.#ended = how;
    });
  }

  get id(): string {
    return this.record.id;
  }

  get container(): BackendContainer {
    return this.#container;
  }

  /** Takes a process over from the backend: its output and its exit are followed from here on. */
  follow(process: TaskProcess, guest: BackendProcess, io: ProcessIo | undefined): void {
    process.io = io;
    process.attach(guest, (text) => this.#context.log(text));
    if (process.record.exit === undefined) void this.#awaitExit(process, guest);
    else process.stopped(process.record.exit);
  }

  /** Makes a process of a record of an exec. */
  addExec(execId: string, record: ExecRecord): TaskProcess {
    const exec = new TaskProcess(this.id, execId, record);
    this.execs.set(execId, exec);
    return exec;
  }

  start(): Promise<{ pid: number }> {
    const { init } = this;
    return init.exclusively(() => {
      init.require('start');
      return init.startingWith(async () => {
        await this.#container.start();
        init.advance('start');
        this.record.init.started = true;
        await this.save();
        const pid = toldPid(init.record);
        this.#context.emit({ kind: 'start', containerId: this.id, pid });
        if (init.record.hostPid !== undefined) await this.#context.host?.started(this.record, pid);
        return { pid };
      });
    });
  }

  /** Reserves an exec; nothing of it is in the guest before its start. */
  async exec(request: ExecTask): Promise<void> {
    const { execId, terminal, stdin, stdout, stderr } = request;
    this.init.require('exec');
    const op = `exec in container "${this.id}"`;
    // containerd's exit event tells an init by the container's id in place of an exec's.
    if (this.execs.has(execId) || execId === this.id) {
      throw new RuntimeError('already-exists', op, `id ${execId} is taken`);
    }
    const record: ExecRecord = {
      ...{ terminal, stdin, stdout, stderr, pid: 0, started: false },
      process: Buffer.from(request.process).toString('base64'),
    };
    this.record.execs[execId] = record;
    this.addExec(execId, record);
    try {
      await this.save();
    } catch (error) {
      this.#dropExec(execId);
      throw error;
    }
    this.#context.emit({ kind: 'exec-added', containerId: this.id, execId });
  }

  startExec(exec: TaskProcess): Promise<{ pid: number }> {
    return exec.exclusively(() => {
      exec.require('start');
      this.#requireLiveInit(exec);
      return exec.startingWith(() => this.#startExec(exec));
    });
  }

  /** @throws RuntimeError not-found when it has finished, invalid-state for an exec that was not started */
  async kill(process: TaskProcess, signal: number, all: boolean): Promise<void> {
    const op = `send signal ${signal} to ${process.subject}`;
    const finished = (cause?: unknown): RuntimeError =>
      new RuntimeError('not-found', op, 'process already finished', { cause });
    if (process.over) throw finished();
    if (process.execId !== '') await process.starting;
    if (process.execId !== '' && process.status === 'created') {
      throw new RuntimeError('invalid-state', op, 'it was not started');
    }
    try {
      await this.#container.signal(process.execId, signal, all);
    } catch (error) {
      const gone = error instanceof RuntimeError && error.code === 'not-found';
      throw gone ? finished(error) : error;
    }
  }

  pause(): Promise<void> {
    return this.#freeze('pause', 'paused');
  }

  resume(): Promise<void> {
    return this.#freeze('resume', 'resumed');
  }

  async update(resources: Uint8Array): Promise<void> {
    this.init.require('update');
    await this.#container.update(resources);
  }

  /** Out-of-memory kills so far, as an event or an exit tells; each is told once. */
  async outOfMemory(kills: number): Promise<void> {
    if (kills <= this.record.oomKills) return;
    this.record.oomKills = kills;
    await this.#trySave();
    this.#context.emit({ kind: 'oom', containerId: this.id });
  }

  /** Frees the container. A created one is killed first. Can be tried again when it failed. */
  delete(): Promise<{ pid: number; exit: TaskExit }> {
    const { init } = this;
    return init.exclusively(async () => {
      if (init.status === 'created') await this.#killCreated();
      init.require('delete');
      const exit = await init.told;
      await init.drained();
      await this.#inGuest(() => this.#container.delete());
      for (const exec of this.execs.values()) await this.#close(exec);
      await this.#close(init);
      if (init.record.hostPid !== undefined) await this.#context.host?.deleted(this.record);
      clearTimeout(this.#soon);
      await this.#context.records.remove(this.id);
      const pid = toldPid(init.record);
      const { code: exitStatus, exitedAtMs } = exit;
      this.#context.emit({ kind: 'delete', containerId: this.id, pid, exitStatus, exitedAtMs });
      return { pid, exit };
    });
  }

  deleteExec(exec: TaskProcess): Promise<{ pid: number; exit: TaskExit }> {
    return exec.exclusively(async () => {
      if (exec.status !== 'created') {
        exec.require('delete');
        await exec.drained();
        // One that never started is not in the guest.
        if (exec.guest) await this.#inGuest(() => this.#container.deleteExec(exec.execId));
      }
      const exit = exec.exit ?? { code: 0, exitedAtMs: 0, oomKilled: false };
      this.#dropExec(exec.execId);
      // One that a successor still finds here has ended: it keeps nothing but its id.
      this.#saveSoon();
      await this.#close(exec);
      return { pid: toldPid(exec.record), exit };
    });
  }

  /** Leaves everything in the guest as it is. */
  async letGo(): Promise<void> {
    this.#left = true;
    await Promise.all([this.init, ...this.execs.values()].map((process) => process.letGo()));
  }

  async save(): Promise<void> {
    await this.#context.records.save(this.record);
  }

  /** Tells an exit: on disk first, then to whoever waits and as an event. */
  async tell(process: TaskProcess, exit: TaskExit): Promise<void> {
    if (this.#left || process.over) return;
    if (exit.oomKilled && this.record.oomKills === 0) await this.outOfMemory(1);
    process.record.exit = exit;
    await this.#trySave();
    // An exit may be told from two sides (the guest's, and one that gave up on it).
    if (process.over) return;
    process.stopped(exit);
    const { containerId, execId, record } = process;
    const { code, exitedAtMs, oomKilled, error } = exit;
    this.#context.emit({
      ...{ kind: 'exit', containerId, execId, pid: toldPid(record), exitStatus: code },
      ...{ exitedAtMs, oomKilled },
      ...(error === undefined ? {} : { error }),
    });
  }

  async #startExec(exec: TaskProcess): Promise<{ pid: number }> {
    const record = exec.record as ExecRecord;
    const { terminal, stdin, stdout, stderr } = record;
    const { containerId, execId, size } = exec;
    const process = Buffer.from(record.process ?? '', 'base64');
    const held = this.#hold(exec, process);
    held.catch(() => {});
    let io: ProcessIo | undefined;
    try {
      io = await this.#context.io({
        ...{ containerId, execId, terminal, stdin, stdout, stderr },
        adopted: false,
      });
      if (exec.stdinClosed) io.closeStdin();
      exec.io = io;
      const request = { execId, process, terminal, io, ...(size === undefined ? {} : { size }) };
      const [guest, hostPid] = await bothOrNone(this.#container.exec(request), held, (started) =>
        this.#takeBack(exec, started),
      );
      if (hostPid !== undefined) record.hostPid = hostPid;
      exec.advance('start');
      record.started = true;
      delete record.process;
      const pid = hostPid ?? guest.pid;
      if (hostPid !== undefined) await this.#trySave();
      this.#context.emit({ kind: 'exec-started', containerId, execId, pid });
      // What stands on the host must be found again; the rest a successor sees in the guest.
      if (hostPid === undefined) this.#saveSoon();
      this.follow(exec, guest, io);
      return { pid };
    } catch (error) {
      exec.io = undefined;
      await io?.close().catch(() => {});
      const unused = await held.catch(() => undefined);
      if (unused !== undefined) await this.#context.host?.release(containerId, execId);
      // It stays, to be deleted; nobody waits for ever.
      const code = error instanceof RuntimeError ? ERROR_TABLE[error.code].exit : UNKNOWN;
      const exit = { code, exitedAtMs: Date.now(), oomKilled: false, error: messageOf(error) };
      delete record.process;
      exec.stopped(exit);
      void this.#trySave();
      throw error;
    }
  }

  /** A process of the host that stands for the exec, where one stands for its init. */
  async #hold(exec: TaskProcess, process: Uint8Array): Promise<number | undefined> {
    const { hostPid } = this.init.record;
    if (hostPid === undefined) return undefined;
    return this.#context.host?.exec(this.id, exec.execId, hostPid, process);
  }

  /** Ends an exec that was started in the guest and must not have been. */
  async #takeBack(exec: TaskProcess, started: BackendProcess): Promise<void> {
    try {
      await this.#container.signal(exec.execId, SIGKILL, false).catch(() => {});
      await started.exited;
      started.detach();
      await this.#container.deleteExec(exec.execId);
    } catch (error) {
      this.#context.log(`${exec.subject} that was not started: ${messageOf(error)}`);
    }
  }

  #requireLiveInit(exec: TaskProcess): void {
    if (this.init.status === 'running' && !this.#ending) return;
    const what =
      this.init.status === 'paused' ? `${this.init.subject} is paused` : 'its init is not running';
    throw new RuntimeError('invalid-state', `start ${exec.subject}`, what);
  }

  #freeze(operation: 'pause' | 'resume', kind: 'paused' | 'resumed'): Promise<void> {
    const { init } = this;
    return init.exclusively(async () => {
      init.require(operation);
      await this.#container[operation]();
      // Its exit may have come meanwhile.
      if (init.status === 'stopped') return;
      init.advance(operation);
      this.#context.emit({ kind, containerId: this.id });
    });
  }

  async #awaitExit(process: TaskProcess, guest: BackendProcess): Promise<void> {
    const ended = this.#context.ended.then((how) => this.#lost(how));
    let exit: TaskExit;
    try {
      exit = taskExit(await Promise.race([guest.exited, ended]));
    } catch (error) {
      const how = await Promise.race([this.#context.ended, later(END_FOLLOWS_MS)]);
      exit = how === undefined ? unknownExit(messageOf(error)) : this.#lost(how);
    }
    // Its start is told first, and all exits of its execs.
    await process.starting;
    if (process === this.init) {
      this.#ending = true;
      await execsEnded(this.#container, this.execs.values(), (exec, why) => {
        void this.tell(exec, { ...unknownExit(why), code: KILLED });
      });
    }
    await this.tell(process, exit);
  }

  #lost(how: string): TaskExit {
    return { code: KILLED, exitedAtMs: Date.now(), oomKilled: false, error: how };
  }

  async #killCreated(): Promise<void> {
    await this.kill(this.init, SIGKILL, true).catch((error: unknown) => {
      const gone = error instanceof RuntimeError && error.code === 'not-found';
      if (!gone && this.#ended === undefined) throw error;
    });
    await this.init.told;
  }

  /** What went with the VM needs no release. */
  async #inGuest(release: () => Promise<void>): Promise<void> {
    try {
      await release();
    } catch (error) {
      const gone = error instanceof RuntimeError && error.code === 'not-found';
      if (gone) return;
      const how = this.#ended ?? (await Promise.race([this.#context.ended, later(0)]));
      if (how === undefined) throw error;
    }
  }

  #dropExec(execId: string): void {
    this.execs.delete(execId);
    delete this.record.execs[execId];
  }

  async #close(process: TaskProcess): Promise<void> {
    const { containerId, execId, record } = process;
    if (execId !== '' && record.hostPid !== undefined) {
      await this.#context.host?.release(containerId, execId);
    }
    await process.close().catch((error: unknown) => {
      this.#context.log(`${process.subject}: closing its stdio: ${messageOf(error)}`);
    });
  }

  /** For what nobody relies on: a successor sees in the guest that an exec runs. Most have ended by then. */
  #saveSoon(): void {
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      if (!this.#left && this.init.status !== 'deleted') void this.#trySave();
    }, SAVE_SOON_MS).unref();
  }

  /** For what must go on even where the disk is full. */
  async #trySave(): Promise<void> {
    await this.save().catch((error: unknown) => {
      this.#context.log(`task record of "${this.id}": ${messageOf(error)}`);
    });
  }
}

/** The guest's process and the host's; where the latter cannot be had, the former is taken back. */
async function bothOrNone(
  starting: Promise<BackendProcess>,
  held: Promise<number | undefined>,
  takeBack: (guest: BackendProcess) => Promise<void>,
): Promise<[BackendProcess, number | undefined]> {
  const guest = await starting;
  try {
    return [guest, await held];
  } catch (error) {
    await takeBack(guest);
    throw error;
  }
}

function taskExit({ code, oomKilled, exitedAtMs, ...rest }: BackendExit | TaskExit): TaskExit {
  const error = 'error' in rest ? rest.error : undefined;
  return { code, oomKilled, exitedAtMs, ...(error === undefined ? {} : { error }) };
}

function unknownExit(error: string): TaskExit {
  return { code: UNKNOWN, exitedAtMs: Date.now(), oomKilled: false, error };
}

function later(ms: number): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(undefined), ms).unref();
  });
}
