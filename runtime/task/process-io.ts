/**
 * Where a process's standard streams go on the host: the seam between the task service, which moves bytes to and from
 * the guest, and who keeps or shows them (the supervisor's hub, FIFOs, loggers). Contract only.
 */
import type { Carriage, CarriageSource } from '../guest/carriage.ts';

/** Part of this contract, for who implements it. */
export type { Carriage, CarriageSource };

/** The supervisor's own stdio, as the Task API's URI. */
export const HUB_URI = 'hub:';

export type OutputStream = 'stdout' | 'stderr';

/** How a process ended, as the task service tells it. */
export interface TaskExit {
  /** 0..255; 128 + n where signal n ended it. */
  readonly code: number;
  /** Milliseconds since 1970, host's clock. */
  readonly exitedAtMs: number;
  readonly oomKilled: boolean;
  /** Where it was not the process's own end: "the VM exited (...)". */
  readonly error?: string;
}

/** What task.create and task.exec were given. */
export interface ProcessIoRequest {
  readonly containerId: string;
  /** Empty: the container's init. */
  readonly execId: string;
  readonly terminal: boolean;
  /** URIs or paths as the Task API has them; empty: not attached. */
  readonly stdin: string;
  readonly stdout: string;
  readonly stderr: string;
  /** The process runs already, under an earlier supervisor. */
  readonly adopted: boolean;
}

/** The guest's side of the process, for who sends it input. */
export interface GuestInput {
  /** The next byte of stdin that the guest wants. */
  readonly stdinOffset: number;
  /** Resolves when the guest has the bytes; a process that reads no more swallows them. */
  write(bytes: Buffer): Promise<void>;
  end(): void;
  resize(width: number, height: number): void;
}

export interface ProcessIo {
  /** What of the stdio is wanted of the guest. */
  readonly wants: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  /** For an adopted process: the first byte of each stream that is not handed on yet. */
  readonly resumeAt?: { readonly stdout: number; readonly stderr: number };
  /** The process's streams are attached. Called once, before any output. */
  connect(input: GuestInput): void;
  /**
   * Takes output; resolves when it was handed on so that this process's death cannot lose it (the log is written, the
   * sockets took it). In order, one call at a time a stream. Bytes before `resumeAt` may come again and are skipped.
   */
  output(stream: OutputStream, bytes: Buffer, offset: number): Promise<void>;
  /**
   * Has a program of the host take stdout past this process from an offset on, no slower for that: what it hands on is as
   * safe from this process's death as what `output` does. Absent: its output is wanted here.
   * @throws RuntimeError where it cannot be started; `output` goes on then
   */
  readonly carry?: (source: CarriageSource) => Promise<Carriage>;
  /** No more output comes (Task API: before or after `exited`). Resolves when everything was drained. */
  outputEnded(): Promise<void>;
  /** CloseIO: stdin ends once what was sent before has been passed on. Idempotent. */
  closeStdin(): void;
  /** Tells how the process ended. Once. */
  exited(exit: TaskExit): void;
  /** The process is deleted; releases everything. Idempotent. */
  close(): Promise<void>;
}

/** Opens a process's stdio. @throws RuntimeError invalid-argument for a URI that it does not know */
export type ProcessIoFactory = (request: ProcessIoRequest) => Promise<ProcessIo>;
