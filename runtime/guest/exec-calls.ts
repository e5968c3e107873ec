/**
 * Execs without stdin and terminal, over one `Streams.Execs` call of a channel that the first of them makes and that
 * stays as long as the link: a command that is over at once costs a message each way, a call of its own as much as the
 * rest of its life. What still runs after a moment is attached to (process-streams.ts).
 */
import type { ClientDuplexStream, ServiceError } from '@grpc/grpc-js';
import type { lcow } from '../../proto/generated/agent.js';
import type { RuntimeError } from '../errors.ts';
import type { AgentChannel } from './agent-channel.ts';
import { decodeExitStatus, type ExitStatus } from './exit-status.ts';
import { STREAMS } from './methods.ts';
import type { ExecStart, OutputName, ProcessId } from './process-streams.ts';
import { fromGrpc, fromStatus } from './status.ts';
import { broken, CHUNK_BYTES } from './stream-window.ts';

/** gRPC's status of a method that the server does not have. */
const UNIMPLEMENTED = 12;

type ExecsRequest = lcow.agent.v1.ExecsRequest.$Properties;
type ExecsReply = lcow.agent.v1.ExecsReply;

/** What became of an exec. The guest keeps it, and its output, until a later one forgets it. */
export interface StartedExec {
  readonly pid: number;
  /** All that it said and how it ended; absent: it runs. */
  readonly ended?: {
    readonly exit: ExitStatus;
    readonly output: Readonly<Record<OutputName, Buffer>>;
  };
}

interface Waiting {
  readonly op: string;
  readonly resolve: (started: StartedExec) => void;
  readonly reject: (error: RuntimeError) => void;
}

const ofChannels = new WeakMap<AgentChannel, ExecCalls>();

export class ExecCalls {
  readonly #channel: AgentChannel;
  readonly #waiting = new Map<number, Waiting>();
  #call: ClientDuplexStream<ExecsRequest, ExecsReply> | undefined;
  #number = 0;
  #offered = true;

  private constructor(channel: AgentChannel) {
    this.#channel = channel;
  }

  /** The channel's own. */
  static of(channel: AgentChannel): ExecCalls {
    let found = ofChannels.get(channel);
    if (found === undefined) ofChannels.set(channel, (found = new ExecCalls(channel)));
    return found;
  }

  /** Whether the agent may have the call: an older one says at the first exec that it has not. */
  get offered(): boolean {
    return this.#offered;
  }

  /**
   * Starts a process that must not exist; what is to be forgotten is deleted first. Resolves when it has ended, or
   * after a moment.
   * @param op for errors
   * @throws RuntimeError by the agent's status; unavailable when the link breaks: nobody knows then whether it runs;
   *   unsupported by an agent that has no such call, of which `offered` tells
   */
  start(
    op: string,
    process: ProcessId,
    exec: ExecStart,
    forget: readonly ProcessId[],
  ): Promise<StartedExec> {
    return new Promise((resolve, reject) => {
      const number = (this.#number += 1);
      this.#waiting.set(number, { op, resolve, reject });
      this.#call ??= this.#open();
      this.#call.write({ number, process, exec, forget: [...forget] });
    });
  }

  #open(): ClientDuplexStream<ExecsRequest, ExecsReply> {
    const call = this.#channel.duplex(STREAMS.execs);
    call.on('data', (reply: ExecsReply) => {
      try {
        this.#answered(reply);
      } catch (error) {
        this.#over(call, () => error as RuntimeError);
        call.cancel();
      }
    });
    call.on('error', (error) => {
      if ((error as Partial<ServiceError>).code === UNIMPLEMENTED) this.#offered = false;
      this.#over(call, (op) => fromGrpc(op, error));
    });
    call.on('end', () => this.#over(call, () => broken('the call for execs ended')));
    return call;
  }

  /** Everything under way fails; the next exec makes a new call. */
  #over(call: unknown, why: (op: string) => RuntimeError): void {
    if (this.#call !== call) return;
    this.#call = undefined;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { op, reject } of waiting) reject(why(op));
  }

  #answered(reply: ExecsReply): void {
    const number = reply.number ?? 0;
    const waiting = this.#waiting.get(number);
    if (waiting === undefined)
      throw broken(`a reply came to exec ${number}, which was not asked for`);
    const outcome = decode(waiting.op, reply);
    this.#waiting.delete(number);
    if ('pid' in outcome) waiting.resolve(outcome);
    else waiting.reject(outcome);
  }
}

function decode(op: string, { refused, runs, ended }: ExecsReply): StartedExec | RuntimeError {
  if (refused != null) {
    return fromStatus(op, refused.code ?? 0, refused.message ?? '', refused.cause ?? '');
  }
  const pid = runs?.pid ?? ended?.pid ?? 0;
  if (pid === 0) throw broken('a reply to an exec has no pid');
  if (ended == null) return { pid };
  const exit = decodeExitStatus(ended.exit ?? {});
  const output = { stdout: piece('stdout', ended.stdout), stderr: piece('stderr', ended.stderr) };
  return { pid, ended: { exit, output } };
}

function piece(stream: OutputName, bytes: Uint8Array | null | undefined): Buffer {
  if (bytes == null) return NOTHING;
  if (bytes.length > CHUNK_BYTES) throw broken(`${bytes.length} bytes of ${stream} in a frame`);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const NOTHING = Buffer.alloc(0);
