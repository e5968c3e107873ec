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
import type { RestartPolicy } from '../container/container-record.ts';
import { orAborted } from '../deadline.ts';
import { messageOf, RuntimeError } from '../errors.ts';
import type { ProcessIoFactory, TaskExit } from '../task/process-io.ts';
import type { TaskEvent } from '../task/task-event.ts';
import type { CreateTask, TaskService } from '../task/task-service.ts';
import { within } from './clock.ts';
import { keepOptions } from './create-options.ts';
import type { KeeperHost } from './keeper-host.ts';
import { configureStdio, KeptAdoption } from './kept-adoption.ts';
import { type Kept, newKept, runningState } from './kept-container.ts';
import { DRAIN_MS, KeptEndings } from './kept-endings.ts';
import { KeptRestarts } from './kept-restarts.ts';
import { KeptStates } from './kept-states.ts';
import { limitsOf } from './limits.ts';
import { TaskPassage } from './task-passage.ts';

const SIGKILL = 9;
/** After SIGKILL the guest has this long to tell the exit. */
const KILLED_MS = 10_000;

export class Keeper extends TaskPassage {
  readonly #host: KeeperHost;
  readonly #states: KeptStates;
  readonly #kept = new Map<string, Kept>();
  readonly #endings: KeptEndings;
  readonly #restarts: KeptRestarts;
  readonly #adoption: KeptAdoption;

  constructor(host: KeeperHost) {
    super();
    const kept = this.#kept;
    const states = new KeptStates(host);
    const onRestart = (which: Kept): Promise<void> => this.#restarts.schedule(which);
    this.#host = host;
    this.#states = states;
    this.#endings = new KeptEndings({ host, states, kept, onRestart });
    this.#restarts = new KeptRestarts(host, states, this.#endings);
    const [endings, restarts] = [this.#endings, this.#restarts];
    this.#adoption = new KeptAdoption({ host, states, kept, endings, restarts });
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
      void this.#endings.initEnded(kept, { code, exitedAtMs, oomKilled, ...cause }, event.pid);
    } else {
      void this.#states.inTurn(async () => {
        // Its start is what is waited for, and need not wait for this to be written down.
        if (event.kind === 'exec-added') await afterwards();
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
      if (request.execId !== '') return io;
      const told = io.exited.bind(io);
      io.exited = (exit) => {
        const kept = this.#kept.get(request.containerId);
        if (kept === undefined) told(exit);
        else void this.#endings.initEnded(kept, exit, kept.state.pid ?? 0).then(() => told(exit));
      };
      return io;
    };
  }

  /** Nobody else deletes an exec of a kept container. Its client has its exit from its stdio, and first its output. */
  async #forgetExec(containerId: string, execId: string): Promise<void> {
    try {
      await within(this.#host.clock, this.#host.hubs.drained(containerId, execId), DRAIN_MS);
      await (await this.#host.tasks()).delete(containerId, execId);
    } catch {
      // Its client deleted it, or the VM is gone.
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
    configureStdio(this.#host, kept);
    try {
      await this.#states.save(kept);
      const created = await (await this.#host.bootedTasks()).create(request);
      kept.isCreated = true;
      await this.#states.settled();
      return created;
    } catch (error) {
      this.#endings.forget(kept);
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
      await this.#endings.startFailed(kept, error);
      throw error;
    }
  }

  override async wait(id: string, execId: string, signal?: AbortSignal): Promise<TaskExit> {
    const kept = execId === '' ? this.#kept.get(id) : undefined;
    if (kept === undefined) return (await this.#host.tasks()).wait(id, execId, signal);
    while (kept.state.status === 'restarting' && this.#kept.has(id)) {
      await orAborted(`wait for container "${id}"`, kept.changed, signal);
    }
    if (kept.run.ended !== undefined && kept.lastExit !== undefined) {
      await kept.run.ended;
      return kept.lastExit;
    }
    const exit = await (await this.#host.tasks()).wait(id, execId, signal);
    await this.#endings.initEnded(kept, exit, kept.state.pid ?? 0);
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
    if (change.release === true) await this.#restarts.release(kept);
    const { restart } = change;
    if (restart === undefined) return;
    kept.restart = restart;
    if (restart.name !== 'no' && !kept.released) this.#host.hubs.retain(id);
    await this.#states.save(kept);
    await this.#states.inTurn(() => this.#states.write(kept, { ...kept.state, restart }));
    // A policy that starts it no more ends the wait for the next start too.
    if (kept.cancelRestart !== undefined && restart.name === 'no')
      await this.#restarts.release(kept);
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
    await this.#restarts.release(kept);
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
      ? await within(this.#host.clock, exited, KILLED_MS)
      : await within(this.#host.clock, exited, timeoutMs);
    const killed = exit === undefined;
    if (exit === undefined) {
      await this.#signal(kept, SIGKILL);
      exit = await within(this.#host.clock, exited, KILLED_MS);
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

  /** Everything that has happened was told. */
  settled(): Promise<void> {
    return this.#states.settled();
  }

  /** What an earlier supervisor kept, as kept-adoption.ts says; before the tasks are adopted. */
  load(): void {
    this.#adoption.load();
  }

  /** The tasks are adopted. */
  adopted(): Promise<void> {
    return this.#adoption.adopted();
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
      case 'checkpointed':
      case 'delete':
        return;
      default:
        event satisfies never;
    }
  }

  async #signal(kept: Kept, signal: number): Promise<void> {
    await this.kill(kept.id, '', signal, false).catch((error: unknown) => {
      // It ended meanwhile, or its VM did.
      const { code } = error as RuntimeError;
      if (code !== 'not-found' && code !== 'unavailable') throw error;
    });
  }

  #find(verb: string, id: string): Kept {
    const kept = this.#kept.get(id);
    if (kept !== undefined) return kept;
    throw new RuntimeError('not-found', `${verb} container "${id}"`, 'it is not in this pod');
  }
}

/** After what is under way now, and what the next round of events brings: the call has gone to the guest. */
function afterwards(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve));
  });
}
