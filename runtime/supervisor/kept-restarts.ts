/** Restarts of kept containers (keeper.ts): the task is deleted and made anew after a delay, unless it is released. */
import type { ContainerState } from '../container/container-record.ts';
import { messageOf } from '../errors.ts';
import type { KeeperHost } from './keeper-host.ts';
import type { Kept } from './kept-container.ts';
import type { KeptEndings } from './kept-endings.ts';
import type { KeptStates } from './kept-states.ts';
import { nextDelayMs } from './restart-policy.ts';

export class KeptRestarts {
  readonly #host: KeeperHost;
  readonly #states: KeptStates;
  readonly #endings: KeptEndings;

  constructor(host: KeeperHost, states: KeptStates, endings: KeptEndings) {
    this.#host = host;
    this.#states = states;
    this.#endings = endings;
  }

  /** The task is deleted, and started anew after a while. */
  async schedule(kept: Kept): Promise<void> {
    const { clock } = this.#host;
    const ranMs = kept.run.startedMs === undefined ? 0 : clock.monotonicMs() - kept.run.startedMs;
    kept.delayMs = nextDelayMs(kept.delayMs, ranMs);
    if (kept.released) return this.#giveUpRestart(kept);
    const deleted = this.#endings.deleteTask(kept.id);
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
      await this.#endings.startFailed(kept, error);
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
      const removeRest = kept.options.autoRemove
        ? await this.#endings.setAside(kept.id)
        : undefined;
      this.#endings.final(kept);
      setImmediate(() => void this.#endings.finish(kept, removeRest));
    });
  }

  /** It is not restarted any more, whatever its policy says. */
  async release(kept: Kept): Promise<void> {
    if (!kept.released) {
      kept.released = true;
      kept.markReleased();
      await this.#states.save(kept).catch((error: unknown) => this.#host.log(messageOf(error)));
    }
    if (kept.cancelRestart !== undefined) await this.#giveUpRestart(kept);
  }
}
