/**
 * Ports of a VM's serial link beside the agent's, one for each process whose stdout is carried (docs/protocol.md §3):
 * plugged in when first wanted, kept for the next. Links whose ports a program of this host cannot connect to have none.
 */
import type { ComputeSystem, GuestListener } from '../../hcs/service.ts';

/** At most so many at once; a serial link has a few places. */
const STREAM_PORTS = 4;

export interface StreamPort {
  readonly number: number;
  /** The socket of its host's end, which takes one connection at a time. */
  readonly socketPath: string;
  /** Nobody is connected any more. Idempotent. */
  release(): void;
}

/** Nothing is to be closed: what listens is the VMM. */
export class StreamPorts {
  readonly #system: ComputeSystem;
  readonly #first: number;
  readonly #listeners = new Map<number, Promise<GuestListener>>();
  readonly #taken = new Set<number>();

  /** @param first number of the first */
  constructor(system: ComputeSystem, first: number) {
    this.#system = system;
    this.#first = first;
  }

  /** One that is free; undefined where there is none. @throws HcsError as ComputeSystem.listen */
  async reserve(): Promise<StreamPort | undefined> {
    for (let number = this.#first; number < this.#first + STREAM_PORTS; number += 1) {
      if (this.#taken.has(number)) continue;
      this.#taken.add(number);
      try {
        const { socketPath } = await this.#listen(number);
        if (socketPath === undefined) return undefined;
        return { number, socketPath, release: () => void this.#taken.delete(number) };
      } catch (error) {
        this.#taken.delete(number);
        this.#listeners.delete(number);
        throw error;
      }
    }
    return undefined;
  }

  #listen(number: number): Promise<GuestListener> {
    let listener = this.#listeners.get(number);
    if (listener === undefined) {
      listener = this.#system.listen(number);
      this.#listeners.set(number, listener);
    }
    return listener;
  }
}
