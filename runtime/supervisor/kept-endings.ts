/**
 * The ends of kept containers (keeper.ts): a run that has ended is written and told, once; one that will not run again
 * is drained, deleted or removed, and with a lone pod's the pod ends.
 */
import { exitStatusOf, messageOf, type RuntimeError } from '../errors.ts';
import type { TaskExit } from '../task/process-io.ts';
import { DRAIN_TIMEOUT_MS } from '../task/task-process.ts';
import { within } from './clock.ts';
import type { KeeperHost } from './keeper-host.ts';
import { endState, exitEvent, type Kept, type Run } from './kept-container.ts';
import type { KeptStates } from './kept-states.ts';
import { wantsRestart } from './restart-policy.ts';

const SIGKILL = 9;
/**
 * A container that has ended stays this long for who is attached and does not read: what it wrote last is still in the
 * guest.
 */
export const DRAIN_MS = 120_000;
/** An end is told once the log is whole, as `logs` is what follows `wait`; but no later than this, as with docker. */
const LOGGED_MS = 2000;
/** When it was stopped, as long as a delete: who waits for its end does not wait for them. */
const DRAIN_STOPPED_MS = DRAIN_TIMEOUT_MS;

export interface KeptEndingsOptions {
  readonly host: KeeperHost;
  readonly states: KeptStates;
  /** Those that are kept; who is over leaves it. */
  readonly kept: Map<string, Kept>;
  /** A run has ended that its policy follows with another. */
  readonly onRestart: (kept: Kept) => Promise<void>;
}

export class KeptEndings {
  readonly #host: KeeperHost;
  readonly #states: KeptStates;
  readonly #kept: Map<string, Kept>;
  readonly #onRestart: (kept: Kept) => Promise<void>;

  constructor({ host, states, kept, onRestart }: KeptEndingsOptions) {
    this.#host = host;
    this.#states = states;
    this.#kept = kept;
    this.#onRestart = onRestart;
  }

  /** Once a run, whoever hears of it first: the task service's event, its stdio, or somebody's wait. */
  initEnded(kept: Kept, exit: TaskExit, pid: number): Promise<void> {
    kept.lastExit ??= exit;
    const { run } = kept;
    run.ended ??= within(this.#host.clock, this.#host.hubs.logged(kept.id), LOGGED_MS).then(() =>
      this.#states.inTurn(() => this.#endRun(kept, run, exit, pid)),
    );
    return run.ended;
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
      removeRest = await this.setAside(id);
    } else {
      await this.#states.write(kept, next);
    }
    if (!restart) this.final(kept);
    if (!wasTold) this.#host.publish(exitEvent(id, pid, exit));
    // Not in this turn: who is attached is told first.
    setImmediate(() => {
      const after = restart ? this.#onRestart(kept) : this.finish(kept, removeRest);
      after.catch((error: unknown) => this.#host.log(messageOf(error)));
    });
  }

  /** It will not run again: those who are attached hear how it ended, and a lone pod takes nobody in any more. */
  final({ id }: Kept): void {
    if (this.#host.lone) this.#host.finishing();
    this.#host.hubs.release(id);
  }

  /** An earlier supervisor may have got as far as telling the end. */
  async #wasTold({ id, state }: Kept): Promise<boolean> {
    if (state.status !== 'exited' && state.status !== 'restarting') return false;
    const sinceMs = Date.parse(state.finishedAt ?? state.startedAt ?? '');
    return this.#host.wasEndTold(id, Number.isNaN(sinceMs) ? 0 : sinceMs - 1);
  }

  /** Its command could not be started: it ends with the error's exit status, as a shell has it. */
  async startFailed(kept: Kept, error: unknown): Promise<void> {
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
      const removeRest = kept.options.autoRemove ? await this.setAside(kept.id) : undefined;
      if (removeRest === undefined) await this.#states.write(kept, next);
      kept.state = next;
      this.final(kept);
      setImmediate(() => void this.finish(kept, removeRest));
    });
    return kept.run.ended;
  }

  /** The last things of a container that is over: its task, its files, its pod. Never rejects. */
  async finish(kept: Kept, removeRest: (() => Promise<void>) | undefined): Promise<void> {
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
      await this.deleteTask(id);
    }
    this.forget(kept);
    if (options.autoRemove) this.#host.note('destroy', id);
    if (this.#host.lone) this.#host.finished();
    await removeRest?.().catch((error: unknown) => this.#host.log(messageOf(error)));
  }

  /** Until everybody who is attached has its output, within limits: `stoppedMs` once it was stopped. */
  async #drained(kept: Kept, stoppedMs: number): Promise<void> {
    if (kept.run.startedMs === undefined) return;
    const drained = this.#host.hubs.drained(kept.id, '').then(() => true);
    const stopped = kept.whenReleased.then(() => false);
    if (await within(this.#host.clock, Promise.race([drained, stopped]), DRAIN_MS)) return;
    if (kept.released && (stoppedMs === 0 || (await within(this.#host.clock, drained, stoppedMs))))
      return;
    this.#host.log(`${kept.id}: who is attached to it does not take its output, which ends there`);
  }

  async deleteTask(id: string): Promise<void> {
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

  async setAside(id: string): Promise<(() => Promise<void>) | undefined> {
    try {
      return await this.#host.store.setAside(id);
    } catch (error) {
      if ((error as RuntimeError).code !== 'not-found') this.#host.log(messageOf(error));
      return undefined;
    }
  }

  /** It is kept no more. */
  forget(kept: Kept): void {
    if (this.#kept.get(kept.id) !== kept) return;
    this.#kept.delete(kept.id);
    this.#host.records.remove(kept.id);
    this.#host.hubs.forget(kept.id);
    kept.change();
  }
}
