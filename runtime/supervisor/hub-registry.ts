/**
 * The hubs of a pod's processes by container and exec, and the ProcessIoFactory that makes them. Ended ones are
 * remembered for a while: a client that comes back after its supervisor's death still learns how it ended.
 */
import { RuntimeError } from '../errors.ts';
import {
  HUB_URI,
  type ProcessIo,
  type ProcessIoFactory,
  type ProcessIoRequest,
} from '../task/process-io.ts';
import type { TaskState } from '../task/task-service.ts';
import { Hub } from './hub.ts';
import { JsonLog } from './json-log.ts';

/** Ended processes that are remembered. */
const ENDED_MAX = 64;

/** What lcow.supervisor.v1.CreateOptions say of a container's stdio. */
export interface ContainerStdio {
  /** Absent: no log. */
  readonly logPath?: string;
  /** Default 0: no limit. */
  readonly logMaxBytes?: number;
  readonly logMaxFiles?: number;
  readonly stdinOnce: boolean;
  /** Output of init waits for the first client. Default false. */
  readonly holdUntilAttached?: boolean;
}

/** As TaskService.state. */
export type ProcessStateOf = (
  containerId: string,
  execId: string,
) => Promise<Pick<TaskState, 'status' | 'terminal' | 'stdin' | 'stdout' | 'stderr'>>;

export interface HubRegistryOptions {
  /** A container's log cannot be written, told once; undefined: it can again. */
  readonly onLogTrouble?: (containerId: string, error: Error | undefined) => void;
  /** Opens stdio that is not the hub's (runtime/stdio). Default: there is none, and such URIs are refused. */
  readonly host?: ProcessIoFactory;
  /** As HubOptions; for tests. */
  readonly returnMs?: number;
}

export class HubRegistry {
  readonly #options: HubRegistryOptions;
  readonly #stdio = new Map<string, ContainerStdio>();
  readonly #retained = new Set<string>();
  readonly #hubs = new Map<string, Hub>();
  readonly #ended = new Map<string, Hub>();
  /** Of execs whose client came before their start. */
  readonly #prepared = new Set<string>();

  constructor(options: HubRegistryOptions = {}) {
    this.#options = options;
  }

  /** How the container's init is to be kept; before Task.Create, and before adoption. */
  configure(containerId: string, stdio: ContainerStdio): void {
    this.#stdio.set(containerId, stdio);
  }

  /** The container will be restarted when it ends: its clients stay attached until `release`. */
  retain(containerId: string): void {
    this.#retained.add(containerId);
    this.#hubs.get(key(containerId, ''))?.retain();
  }

  /** The container's end is final: its clients are told. Idempotent. */
  release(containerId: string): void {
    this.#retained.delete(containerId);
    this.#hubs.get(key(containerId, ''))?.release();
  }

  /** Settles when everybody has all output of the process and knows how it ended. At once where it has none. */
  async drained(containerId: string, execId: string): Promise<void> {
    await this.#hubs.get(key(containerId, execId))?.drained;
  }

  /** Settles when the container's output has ended and is in its log. At once where it has none. */
  async logged(containerId: string): Promise<void> {
    await this.#hubs.get(key(containerId, ''))?.logged;
  }

  /** The container is gone. Its log is closed: on Windows its file cannot be removed before. */
  forget(containerId: string): void {
    this.release(containerId);
    this.#stdio.delete(containerId);
    void this.#hubs.get(key(containerId, ''))?.close();
  }

  /** The live hub of a process, if it has one. */
  get(containerId: string, execId: string): Hub | undefined {
    return this.#hubs.get(key(containerId, execId));
  }

  /**
   * The hub of a process that a client may attach to. An exec that is not started yet gets its own here.
   * @param state of the process, for one that has no hub; while the VM is being adopted it answers later
   * @throws RuntimeError not-found
   */
  async find(containerId: string, execId: string, state: ProcessStateOf): Promise<Hub> {
    const name = key(containerId, execId);
    const known = (): Hub | undefined => this.#hubs.get(name) ?? this.#ended.get(name);
    const hub = known();
    if (hub !== undefined) return hub;
    const subject = subjectOf(containerId, execId);
    if (containerId !== '') {
      const { status, terminal, stdin, stdout, stderr } = await state(containerId, execId);
      const request = { containerId, execId, terminal, stdin, stdout, stderr, adopted: false };
      const early = execId !== '' && status === 'created' && usesHub(request);
      if (early && known() === undefined) {
        await this.factory(request);
        this.#prepared.add(name);
      }
      const made = known();
      if (made !== undefined) return made;
    }
    throw new RuntimeError('not-found', `attach to ${subject}`, 'it has no streams to attach to');
  }

  /** A client has left: an exec that was never started keeps nothing here. */
  left(containerId: string, execId: string): void {
    const name = key(containerId, execId);
    const hub = this.#prepared.has(name) ? this.#hubs.get(name) : undefined;
    if (hub === undefined || hub.clients > 0) return;
    this.#prepared.delete(name);
    void hub.close();
  }

  /** Opens the stdio of processes: here where its streams are `hub:` or none, otherwise by `host`. */
  readonly factory: ProcessIoFactory = async (request): Promise<ProcessIo> => {
    const { containerId, execId, terminal } = request;
    const { host } = this.#options;
    if (host !== undefined && !usesHub(request) && usesAny(request)) return host(request);
    const name = key(containerId, execId);
    const wants = wantsOf(request);
    const former = this.#hubs.get(name);
    if (former !== undefined && this.#prepared.delete(name)) return runOf(former);
    if (former?.retained === true && execId === '') {
      await former.restart();
      return runOf(former);
    }
    const init = execId === '' && containerId !== '';
    const stdio = init ? this.#stdio.get(containerId) : undefined;
    const log = await this.#openLog(request, stdio);
    const hub: Hub = new Hub({
      subject: subjectOf(containerId, execId),
      terminal,
      wants,
      // An exec is its client's, and so is an init that nobody keeps: stdin ends with it.
      stdinOnce: init ? (stdio?.stdinOnce ?? true) : true,
      adopted: request.adopted,
      holdUntilAttached:
        !request.adopted &&
        (init ? (stdio?.holdUntilAttached ?? false) : wants.stdout || wants.stderr),
      onClosed: () => this.#closed(name, hub),
      ...(log === undefined ? {} : { log }),
      ...(this.#options.returnMs === undefined ? {} : { returnMs: this.#options.returnMs }),
    });
    if (init && this.#retained.has(containerId)) hub.retain();
    this.#ended.delete(name);
    this.#hubs.set(name, hub);
    return runOf(hub);
  };

  async #openLog(
    { containerId, adopted }: ProcessIoRequest,
    stdio: ContainerStdio | undefined,
  ): Promise<JsonLog | undefined> {
    if (stdio?.logPath === undefined) return undefined;
    const onTrouble = (error: Error | undefined): void =>
      this.#options.onLogTrouble?.(containerId, error);
    try {
      return await JsonLog.open(stdio.logPath, {
        adopted,
        maxBytes: stdio.logMaxBytes ?? 0,
        maxFiles: stdio.logMaxFiles ?? 1,
        onTrouble,
      });
    } catch (error) {
      // What runs goes on, log or not.
      if (!adopted) throw error;
      onTrouble(error as Error);
      return undefined;
    }
  }

  #closed(name: string, hub: Hub): void {
    if (this.#hubs.get(name) === hub) {
      this.#hubs.delete(name);
      this.#prepared.delete(name);
    }
    if (hub.exit === undefined) return;
    this.#ended.delete(name);
    this.#ended.set(name, hub);
    for (const oldest of this.#ended.keys()) {
      if (this.#ended.size <= ENDED_MAX) break;
      this.#ended.delete(oldest);
    }
  }
}

/** The hub as one run of the process sees it: an object of its own, for who wraps it must not wrap the next run. */
function runOf(hub: Hub): ProcessIo {
  return {
    wants: hub.wants,
    ...(hub.resumeAt === undefined ? {} : { resumeAt: hub.resumeAt }),
    connect: (input) => hub.connect(input),
    output: (stream, bytes, offset) => hub.output(stream, bytes, offset),
    outputEnded: () => hub.outputEnded(),
    closeStdin: () => hub.closeStdin(),
    exited: (exit) => hub.exited(exit),
    close: () => hub.close(),
  };
}

function usesHub({ stdin, stdout, stderr }: ProcessIoRequest): boolean {
  return [stdin, stdout, stderr].includes(HUB_URI);
}

function usesAny({ stdin, stdout, stderr }: ProcessIoRequest): boolean {
  return [stdin, stdout, stderr].some((uri) => uri !== '');
}

function key(containerId: string, execId: string): string {
  return `${containerId}/${execId}`;
}

function subjectOf(containerId: string, execId: string): string {
  if (containerId === '') return `process "${execId}" of the VM`;
  return execId === '' ? `container "${containerId}"` : `exec "${execId}" of "${containerId}"`;
}

function wantsOf(request: ProcessIoRequest): Hub['wants'] {
  const wanted = (stream: 'stdin' | 'stdout' | 'stderr'): boolean => {
    const uri = request[stream];
    if (uri === '' || uri === HUB_URI) return uri === HUB_URI;
    const op = `open the stdio of ${subjectOf(request.containerId, request.execId)}`;
    throw new RuntimeError('invalid-argument', op, `${stream} "${uri}" is not "${HUB_URI}"`);
  };
  return { stdin: wanted('stdin'), stdout: wanted('stdout'), stderr: wanted('stderr') };
}
