/**
 * One client attached to a hub: what it has been given of each stream, and what it still has to be given. A client
 * never fails the hub: when its connection ends it has left, and everything that waited for it goes on.
 */
import type { OutputStream, TaskExit } from '../task/process-io.ts';
import type { Flight } from './hub-flight.ts';
import { type EncodedFrame, encodeOutput, type ServerFrame } from './hub-frame.ts';

/** The client's end of the connection, to write to. */
export interface HubSink {
  /** Resolves when the socket took the frame; rejects when the client has left. */
  send(frame: ServerFrame | EncodedFrame): Promise<void>;
}

/** As AttachOpen. */
export interface HubAttach {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  /** What the client has already, when it was attached before. */
  readonly resume?: { readonly stdout: number; readonly stderr: number };
}

/** A stretch of earlier output. */
export type LoggedOutput = AsyncIterable<{ stream: OutputStream; bytes: Buffer; offset: number }>;

export class HubClient {
  readonly wants: HubAttach;
  /** Settles when nothing more is sent to it: it got the exit, or it left. */
  readonly done: Promise<void>;
  /** The number of the next byte of stdin that it sends. */
  stdinNext = 0;
  readonly #sink: HubSink;
  readonly #acknowledge: boolean;
  /** The offset after the last byte it was given; undefined: what comes next, whatever its offset. */
  readonly #position: { stdout: number | undefined; stderr: number | undefined };
  readonly #acked = { stdout: 0, stderr: 0 };
  readonly #ackWaiter: { stdout?: () => void; stderr?: () => void } = {};
  /** What waits for the socket. */
  readonly #sending = new Set<() => void>();
  #finished!: () => void;
  #caughtUp: Promise<void> = Promise.resolve();
  #gone = false;

  constructor(
    wants: HubAttach,
    sink: HubSink,
    options: {
      /** It tells what it received, and output counts as handed on only then. */
      acknowledge: boolean;
      position: { stdout: number | undefined; stderr: number | undefined };
    },
  ) {
    this.wants = wants;
    this.#sink = sink;
    this.#acknowledge = options.acknowledge;
    this.#position = { ...options.position };
    this.done = new Promise((resolve) => {
      this.#finished = resolve;
    });
  }

  get gone(): boolean {
    return this.#gone;
  }

  /** Settles when what was replayed to it from the log has been sent. */
  get caughtUp(): Promise<void> {
    return this.#caughtUp;
  }

  /** It matters no more; everything that waits for it settles. Idempotent. */
  leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    for (const resolve of this.#sending) resolve();
    this.#sending.clear();
    this.#ackWaiter.stdout?.();
    this.#ackWaiter.stderr?.();
    this.#finished();
  }

  /** Sends a frame; a failure is the client's leaving. Never rejects. */
  send(frame: ServerFrame | EncodedFrame): Promise<void> {
    if (this.#gone) return Promise.resolve();
    return new Promise((resolve) => {
      this.#sending.add(resolve);
      this.#sink.send(frame).then(
        () => {
          this.#sending.delete(resolve);
          resolve();
        },
        () => this.leave(),
      );
    });
  }

  /** The client has received everything below. */
  acknowledged(stdout: number, stderr: number): void {
    this.#acked.stdout = Math.max(this.#acked.stdout, stdout);
    this.#acked.stderr = Math.max(this.#acked.stderr, stderr);
    this.#ackWaiter.stdout?.();
    this.#ackWaiter.stderr?.();
  }

  /** Gives it earlier output first; everything else waits. */
  replay(output: LoggedOutput): void {
    this.#caughtUp = (async () => {
      try {
        for await (const { stream, bytes, offset } of output) {
          if (this.#gone) return;
          const position = this.#position[stream] ?? offset;
          const skip = Math.max(0, position - offset);
          if (!this.wants[stream] || skip >= bytes.length) continue;
          this.#position[stream] = offset + bytes.length;
          await this.send(encodeOutput(stream, offset + skip, bytes.subarray(skip)));
        }
      } catch {
        // The log cannot be read: the client sees the gap by its offsets.
      }
    })();
  }

  /** Gives it what it has not of the flight; settles when it has it, or left. Never rejects. */
  async deliver(flight: Flight): Promise<void> {
    const { stream, start, end } = flight;
    if (!this.wants[stream]) return;
    await this.#caughtUp;
    let position = Math.max(this.#position[stream] ?? start, start);
    if (position >= end) return;
    this.#position[stream] = end;
    while (position < end && !this.#gone) {
      const piece = flight.frameAt(position);
      await this.send(piece.frame);
      position = piece.end;
    }
    if (this.#acknowledge) await this.#received(stream, end);
  }

  /** Tells the exit, after everything else. */
  async finish(exit: TaskExit): Promise<void> {
    await this.#caughtUp;
    await this.send({
      exit: {
        code: exit.code,
        exitedAtNs: exit.exitedAtMs * 1e6,
        oomKilled: exit.oomKilled,
        error: exit.error ?? '',
      },
    });
    this.#finished();
  }

  /** Ends without an exit: the client is told by the end of the stream. */
  finishWithout(): void {
    this.#finished();
  }

  async #received(stream: OutputStream, end: number): Promise<void> {
    while (!this.#gone && this.#acked[stream] < end) {
      await new Promise<void>((resolve) => {
        this.#ackWaiter[stream] = resolve;
      });
    }
    delete this.#ackWaiter[stream];
  }
}
