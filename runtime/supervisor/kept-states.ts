/**
 * What of kept containers is on disk: how each is kept, for a later supervisor, and its state, for everybody. One change
 * at a time, in the order in which things happened.
 */
import type { ContainerState } from '../container/container-record.ts';
import { messageOf, RuntimeError } from '../errors.ts';
import { hostBootId } from '../ownership.ts';
import type { KeepRecord } from './keep-record.ts';
import type { KeeperHost } from './keeper-host.ts';
import type { Kept } from './kept-container.ts';

export class KeptStates {
  readonly #host: Pick<KeeperHost, 'records' | 'store' | 'clock' | 'log'>;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(host: Pick<KeeperHost, 'records' | 'store' | 'clock' | 'log'>) {
    this.#host = host;
  }

  /** What a later supervisor must know. @throws RuntimeError resource-exhausted */
  save(kept: Kept): Promise<void> {
    const { create, restart, released, state } = kept;
    const record: KeepRecord = { create, restart, released, restarts: state.restartCount };
    return this.#host.records.write(kept.id, record).catch((error: unknown) => {
      throw new RuntimeError('resource-exhausted', `keep "${kept.id}"`, messageOf(error), {
        cause: error,
      });
    });
  }

  /** A state that cannot be written is said; the container goes on, and the next transition writes again. */
  async write(kept: Kept, state: ContainerState): Promise<void> {
    kept.state = state;
    await this.#host.store.writeState(kept.id, state).catch((error: unknown) => {
      this.#host.log(`the state of ${kept.id} is not written: ${messageOf(error)}`);
    });
    kept.change();
  }

  /** Of a container that is about to be created, whatever it was before. */
  firstState(id: string): ContainerState {
    const state = this.lastState(id);
    const { limits, restart } = state;
    return {
      status: 'created',
      hostBootId: hostBootId(),
      restartCount: 0,
      ...(limits === undefined ? {} : { limits }),
      ...(restart === undefined ? {} : { restart }),
    };
  }

  /** As it is on disk. */
  lastState(id: string): ContainerState {
    try {
      return this.#host.store.readState(id);
    } catch {
      return { status: 'exited', hostBootId: hostBootId(), restartCount: 0 };
    }
  }

  /** As records have it. */
  now(): string {
    return new Date(this.#host.clock.wallMs()).toISOString();
  }

  /** Runs after everything that was begun before; a failure is said. */
  inTurn(action: () => Promise<void> | void): Promise<void> {
    const turn = this.#turn.then(action);
    this.#turn = turn.catch((error: unknown) => this.#host.log(messageOf(error)));
    return turn;
  }

  /** Everything that was told so far is on disk. */
  async settled(): Promise<void> {
    await this.#turn;
  }
}
