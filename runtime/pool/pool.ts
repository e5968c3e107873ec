/**
 * Keeps so many supervisors parked. It starts one at a time, and none while containers are being started: a start that has
 * just been seen, with or without it, puts the next one off. It knows processes by what they say (park-process.ts); who
 * takes one asks nobody (claim.ts), so that it only learns of it.
 */
import type { SupervisorLog } from '../supervisor/supervisor-log.ts';

/** No start was seen for so long: then the next one is made. */
const QUIET_MS = 1500;
/** And if there is always one: after so long all the same. */
const PATIENCE_MS = 15_000;
/** After one that could not be made; doubles with each. */
const RETRY_MS = 1000;
const RETRY_MS_MAX = 60_000;
/** What one is taken to need before one was measured. */
const FIRST_MEMORY_BYTES = 128 * 2 ** 20;
/** How long what is parked has to end by itself. */
const DRAIN_MS = 10_000;

/** A parked supervisor, as its starter sees it. */
export interface ParkedProcess {
  readonly pid: number;
  /** It can be claimed: what it takes of memory. Rejects when it ends before. */
  readonly free: Promise<number>;
  /** Somebody takes it. Never, where it ends unclaimed. */
  readonly claiming: Promise<void>;
  /** It belongs to a pod. Never, where it ends before. */
  readonly claimed: Promise<void>;
  /** It is gone, with its VM, or it is a pod's. Never rejects. */
  readonly over: Promise<void>;
  /** Has it end. */
  end(): void;
  kill(): void;
}

export interface PoolOptions {
  readonly size: number;
  /** All that is parked takes no more than this. */
  readonly memoryCeilingBytes: number;
  readonly start: () => ParkedProcess;
  readonly log: SupervisorLog;
  /** Defaults: above. */
  readonly quietMs?: number;
  readonly patienceMs?: number;
  readonly retryMs?: number;
}

export interface PoolCounts {
  readonly size: number;
  readonly parked: number;
  readonly preparing: number;
  readonly claimed: number;
  readonly missed: number;
  readonly memoryBytes: number;
  readonly memoryCeilingBytes: number;
  /** Why there are fewer than there should be; empty: there are not, or more are on the way. */
  readonly held: string;
  /** Of one that could not be made; empty once one could. */
  readonly lastError: string;
}

type Slot = { readonly process: ParkedProcess; memoryBytes: number; free: boolean };

export class Pool {
  readonly #options: PoolOptions;
  readonly #slots = new Set<Slot>();
  readonly #waiting = new Set<() => void>();
  #claimed = 0;
  #missed = 0;
  #failures = 0;
  #lastError = '';
  #held = '';
  #measured = FIRST_MEMORY_BYTES;
  #lastStartMs = -Infinity;
  /** Since when one is wanted and none was made. */
  #wantedSinceMs: number | undefined;
  #retryAtMs = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#refill();
  }

  get counts(): PoolCounts {
    const { size, memoryCeilingBytes } = this.#options;
    const slots = [...this.#slots];
    return {
      ...{ size, memoryCeilingBytes, memoryBytes: this.#memoryBytes },
      parked: slots.filter(({ free }) => free).length,
      preparing: slots.filter(({ free }) => !free).length,
      ...{ claimed: this.#claimed, missed: this.#missed },
      ...{ held: this.#held, lastError: this.#lastError },
    };
  }

  /** Starts went without. */
  missed(count: number): void {
    this.#missed += count;
    this.startSeen();
  }

  /** A container is being started: the next one is put off. */
  startSeen(): void {
    this.#lastStartMs = performance.now();
    this.#refill();
  }

  /** Resolves when as many are parked as should be, or cannot be. */
  async filled(): Promise<void> {
    while (this.#stopping === undefined && !this.#settled) {
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** Ends what is parked. What was claimed goes on. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  get #settled(): boolean {
    const { parked, size } = this.counts;
    return parked >= size || this.#held !== '' || this.#lastError !== '';
  }

  get #memoryBytes(): number {
    return [...this.#slots].reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
  }

  async #stop(): Promise<void> {
    clearTimeout(this.#timer);
    const slots = [...this.#slots];
    for (const { process } of slots) process.end();
    const timer = setTimeout(() => {
      for (const { process } of slots) process.kill();
    }, DRAIN_MS);
    await Promise.all(slots.map(({ process }) => process.over));
    clearTimeout(timer);
    this.#changed();
  }

  /** Makes the next one, or sees to it that this is looked at again. */
  #refill(): void {
    clearTimeout(this.#timer);
    const { size, memoryCeilingBytes } = this.#options;
    const preparing = [...this.#slots].some(({ free }) => !free);
    if (this.#stopping !== undefined || this.#slots.size >= size || preparing) {
      if (this.#slots.size >= size) this.#held = '';
      return this.#changed();
    }
    const needed = this.#memoryBytes + this.#measured;
    if (needed > memoryCeilingBytes) {
      this.#held = `one more would take ${needed} bytes of memory, of ${memoryCeilingBytes}`;
      return this.#changed();
    }
    this.#held = '';
    const waitMs = this.#waitMs();
    if (waitMs > 0) {
      this.#timer = setTimeout(() => this.#refill(), waitMs);
      return this.#changed();
    }
    this.#wantedSinceMs = undefined;
    this.#add();
  }

  #waitMs(): number {
    const { quietMs = QUIET_MS, patienceMs = PATIENCE_MS } = this.#options;
    const now = performance.now();
    this.#wantedSinceMs ??= now;
    const quietAtMs = Math.min(this.#lastStartMs + quietMs, this.#wantedSinceMs + patienceMs);
    return Math.max(quietAtMs, this.#retryAtMs) - now;
  }

  #add(): void {
    let process: ParkedProcess;
    try {
      process = this.#options.start();
    } catch (error) {
      this.#failed(error);
      return;
    }
    const slot: Slot = { process, memoryBytes: this.#measured, free: false };
    this.#slots.add(slot);
    let taken = false;
    void process.claiming.then(() => {
      taken = true;
      this.#slots.delete(slot);
      this.startSeen();
    });
    void process.claimed.then(() => {
      this.#claimed += 1;
      this.#changed();
    });
    process.free.then(
      (memoryBytes) => {
        slot.memoryBytes = memoryBytes;
        this.#measured = memoryBytes;
        slot.free = true;
        this.#failures = 0;
        this.#lastError = '';
        this.#refill();
      },
      (error: unknown) => {
        if (this.#stopping === undefined) this.#failed(error);
      },
    );
    void process.over.then(() => {
      this.#slots.delete(slot);
      if (slot.free && !taken && this.#stopping === undefined) {
        this.#options.log(`parked supervisor ${process.pid} ended unclaimed`, 'warning');
      }
      this.#refill();
    });
    this.#changed();
  }

  #failed(error: unknown): void {
    const { retryMs = RETRY_MS, log } = this.#options;
    this.#lastError = error instanceof Error ? error.message : String(error);
    this.#retryAtMs = performance.now() + Math.min(retryMs * 2 ** this.#failures, RETRY_MS_MAX);
    this.#failures += 1;
    log(`cannot park a supervisor: ${this.#lastError}`, 'warning');
    this.#refill();
  }

  #changed(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
