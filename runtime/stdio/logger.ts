/**
 * `binary://`: a logger, as containerd's logging protocol has it. The program gets the output on fd 3 (stdout) and fd 4
 * (stderr), real pipes, and closes fd 5, or writes a byte to it, when it is ready; its environment is CONTAINER_ID and
 * CONTAINER_NAMESPACE.
 *
 * It sees the end of its pipes when the process's output has ended, or the supervisor: a logger does not outlive the
 * supervisor's crash. The next supervisor waits until it has read what was left for it, then starts another.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withDeadline } from '../deadline.ts';
import { messageOf, RuntimeError } from '../errors.ts';
import { startTimeOf } from '../ownership.ts';
import type { OutputStream } from '../task/process-io.ts';
import { Descriptor } from './descriptor.ts';
import { DescriptorSink } from './descriptor-ends.ts';
import type { HandedOn } from './handed-on.ts';
import type { OnTrouble, OutputSink } from './stdio-ends.ts';

const { O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants;
export const READY_MS = 10_000;
/** After its pipes ended, before SIGTERM: for loggers that end by themselves, as most do. */
const END_MS = 1000;
/** After SIGTERM, before SIGKILL: containerd's. */
export const TERM_MS = 12_000;
/** For the logger of a supervisor that has died. */
const FORMER_MS = 10_000;
const FORMER = 'logger';
/** Of /proc/<pid>/stat's flags. */
const PF_EXITING = 0x4;

export interface LoggerOptions {
  readonly op: string;
  /** The field and its value, for errors. */
  readonly name: string;
  readonly path: string;
  readonly args: readonly string[];
  readonly containerId: string;
  readonly namespace: string;
  /** Streams that it gets; of another it sees the end at once. */
  readonly streams: readonly OutputStream[];
  /** A folder of ours, where pipes have names for a moment. */
  readonly folder: string;
  readonly handedOn: HandedOn;
  readonly onTrouble: OnTrouble;
  /** For tests. Default READY_MS, TERM_MS. */
  readonly readyMs?: number;
  readonly termMs?: number;
}

/** @throws RuntimeError invalid-argument where it does not start or ends at once, timeout where it is not ready */
export async function startLogger(options: LoggerOptions): Promise<OutputSink> {
  const { op, name, path, args, containerId, namespace, handedOn } = options;
  await formerIsGone(handedOn);
  const pipes = await makePipes(options);
  let child: ChildProcess | undefined;
  try {
    child = spawn(path, args, {
      cwd: '/',
      env: { CONTAINER_ID: containerId, CONTAINER_NAMESPACE: namespace },
      stdio: ['ignore', 'ignore', 'ignore', ...pipes.theirs],
    });
    const failed = once(child, 'error').then(([error]) => {
      throw error;
    });
    failed.catch(() => {});
    for (const fd of pipes.theirs.splice(0)) closeSync(fd);
    await Promise.race([once(child, 'spawn'), failed]);
    const start = startTimeOf(child.pid ?? 0);
    if (start !== undefined) handedOn.setNote(FORMER, `${child.pid} ${start}`);
    const ready = isReady(child, pipes.ready);
    await withDeadline(
      `${op}: ${name}: wait until the logger is ready`,
      ready,
      options.readyMs ?? READY_MS,
    );
    await pipes.ready.close();
    return new LoggerSink(child, pipes, options);
  } catch (error) {
    child?.kill('SIGKILL');
    pipes.discard();
    if (error instanceof RuntimeError && error.code === 'timeout') throw error;
    throw new RuntimeError('invalid-argument', op, `${name}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

class LoggerSink implements OutputSink {
  readonly #child: ChildProcess;
  readonly #sinks: ReadonlyMap<OutputStream, OutputSink>;
  readonly #exited: Promise<unknown>;
  readonly #termMs: number;
  #closing: Promise<void> | undefined;

  constructor(
    child: ChildProcess,
    pipes: Pipes,
    { name, onTrouble, streams, termMs }: LoggerOptions,
  ) {
    this.#child = child;
    this.#termMs = termMs ?? TERM_MS;
    this.#exited = isOver(child) ? Promise.resolve() : once(child, 'exit');
    const sinks = new Map<OutputStream, OutputSink>();
    for (const stream of ['stdout', 'stderr'] as const) {
      const descriptor = pipes[stream];
      if (streams.includes(stream))
        sinks.set(stream, new DescriptorSink(descriptor, name, onTrouble));
      else void descriptor.close();
    }
    this.#sinks = sinks;
  }

  async write(
    stream: OutputStream,
    bytes: Buffer,
    advance: (count: number) => void,
  ): Promise<void> {
    await this.#sinks.get(stream)?.write(stream, bytes, advance);
  }

  async end(): Promise<void> {
    await Promise.all([...this.#sinks.values()].map((sink) => sink.end()));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.end();
    if (await this.#exitsWithin(END_MS)) return;
    this.#child.kill('SIGTERM');
    if (await this.#exitsWithin(this.#termMs)) return;
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  async #exitsWithin(ms: number): Promise<boolean> {
    if (isOver(this.#child)) return true;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    await Promise.race([this.#exited, late]);
    clearTimeout(timer);
    return isOver(this.#child);
  }
}

interface Pipes {
  readonly stdout: Descriptor;
  readonly stderr: Descriptor;
  readonly ready: Descriptor;
  /** The logger's fds 3, 4, 5: blocking, as programs expect. */
  readonly theirs: number[];
  discard(): void;
}

/** Pipes by way of FIFOs that lose their names at once: Node's own "pipes" are sockets, which /dev/fd/3 cannot open. */
async function makePipes({ folder, op }: LoggerOptions): Promise<Pipes> {
  const names = mkdtempSync(join(folder, 'logger-'));
  const opened: number[] = [];
  const path = (name: string): string => join(names, name);
  const opening = (name: string, mode: number): number => {
    const fd = openSync(path(name), mode);
    opened.push(fd);
    return fd;
  };
  try {
    await promisify(execFile)('mkfifo', ['-m', '600', ...['out', 'err', 'ready'].map(path)]);
    // With both ends open, nothing that is opened after waits.
    const both = ['out', 'err', 'ready'].map((name) => opening(name, O_RDWR | O_NONBLOCK));
    const theirs = [opening('out', O_RDONLY), opening('err', O_RDONLY), opening('ready', O_WRONLY)];
    const stdout = new Descriptor(opening('out', O_WRONLY | O_NONBLOCK), 'write');
    const stderr = new Descriptor(opening('err', O_WRONLY | O_NONBLOCK), 'write');
    const ready = new Descriptor(opening('ready', O_RDONLY | O_NONBLOCK), 'read');
    for (const fd of both) closeSync(fd);
    const discard = (): void => {
      for (const fd of theirs.splice(0)) closeSync(fd);
      for (const each of [stdout, stderr, ready]) void each.close();
    };
    return { stdout, stderr, ready, theirs, discard };
  } catch (error) {
    for (const fd of opened) closeSync(fd);
    throw new RuntimeError('unavailable', op, `pipes for a logger: ${messageOf(error)}`, {
      cause: error,
    });
  } finally {
    rmSync(names, { recursive: true, force: true });
  }
}

/** Resolves when it says so; an end of its pipe that is its own end is not it. */
async function isReady(child: ChildProcess, { socket }: Descriptor): Promise<void> {
  const word = await new Promise<boolean>((resolve) => {
    socket.once('data', () => resolve(true));
    socket.once('close', () => resolve(false));
    socket.once('end', () => resolve(false));
  });
  if (word || !(isOver(child) || isExiting(child.pid ?? 0))) return;
  if (!isOver(child)) await once(child, 'exit');
  const how = child.signalCode ?? `status ${child.exitCode}`;
  throw new Error(`the logger ended before it was ready, ${how}`);
}

function isOver(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** A process closes its files a moment before it can be waited for. */
function isExiting(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state, , , , , , flags] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' || (Number(flags) & PF_EXITING) !== 0;
  } catch {
    return true;
  }
}

/** Waits until an earlier supervisor's logger has read to its end. One that does not end is left alone. */
async function formerIsGone(handedOn: HandedOn): Promise<void> {
  const [pid, start] = handedOn.note(FORMER)?.split(' ') ?? [];
  if (pid === undefined || start === undefined) return;
  const deadline = performance.now() + FORMER_MS;
  // No child of ours: nothing tells of its end.
  while (startTimeOf(Number(pid)) === start && performance.now() < deadline) {
    if (isExiting(Number(pid))) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}
