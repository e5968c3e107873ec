/**
 * The client's side of Attach: a process's stdio as streams that survive the supervisor. When the connection ends
 * without word of the process's exit, it connects again, to the successor, and goes on at the byte where it was.
 */
import type { Readable, Writable } from 'node:stream';
import { messageOf, RuntimeError } from '../errors.ts';
import type { TaskExit } from '../task/process-io.ts';
import { inItsWords } from '../task/task-client.ts';
import type { ClientStream } from '../ttrpc/client-call.ts';
import type { TtrpcClient } from '../ttrpc/client.ts';
import { AttachInput } from './attach-input.ts';
import { AttachOutput } from './attach-output.ts';
import type { ServerFrame } from './hub-frame.ts';
import type { AttachedProcess, AttachOptions } from './supervisor-client.ts';
import { type Message, SUPERVISOR } from './supervisor-methods.ts';

/** A process whose supervisor cannot be reached for this long is given up. */
const GIVE_UP_MS = 60_000;
/** For the end of a stream after the exit. */
const LAST_WORD_MS = 1000;
/** Between attempts, where connecting itself fails at once. */
const RETRY_MS = [20, 50, 100, 200, 500, 1000] as const;

export interface AttachClientOptions extends AttachOptions {
  /** What is written of the exit where there is nobody left to ask; undefined: nothing. */
  readonly lookUpExit?: () => Promise<TaskExit | undefined>;
  /** Output that never came, for want of disk space under the log while the supervisor died. */
  readonly onLost?: (stream: 'stdout' | 'stderr', bytes: number) => void;
  /** Default 60 s. */
  readonly giveUpMs?: number;
}

type Stream = ClientStream<ServerFrame, Message<'ClientFrame'>>;
interface Session {
  readonly client: TtrpcClient;
  readonly stream: Stream;
  readonly attached: Message<'Attached'>;
  /** Came already while it was waited for something else. */
  readonly next?: ServerFrame;
}

/**
 * Attaches to a process. `connect` gives a connection that becomes this process's own; called again when that one
 * is gone, it connects to the successor, which it starts or waits for.
 * @throws RuntimeError as the supervisor's Attach, and what `connect` throws; of an exec that is to be started, why it
 *   cannot be
 */
export async function attachProcess(
  connect: () => Promise<TtrpcClient>,
  options: AttachClientOptions,
): Promise<AttachedProcess> {
  const session = await openSession(connect, options);
  return new AttachedOverTtrpc(connect, options, session);
}

async function openSession(
  connect: () => Promise<TtrpcClient>,
  { containerId, execId, stdin, stdout, stderr, exec }: AttachOptions,
  resume: Partial<Message<'AttachOpen'>> = {},
): Promise<Session> {
  const client = await connect();
  const name = execId === '' ? `container "${containerId}"` : `exec "${execId}"`;
  const op = `attach to ${name}`;
  try {
    const starts = exec !== undefined && resume.resume !== true;
    const { traceparent, ...asked } = exec ?? {};
    const metadata = starts && traceparent !== undefined ? { metadata: { traceparent } } : {};
    const stream = client.stream(op, SUPERVISOR.attach, metadata);
    const open = { containerId, execId, stdin, stdout, stderr, ...resume };
    stream.send({ open: starts ? { ...open, exec: asked } : open }).catch(() => {});
    const attached = (await stream.receive())?.attached;
    // Output says as well that it was started.
    const next = attached != null && starts ? await stream.receive() : undefined;
    if (attached == null || (starts && next === undefined)) {
      throw new RuntimeError('unavailable', op, 'the stream ended at once');
    }
    const came = next === undefined || next.started != null ? {} : { next };
    return { client, stream, attached, ...came };
  } catch (error) {
    await client.close();
    throw exec === undefined ? error : inItsWords(op, error);
  }
}

class AttachedOverTtrpc implements AttachedProcess {
  readonly terminal: boolean;
  readonly exited: Promise<TaskExit>;
  readonly #connect: () => Promise<TtrpcClient>;
  readonly #options: AttachClientOptions;
  readonly #stdout: AttachOutput;
  readonly #stderr: AttachOutput;
  readonly #stdin = new AttachInput();
  readonly #abort = new AbortController();
  #session: Session | undefined;
  #size: { width: number; height: number } | undefined;

  constructor(connect: () => Promise<TtrpcClient>, options: AttachClientOptions, session: Session) {
    this.#connect = connect;
    this.#options = options;
    this.#stdout = new AttachOutput(options.stdout);
    this.#stderr = new AttachOutput(options.stderr);
    this.terminal = session.attached.terminal ?? false;
    this.exited = this.#run(session);
    this.exited.catch(() => {});
  }

  get stdin(): Writable | undefined {
    return this.#options.stdin ? this.#stdin.writable : undefined;
  }

  get stdout(): Readable {
    return this.#stdout.readable;
  }

  get stderr(): Readable {
    return this.#stderr.readable;
  }

  resize(width: number, height: number): void {
    this.#size = { width, height };
    this.#session?.stream.send({ resize: this.#size }).catch(() => {});
  }

  async detach(): Promise<void> {
    this.#abort.abort();
    this.#finish();
    await this.#session?.client.close();
    await this.exited.catch(() => {});
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.detach();
  }

  async #run(first: Session): Promise<TaskExit> {
    let exit: TaskExit | undefined;
    try {
      let session: Session | undefined = first;
      while (session !== undefined && exit === undefined) {
        const ended: TaskExit | RuntimeError = await this.#follow(session);
        if (!(ended instanceof RuntimeError)) exit = ended;
        else session = await this.#again(ended);
      }
      exit ??= await this.#lookUp();
      this.#finish();
      return exit;
    } catch (error) {
      this.#finish(this.#abort.signal.aborted ? undefined : (error as Error));
      throw error;
    }
  }

  /** Takes frames until the exit; else why they end. @throws RuntimeError where a further attempt is no use */
  async #follow(session: Session): Promise<TaskExit | RuntimeError> {
    const { stream, client, attached } = session;
    let { next } = session;
    let over: Promise<unknown> = Promise.resolve();
    this.#session = session;
    this.#begin(session);
    try {
      for (;;) {
        const frame = next ?? (await stream.receive());
        next = undefined;
        if (frame === undefined) return gone('the stream ended without an exit');
        const exit = this.#take(frame);
        if (exit !== undefined && 'code' in exit) {
          over = ended(stream);
          return exit;
        }
        if (attached.acknowledge === true && (frame.stdout != null || frame.stderr != null)) {
          const ack = { stdoutOffset: this.#stdout.position, stderrOffset: this.#stderr.position };
          stream.send({ ack }).catch(() => {});
        }
        if (exit !== undefined) await exit;
      }
    } catch (error) {
      this.#checkDetached();
      if (error instanceof RuntimeError && isPassing(error)) return error;
      throw error;
    } finally {
      this.#stdin.disconnect();
      this.#session = undefined;
      void over.then(() => client.close());
    }
  }

  #begin({ stream, attached }: Session): void {
    const { resize } = { resize: this.#size };
    this.#stdout.begin(attached.stdoutOffset ?? 0);
    this.#stderr.begin(attached.stderrOffset ?? 0);
    if (resize !== undefined) stream.send({ resize }).catch(() => {});
    if (!this.#options.stdin) return;
    const sender = {
      stdin: (offset: number, bytes: Uint8Array) =>
        void stream.send({ stdin: { offset, bytes } }).catch(() => {}),
      eof: () => void stream.send({ stdinEof: {} }).catch(() => {}),
    };
    this.#stdin.connect(sender, attached.stdinOffset ?? 0);
  }

  /** The exit, or what must settle before more is taken. */
  #take(frame: ServerFrame): TaskExit | Promise<void> | undefined {
    if (frame.stdout != null) {
      return this.#stdout.push(frame.stdout, (bytes) => this.#options.onLost?.('stdout', bytes));
    }
    if (frame.stderr != null) {
      return this.#stderr.push(frame.stderr, (bytes) => this.#options.onLost?.('stderr', bytes));
    }
    if (frame.stdinAck != null) {
      this.#stdin.acknowledged(frame.stdinAck.offset ?? 0, frame.stdinAck.closed ?? false);
    } else if (frame.exit != null) {
      const { code, exitedAtNs, oomKilled, error } = frame.exit;
      return {
        code: code ?? 0,
        exitedAtMs: Math.round((exitedAtNs ?? 0) / 1e6),
        oomKilled: oomKilled ?? false,
        ...(error == null || error === '' ? {} : { error }),
      };
    }
    return undefined;
  }

  /** A connection to the successor; undefined when there is none to come, nor to wait for. */
  async #again(why: RuntimeError): Promise<Session | undefined> {
    const deadline = performance.now() + (this.#options.giveUpMs ?? GIVE_UP_MS);
    for (let attempt = 0; performance.now() < deadline; attempt += 1) {
      this.#checkDetached();
      try {
        const resume = {
          resume: true,
          stdoutOffset: this.#stdout.position,
          stderrOffset: this.#stderr.position,
        };
        const session = await openSession(this.#connect, this.#options, resume);
        if (!this.#abort.signal.aborted) return session;
        await session.client.close();
      } catch (error) {
        if (error instanceof RuntimeError && error.code === 'not-found') return undefined;
        if (!(error instanceof RuntimeError) || !isPassing(error)) throw error;
        const delay = RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)] ?? 0;
        await pause(Math.min(delay, Math.max(0, deadline - performance.now())), this.#abort.signal);
      }
    }
    this.#checkDetached();
    if (this.#options.lookUpExit !== undefined) return undefined;
    throw gone(`its supervisor cannot be reached: ${messageOf(why)}`);
  }

  async #lookUp(): Promise<TaskExit> {
    const exit = await this.#options.lookUpExit?.();
    if (exit !== undefined) return exit;
    throw gone('neither the process nor word of its exit is left');
  }

  #checkDetached(): void {
    if (!this.#abort.signal.aborted) return;
    throw new RuntimeError('cancelled', 'follow the process', 'its client detached');
  }

  #finish(error?: Error): void {
    this.#stdin.close();
    this.#stdout.end(error);
    this.#stderr.end(error);
  }
}

/** Whether a successor may do better. */
function isPassing({ code }: RuntimeError): boolean {
  return code === 'unavailable' || code === 'cancelled' || code === 'timeout';
}

/** The supervisor's last word on the stream, which is on its way: it is not to meet a closed connection. */
function ended(stream: Stream): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, LAST_WORD_MS);
    timer.unref();
  });
  return Promise.race([stream.receive().catch(() => undefined), late]).finally(() =>
    clearTimeout(timer),
  );
}

function gone(what: string): RuntimeError {
  return new RuntimeError('unavailable', 'follow the process', what);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}
