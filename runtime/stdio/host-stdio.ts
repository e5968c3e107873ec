/**
 * A process's stdio as containerd and callers of an OCI runtime want it: FIFOs, named pipes, files, loggers, inherited
 * descriptors (stdio-uri.ts). What the hub has is none of it.
 *
 * Over the supervisor's death (docs/decisions/0012): what was handed on is on disk (handed-on.ts), and so is the piece of
 * stdin that the guest may not have (pending-input.ts); the ends of FIFOs are kept open by somebody else (HeldEnds).
 */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, RuntimeError } from '../errors.ts';
import type {
  Carriage,
  CarriageSource,
  GuestInput,
  OutputStream,
  ProcessIo,
  ProcessIoFactory,
  ProcessIoRequest,
  TaskExit,
} from '../task/process-io.ts';
import { openFifoSink, openFifoSource } from './fifo.ts';
import { openFileSink } from './file-sink.ts';
import { HandedOn } from './handed-on.ts';
import { openInheritedSink, openInheritedSource } from './inherited.ts';
import { startLogger } from './logger.ts';
import { openPipeSink, openPipeSource } from './named-pipe.ts';
import { PendingInput } from './pending-input.ts';
import type { HeldEnds, InputSource, OutputSink } from './stdio-ends.ts';
import { startOutputPump } from './output-pump.ts';
import { parseStdio, type StdioField, type StdioTarget } from './stdio-uri.ts';
import { startWindowsLogger } from './windows-logger.ts';

export interface HostStdioOptions {
  /** The pod's: what the next supervisor needs is in its folder `stdio`. */
  readonly folder: string;
  /** containerd's, for loggers. Default "default". */
  readonly namespace?: string;
  /** Default: nobody; then readers of FIFOs see an end when the supervisor is killed. */
  readonly held?: HeldEnds;
  /** How long a broken named pipe of output is dialled again. Default 0: for ever. */
  readonly ioRetryMs?: number;
  /** Finds the program that carries output past this process (lcow-holder); @throws where there is none. Default: none. */
  readonly pumpProgram?: () => string;
  /** Something takes no more output, told once each; the program that carries it cannot be started, told once. */
  readonly onTrouble?: (subject: string, what: string) => void;
  /** For tests. */
  readonly platform?: NodeJS.Platform;
}

/** Opens the stdio of processes whose streams are of the host. Every error names the field and its value. */
export function hostStdio(options: HostStdioOptions): ProcessIoFactory {
  let isTold = false;
  const onPumpFailed = (subject: string, error: unknown): void => {
    if (isTold) return;
    isTold = true;
    options.onTrouble?.(subject, `its stdout goes through this process: ${messageOf(error)}`);
  };
  return (request) => openHostStdio(options, request, onPumpFailed);
}

const OUTPUTS: readonly OutputStream[] = ['stdout', 'stderr'];

async function openHostStdio(
  options: HostStdioOptions,
  request: ProcessIoRequest,
  onPumpFailed: (subject: string, error: unknown) => void,
): Promise<ProcessIo> {
  const subject = subjectOf(request);
  const op = `open the stdio of ${subject}`;
  const { terminal, adopted } = request;
  // A terminal has one output. ctr names a stderr then that it never makes.
  const fields = terminal
    ? (['stdin', 'stdout'] as const)
    : (['stdin', 'stdout', 'stderr'] as const);
  const targets: Record<StdioField, StdioTarget> = {
    stdin: { kind: 'none' },
    stdout: { kind: 'none' },
    stderr: { kind: 'none' },
  };
  for (const field of fields) {
    targets[field] = parseStdio(op, field, request[field], options.platform);
  }
  checkLogger(op, request, targets);
  const folder = join(options.folder, 'stdio');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, fileName(request));
  const former = adopted ? HandedOn.reopen(path) : undefined;
  const handedOn = former ?? HandedOn.create(path);
  const parts: Parts = {
    key: keyOf(request),
    held: options.held,
    handedOn,
    pending: new PendingInput(`${path}.in`),
    sinks: new Map(),
    source: undefined,
  };
  const onTrouble = (what: string): void => options.onTrouble?.(subject, what);
  const open: Open = { op, options, request, targets, folder, handedOn, onTrouble };
  try {
    if (!handedOn.state.outputEnded) await openSinks(open, parts.sinks);
    parts.source = await adoptable(open, 'stdin', () => openSource(open));
    await keepEnds(open, parts);
  } catch (error) {
    await release(parts);
    handedOn.close(!adopted);
    throw error;
  }
  const { pumpProgram } = options;
  const known = former !== undefined;
  return new HostStdio(parts, {
    ...{ adopted, known, targets, pumpProgram, onTrouble },
    onPumpFailed: (error) => onPumpFailed(subject, error),
  });
}

interface Parts {
  readonly key: string;
  readonly held: HeldEnds | undefined;
  readonly handedOn: HandedOn;
  readonly pending: PendingInput;
  readonly sinks: Map<OutputStream, OutputSink>;
  source: InputSource | undefined;
}

interface HostStdioFacts {
  readonly adopted: boolean;
  /** An earlier supervisor's record was found. */
  readonly known: boolean;
  readonly targets: Readonly<Record<StdioField, StdioTarget>>;
  readonly pumpProgram: HostStdioOptions['pumpProgram'];
  readonly onTrouble: (what: string) => void;
  readonly onPumpFailed: (error: unknown) => void;
}

class HostStdio implements ProcessIo {
  readonly wants: ProcessIo['wants'];
  readonly resumeAt?: { readonly stdout: number; readonly stderr: number };
  readonly carry?: NonNullable<ProcessIo['carry']>;
  readonly #parts: Parts;
  readonly #adopted: boolean;
  /** stdin without a source: from /dev/null, or from who is gone. */
  readonly #endsAtOnce: boolean;
  #input: GuestInput | undefined;
  #ended = false;
  #exited = false;
  #closed = false;

  constructor(parts: Parts, facts: HostStdioFacts) {
    const { adopted, known, targets, pumpProgram } = facts;
    this.#parts = parts;
    this.#adopted = adopted;
    // Of what is gone or goes to /dev/null, too: an adopter must want what the process was started with.
    const wanted = (field: StdioField): boolean => targets[field].kind !== 'none';
    this.wants = { stdin: wanted('stdin'), stdout: wanted('stdout'), stderr: wanted('stderr') };
    // A FIFO that somebody removed does not end what may never read.
    this.#endsAtOnce = parts.source === undefined && targets.stdin.kind === 'process';
    const { stdout, stderr, outputEnded } = parts.handedOn.state;
    if (known) this.resumeAt = { stdout, stderr };
    this.#ended = outputEnded;
    if (parts.handedOn.state.stdinClosed) parts.source?.closeWriter();
    const outputFd = parts.sinks.get('stdout')?.fd;
    if (pumpProgram !== undefined && outputFd !== undefined) {
      this.carry = (source) => this.#carry(source, pumpProgram, outputFd, facts);
    }
  }

  async #carry(
    source: CarriageSource,
    pumpProgram: () => string,
    outputFd: number,
    { onTrouble, onPumpFailed }: HostStdioFacts,
  ): Promise<Carriage> {
    const { handedOn } = this.#parts;
    const recordFd = this.#closed || this.#ended ? undefined : handedOn.lend();
    if (recordFd === undefined) {
      throw new RuntimeError('invalid-state', 'carry stdout', 'its stdio is closed');
    }
    const fds = { outputFd, recordFd };
    try {
      const handed = (): number => handedOn.takeBack();
      const program = pumpProgram();
      return await startOutputPump({ ...source, ...fds, program, onTrouble, handedOn: handed });
    } catch (error) {
      handedOn.takeBack();
      onPumpFailed(error);
      throw error;
    }
  }

  connect(input: GuestInput): void {
    if (this.#input !== undefined || this.#exited || this.#closed) return;
    this.#input = input;
    if (!this.wants.stdin) return;
    const { source, pending } = this.#parts;
    const from = input.stdinOffset;
    if (this.#endsAtOnce) input.end();
    if (source === undefined) return;
    const missing = this.#adopted && source.consumes ? pending.missing(from) : undefined;
    const first = missing === undefined ? Promise.resolve() : input.write(missing);
    let at = from + (missing?.length ?? 0);
    const take = async (bytes: Buffer): Promise<void> => {
      if (source.consumes) pending.keep(bytes, at);
      at += bytes.length;
      await input.write(bytes);
    };
    void first.then(() => {
      if (!this.#closed) source.read(at, take, () => input.end());
    });
  }

  async output(stream: OutputStream, bytes: Buffer, offset: number): Promise<void> {
    const { handedOn, sinks } = this.#parts;
    // An adopter that found no record begins where the guest does.
    if (offset > handedOn.state[stream]) handedOn.state[stream] = offset;
    const skip = handedOn.state[stream] - offset;
    if (skip >= bytes.length) return;
    const rest = skip === 0 ? bytes : bytes.subarray(skip);
    const advance = (count: number): void => handedOn.advance(stream, count);
    await sinks.get(stream)?.write(stream, rest, advance);
  }

  async outputEnded(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const { sinks, handedOn, held, key } = this.#parts;
    await Promise.all([...new Set(sinks.values())].map((sink) => sink.end()));
    await held?.drop(outputsOf(key)).catch(() => {});
    handedOn.state.outputEnded = true;
    handedOn.save();
  }

  closeStdin(): void {
    const { handedOn, source } = this.#parts;
    if (handedOn.state.stdinClosed) return;
    handedOn.state.stdinClosed = true;
    handedOn.save();
    source?.closeWriter();
  }

  exited(_exit: TaskExit): void {
    this.#exited = true;
    this.#parts.source?.close();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // What was let go of runs on, and the next supervisor asks.
    const over = this.#exited || (!this.#adopted && this.#input === undefined);
    const { handedOn, pending } = this.#parts;
    await release(this.#parts, over);
    handedOn.close(over);
    pending.close(over);
  }
}

interface Open {
  readonly op: string;
  readonly options: HostStdioOptions;
  readonly request: ProcessIoRequest;
  readonly targets: Readonly<Record<StdioField, StdioTarget>>;
  readonly folder: string;
  readonly handedOn: HandedOn;
  readonly onTrouble: (what: string) => void;
}

/** The streams' sinks, one for both where they name the same file or logger. */
async function openSinks(open: Open, sinks: Map<OutputStream, OutputSink>): Promise<void> {
  const { request, targets } = open;
  for (const stream of OUTPUTS) {
    const shared = stream === 'stderr' && isShared(targets) && request.stdout === request.stderr;
    const sink = shared
      ? sinks.get('stdout')
      : await adoptable(open, stream, () => openSink(open, stream));
    if (sink !== undefined) sinks.set(stream, sink);
  }
}

async function openSink(open: Open, stream: OutputStream): Promise<OutputSink | undefined> {
  const { op, options, request, targets, folder, handedOn, onTrouble } = open;
  const target = targets[stream];
  const name = `${stream} "${request[stream]}"`;
  switch (target.kind) {
    case 'none':
      return undefined;
    case 'fifo':
      return openFifoSink(op, name, target.path, onTrouble);
    case 'file':
      return openFileSink(op, name, target.path, handedOn, onTrouble);
    case 'pipe':
      return openPipeSink({
        ...{ op, name, path: target.path, onTrouble, adopted: request.adopted },
        retryMs: options.ioRetryMs ?? 0,
      });
    case 'process':
      return openInheritedSink(op, name, target, handedOn, onTrouble);
    case 'binary': {
      const { path, args } = target;
      const streams = OUTPUTS.filter((each) => targets[each].kind === 'binary');
      // containerd's runc shim tells an exec's id for its container's.
      const containerId = request.execId === '' ? request.containerId : request.execId;
      const { namespace = 'default', platform = process.platform } = options;
      const logger = { op, name, path, args, containerId, namespace, streams, onTrouble };
      if (platform === 'win32') return startWindowsLogger(logger);
      return startLogger({ ...logger, folder, handedOn });
    }
    default:
      return target satisfies never;
  }
}

async function openSource({
  op,
  request,
  targets,
  handedOn,
}: Open): Promise<InputSource | undefined> {
  const { stdin: target } = targets;
  const name = `stdin "${request.stdin}"`;
  switch (target.kind) {
    case 'fifo':
      return openFifoSource(op, name, target.path);
    case 'pipe':
      return openPipeSource({ op, name, path: target.path });
    case 'process':
      return openInheritedSource(op, name, target, handedOn);
    default:
      return undefined;
  }
}

/** What runs goes on, whatever has become of its stdio. */
async function adoptable<T>(
  { request, onTrouble }: Open,
  field: StdioField,
  open: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await open();
  } catch (error) {
    if (!request.adopted) throw error;
    onTrouble(`${field} is gone: ${messageOf(error)}`);
    return undefined;
  }
}

/** A holder that does not answer costs a reader its patience after a crash, no more. */
async function keepEnds(open: Open, parts: Parts): Promise<void> {
  const { held } = parts;
  if (held === undefined) return;
  await holdEnds(open, parts, held).catch((error: unknown) => open.onTrouble(messageOf(error)));
}

async function holdEnds(
  { targets }: Open,
  { key, sinks, source }: Parts,
  held: HeldEnds,
): Promise<void> {
  const pathOf = (field: StdioField, opened: unknown): string[] => {
    const target = targets[field];
    return target.kind === 'fifo' && opened !== undefined ? [target.path] : [];
  };
  const write = OUTPUTS.flatMap((stream) => pathOf(stream, sinks.get(stream)));
  if (write.length > 0) await held.keep(outputsOf(key), { read: [], write });
  // Its reading end alone: a writer of the holder's would keep stdin from its end.
  const read = pathOf('stdin', source);
  if (read.length > 0) await held.keep(inputOf(key), { read, write: [] });
}

async function release({ held, key, sinks, source }: Parts, over = true): Promise<void> {
  source?.close();
  await Promise.all([...new Set(sinks.values())].map((sink) => sink.close()));
  if (!over) return;
  await held?.drop(outputsOf(key)).catch(() => {});
  await held?.drop(inputOf(key)).catch(() => {});
}

/** containerd starts one logger, by stdout; a second, different one is not to be ignored. */
function checkLogger(
  op: string,
  { stdout, stderr }: ProcessIoRequest,
  targets: Readonly<Record<StdioField, StdioTarget>>,
): void {
  const kinds = OUTPUTS.map((stream) => targets[stream].kind);
  if (!kinds.includes('binary') || kinds.includes('none') || stdout === stderr) return;
  const what = `stderr "${stderr}" is not stdout's "${stdout}": a logger takes both`;
  throw new RuntimeError('invalid-argument', op, what);
}

function isShared(targets: Readonly<Record<StdioField, StdioTarget>>): boolean {
  const { kind } = targets.stdout;
  return kind === 'file' || kind === 'binary';
}

/** Ids of 128 characters twice are longer than a name may be. */
function fileName({ containerId, execId }: ProcessIoRequest): string {
  return createHash('sha256').update(`${containerId}/${execId}`).digest('hex').slice(0, 32);
}

function keyOf({ containerId, execId }: ProcessIoRequest): string {
  return `${containerId}/${execId}`;
}

function outputsOf(key: string): string {
  return `${key}/out`;
}

function inputOf(key: string): string {
  return `${key}/in`;
}

function subjectOf({ containerId, execId }: ProcessIoRequest): string {
  return execId === '' ? `container "${containerId}"` : `exec "${execId}" of "${containerId}"`;
}
