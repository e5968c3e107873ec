/**
 * The events of one pod, numbered and in order: the last 4096 are kept for who asks late, and subscribers get every
 * one, in order, none twice. In memory; what lasts is event-journal.ts.
 */
import { RuntimeError } from '../errors.ts';
import type { TaskEvent } from '../task/task-event.ts';
import type { NumberedTaskEvent } from './supervisor-client.ts';

/** Events that are kept, and the most that a subscriber may be behind. */
export const EVENTS_KEPT = 4096;

/**
 * Numbers of a later supervisor of the same pod begin at a multiple of this, so that a subscriber who comes back with
 * the number it saw last gets what is new and nothing twice.
 */
export const SEQUENCES_A_SUPERVISOR = 2 ** 32;

export class EventLog {
  readonly #kept: NumberedTaskEvent[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #now: () => number;
  #sequence: number;
  #closed = false;

  /** @param adoptions how many supervisors this pod had before */
  constructor(options: { adoptions?: number; now?: () => number } = {}) {
    this.#sequence = (options.adoptions ?? 0) * SEQUENCES_A_SUPERVISOR;
    this.#now = options.now ?? Date.now;
  }

  /** The number of the last event; 0 before the first. */
  get sequence(): number {
    return this.#sequence;
  }

  append(event: TaskEvent): NumberedTaskEvent {
    this.#sequence += 1;
    const numbered = { sequence: this.#sequence, atMs: this.#now(), event };
    this.#kept.push(numbered);
    // Twice the number, so that cutting is rare.
    if (this.#kept.length >= 2 * EVENTS_KEPT) this.#kept.splice(0, EVENTS_KEPT);
    this.#wake();
    return numbered;
  }

  /** No more events come: subscribers end after the last. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /**
   * Events after `after` (default: all that are kept), then each as it comes, until the signal aborts or the log is
   * closed.
   * @throws RuntimeError data-loss when the subscriber fell so far behind that events are gone
   */
  async *subscribe(
    options: { after?: number; signal?: AbortSignal } = {},
  ): AsyncGenerator<NumberedTaskEvent> {
    const { signal } = options;
    let last = options.after ?? 0;
    let following = false;
    for (;;) {
      if (signal?.aborted) return;
      const first = this.#kept[0]?.sequence ?? this.#sequence + 1;
      if (following && last + 1 < first) throw fellBehind(last);
      const next = this.#kept[this.#firstAfter(last)];
      if (next !== undefined) {
        last = next.sequence;
        following = true;
        yield next;
      } else {
        if (this.#closed) return;
        // Whoever waits at the end has seen everything: from here on a gap is a loss.
        last = Math.max(last, this.#sequence);
        following = true;
        await this.#more(signal);
      }
    }
  }

  /** Index of the first kept event after `last`: numbers are consecutive. */
  #firstAfter(last: number): number {
    const first = this.#kept[0];
    return first === undefined ? 0 : Math.max(0, last + 1 - first.sequence);
  }

  #more(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}

function fellBehind(last: number): RuntimeError {
  return new RuntimeError(
    'data-loss',
    'follow the events of the pod',
    `the subscriber read no further than event ${last}, and only ${EVENTS_KEPT} are kept`,
  );
}
