/**
 * The standard streams of one process in the guest, over one `Streams.Attach` call.
 *
 * Bytes are numbered; output is acknowledged when its reader took it, so a slow reader stalls only its own
 * process and at most the window (1 MiB) is in memory here. stdin stops at the same window. When the link
 * breaks, `exit` rejects with `unavailable`; the offsets stay, so a later attach continues exactly there.
 */
import type { ClientDuplexStream } from '@grpc/grpc-js';
import { Readable, Writable } from 'node:stream';
import type { lcow } from '../../proto/generated/agent.js';
import { RuntimeError } from '../errors.ts';
import type { AgentChannel } from './agent-channel.ts';
import { type ExitStatus, decodeExitStatus } from './exit-status.ts';
import { STREAMS } from './methods.ts';
import { fromGrpc } from './status.ts';

type HostFrame = lcow.agent.v1.HostFrame.$Properties;
type GuestFrame = lcow.agent.v1.GuestFrame;

/** Unacknowledged bytes that a direction may have under way (proto/agent.proto, Streams). */
export const WINDOW_BYTES = 1024 * 1024;
/** Largest piece of data in a frame. */
export const CHUNK_BYTES = 64 * 1024;
/** Output is acknowledged once this much was taken, so that an echo costs no extra frame. */
const ACK_EVERY_BYTES = 256 * 1024;

/** Which process. `execId` empty is the container's init; `containerId` empty is the VM itself. */
export interface ProcessId {
  readonly containerId: string;
  readonly execId: string;
}

export class ProcessStreams {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** The exit, told after all output was delivered to stdout and stderr (they may still hold it). */
  readonly exit: Promise<ExitStatus>;
  readonly #call: ClientDuplexStream<HostFrame, GuestFrame>;
  readonly #out: OutputDirection;
  readonly #err: OutputDirection;
  readonly #in = new InputDirection();
  #ended = false;

  constructor(channel: AgentChannel, process: ProcessId) {
    this.#call = channel.duplex(STREAMS.attach);
    const acknowledge = (): void => this.#acknowledge();
    this.#out = new OutputDirection(acknowledge);
    this.#err = new OutputDirection(acknowledge);
    this.stdout = this.#out.readable;
    this.stderr = this.#err.readable;
    this.stdin = this.#in.writable((frame) => this.#send(frame));
    this.exit = this.#receive();
    // Whoever does not ask for the exit still must not bring the process down.
    this.exit.catch(() => {});
    this.#send({ open: { process } });
  }

  /** Tells the process's terminal its size, in order with what was typed. */
  resize(width: number, height: number): void {
    this.#send({ resize: { width, height } });
  }

  /** Detaches: the process goes on, its output waits in the guest. */
  detach(): void {
    this.#call.cancel();
  }

  #send(frame: HostFrame): void {
    if (!this.#ended) this.#call.write(frame);
  }

  #acknowledge(): void {
    const stdoutOffset = this.#out.taken;
    const stderrOffset = this.#err.taken;
    this.#send({ ack: { stdoutOffset, stderrOffset } });
  }

  #receive(): Promise<ExitStatus> {
    return new Promise((resolve, reject) => {
      const fail = (error: RuntimeError): void => {
        this.#finish(error);
        reject(error);
      };
      this.#call.on('data', (frame: GuestFrame) => {
        try {
          const exit = this.#onFrame(frame);
          if (exit === undefined) return;
          this.#finish();
          resolve(exit);
        } catch (error) {
          this.#call.cancel();
          fail(error as RuntimeError);
        }
      });
      this.#call.on('error', (error) => fail(fromGrpc('attach to the process', error)));
      this.#call.on('end', () => {
        if (!this.#ended) fail(broken('the stream ended without an exit status'));
      });
    });
  }

  #onFrame(frame: GuestFrame): ExitStatus | undefined {
    if (frame.stdout) this.#out.push(frame.stdout);
    else if (frame.stderr) this.#err.push(frame.stderr);
    else if (frame.stdinAck)
      this.#in.acknowledged(frame.stdinAck.offset ?? 0, frame.stdinAck.closed ?? false);
    else if (frame.attached) this.#in.acknowledged(frame.attached.stdinOffset ?? 0, false);
    else if (frame.exit) return decodeExitStatus(frame.exit);
    return undefined;
  }

  #finish(error?: RuntimeError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#out.end(error);
    this.#err.end(error);
    this.#in.end();
    this.#call.end();
  }
}

/** Output of the guest: checks the numbering and the window, acknowledges what was taken. */
class OutputDirection {
  readonly readable: Readable;
  /** Bytes that the reader has taken. */
  taken = 0;
  #received = 0;
  #acknowledged = 0;
  #queue: Buffer[] = [];
  #wanted = false;
  readonly #onTaken: () => void;

  constructor(onTaken: () => void) {
    this.#onTaken = onTaken;
    this.readable = new Readable({
      highWaterMark: CHUNK_BYTES,
      read: () => {
        this.#wanted = true;
        this.#feed();
      },
    });
    this.readable.on('error', () => {});
  }

  push(data: lcow.agent.v1.Data.$Properties): void {
    const bytes = data.bytes ?? new Uint8Array(0);
    const offset = data.offset ?? 0;
    if (offset !== this.#received) {
      throw broken(`output at offset ${offset} came where ${this.#received} was next`);
    }
    if (
      bytes.length > CHUNK_BYTES ||
      this.#received + bytes.length > this.#acknowledged + WINDOW_BYTES
    ) {
      throw broken(`${bytes.length} bytes of output exceed the window of ${WINDOW_BYTES}`);
    }
    this.#received += bytes.length;
    if (this.readable.destroyed) this.#took(bytes.length);
    else this.#queue.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    this.#feed();
  }

  end(error?: RuntimeError): void {
    if (error !== undefined && this.#queue.length === 0) {
      this.readable.destroy(error);
      return;
    }
    for (const chunk of this.#queue.splice(0)) this.readable.push(chunk);
    this.readable.push(null);
  }

  #feed(): void {
    while (this.#wanted) {
      const chunk = this.#queue.shift();
      if (chunk === undefined) return;
      this.#wanted = this.readable.push(chunk);
      this.#took(chunk.length);
    }
  }

  #took(bytes: number): void {
    this.taken += bytes;
    if (this.taken - this.#acknowledged >= ACK_EVERY_BYTES) {
      this.#acknowledged = this.taken;
      this.#onTaken();
    }
  }
}

/** stdin: numbers what it sends and stops at the window until the guest took some. */
class InputDirection {
  #sent = 0;
  #acknowledged = 0;
  #closed = false;
  #resume: (() => void) | undefined;

  writable(send: (frame: HostFrame) => void): Writable {
    const writable = new Writable({
      highWaterMark: CHUNK_BYTES,
      write: (chunk: Buffer, _encoding, done) => {
        const step = (from: number): void => {
          let at = from;
          while (at < chunk.length && !this.#closed && this.#room() > 0) {
            const bytes = chunk.subarray(at, at + Math.min(CHUNK_BYTES, this.#room()));
            send({ stdin: { offset: this.#sent, bytes } });
            this.#sent += bytes.length;
            at += bytes.length;
          }
          // A process that reads no more takes the rest silently, as a closed pipe's reader would.
          if (at >= chunk.length || this.#closed) done();
          else this.#resume = () => step(at);
        };
        step(0);
      },
      final: (done) => {
        send({ stdinEof: {} });
        done();
      },
    });
    writable.on('error', () => {});
    return writable;
  }

  acknowledged(offset: number, closed: boolean): void {
    if (offset < this.#acknowledged || offset > this.#sent) {
      throw broken(`stdin was acknowledged to ${offset}, sent ${this.#sent}`);
    }
    this.#acknowledged = offset;
    if (closed) this.#closed = true;
    this.#wake();
  }

  /** The process is gone: what is still written goes nowhere. */
  end(): void {
    this.#closed = true;
    this.#wake();
  }

  #room(): number {
    return this.#acknowledged + WINDOW_BYTES - this.#sent;
  }

  #wake(): void {
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
  }
}

function broken(what: string): RuntimeError {
  return new RuntimeError('data-loss', 'carry the streams of a process', what);
}
