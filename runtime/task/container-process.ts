/**
 * One process in the guest as the task layer sees it: a container's init, or an exec. It holds the state of
 * the table in state.ts, the process's streams and its exit, which is told once and after all output.
 */
import type { AgentChannel } from '../guest/agent-channel.ts';
import { decodeExitStatus, type ExitStatus } from '../guest/exit-status.ts';
import { METHODS } from '../guest/methods.ts';
import { type ProcessId, ProcessStreams } from '../guest/process-streams.ts';
import type { UtilityVm } from '../uvm/utility-vm.ts';
import { encodeOciDocument } from './oci-runtime-spec.ts';
import { nextStatus, type ProcessOperation, type ProcessStatus } from './state.ts';

/** Which standard streams the process gets; what is false is /dev/null. */
export interface StdioOptions {
  /** A pseudo-terminal instead of pipes: stdout carries all output, stderr is not given. */
  readonly terminal?: boolean | { readonly width: number; readonly height: number };
  readonly stdin?: boolean;
  readonly stdout?: boolean;
  readonly stderr?: boolean;
}

/** StdioOptions as the agent's message. */
export function stdioMessage(stdio: StdioOptions) {
  const { terminal = false, stdin = false, stdout = true, stderr = true } = stdio;
  const size = typeof terminal === 'object' ? terminal : {};
  return {
    terminal: terminal !== false,
    stdin,
    stdout,
    stderr: stderr && terminal === false,
    ...size,
  };
}

/**
 * Starts a further process in a container, or in the VM itself. Its streams are attached as the call goes out.
 * @param process OCI process object, or what of it the agent needs
 * @throws RuntimeError command-not-found, command-not-invocable, and as UtilityVm.call
 */
export async function startExec(
  vm: UtilityVm,
  channel: AgentChannel,
  op: string,
  id: ProcessId,
  process: object,
  stdio: StdioOptions,
): Promise<ContainerProcess> {
  const exec = new ContainerProcess(vm, channel, id, stdio);
  try {
    const { pid } = await vm.call(op, METHODS.exec, {
      ...id,
      process: encodeOciDocument(process),
      stdio: stdioMessage(stdio),
    });
    exec.created(pid);
    // An exit may have been told before the reply.
    if (exec.status === 'created') exec.advance('start');
    return exec;
  } catch (error) {
    exec.streams?.detach();
    throw error;
  }
}

export class ContainerProcess {
  /** Absent when the process has no streams at all. */
  readonly streams: ProcessStreams | undefined;
  /**
   * The exit, after all output was delivered. Rejects with `unavailable` when the VM ended first, with the
   * VM's end as the message.
   */
  readonly exited: Promise<ExitStatus>;
  /** In the guest; 0 until created. */
  pid = 0;
  readonly #vm: UtilityVm;
  readonly #process: ProcessId;
  readonly #subject: string;
  #status: ProcessStatus = 'created';
  #markCreated!: () => void;
  readonly #created = new Promise<void>((resolve) => {
    this.#markCreated = resolve;
  });

  constructor(vm: UtilityVm, channel: AgentChannel, process: ProcessId, stdio: StdioOptions) {
    this.#vm = vm;
    this.#process = process;
    this.#subject =
      process.execId === ''
        ? `container "${process.containerId}"`
        : `exec "${process.execId}" of "${process.containerId}"`;
    const message = stdioMessage(stdio);
    const piped = message.terminal || message.stdin || message.stdout || message.stderr;
    this.streams = piped ? new ProcessStreams(channel, process) : undefined;
    this.exited = this.#awaitExit();
    this.exited.catch(() => {});
  }

  get status(): ProcessStatus {
    return this.#status;
  }

  /** Moves through the table. @throws RuntimeError when it refuses */
  advance(operation: ProcessOperation): void {
    this.#status = nextStatus(operation, this.#status, this.#subject);
  }

  /** Checks the table without moving. @throws RuntimeError when it refuses */
  require(operation: ProcessOperation): void {
    nextStatus(operation, this.#status, this.#subject);
  }

  /** Sends a signal. @throws RuntimeError not-found when the process has exited */
  async kill(signal: number, options: { all?: boolean } = {}): Promise<void> {
    this.require('kill');
    const all = options.all ?? false;
    const op = `send signal ${signal} to ${this.#subject}`;
    await this.#vm.call(op, METHODS.signal, { process: this.#process, signal, all });
  }

  /** Tells the terminal its size. */
  resize(width: number, height: number): void {
    this.streams?.resize(width, height);
  }

  /** Forgets the exited process in the guest. */
  async delete(options: { force?: boolean } = {}): Promise<void> {
    if (!options.force) this.require('delete');
    await this.#vm.call(`delete ${this.#subject}`, METHODS.delete, {
      process: this.#process,
      force: options.force ?? false,
    });
    this.#status = 'deleted';
  }

  async #awaitExit(): Promise<ExitStatus> {
    try {
      return await (this.streams?.exit ?? this.#wait());
    } catch (error) {
      throw await this.#vm.explain(`follow ${this.#subject}`, error);
    } finally {
      if (this.#status !== 'deleted') this.#status = 'stopped';
    }
  }

  /** For a process without streams. The wait begins once the agent knows the process. */
  async #wait(): Promise<ExitStatus> {
    await this.#created;
    return decodeExitStatus(
      await this.#vm.call(
        `wait for ${this.#subject}`,
        METHODS.wait,
        { process: this.#process },
        { timeoutMs: Infinity },
      ),
    );
  }

  /** The agent has created the process. */
  created(pid: number): void {
    this.pid = pid;
    this.#markCreated();
  }
}
