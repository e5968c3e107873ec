/**
 * The standard streams of one process, between the task service and whoever is attached: output goes to the log and
 * to every client, and counts as handed on only when all of them have it; input comes from any of them.
 *
 * A client that does not read stalls the process and nothing else; one that leaves stops mattering at once. With a
 * log, who comes back reads on from it; without one, the clients acknowledge what they received, so that the
 * supervisor's death loses nothing either way. Offsets that clients and the log see go on through restarts; those of
 * the task service begin at 0 with each run.
 */
import { RuntimeError } from '../errors.ts';
import type { GuestInput, OutputStream, ProcessIo, TaskExit } from '../task/process-io.ts';
import { type HubAttach, HubClient, type HubSink } from './hub-client.ts';
import { Flight } from './hub-flight.ts';
import { HubStdin } from './hub-stdin.ts';
import type { JsonLog } from './json-log.ts';
import { readLogRange } from './log-reader-range.ts';

/** How long a process's output waits for the client that was attached under an earlier supervisor. */
export const RETURN_MS = 10_000;
/** How long a process's first output waits for the client that it was started for. */
export const ARRIVAL_MS = 30_000;
/** Clients of one process. */
export const CLIENTS_MAX = 1000;

export interface HubOptions {
  /** For messages: `container "x"`. */
  readonly subject: string;
  readonly terminal: boolean;
  readonly wants: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  /** stdin ends with the first client that sends it. */
  readonly stdinOnce: boolean;
  /** The process runs already, under an earlier supervisor. */
  readonly adopted: boolean;
  readonly log?: JsonLog;
  /** Output waits for the first client: an exec, whose client comes after it was made. */
  readonly holdUntilAttached?: boolean;
  /** Defaults RETURN_MS and ARRIVAL_MS; for tests. */
  readonly returnMs?: number;
  readonly arrivalMs?: number;
  /** The process was deleted and is not to be restarted. */
  readonly onClosed?: () => void;
}

interface Offsets {
  readonly stdout: number;
  readonly stderr: number;
}

export class Hub implements ProcessIo {
  readonly wants: HubOptions['wants'];
  readonly terminal: boolean;
  resumeAt?: Offsets;
  readonly #options: HubOptions;
  readonly #clients = new Set<HubClient>();
  readonly #stdin = new HubStdin();
  readonly #flights: { stdout?: Flight; stderr?: Flight } = {};
  /** The offset after what everybody has; undefined: what an adopted process sends first. */
  readonly #next: { stdout: number | undefined; stderr: number | undefined };
  #base: Offsets = { stdout: 0, stderr: 0 };
  /** After what clients sent: passed on or waiting. */
  #stdinOffset = 0;
  #input: GuestInput | undefined;
  #size: { width: number; height: number } | undefined;
  #adopted: boolean;
  #ready!: () => void;
  readonly #isReady: Promise<void>;
  #held: { promise: Promise<void>; release: () => void } | undefined;
  #retained = false;
  #outputEnded = false;
  #exit: TaskExit | undefined;
  #closed = false;
  /** Everybody has everything. */
  #isDrained!: () => void;
  #drained = this.#notDrained();
  /** All output of this run is in the log. */
  #isLogged!: () => void;
  #logged = this.#notLogged();

  constructor(options: HubOptions) {
    this.#options = options;
    this.wants = options.wants;
    this.terminal = options.terminal;
    this.#adopted = options.adopted;
    const { log, adopted } = options;
    const unknown = adopted ? undefined : 0;
    this.#next = { stdout: unknown, stderr: unknown };
    if (log !== undefined) {
      const { at, base } = log;
      this.#base = base;
      this.#next = { ...at };
      const resumeAt = { stdout: at.stdout - base.stdout, stderr: at.stderr - base.stderr };
      if (adopted) this.resumeAt = resumeAt;
    }
    this.#isReady = new Promise((resolve) => {
      this.#ready = resolve;
    });
    if (!adopted) this.#ready();
    const output = options.wants.stdout || options.wants.stderr;
    if (adopted && log === undefined && output) this.#hold(options.returnMs ?? RETURN_MS);
    else if (options.holdUntilAttached === true) this.#hold(options.arrivalMs ?? ARRIVAL_MS);
  }

  get exit(): TaskExit | undefined {
    return this.#exit;
  }

  get clients(): number {
    return this.#clients.size;
  }

  get retained(): boolean {
    return this.#retained;
  }

  /**
   * Settles when the process has ended for good and everybody has everything: output was handed on, and each client was
   * told how it ended, or left.
   */
  get drained(): Promise<void> {
    return this.#drained;
  }

  /** Settles when no more output comes, and all that came is in the log. */
  get logged(): Promise<void> {
    return this.#logged;
  }

  /** Keeps clients attached when the process ends, for it will be started again. */
  retain(): void {
    this.#retained = true;
  }

  /** It will not be started again: clients are told how it ended. */
  release(): void {
    this.#retained = false;
    this.#finishClients();
    if (this.#closed) void this.#end();
  }

  /** A further run of a process whose clients were retained. */
  async restart(): Promise<void> {
    const { log } = this.#options;
    await log?.beginRun();
    const at = { stdout: this.#next.stdout ?? 0, stderr: this.#next.stderr ?? 0 };
    this.#base = log?.base ?? at;
    this.#stdin.reopen();
    this.#input = undefined;
    this.#adopted = false;
    delete this.resumeAt;
    this.#outputEnded = false;
    this.#exit = undefined;
    this.#closed = false;
    this.#drained = this.#notDrained();
    this.#logged = this.#notLogged();
  }

  connect(input: GuestInput): void {
    this.#input = input;
    if (this.#adopted) this.#stdinOffset = input.stdinOffset;
    if (this.#size !== undefined) input.resize(this.#size.width, this.#size.height);
    this.#ready();
    if (this.wants.stdin) this.#stdin.connect(input);
  }

  async output(stream: OutputStream, bytes: Buffer, offset: number): Promise<void> {
    const at = this.#base[stream] + offset;
    const next = this.#next[stream] ?? at;
    const skip = Math.max(0, next - at);
    if (skip >= bytes.length) return;
    let over!: () => void;
    const isOver = new Promise<void>((resolve) => {
      over = resolve;
    });
    const rest = skip === 0 ? bytes : bytes.subarray(skip);
    const flight = new Flight(stream, rest, at + skip, () => {
      this.#next[stream] = flight.end;
      delete this.#flights[stream];
      over();
    });
    this.#flights[stream] = flight;
    const logged = this.#options.log?.append(stream, flight.bytes, flight.start);
    if (logged !== undefined) flight.await(logged);
    if (this.#held !== undefined) await this.#held.promise;
    for (const client of this.#clients) flight.await(client.deliver(flight));
    flight.seal();
    await isOver;
  }

  async outputEnded(): Promise<void> {
    this.#isLogged();
    await Promise.all([...this.#clients].map((client) => client.caughtUp));
    this.#held?.release();
    this.#outputEnded = true;
    this.#finishClients();
  }

  closeStdin(): void {
    this.#stdin.end();
  }

  exited(exit: TaskExit): void {
    this.#exit = exit;
    this.#ready();
    this.#input = undefined;
    if (this.#retained) this.#stdin.disconnect();
    else this.#stdin.close();
    this.#finishClients();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#held?.release();
    this.#isLogged();
    this.#outputEnded = true;
    this.#ready();
    if (!this.#retained) await this.#end();
  }

  /**
   * Joins a client: the first frame to it is Attached. Settles when it is attached; then feed it with `stdin`,
   * `eof`, `resize`, until its `done`.
   * @throws RuntimeError resource-exhausted beyond CLIENTS_MAX, not-found when it was deleted without having run
   */
  async attach(wants: HubAttach, sink: HubSink): Promise<HubClient> {
    await this.#isReady;
    if (this.#closed && !this.#retained && this.#exit === undefined) {
      throw new RuntimeError('not-found', `attach to ${this.#options.subject}`, 'it was deleted');
    }
    if (this.#clients.size >= CLIENTS_MAX) {
      const what = `${CLIENTS_MAX} clients are attached to it`;
      throw new RuntimeError('resource-exhausted', `attach to ${this.#options.subject}`, what);
    }
    const { log } = this.#options;
    const live = this.#live(wants.resume !== undefined);
    const from = wants.resume ?? live;
    const client = new HubClient(wants, sink, { acknowledge: log === undefined, position: from });
    client.stdinNext = this.#stdinOffset;
    this.#clients.add(client);
    const attached = client.send({
      attached: {
        stdinOffset: client.stdinNext,
        stdoutOffset: from.stdout ?? 0,
        stderrOffset: from.stderr ?? 0,
        terminal: this.terminal,
        acknowledge: log === undefined,
      },
    });
    if (wants.stdin && (this.#stdin.closed || !this.wants.stdin)) {
      void client.send({ stdinAck: { offset: client.stdinNext, closed: true } });
    }
    if (wants.resume !== undefined) this.#catchUp(client, wants.resume, live);
    if (this.#held !== undefined) this.#held.release();
    this.#finishClients();
    await attached;
    return client;
  }

  /** A client has left. stdin ends with it where it was the one that counts. */
  leave(client: HubClient): void {
    client.leave();
    if (!this.#clients.delete(client)) return;
    // A terminal stays open when the person at it leaves.
    if (client.wants.stdin && this.#options.stdinOnce && !this.terminal) this.#stdin.end();
  }

  /** Passes on what a client sent. Settles when the client may send more. */
  async stdin(client: HubClient, bytes: Buffer): Promise<void> {
    client.stdinNext += bytes.length;
    this.#stdinOffset += bytes.length;
    const end = client.stdinNext;
    void this.#stdin.write(bytes).then((closed) => {
      void client.send({ stdinAck: { offset: end, closed } });
    });
    await this.#stdin.room();
  }

  /** A client sends no more. It ends stdin only where one client is all that stdin has. */
  eof(_client: HubClient): void {
    if (this.#options.stdinOnce) this.#stdin.end();
  }

  resize(width: number, height: number): void {
    this.#size = { width, height };
    this.#input?.resize(width, height);
  }

  /** Where a client begins that comes now: after what is under way, or with it where it was held or comes back. */
  #live(resumes: boolean): { stdout: number | undefined; stderr: number | undefined } {
    const of = (stream: OutputStream): number | undefined => {
      const flight = this.#flights[stream];
      if (flight === undefined) return this.#next[stream];
      return resumes || this.#held !== undefined ? flight.start : flight.end;
    };
    return { stdout: of('stdout'), stderr: of('stderr') };
  }

  /** Gives a client that came back what it missed: from the log, then what is under way. */
  #catchUp(
    client: HubClient,
    from: Offsets,
    to: { stdout: number | undefined; stderr: number | undefined },
  ): void {
    const { log } = this.#options;
    const until = { stdout: to.stdout ?? from.stdout, stderr: to.stderr ?? from.stderr };
    const behind = from.stdout < until.stdout || from.stderr < until.stderr;
    if (behind && log !== undefined) client.replay(readLogRange(log.path, from, until));
    if (this.#held !== undefined) return;
    for (const flight of [this.#flights.stdout, this.#flights.stderr]) {
      if (flight !== undefined) flight.await(client.deliver(flight));
    }
  }

  #finishClients(): void {
    const exit = this.#exit;
    if (exit === undefined || !this.#outputEnded || this.#retained) return;
    const told = [...this.#clients].map((client) => client.finish(exit));
    this.#clients.clear();
    void Promise.all(told).then(() => this.#isDrained());
  }

  #notDrained(): Promise<void> {
    return new Promise((resolve) => {
      this.#isDrained = resolve;
    });
  }

  #notLogged(): Promise<void> {
    return new Promise((resolve) => {
      this.#isLogged = resolve;
    });
  }

  /** Nothing comes any more. */
  async #end(): Promise<void> {
    this.#stdin.close();
    this.#finishClients();
    for (const client of this.#clients) client.finishWithout();
    this.#clients.clear();
    if (this.#exit === undefined) this.#isDrained();
    this.#options.onClosed?.();
    await this.#options.log?.close();
  }

  /** Output waits until a client comes, or for `ms`. */
  #hold(ms: number): void {
    let release!: () => void;
    const promise = new Promise<void>((resolve) => {
      release = resolve;
    });
    const timer = setTimeout(() => this.#held?.release(), ms);
    this.#held = {
      promise,
      release: () => {
        clearTimeout(timer);
        this.#held = undefined;
        release();
      },
    };
  }
}
