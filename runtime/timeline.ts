/**
 * The timeline of one start: named moments on one monotonic clock, milliseconds since this process began.
 *
 * Guest times are converted to that clock with the offset measured on the first call to the agent
 * (half the round trip is the error). Marks are kept in the order of their times.
 */

/** A moment. `atMs` is performance.now() of this process; `side` says whose work the phase that it ends was. */
export interface TimelineMark {
  readonly name: string;
  readonly atMs: number;
  readonly side: 'host' | 'guest';
}

/** A phase: from the mark before to this one. */
export interface TimelinePhase {
  readonly name: string;
  readonly side: 'host' | 'guest';
  /** Milliseconds since the process began. */
  readonly atMs: number;
  /** Milliseconds since the previous mark. */
  readonly tookMs: number;
}

/** A moment on CLOCK_MONOTONIC, milliseconds. */
export interface SharedMark {
  readonly name: string;
  readonly side: 'host' | 'guest';
  readonly monotonicMs: number;
}

export class Timeline {
  readonly #marks: TimelineMark[] = [];
  readonly #onMark: ((mark: TimelineMark) => void) | undefined;

  /** @param onMark told of each mark as it is made; guest marks come late, when they are known */
  constructor(onMark?: (mark: TimelineMark) => void) {
    this.#onMark = onMark;
  }

  /** Ends a phase of the host's work, now unless given. A name is recorded once: the first time counts. */
  mark(name: string, atMs: number = performance.now()): void {
    this.#add({ name, atMs, side: 'host' });
  }

  /** Ends a phase in which the host waited for the guest. */
  markGuest(name: string, atMs: number = performance.now()): void {
    this.#add({ name, atMs, side: 'guest' });
  }

  /**
   * Records the guest's moments. `guestNowNs` is the guest's clock as it was halfway between
   * `sentMs` and `receivedMs` of ours.
   */
  addGuest(
    marks: readonly { name: string; atNs: number }[],
    guestNowNs: number,
    sentMs: number,
    receivedMs: number,
  ): void {
    const offsetMs = (sentMs + receivedMs) / 2 - guestNowNs / 1e6;
    for (const { name, atNs } of marks) {
      this.#add({ name, atMs: atNs / 1e6 + offsetMs, side: 'guest' });
    }
  }

  /** All marks on the host's monotonic clock, which its processes share: for the timeline of another process. */
  shared(): SharedMark[] {
    const offsetMs = monotonicOffsetMs();
    return this.marks().map(({ name, side, atMs }) => ({
      name,
      side,
      monotonicMs: atMs + offsetMs,
    }));
  }

  /** Adds another process's marks, as it shared them. What is no mark is passed over. */
  addShared(marks: unknown): void {
    const offsetMs = monotonicOffsetMs();
    for (const mark of Array.isArray(marks) ? (marks as Partial<SharedMark>[]) : []) {
      const { name, side, monotonicMs } = mark ?? {};
      if (typeof name !== 'string' || !Number.isFinite(monotonicMs)) continue;
      if (side !== 'host' && side !== 'guest') continue;
      this.#add({ name, atMs: (monotonicMs ?? 0) - offsetMs, side });
    }
  }

  /** All marks in order of time. */
  marks(): readonly TimelineMark[] {
    return [...this.#marks].sort((a, b) => a.atMs - b.atMs);
  }

  /** The marks as phases, each lasting since the one before; the first since the process began. */
  phases(): TimelinePhase[] {
    let previousMs = 0;
    return this.marks().map(({ name, side, atMs }) => {
      const tookMs = atMs - previousMs;
      previousMs = atMs;
      return { name, side, atMs, tookMs };
    });
  }

  #add(mark: TimelineMark): void {
    if (this.#marks.some((known) => known.name === mark.name)) return;
    this.#marks.push(mark);
    this.#onMark?.(mark);
  }
}

/** What performance.now() is behind the monotonic clock. */
function monotonicOffsetMs(): number {
  return Number(process.hrtime.bigint()) / 1e6 - performance.now();
}
