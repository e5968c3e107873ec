/**
 * Keeps the containers of a pod: the task service under it, and on top what people expect of a container: its state on
 * disk before anybody is told of it, restarts, removal when it ends, the end of a lone pod. Tasks that were created
 * without our options (containerd's) pass through untouched.
 *
 *             create         start          exit, no restart
 *   (no task) ─────▶ created ─────▶ running ─────────────────▶ exited, then deleted, or removed
 *                                   ▲  │ exit, restart
 *                       after delay │  ▼          stop, Keep{release}
 *                                  restarting ────────────────▶ exited
 *
 * Events pass one at a time: the state is written, the event told, the exit told to who is attached.
 */
import type { ContainerState, RestartPolicy } from '../container/container-record.ts';
import { exitStatusOf, messageOf, RuntimeError } from '../errors.ts';
import type {
  ProcessIo,
  ProcessIoFactory,
  ProcessIoRequest,
  TaskExit,
} from '../task/process-io.ts';
import type { TaskEvent } from '../task/task-event.ts';
import { DRAIN_TIMEOUT_MS } from '../task/task-process.ts';
import type { CreateTask, TaskService, TaskState } from '../task/task-service.ts';
import { keepOptions } from './create-options.ts';
import type { KeeperHost } from './keeper-host.ts';
import {
  endState,
  exitEvent,
  type Kept,
  newKept,
  type Run,
  runningState,
} from './kept-container.ts';
import { KeptStates } from './kept-states.ts';
import { limitsOf } from './limits.ts';
import { nextDelayMs, wantsRestart } from './restart-policy.ts';
import { TaskPassage } from './task-passage.ts';

const SIGKILL = 9;
/** After SIGKILL the guest has this long to tell the exit. */
const KILLED_MS = 10_000;
/**
 * A container that has ended stays this long for who is attached and does not read: what it wrote last is still in the
 * guest.
 */
const DRAIN_MS = 120_000;
/** When it was stopped, as long as a delete: who waits for its end does not wait for them. */
const DRAIN_STOPPED_MS = DRAIN_TIMEOUT_MS;

export class Keeper extends TaskPassage {
  readonly #host: KeeperHost;
  readonly #states: KeptStates;
  readonly #kept = new Map<string, Kept>();
  /** Execs' output that is still being taken. */
  readonly #draining = new Map<string, Promise<void>>();

  constructor(host: KeeperHost) {
    super();
    this.#host = host;
    this.#states = new KeptStates(host);
  }

  protected tasks(): Promise<TaskService> {
    return this.#host.tasks();
  }

  /** Containers that are kept. */
  get ids(): string[] {
    return [...this.#kept.keys()];
  }

  /** What the task service tells. Never throws. */
  onEvent(event: TaskEvent): void {
    const kept = this.#kept.get(event.containerId);
    if (kept === undefined) {
      void this.#states.inTurn(() => this.#host.publish(event));
    } else if (event.kind === 'exit' && event.execId === '') {
      const { exitStatus: code, exitedAtMs, oomKilled, error } = event;
      const cause = error === undefined ? {} : { error };
      void this.#initEnded(kept, { code, exitedAtMs, oomKilled, ...cause }, event.pid);
    } else {
      void this.#states.inTurn(async () => {
        await this.#stateFollows(kept, event);
        this.#host.publish(event);
      });
      if (event.kind === 'exit') void this.#forgetExec(event.containerId, event.execId);
    }
  }

  /** The stdio of processes such that the end of a container is on disk before anybody attached is told. */
  keepIo(open: ProcessIoFactory): ProcessIoFactory {
    return async (request) => {
      const io = await open(request);
      if (request.execId !== '') return this.#keepExecIo(request, io);
      const told = io.exited.bind(io);
      io.exited = (exit) => {
        const kept = this.#kept.get(request.containerId);
        if (kept === undefined) told(exit);
        else void this.#initEnded(kept, exit, kept.state.pid ?? 0).then(() => told(exit));
      };
      return io;
    };
  }

  #keepExecIo({ containerId, execId }: ProcessIoRequest, io: ProcessIo): ProcessIo {
    const ended = io.outputEnded.bind(io);
    const key = execKey(containerId, execId);
    io.outputEnded = () => {
      const drained = ended();
      this.#draining.set(key, drained);
      return drained;
    };
    return io;
  }

  /** Nobody else deletes an exec of a kept container. Its client has its exit from its stdio. */
  async #forgetExec(containerId: string, execId: string): Promise<void> {
    const key = execKey(containerId, execId);
    try {
      await this.#draining.get(key);
      await (await this.#host.tasks()).delete(containerId, execId);
    } catch {
      // Its client deleted it, or the VM is gone.
    } finally {
      this.#draining.delete(key);
    }
  }

  override async create(request: CreateTask): Promise<{ pid: number }> {
    const options = keepOptions(request);
    if (options === undefined) return (await this.#host.bootedTasks()).create(request);
    const { id } = request;
    if (this.#kept.has(id)) {
      throw new RuntimeError('already-exists', `create container "${id}"`, 'it is in this pod');
    }
    const { signal: _, ...create } = request;
    const kept = newKept(create, options, this.#states.firstState(id));
    this.#kept.set(id, kept);
    this.#configure(kept);
    try {
      await this.#states.save(kept);
      const created = await (await this.#host.bootedTasks()).create(request);
      kept.isCreated = true;
      await this.#states.settled();
      return created;
    } catch (error) {
      this.#forget(kept);
      if (this.#host.lone) this.#host.finished();
      throw error;
    }
  }

  override async start(id: string, execId: string): Promise<{ pid: number }> {
    const tasks = await this.#host.tasks();
    const kept = execId === '' ? this.#kept.get(id) : undefined;
    if (kept === undefined) return tasks.start(id, execId);
    if (kept.state.status !== 'created') return tasks.start(id, execId);
    try {
      const started = await tasks.start(id, execId);
      await this.#states.settled();
      return started;
    } catch (error) {
      await this.#startFailed(kept, error);
      throw error;
    }
  }

  override async wait(id: string, execId: string, signal?: AbortSignal): Promise<TaskExit> {
    const kept = execId === '' ? this.#kept.get(id) : undefined;
    if (kept === undefined) return (await this.#host.tasks()).wait(id, execId, signal);
    while (kept.state.status === 'restarting' && this.#kept.has(id)) {
      await whicheverFirst(kept.changed, signal);
    }
    if (kept.run.ended !== undefined && kept.lastExit !== undefined) {
      await kept.run.ended;
      return kept.lastExit;
    }
    const exit = await (await this.#host.tasks()).wait(id, execId, signal);
    await this.#initEnded(kept, exit, kept.state.pid ?? 0);
    return exit;
  }

  override async kill(id: string, execId: string, signal: number, all: boolean): Promise<void> {
    await (await this.#host.tasks()).kill(id, execId, signal, all);
    const exec = execId === '' ? {} : { execID: execId };
    this.#host.note('kill', id, { signal: String(signal), ...exec });
  }

  override async update(id: string, resources: Uint8Array): Promise<void> {
    await (await this.#host.tasks()).update(id, resources);
    const kept = this.#kept.get(id);
    if (kept === undefined) return;
    await this.#states.inTurn(() => {
      const limits = { ...kept.state.limits, ...limitsOf(resources) };
      return this.#states.write(kept, { ...kept.state, limits });
    });
    this.#host.note('update', id);
  }

  override async delete(id: string, execId: string): Promise<{ pid: number; exit: TaskExit }> {
    const kept = execId === '' ? this.#kept.get(id) : undefined;
    if (kept === undefined) return (await this.#host.tasks()).delete(id, execId);
    // It is deleted by itself when it has ended for good.
    if (kept.run.ended === undefined || kept.lastExit === undefined) {
      const what = `it is ${kept.state.status}`;
      throw new RuntimeError('invalid-state', `delete container "${id}"`, what);
    }
    const exit = kept.lastExit;
    while (this.#kept.get(id) === kept && kept.state.status === 'exited') await kept.changed;
    return { pid: kept.state.pid ?? 0, exit };
  }
  override async pause(id: string): Promise<void> {
    await super.pause(id);
    await this.#states.settled();
  }
  override async resume(id: string): Promise<void> {
    await super.resume(id);
    await this.#states.settled();
  }

  /** Changes how a container is kept. @throws RuntimeError not-found */
  async keep(id: string, change: { restart?: RestartPolicy; release?: boolean }): Promise<void> {
    const kept = this.#find('change', id);
    if (change.release === true) await this.#release(kept);
    const { restart } = change;
    if (restart === undefined) return;
    kept.restart = restart;
    if (restart.name !== 'no' && !kept.released) this.#host.hubs.retain(id);
    await this.#states.save(kept);
    await this.#states.inTurn(() => this.#states.write(kept, { ...kept.state, restart }));
    // A policy that starts it no more ends the wait for the next start too.
    if (kept.cancelRestart !== undefined && restart.name === 'no') await this.#release(kept);
  }

  /**
   * As `docker stop`: the signal (0: the container's own), then SIGKILL after the timeout. Resolves when it has
   * exited; it is not restarted.
   * @throws RuntimeError not-found when it is not in this pod; timeout when even SIGKILL does not end it
   */
  async stop(
    id: string,
    signal: number,
    timeoutMs: number,
  ): Promise<{ code: number; killed: boolean }> {
    const kept = this.#find('stop', id);
    await this.#release(kept);
    await kept.restarting?.catch(() => undefined);
    if (kept.run.ended !== undefined || !this.#kept.has(id)) {
      await kept.run.ended;
      return { code: kept.lastExit?.code ?? 0, killed: false };
    }
    const exited = this.wait(id, '');
    exited.catch(() => undefined);
    const asked = signal === 0 ? kept.options.stopSignal : signal;
    const created = kept.state.status === 'created';
    await this.#signal(kept, created ? SIGKILL : asked);
    // A frozen process takes its signal when it is thawed.
    if (kept.state.status === 'paused') await this.resume(id).catch(() => undefined);
    let exit = created
      ? await this.#within(exited, KILLED_MS)
      : await this.#within(exited, timeoutMs);
    const killed = exit === undefined;
    if (exit === undefined) {
      await this.#signal(kept, SIGKILL);
      exit = await this.#within(exited, KILLED_MS);
    }
    if (exit === undefined) {
      const what = `it did not end within ${KILLED_MS} ms of SIGKILL`;
      throw new RuntimeError('timeout', `stop container "${id}"`, what);
    }
    this.#host.note('stop', id);
    return { code: exit.code, killed: killed || (asked === SIGKILL && !created) };
  }

  /** Stops every container, at most as long as stop() takes. Never rejects. */
  async stopAll(graceMs: number): Promise<void> {
    const created = [...this.#kept.values()].filter((kept) => kept.isCreated);
    const stopping = created.map(({ id }) =>
      this.stop(id, 0, graceMs).catch((error: unknown) => this.#host.log(messageOf(error))),
    );
    await Promise.all(stopping);
    await this.#states.settled();
  }

  /**
   * What an earlier supervisor kept. Call before the tasks are adopted, so that no event of theirs finds its container
   * unknown; then adopted().
   */
  load(): void {
    for (const record of this.#host.records.readAll((line) => this.#host.log(line))) {
      const options = keepOptions(record.create);
      if (options === undefined) continue;
      const kept = newKept(record.create, options, this.#states.lastState(record.create.id));
      kept.restart = record.restart;
      kept.released = record.released;
      if (record.released) kept.markReleased();
      kept.isCreated = true;
      kept.state = { ...kept.state, restartCount: record.restarts };
      kept.run.startedMs = this.#ranSince(kept.state);
      this.#kept.set(kept.id, kept);
      this.#configure(kept);
    }
  }

  /** When the run began that an earlier supervisor started; undefined: none had. */
  #ranSince({ status, startedAt }: ContainerState): number | undefined {
    if (status !== 'running' && status !== 'paused') return undefined;
    const { clock } = this.#host;
    const ranMs = clock.wallMs() - Date.parse(startedAt ?? '');
    return clock.monotonicMs() - (ranMs > 0 ? ranMs : 0);
  }

  /** The tasks are adopted: what happened to containers without a supervisor is told, and their restarts go on. */
  async adopted(): Promise<void> {
    const tasks = await this.#host.tasks();
    for (const kept of [...this.#kept.values()]) {
      const state = await tasks.state(kept.id, '').catch(notFoundIsUndefined);
      if (state === undefined) await this.#adoptWithoutTask(kept);
      else if (state.exit !== undefined) await this.#initEnded(kept, state.exit, state.pid);
      else if (state.status !== 'stopped') await this.#adoptState(kept, state);
    }
    await this.#states.settled();
  }

  /** Who is attached to what will be restarted stays attached. */
  #configure({ id, options, restart, released }: Kept): void {
    const { logPath, stdinOnce } = options;
    this.#host.hubs.configure(id, { stdinOnce, ...(logPath === '' ? {} : { logPath }) });
    if (restart.name !== 'no' && !released) this.#host.hubs.retain(id);
  }

  async #adoptState(kept: Kept, { status, pid }: TaskState): Promise<void> {
    if (status !== 'created') kept.run.startedMs ??= this.#host.clock.monotonicMs();
    if (status === 'stopped' || kept.state.status === status) return;
    // The state on disk is behind: the event was lost with the supervisor that was to tell it.
    const startedAt = kept.state.startedAt ?? this.#states.now();
    await this.#states.inTurn(() =>
      this.#states.write(kept, {
        ...runningState(kept.state, this.#host.pod),
        status,
        pid,
        startedAt,
      }),
    );
  }

  async #adoptWithoutTask(kept: Kept): Promise<void> {
    if (kept.state.status === 'restarting' && !kept.released) return this.#scheduleRestart(kept);
    if (kept.state.status === 'exited') return this.#finish(kept, undefined);
    const error = 'its supervisor ended while it was being created or deleted';
    const exit = { code: 255, exitedAtMs: this.#host.clock.wallMs(), oomKilled: false, error };
    return this.#initEnded(kept, exit, 0);
  }

  /** The state that an event of a running container leads to. */
  async #stateFollows(kept: Kept, event: TaskEvent): Promise<void> {
    const { state } = kept;
    switch (event.kind) {
      case 'create':
        // Of a restart: it stays "restarting" until it runs.
        if (state.status === 'restarting') return;
        return this.#states.write(kept, {
          ...runningState(state, this.#host.pod),
          status: 'created',
          pid: event.pid,
        });
      case 'start':
        kept.run.startedMs = this.#host.clock.monotonicMs();
        return this.#states.write(kept, {
          ...runningState(state, this.#host.pod),
          status: 'running',
          pid: event.pid,
          startedAt: this.#states.now(),
        });
      case 'paused':
        return this.#states.write(kept, { ...state, status: 'paused' });
      case 'resumed':
        return this.#states.write(kept, { ...state, status: 'running' });
      case 'exec-added':
      case 'exec-started':
      case 'exit':
      case 'oom':
      case 'delete':
        return;
      default:
        event satisfies never;
    }
  }

  /** Once a run, whoever hears of it first: the task service's event, its stdio, or somebody's wait. */
  #initEnded(kept: Kept, exit: TaskExit, pid: number): Promise<void> {
    kept.lastExit ??= exit;
    kept.run.ended ??= this.#states.inTurn(() => this.#endRun(kept, kept.run, exit, pid));
    return kept.run.ended;
  }

  async #endRun(kept: Kept, run: Run, exit: TaskExit, pid: number): Promise<void> {
    const { id, state } = kept;
    kept.lastExit = exit;
    const wasTold = await this.#wasTold(kept);
    const restart =
      !kept.released &&
      run.startedMs !== undefined &&
      wantsRestart(kept.restart, exit.code, state.restartCount);
    const next = endState(state, exit, restart ? 'restarting' : 'exited');
    let removeRest: (() => Promise<void>) | undefined;
    if (!restart && kept.options.autoRemove) {
      kept.state = next;
      removeRest = await this.#setAside(id);
    } else {
      await this.#states.write(kept, next);
    }
    if (!restart) this.#final(kept);
    if (!wasTold) this.#host.publish(exitEvent(id, pid, exit));
    // Not in this turn: who is attached is told first.
    setImmediate(() => {
      const after = restart ? this.#scheduleRestart(kept) : this.#finish(kept, removeRest);
      after.catch((error: unknown) => this.#host.log(messageOf(error)));
    });
  }

  /** It will not run again: those who are attached hear how it ended, and a lone pod takes nobody in any more. */
  #final({ id }: Kept): void {
    if (this.#host.lone) this.#host.finishing();
    this.#host.hubs.release(id);
  }

  /** An earlier supervisor may have got as far as telling the end. */
  async #wasTold({ id, state }: Kept): Promise<boolean> {
    if (state.status !== 'exited' && state.status !== 'restarting') return false;
    const sinceMs = Date.parse(state.finishedAt ?? state.startedAt ?? '');
    return this.#host.wasEndTold(id, Number.isNaN(sinceMs) ? 0 : sinceMs - 1);
  }

  /** The task is deleted, and started anew after a while. */
  async #scheduleRestart(kept: Kept): Promise<void> {
    const { clock } = this.#host;
    const ranMs = kept.run.startedMs === undefined ? 0 : clock.monotonicMs() - kept.run.startedMs;
    kept.delayMs = nextDelayMs(kept.delayMs, ranMs);
    if (kept.released) return this.#giveUpRestart(kept);
    const deleted = this.#deleteTask(kept.id);
    kept.cancelRestart = clock.after(kept.delayMs, () => {
      kept.cancelRestart = undefined;
      kept.restarting = deleted
        .then(() => this.#restart(kept))
        .finally(() => {
          kept.restarting = undefined;
        });
      kept.restarting.catch((error: unknown) => this.#host.log(messageOf(error)));
    });
    return deleted;
  }

  async #restart(kept: Kept): Promise<void> {
    if (kept.released) return this.#giveUpRestart(kept);
    kept.run = { startedMs: undefined, ended: undefined };
    kept.lastExit = undefined;
    kept.state = { ...kept.state, restartCount: kept.state.restartCount + 1 };
    try {
      await this.#states.save(kept);
      const tasks = await this.#host.bootedTasks();
      await tasks.create(kept.create);
      await tasks.start(kept.id, '');
      await this.#states.settled();
    } catch (error) {
      this.#host.log(`cannot restart ${kept.id}: ${messageOf(error)}`);
      await this.#startFailed(kept, error);
    }
  }

  /** It will not be restarted after all. */
  #giveUpRestart(kept: Kept): Promise<void> {
    return this.#states.inTurn(async () => {
      if (kept.state.status !== 'restarting') return;
      kept.cancelRestart?.();
      kept.cancelRestart = undefined;
      const { pod: _, ...state } = kept.state;
      const next: ContainerState = { ...state, status: 'exited' };
      if (!kept.options.autoRemove) await this.#states.write(kept, next);
      kept.state = next;
      const removeRest = kept.options.autoRemove ? await this.#setAside(kept.id) : undefined;
      this.#final(kept);
      setImmediate(() => void this.#finish(kept, removeRest));
    });
  }

  /** Its command could not be started: it ends with the error's exit status, as a shell has it. */
  async #startFailed(kept: Kept, error: unknown): Promise<void> {
    if (kept.run.ended !== undefined) return kept.run.ended;
    kept.lastExit = {
      code: exitStatusOf(error),
      exitedAtMs: this.#host.clock.wallMs(),
      oomKilled: false,
      error: messageOf(error),
    };
    const exit = kept.lastExit;
    kept.run.ended = this.#states.inTurn(async () => {
      const next = endState(kept.state, exit, 'exited');
      const removeRest = kept.options.autoRemove ? await this.#setAside(kept.id) : undefined;
      if (removeRest === undefined) await this.#states.write(kept, next);
      kept.state = next;
      this.#final(kept);
      setImmediate(() => void this.#finish(kept, removeRest));
    });
    return kept.run.ended;
  }

  /** The last things of a container that is over: its task, its files, its pod. Never rejects. */
  async #finish(kept: Kept, removeRest: (() => Promise<void>) | undefined): Promise<void> {
    const { id, lastExit, options } = kept;
    kept.change();
    const removed = this.#host.lone && options.autoRemove;
    await this.#drained(kept, removed ? DRAIN_STOPPED_MS : 0);
    // A lone pod's VM goes with it, and what is removed needs no unmounting.
    if (removed) {
      const { code: exitStatus = 0, exitedAtMs = 0 } = lastExit ?? {};
      const pid = kept.state.pid ?? 0;
      this.#host.publish({ kind: 'delete', containerId: id, pid, exitStatus, exitedAtMs });
    } else {
      await this.#deleteTask(id);
    }
    this.#forget(kept);
    if (options.autoRemove) this.#host.note('destroy', id);
    if (this.#host.lone) this.#host.finished();
    await removeRest?.().catch((error: unknown) => this.#host.log(messageOf(error)));
  }

  /** Until everybody who is attached has its output, within limits: `stoppedMs` once it was stopped. */
  async #drained(kept: Kept, stoppedMs: number): Promise<void> {
    if (kept.run.startedMs === undefined) return;
    const drained = this.#host.hubs.drained(kept.id).then(() => true);
    const stopped = kept.whenReleased.then(() => false);
    if (await this.#within(Promise.race([drained, stopped]), DRAIN_MS)) return;
    if (kept.released && (stoppedMs === 0 || (await this.#within(drained, stoppedMs)))) return;
    this.#host.log(`${kept.id}: who is attached to it does not take its output, which ends there`);
  }

  async #deleteTask(id: string): Promise<void> {
    try {
      const tasks = await this.#host.tasks();
      await tasks.kill(id, '', SIGKILL, true).catch(() => undefined);
      await tasks.delete(id, '');
    } catch (error) {
      const { code } = error as RuntimeError;
      // With its VM it is gone anyway.
      if (code !== 'not-found' && code !== 'unavailable') this.#host.log(messageOf(error));
    }
  }

  async #setAside(id: string): Promise<(() => Promise<void>) | undefined> {
    try {
      return await this.#host.store.setAside(id);
    } catch (error) {
      if ((error as RuntimeError).code !== 'not-found') this.#host.log(messageOf(error));
      return undefined;
    }
  }

  async #release(kept: Kept): Promise<void> {
    if (!kept.released) {
      kept.released = true;
      kept.markReleased();
      await this.#states.save(kept).catch((error: unknown) => this.#host.log(messageOf(error)));
    }
    if (kept.cancelRestart !== undefined) await this.#giveUpRestart(kept);
  }

  async #signal(kept: Kept, signal: number): Promise<void> {
    await this.kill(kept.id, '', signal, false).catch((error: unknown) => {
      // It ended meanwhile, or its VM did.
      const { code } = error as RuntimeError;
      if (code !== 'not-found' && code !== 'unavailable') throw error;
    });
  }

  async #within<T>(wanted: Promise<T>, timeoutMs: number): Promise<T | undefined> {
    let cancel: (() => void) | undefined;
    const late = new Promise<undefined>((resolve) => {
      cancel = this.#host.clock.after(timeoutMs, () => resolve(undefined));
    });
    try {
      return await Promise.race([wanted, late]);
    } finally {
      cancel?.();
    }
  }

  #find(verb: string, id: string): Kept {
    const kept = this.#kept.get(id);
    if (kept !== undefined) return kept;
    throw new RuntimeError('not-found', `${verb} container "${id}"`, 'it is not in this pod');
  }

  #forget(kept: Kept): void {
    if (this.#kept.get(kept.id) !== kept) return;
    this.#kept.delete(kept.id);
    this.#host.records.remove(kept.id);
    this.#host.hubs.forget(kept.id);
    kept.change();
  }
}

function notFoundIsUndefined(error: unknown): undefined {
  if (error instanceof RuntimeError && error.code === 'not-found') return undefined;
  throw error;
}

function whicheverFirst(change: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return change;
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(new RuntimeError('cancelled', 'wait', 'it was cancelled'));
    };
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    void change.then(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
  });
}

function execKey(containerId: string, execId: string): string {
  return `${containerId}/${execId}`;
}
