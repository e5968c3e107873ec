/**
 * One process as the task service tells of it: a container's init or an exec. It holds the state of the table in
 * state.ts, the stdio, and the exit, which is told once: never before its start was, if that is under way.
 */
import { messageOf, RuntimeError } from '../errors.ts';
import type { ProcessIo, TaskExit } from './process-io.ts';
import { nextStatus, type ProcessOperation, type ProcessStatus } from './state.ts';
import type { BackendProcess, TerminalSize } from './task-backend.ts';
import type { ProcessRecord } from './task-record.ts';

/** How long a delete waits for output that nobody takes: containerd 2's limit. */
export const DRAIN_TIMEOUT_MS = 10_000;
/** So many of these, where some of it was taken in each: a guest that does not stop writing is not waited for. */
const DRAIN_TURNS_MAX = 12;

export class TaskProcess {
  readonly containerId: string;
  /** Empty: init. */
  readonly execId: string;
  readonly record: ProcessRecord;
  /** For messages: `container "web"`. */
  readonly subject: string;
  /** The exit once it is told. Rejects with not-found when the process is deleted without one. */
  readonly told: Promise<TaskExit>;
  io: ProcessIo | undefined;
  guest: BackendProcess | undefined;
  /** CloseIO came before there was an io. */
  stdinClosed = false;
  /** ResizePty came before there was a process. */
  size: TerminalSize | undefined;
  /** Settles, never rejects, when a start that is under way is over: the exit is told after it. */
  starting: Promise<void> = Promise.resolve();
  #status: ProcessStatus = 'created';
  #drained: Promise<void> = Promise.resolve();
  #queue: Promise<unknown> = Promise.resolve();
  #tell!: (exit: TaskExit) => void;
  #forget!: (error: RuntimeError) => void;

  constructor(containerId: string, execId: string, record: ProcessRecord) {
    this.containerId = containerId;
    this.execId = execId;
    this.record = record;
    this.subject =
      execId === '' ? `container "${containerId}"` : `exec "${execId}" of "${containerId}"`;
    this.told = new Promise((resolve, reject) => {
      this.#tell = resolve;
      this.#forget = reject;
    });
    this.told.catch(() => {});
  }

  get status(): ProcessStatus {
    return this.#status;
  }

  /** Its exit was told, or it is deleted. */
  get over(): boolean {
    return this.#status === 'stopped' || this.#status === 'deleted';
  }

  get exit(): TaskExit | undefined {
    return this.#status === 'stopped' ? this.record.exit : undefined;
  }

  /** Moves through the table. @throws RuntimeError when it refuses */
  advance(operation: ProcessOperation): void {
    this.#status = nextStatus(operation, this.#status, this.subject);
  }

  /** Checks the table without moving. @throws RuntimeError when it refuses */
  require(operation: ProcessOperation): void {
    nextStatus(operation, this.#status, this.subject);
  }

  /** As an earlier supervisor left it. */
  restore(status: ProcessStatus): void {
    this.#status = status;
  }

  /** One at a time, in order: what changes the state from outside. */
  exclusively<T>(run: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(run);
    this.#queue = done.catch(() => {});
    return done;
  }

  /** Runs a start; an exit that comes meanwhile is told afterwards. */
  startingWith<T>(run: () => Promise<T>): Promise<T> {
    const done = run();
    this.starting = done.then(
      () => {},
      () => {},
    );
    return done;
  }

  /** The process is there: its output is followed to its end. */
  attach(guest: BackendProcess, log: (text: string) => void): void {
    this.guest = guest;
    this.record.pid = guest.pid;
    const { io } = this;
    this.#drained = guest.drained
      .then(() => io?.outputEnded())
      .catch((error: unknown) => log(`${this.subject}: its output: ${messageOf(error)}`));
  }

  /** It has ended as the record says: whoever waits is told. */
  stopped(exit: TaskExit): void {
    this.#status = 'stopped';
    this.record.exit = exit;
    this.io?.exited(exit);
    this.#tell(exit);
  }

  /** Waits until the output was taken, or nobody has taken any of it for `timeoutMs`. */
  async drained(timeoutMs = DRAIN_TIMEOUT_MS): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      let [taken, turns] = [this.guest?.outputTaken, 0];
      timer = setInterval(() => {
        const now = this.guest?.outputTaken;
        turns += 1;
        if (now === taken || turns === DRAIN_TURNS_MAX) resolve();
        taken = now;
      }, timeoutMs);
    });
    await Promise.race([this.#drained, limit]);
    clearInterval(timer);
  }

  /** Ends its stdio. Whoever still waits for an exit gets not-found. */
  async close(): Promise<void> {
    this.#status = 'deleted';
    this.guest?.detach();
    this.#forget(new RuntimeError('not-found', `wait for ${this.subject}`, 'it was deleted'));
    await this.io?.close();
  }

  /** Leaves the process as it is: a later supervisor goes on with it. */
  async letGo(): Promise<void> {
    this.guest?.detach();
    const error = new RuntimeError('unavailable', `wait for ${this.subject}`, 'it was let go');
    this.#forget(error);
    await this.io?.close();
  }
}
