/**
 * One process in the guest: its streams joined to a ProcessIo, and its exit. It goes on over a link that breaks and is
 * made again: output continues at the byte that was handed on last, input at the byte that the guest received last.
 *
 * An exec is one call from its start to its exit: docs/protocol.md §3. Otherwise the exit is the stream's last frame or
 * the answer to a Wait, whichever comes first. A container's init always has a Wait; an exec only when its output
 * stalls, or when its exit is due.
 */
import { randomBytes } from 'node:crypto';
import { type ExitStatus, decodeExitStatus } from '../guest/exit-status.ts';
import { RuntimeError } from '../errors.ts';
import { withDeadline } from '../deadline.ts';
import type { AgentChannel } from '../guest/agent-channel.ts';
import { CALL_TIMEOUT_MS } from '../guest/call-timeout.ts';
import { ExecCalls, type StartedExec } from '../guest/exec-calls.ts';
import { METHODS } from '../guest/methods.ts';
import { type ExecStart, type ProcessId, ProcessStreams } from '../guest/process-streams.ts';
import type { UtilityVm } from '../uvm/utility-vm.ts';
import { ExitedExecs } from './exited-execs.ts';
import { GuestStdin } from './guest-stdin.ts';
import type { OutputStream, ProcessIo } from './process-io.ts';
import type { BackendExit, BackendProcess, TerminalSize } from './task-backend.ts';

/** stdout that goes on after so much of it goes past this process, where that can be. Less is over before it is worth it. */
const CARRY_AFTER_BYTES = 2 ** 20;

/** Output that nobody took for this long: the exit is asked for beside the stream. */
const STALLED_MS = 1000;

export interface GuestProcessOptions {
  readonly io: ProcessIo;
  readonly terminal: boolean;
  /** It runs already; the guest's clock when that was seen. */
  readonly adopted?: { readonly guestNowNs: number };
  /** It is not in the guest yet: the call that attaches starts it. */
  readonly exec?: {
    /** OCI process object, JSON. */
    readonly process: Uint8Array;
    /** Of its terminal. */
    readonly size?: TerminalSize;
    /** For errors. */
    readonly op: string;
  };
}

export class GuestProcess implements BackendProcess {
  pid = 0;
  /** As the agent's message. */
  readonly stdio: {
    readonly terminal: boolean;
    readonly stdin: boolean;
    readonly stdout: boolean;
    readonly stderr: boolean;
  };
  readonly exited: Promise<BackendExit>;
  readonly drained: Promise<void>;
  readonly #vm: UtilityVm;
  readonly #id: ProcessId;
  readonly #io: ProcessIo | undefined;
  readonly #adopted: { readonly guestNowNs: number; readonly atMs: number } | undefined;
  readonly #over = new AbortController();
  readonly #exec: GuestProcessOptions['exec'];
  #handed = { stdout: 0, stderr: 0 };
  readonly #stdin: GuestStdin;
  #streams: ProcessStreams | undefined;
  /** An exec's exit came over its own call: there is nothing left to ask the guest. */
  #exitTaken = false;
  #size: { width: number; height: number } | undefined;
  /** Of stdout, that this process took. Infinite: none of it is to be carried. */
  #toCarry = CARRY_AFTER_BYTES;
  #markCreated!: () => void;
  readonly #created: Promise<void>;
  #settle!: (status: ExitStatus) => void;
  #fail!: (error: unknown) => void;
  #waiting = false;
  #settled = false;

  /** Resolves when the exec runs; rejects with why not. */
  readonly #started: Promise<void>;
  #refuse!: (error: unknown) => void;

  constructor(vm: UtilityVm, id: ProcessId, options: GuestProcessOptions) {
    const { io, terminal, adopted, exec } = options;
    this.#exec = exec;
    this.#vm = vm;
    this.#id = id;
    this.#io = io;
    this.#adopted = adopted === undefined ? undefined : { ...adopted, atMs: Date.now() };
    const { stdin, stdout, stderr } = io.wants;
    if (adopted !== undefined && io.resumeAt !== undefined) this.#handed = { ...io.resumeAt };
    this.stdio = { terminal, stdin, stdout, stderr: stderr && !terminal };
    this.#stdin = new GuestStdin((width, height) => this.resize(width, height));
    this.#created = new Promise((resolve) => {
      this.#markCreated = resolve;
    });
    this.#started = new Promise((resolve, reject) => {
      void this.#created.then(resolve);
      this.#refuse = reject;
    });
    this.#started.catch(() => {});
    this.exited = new Promise<ExitStatus>((resolve, reject) => {
      this.#settle = resolve;
      this.#fail = reject;
    }).then((status) => {
      this.#settled = true;
      return this.#exitOf(status);
    });
    this.exited.catch(() => {
      this.#settled = true;
    });
    const carried = terminal || stdin || stdout || stderr || exec !== undefined;
    this.drained = carried ? this.#carry().finally(() => this.#stdin.close()) : Promise.resolve();
    // An exec that has a stream needs no further call in most cases.
    if (!carried || id.execId === '') this.expectExit();
  }

  /**
   * Starts a process in a running container, or in the VM itself.
   * @throws RuntimeError command-not-found, command-not-invocable; then nothing of it is left
   */
  static async exec(
    vm: UtilityVm,
    id: ProcessId,
    options: GuestProcessOptions & Required<Pick<GuestProcessOptions, 'exec'>>,
  ): Promise<GuestProcess> {
    const process = new GuestProcess(vm, id, options);
    try {
      await withDeadline(options.exec.op, process.#started, CALL_TIMEOUT_MS);
      return process;
    } catch (error) {
      process.detach();
      throw await vm.explain(options.exec.op, error);
    }
  }

  /** A process of which the guest knows nothing: it has ended, its exit is not known here. */
  static gone(vm: UtilityVm, id: ProcessId, pid: number): GuestProcess {
    const gone = new GuestProcess(vm, id, { io: NO_IO, terminal: false });
    gone.#waiting = true;
    gone.pid = pid;
    return gone;
  }

  /** The agent knows it. */
  created(pid: number): void {
    this.pid = pid;
    this.#markCreated();
  }

  get outputTaken(): number {
    return this.#handed.stdout + this.#handed.stderr;
  }

  resize(width: number, height: number): void {
    this.#size = { width, height };
    this.#streams?.resize(width, height);
  }

  expectExit(): void {
    if (this.#waiting || this.#settled) return;
    this.#waiting = true;
    void this.#wait();
  }

  detach(): void {
    this.#over.abort();
    this.#streams?.detach();
    this.#stdin.close();
  }

  /** Has the guest forget an exec whose exit was told, soon. False where its exit did not come: then who deletes asks. */
  forget(): boolean {
    if (this.#exitTaken) ExitedExecs.of(this.#vm).add(this.#id);
    return this.#exitTaken;
  }

  async #wait(): Promise<void> {
    await this.#created;
    const process = this.#id;
    const op = `wait for "${process.containerId}" "${process.execId}"`;
    while (!this.#over.signal.aborted && !this.#settled) {
      try {
        const options = { timeoutMs: Infinity, signal: this.#over.signal };
        this.#settle(decodeExitStatus(await this.#vm.call(op, METHODS.wait, { process }, options)));
        return;
      } catch (error) {
        if (this.#over.signal.aborted) return;
        if (!(await this.#linkedAgain(error))) {
          this.#fail(error);
          return;
        }
      }
    }
  }

  /** Carries the streams to their end, over as many links as it takes. */
  async #carry(): Promise<void> {
    let resume = this.#adopted !== undefined;
    while (!this.#over.signal.aborted) {
      try {
        const channel = await this.#vm.agent();
        if (this.#over.signal.aborted) return;
        this.#settle(await this.#attach(channel, resume));
        return;
      } catch (error) {
        if (this.#over.signal.aborted) return;
        if (this.#exec !== undefined && this.pid === 0) {
          this.#refuse(error);
          return;
        }
        if (!(await this.#linkedAgain(error))) {
          // Its exit may still be had; an exec that was refused has none, and nobody waits for it.
          if (this.pid > 0) this.expectExit();
          return;
        }
        resume = true;
      }
    }
  }

  async #attach(channel: AgentChannel, resume: boolean): Promise<ExitStatus> {
    const exec = this.pid === 0 ? this.#exec : undefined;
    if (exec !== undefined && !this.stdio.stdin && !this.stdio.terminal) {
      const calls = ExecCalls.of(channel);
      if (calls.offered) return (await this.#run(calls, exec)) ?? this.#attach(channel, false);
    }
    const { stdout, stderr } = this.#handed;
    const exited = ExitedExecs.of(this.#vm);
    const forget = exec === undefined ? [] : await exited.take();
    const streams: ProcessStreams = new ProcessStreams(channel, this.#id, {
      ...{ resume, stdoutOffset: stdout, stderrOffset: stderr, forget },
      ...(exec === undefined ? {} : { op: exec.op, exec: this.#execStart(exec) }),
      onOutput: async (stream, bytes, offset) => {
        // Connected first, even where its output came with the same packet.
        await streams.attached;
        await this.#output(stream, bytes, offset);
      },
      onStdinTaken: (offset, closed) => this.#stdin.taken(offset, closed),
    });
    this.#streams = streams;
    this.#toCarry = CARRY_AFTER_BYTES;
    streams.attached.then(
      ({ stdinOffset, pid }) => {
        if (exec !== undefined) this.created(pid);
        const first = this.#stdin.attach(streams, stdinOffset);
        if (first) this.#io?.connect(this.#stdin);
        if (this.#size !== undefined) streams.resize(this.#size.width, this.#size.height);
      },
      (error: unknown) => {
        // What the guest refuses, it refuses after it has forgotten them.
        if (error instanceof RuntimeError && error.code === 'unavailable') exited.giveBack(forget);
      },
    );
    try {
      const exit = await streams.exit;
      this.#exitTaken = this.#exec !== undefined;
      return exit;
    } finally {
      this.#stdin.lost(streams);
      // What was carried was not handed on here.
      this.#handed.stdout = Math.max(this.#handed.stdout, streams.taken.stdoutOffset);
    }
  }

  /** Starts an exec that takes no input. Its exit, where all of it is over and its output taken. */
  async #run(
    calls: ExecCalls,
    exec: NonNullable<GuestProcessOptions['exec']>,
  ): Promise<ExitStatus | undefined> {
    const exited = ExitedExecs.of(this.#vm);
    const forget = await exited.take();
    let started: StartedExec;
    try {
      started = await calls.start(exec.op, this.#id, this.#execStart(exec), forget);
    } catch (error) {
      // What the guest refuses, it refuses after it has forgotten them.
      const unheard = error instanceof RuntimeError && error.code === 'unavailable';
      if (unheard || !calls.offered) exited.giveBack(forget);
      if (!calls.offered) return undefined;
      throw error;
    }
    // Its output is its next host's.
    if (this.#over.signal.aborted) throw new RuntimeError('cancelled', exec.op, 'it is let go');
    this.created(started.pid);
    const { ended } = started;
    if (ended === undefined) return undefined;
    this.#io?.connect(this.#stdin);
    const { stdout, stderr } = ended.output;
    await Promise.all([this.#output('stdout', stdout, 0), this.#output('stderr', stderr, 0)]);
    this.#exitTaken = true;
    return ended.exit;
  }

  #execStart({ process, size }: NonNullable<GuestProcessOptions['exec']>): ExecStart {
    return { process, stdio: { ...this.stdio, ...(this.stdio.terminal ? size : undefined) } };
  }

  async #output(stream: OutputStream, bytes: Buffer, offset: number): Promise<void> {
    const skip = this.#handed[stream] - offset;
    if (skip >= bytes.length) return;
    const fresh = skip > 0 ? bytes.subarray(skip) : bytes;
    const at = skip > 0 ? this.#handed[stream] : offset;
    const stalled = setTimeout(() => this.expectExit(), STALLED_MS);
    try {
      await this.#io?.output(stream, fresh, at);
    } finally {
      clearTimeout(stalled);
    }
    this.#handed[stream] = at + fresh.length;
    if (stream !== 'stdout' || this.#streams === undefined) return;
    this.#toCarry -= fresh.length;
    if (this.#toCarry > 0) return;
    this.#toCarry = Infinity;
    void this.#carryPast(this.#streams).catch(() => {});
  }

  /** Much comes: the rest of stdout goes past this process. What fails leaves it as it is. */
  async #carryPast(streams: ProcessStreams): Promise<void> {
    const carry = this.#io?.carry;
    if (carry === undefined || !(await streams.attached).carries) return;
    const port = await this.#vm.streamPort();
    if (port === undefined) return;
    try {
      const nonce = randomBytes(16);
      const carriage = await carry({ socketPath: port.socketPath, nonce });
      streams.carry(carriage, port.number, nonce);
      // The exit comes by the stream once all of it is handed on, and nobody here sees whether that stands still.
      this.expectExit();
      await carriage.ended;
    } finally {
      port.release();
    }
  }

  /** Whether `error` is a link that broke and was made again. Resolves when it was. */
  async #linkedAgain(error: unknown): Promise<boolean> {
    const broken = error instanceof RuntimeError && error.code === 'unavailable';
    if (!broken) return false;
    try {
      await this.#vm.agent();
      return true;
    } catch {
      return false;
    }
  }

  #exitOf({ code, oomKilled, exitedAtNs }: ExitStatus): BackendExit {
    const now = Date.now();
    if (this.#adopted === undefined) return { code, oomKilled, exitedAtMs: now };
    const { guestNowNs, atMs } = this.#adopted;
    const exitedAtMs = atMs + Math.floor((exitedAtNs - guestNowNs) / 1e6);
    return { code, oomKilled, exitedAtMs: Math.min(now, Math.max(1, exitedAtMs)) };
  }
}

/** Of a process whose streams nobody has. */
export const NO_IO: ProcessIo = {
  wants: { stdin: false, stdout: false, stderr: false },
  connect: () => {},
  output: () => Promise.resolve(),
  outputEnded: () => Promise.resolve(),
  closeStdin: () => {},
  exited: () => {},
  close: () => Promise.resolve(),
};
