/**
 * The standard streams of one process in the guest, over one `Streams.Attach` call.
 *
 * Bytes are numbered; output is acknowledged when it was taken: by the reader of `stdout` and `stderr`, or by the
 * `onOutput` that the caller gave, whose promise says so. A slow taker stalls only its own process, and at most the
 * window (1 MiB) is in memory here. stdin stops at the same window. When the link breaks, `exit` rejects with
 * `unavailable`; what was not acknowledged stays in the guest, so a later attach continues there (`resume`, or the
 * offsets that `taken` told).
 */
import type { ClientDuplexStream } from '@grpc/grpc-js';
import type { Readable, Writable } from 'node:stream';
import type { lcow } from '../../proto/generated/agent.js';
import type { AgentChannel } from './agent-channel.ts';
import type { Carriage } from './carriage.ts';
import { decodeExitStatus, type ExitStatus } from './exit-status.ts';
import { InputDirection } from './input-direction.ts';
import { STREAMS } from './methods.ts';
import { OutputDirection, readableSink } from './output-direction.ts';
import { fromGrpc } from './status.ts';
import { broken, unavailable } from './stream-window.ts';

export { CHUNK_BYTES, WINDOW_BYTES } from './stream-window.ts';

type HostFrame = lcow.agent.v1.HostFrame.$Properties;
type GuestFrame = lcow.agent.v1.GuestFrame;

/**
 * Output that was taken is acknowledged after this, if no more of it comes: a host that is killed finds little of it
 * again, and an echo or a short process is over before it costs a frame.
 */
const ACK_IDLE_MS = 20;

/** A process to start, as `Containers.Exec`. */
export interface ExecStart {
  /** OCI process object, JSON. */
  readonly process: Uint8Array;
  readonly stdio: lcow.agent.v1.Stdio.$Properties;
}

/** Which process. `execId` empty is the container's init; `containerId` empty is the VM itself. */
export interface ProcessId {
  readonly containerId: string;
  readonly execId: string;
}

export type OutputName = 'stdout' | 'stderr';

export interface ProcessStreamsOptions {
  /** Attach to a process that had a host before, at the first byte that the guest still holds. Default false. */
  readonly resume?: boolean;
  /** The first bytes wanted, in place of `resume`, by who knows what it has. Default 0. */
  readonly stdoutOffset?: number;
  readonly stderrOffset?: number;
  /**
   * Takes output, in order and one call at a time a stream; it counts as taken, and may be dropped by the guest, when
   * the promise resolves. A rejection ends the attachment and is the reason of `exit`. Absent: `stdout` and `stderr`
   * are to be read.
   */
  readonly onOutput?: (stream: OutputName, bytes: Buffer, offset: number) => void | Promise<void>;
  /** Starts the process, which must not exist: what the guest refuses it with is why `attached` rejects. */
  readonly exec?: ExecStart;
  /** Exited execs that the guest deletes before it does anything else; their exits are written down. Default none. */
  readonly forget?: readonly ProcessId[];
  /** For errors: what the call is for. Default "attach to the process". */
  readonly op?: string;
  /** Told that the process has taken its stdin below `offset`; closed: it takes no more. */
  readonly onStdinTaken?: (offset: number, closed: boolean) => void;
}

/** Where the streams stood when they were attached, in bytes. */
export interface AttachedOffsets {
  /** The next byte of stdin that the guest expects. */
  readonly stdinOffset: number;
  /** The first bytes of output that it sends. */
  readonly stdoutOffset: number;
  readonly stderrOffset: number;
  /** In the guest. */
  readonly pid: number;
  /** Its stdout may be carried (`carry`). */
  readonly carries: boolean;
}

export class ProcessStreams {
  readonly stdin: Writable;
  /** At their end from the start when `onOutput` takes the output. */
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Settles when the guest knows the process and has said where its streams stand. Rejects as `exit` does. */
  readonly attached: Promise<AttachedOffsets>;
  /**
   * The exit, told after all output: `onOutput` has taken it, or stdout and stderr hold it. Rejects when the link
   * breaks, after the calls of `onOutput` under way.
   */
  readonly exit: Promise<ExitStatus>;
  readonly #call: ClientDuplexStream<HostFrame, GuestFrame>;
  readonly #out: OutputDirection;
  readonly #err: OutputDirection;
  readonly #in: InputDirection;
  readonly #op: string;
  readonly #onStdinTaken: ProcessStreamsOptions['onStdinTaken'];
  #onAttached!: (offsets: AttachedOffsets) => void;
  #onNotAttached!: (error: unknown) => void;
  #fail!: (error: unknown) => void;
  #acknowledging: NodeJS.Timeout | undefined;
  #ended = false;
  #carriage: Carriage | undefined;
  /** The guest sends stdout there. */
  #carried = false;

  constructor(channel: AgentChannel, process: ProcessId, options: ProcessStreamsOptions = {}) {
    const { resume = false, stdoutOffset = 0, stderrOffset = 0, onOutput } = options;
    const { exec, forget = [], op = 'attach to the process' } = options;
    const fresh = !resume && stdoutOffset === 0 && stderrOffset === 0;
    this.#op = op;
    this.#onStdinTaken = options.onStdinTaken;
    this.#call = channel.duplex(STREAMS.attach);
    const direction = (stream: OutputName): [OutputDirection, Readable] => {
      const { sink, readable } = readableSink(onOutput === undefined);
      const take = onOutput?.bind(undefined, stream);
      const taking = take === undefined ? sink : { take };
      return [new OutputDirection(taking, (urgent) => this.#took(urgent)), readable];
    };
    [this.#out, this.stdout] = direction('stdout');
    [this.#err, this.stderr] = direction('stderr');
    // Where a process had a host before, only the guest knows where stdin stands.
    this.#in = new InputDirection((frame) => this.#send(frame), fresh);
    this.stdin = this.#in.writable;
    this.attached = new Promise((resolve, reject) => {
      this.#onAttached = resolve;
      this.#onNotAttached = reject;
    });
    this.attached.catch(() => {});
    this.exit = this.#receive();
    // Whoever does not ask for the exit still must not bring the process down.
    this.exit.catch(() => {});
    const open = { process, resume, stdoutOffset, stderrOffset, forget: [...forget] };
    this.#send({ open: exec === undefined ? open : { ...open, exec } });
  }

  /** What was taken: a later attach with these offsets neither loses nor repeats a byte. */
  get taken(): { readonly stdoutOffset: number; readonly stderrOffset: number } {
    return { stdoutOffset: this.#out.taken, stderrOffset: this.#err.taken };
  }

  /** Tells the process's terminal its size, in order with what was typed. */
  resize(width: number, height: number): void {
    this.#send({ resize: { width, height } });
  }

  /**
   * Has the guest send stdout over a port of the VM's, to a program that carries it. Once, where `attached` says that it
   * may. A guest that refuses goes on as before, and the program is stopped. One that ends by itself ends the attachment
   * with `unavailable`: what it has handed on is in `taken` then.
   */
  carry(carriage: Carriage, port: number, nonce: Uint8Array): void {
    this.#carriage = carriage;
    void carriage.ended.then((offset) => {
      if (this.#carried) this.#out.carriedTo(offset);
      if (this.#carriage !== carriage) return;
      this.#carriage = undefined;
      if (this.#carried) this.#fail(unavailable('what carried its stdout has ended'));
    });
    if (this.#ended) carriage.stop();
    else this.#send({ carry: { port, nonce } });
  }

  /** Detaches: the process goes on, its output waits in the guest. */
  detach(): void {
    this.#call.cancel();
  }

  #send(frame: HostFrame): void {
    if (!this.#ended) this.#call.write(frame);
  }

  /** @param urgent the guest may be waiting for it */
  #took(urgent: boolean): void {
    if (this.#ended) return;
    if (urgent) this.#acknowledge();
    else this.#acknowledging ??= setTimeout(() => this.#acknowledge(), ACK_IDLE_MS).unref();
  }

  #acknowledge(): void {
    clearTimeout(this.#acknowledging);
    this.#acknowledging = undefined;
    const stdoutOffset = this.#out.acknowledge();
    const stderrOffset = this.#err.acknowledge();
    this.#send({ ack: { stdoutOffset, stderrOffset } });
  }

  #receive(): Promise<ExitStatus> {
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void => {
        this.#call.cancel();
        void this.#finish(error).then(() => reject(error));
      };
      this.#fail = fail;
      this.#out.failed.catch(fail);
      this.#err.failed.catch(fail);
      this.#call.on('data', (frame: GuestFrame) => {
        if (this.#ended) return;
        try {
          const exit = this.#onFrame(frame);
          if (exit === undefined) return;
          const all = this.#carried ? frame.carriedTo : undefined;
          void this.#finish().then(() => {
            if (all === undefined || all === this.#out.taken) resolve(exit);
            else reject(broken(`stdout is ${all} bytes, and ${this.#out.taken} were carried`));
          }, reject);
        } catch (error) {
          fail(error);
        }
      });
      this.#call.on('error', (error) => {
        if (!this.#ended) fail(fromGrpc(this.#op, error));
      });
      this.#call.on('end', () => {
        if (!this.#ended) fail(broken('the stream ended without an exit status'));
      });
    });
  }

  #onFrame(frame: GuestFrame): ExitStatus | undefined {
    if (frame.stdout && this.#carried) throw broken('stdout came that is carried');
    if (frame.stdout) this.#out.push(frame.stdout);
    else if (frame.stderr) this.#err.push(frame.stderr);
    else if (frame.stdinAck) this.#acknowledged(frame.stdinAck);
    else if (frame.attached) this.#begin(frame.attached);
    else if (frame.carried) this.#carriedFrom(frame.carried);
    else if (frame.exit) return decodeExitStatus(frame.exit);
    return undefined;
  }

  #acknowledged({ offset, closed }: lcow.agent.v1.StdinAck.$Properties): void {
    this.#in.acknowledged(offset ?? 0, closed ?? false);
    this.#onStdinTaken?.(offset ?? 0, closed ?? false);
  }

  #begin(attached: lcow.agent.v1.Attached.$Properties): void {
    const stdinOffset = attached.stdinOffset ?? 0;
    const stdoutOffset = attached.stdoutOffset ?? 0;
    const stderrOffset = attached.stderrOffset ?? 0;
    this.#in.begin(stdinOffset);
    this.#out.begin(stdoutOffset);
    this.#err.begin(stderrOffset);
    const [pid, carries] = [attached.pid ?? 0, attached.carries ?? false];
    this.#onAttached({ stdinOffset, stdoutOffset, stderrOffset, pid, carries });
  }

  #carriedFrom(carried: lcow.agent.v1.Carried.$Properties): void {
    const [offset, refused] = [carried.offset ?? 0, carried.refused ?? ''];
    const carriage = this.#carriage;
    if (this.#carried || carriage === undefined) {
      // Of one that has ended meanwhile.
      throw unavailable('what was to carry its stdout has ended');
    }
    if (refused !== '') {
      this.#carriage = undefined;
      carriage.stop();
      return;
    }
    if (offset !== this.#out.received) {
      throw broken(`stdout is carried from ${offset}, where ${this.#out.received} was next`);
    }
    this.#carried = true;
    void this.#out.idle().then(() => {
      if (!this.#ended) carriage.begin(offset);
    });
  }

  /** Settles when nothing is under way any more: all output was taken, or after an error what had begun. */
  async #finish(error?: unknown): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#acknowledging);
    this.#onNotAttached(error ?? broken('the process ended before it was attached'));
    this.#in.end();
    // After an exit the guest ends the call; to say so too would wake it.
    if (error !== undefined) this.#call.end();
    const carriage = this.#carriage;
    this.#carriage = undefined;
    carriage?.stop();
    await Promise.all([this.#out.end(error), this.#err.end(error), carriage?.ended]);
  }
}
