/** What an earlier supervisor of the pod kept (keeper.ts): read from its records, and joined with the tasks it left. */
import type { ContainerState } from '../container/container-record.ts';
import { RuntimeError } from '../errors.ts';
import type { TaskState } from '../task/task-service.ts';
import { keepOptions } from './create-options.ts';
import type { KeeperHost } from './keeper-host.ts';
import { type Kept, newKept, runningState } from './kept-container.ts';
import type { KeptEndings } from './kept-endings.ts';
import type { KeptRestarts } from './kept-restarts.ts';
import type { KeptStates } from './kept-states.ts';

export interface KeptAdoptionOptions {
  readonly host: KeeperHost;
  readonly states: KeptStates;
  readonly kept: Map<string, Kept>;
  readonly endings: KeptEndings;
  readonly restarts: KeptRestarts;
}

export class KeptAdoption {
  readonly #host: KeeperHost;
  readonly #states: KeptStates;
  readonly #kept: Map<string, Kept>;
  readonly #endings: KeptEndings;
  readonly #restarts: KeptRestarts;

  constructor({ host, states, kept, endings, restarts }: KeptAdoptionOptions) {
    this.#host = host;
    this.#states = states;
    this.#kept = kept;
    this.#endings = endings;
    this.#restarts = restarts;
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
      configureStdio(this.#host, kept);
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
      else if (state.exit !== undefined) await this.#endings.initEnded(kept, state.exit, state.pid);
      else if (state.status !== 'stopped') await this.#adoptState(kept, state);
    }
    await this.#states.settled();
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
    if (kept.state.status === 'restarting' && !kept.released) return this.#restarts.schedule(kept);
    if (kept.state.status === 'exited') return this.#endings.finish(kept, undefined);
    const error = 'its supervisor ended while it was being created or deleted';
    const exit = { code: 255, exitedAtMs: this.#host.clock.wallMs(), oomKilled: false, error };
    return this.#endings.initEnded(kept, exit, 0);
  }
}

/** Tells the hubs how its stdio is kept. Who is attached to what will be restarted stays attached. */
export function configureStdio(
  { hubs }: KeeperHost,
  { id, options, restart, released }: Kept,
): void {
  const { logPath, stdinOnce } = options;
  hubs.configure(id, { stdinOnce, ...(logPath === '' ? {} : { logPath }) });
  if (restart.name !== 'no' && !released) hubs.retain(id);
}

function notFoundIsUndefined(error: unknown): undefined {
  if (error instanceof RuntimeError && error.code === 'not-found') return undefined;
  throw error;
}
