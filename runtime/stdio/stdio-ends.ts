/** The two kinds of ends that a process's stdio is made of on the host. Contracts only. */
import type { OutputStream } from '../task/process-io.ts';

/** Where output goes: one stream, or both where they share a file or a logger. */
export interface OutputSink {
  /** A non-blocking descriptor that takes the bytes, which somebody else may write to in turn. Absent: only `write`. */
  readonly fd?: number | undefined;
  /**
   * Resolves when the kernel has the bytes; `advance` is told of each part as soon as it has it. One that nobody will
   * ever read any more swallows them. Never rejects. One call at a time a stream.
   */
  write(stream: OutputStream, bytes: Buffer, advance: (count: number) => void): Promise<void>;
  /** No more comes: readers see the end once they have read what there is. Idempotent. */
  end(): Promise<void>;
  /** Releases everything; a write that waits swallows. Idempotent. */
  close(): Promise<void>;
}

/** Where input comes from. */
export interface InputSource {
  /** What was read lives in a pipe no more: it is kept on disk until the guest has it. */
  readonly consumes: boolean;
  /**
   * Reads on; called once. `take` gets a piece at a time, `end` is called once, after the last.
   * @param from how much of it the guest has, for what can be read again
   */
  read(from: number, take: (bytes: Buffer) => Promise<void>, end: () => void): void;
  /** CloseIO: nothing more will be sent on our side. Idempotent; also before `read`. */
  closeWriter(): void;
  /** Idempotent. */
  close(): void;
}

/** Something that was written to is not any more, told once: a disk is full, a logger has died. */
export type OnTrouble = (what: string) => void;

/**
 * Who keeps ends of FIFOs open over the supervisor's death, so that a reader does not see an end and a writer no broken
 * pipe before the next supervisor is there. Linux: the holder.
 */
export interface HeldEnds {
  /** Opens them by path, without reading or writing. */
  keep(
    key: string,
    ends: { readonly read: readonly string[]; readonly write: readonly string[] },
  ): Promise<void>;
  /** Resolves when they are closed. Idempotent. */
  drop(key: string): Promise<void>;
}
