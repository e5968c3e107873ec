/**
 * One container, wherever its state stands: a handle that holds no connection until a call needs one. What it tells is
 * read from disk or from the container's supervisor at each call.
 */
import type { Readable } from 'node:stream';
import type { RestartPolicy } from '../container/container-record.ts';
import type { StoredContainer } from '../container/container-store.ts';
import { SIGKILL } from '../container/signal.ts';
import { RuntimeError } from '../errors.ts';
import type {
  AttachedProcess,
  PathStat,
  PodDescription,
  SupervisorClient,
  TopProcess,
} from '../supervisor/supervisor-client.ts';
import type { LogOutput } from '../supervisor/log-reader.ts';
import type { TaskExit } from '../task/process-io.ts';
import { currentContainer, isLive } from './current-state.ts';
import { type ExecProcess, type ExecRequest, startDetachedExec, startExec } from './exec.ts';
import type { Host } from './host.ts';
import {
  type AttachRequest,
  checkStartable,
  joinPod,
  podGone,
  type StartOptions,
  startInPod,
  startLonePod,
} from './start-container.ts';

/** What inspect() tells: the record as it was asked for, and what is so now. */
export interface ContainerInspection extends StoredContainer {
  readonly paths: {
    readonly folder: string;
    readonly config: string;
    readonly log: string;
  };
}

export interface StopOptions {
  /** Default: the container's. */
  readonly signal?: number | undefined;
  /** Until it is killed; -1: never. Default: the container's. */
  readonly timeoutSeconds?: number | undefined;
}

export interface UpdateRequest {
  readonly memoryBytes?: number;
  readonly cpus?: number;
  /** -1: no limit. */
  readonly pidsLimit?: number;
  readonly cpuShares?: number;
  readonly restart?: RestartPolicy;
}

export interface LogOptions {
  /** Go on until it exits. Default false. */
  readonly follow?: boolean;
  /** Milliseconds since 1970. */
  readonly sinceMs?: number;
  readonly untilMs?: number;
  /** The last so many lines. Default: all. */
  readonly tail?: number;
  readonly signal?: AbortSignal;
}

export class ContainerHandle implements AsyncDisposable {
  readonly id: string;
  /**
   * Its first process's stdio, where it was run attached.
   */
  readonly process: AttachedProcess | undefined;
  readonly #host: Host;
  readonly #owned: boolean;
  #client: { pod: string; connected: Promise<SupervisorClient> } | undefined;

  /** @param made what of it this program holds: a container that it made is removed with its handle */
  constructor(
    host: Host,
    id: string,
    made: { owned?: boolean; process?: AttachedProcess; client?: SupervisorClient } = {},
  ) {
    this.#host = host;
    this.id = id;
    this.#owned = made.owned ?? false;
    this.process = made.process;
    if (made.client !== undefined) this.#keep(made.client.pod, made.client);
  }

  /** Its name now. @throws RuntimeError not-found */
  get name(): string {
    return this.#host.store.read(this.id).name;
  }

  /** @throws RuntimeError not-found, data-loss */
  async inspect(): Promise<ContainerInspection> {
    const stored = await currentContainer(this.#host, this.id);
    const { folder, config, log } = this.#host.store.paths(this.id);
    return { ...stored, paths: { folder, config, log } };
  }

  /**
   * Starts it, in a new VM where it has its own. One that runs already is left as it is.
   * @returns its stdio where that was asked for
   * @throws RuntimeError invalid-state when it is paused; command-not-found, command-not-invocable, unavailable
   */
  async start(options: StartOptions = {}): Promise<AttachedProcess | undefined> {
    const stored = await currentContainer(this.#host, this.id);
    if (stored.state.status === 'running' || stored.state.status === 'restarting') {
      return options.attach && this.attach(options.attach);
    }
    checkStartable(stored);
    const { record } = stored;
    if (record.pod === undefined) await podGone(this.#host, this.id);
    const pod =
      record.pod === undefined
        ? startLonePod(this.#host, this.id, record.vm ?? { network: 'none', ports: [] })
        : joinPod(this.#host, record.pod);
    try {
      return await startInPod(this.#host, pod, Promise.resolve(stored), options);
    } finally {
      await pod.client.then((client) => this.#keep(record.pod ?? this.id, client)).catch(() => {});
    }
  }

  /** Joins its first process's stdio, from now on. @throws RuntimeError invalid-state when it is not running */
  async attach(request: AttachRequest = {}): Promise<AttachedProcess> {
    const client = await this.#connect('attach to');
    return client.attach({
      containerId: this.id,
      execId: '',
      stdin: request.stdin ?? false,
      stdout: request.stdout ?? true,
      stderr: request.stderr ?? true,
    });
  }

  /** Runs a further process in it. @throws RuntimeError command-not-found, command-not-invocable, invalid-state */
  async exec(request: ExecRequest): Promise<ExecProcess> {
    const client = await this.#connect('exec in');
    return startExec(client, this.id, this.#host.store.paths(this.id).folder, request);
  }

  /** Runs a further process in it that nobody is attached to. @returns the exec's id */
  async execDetached(request: ExecRequest): Promise<string> {
    const client = await this.#connect('exec in');
    return startDetachedExec(client, this.id, this.#host.store.paths(this.id).folder, request);
  }

  /** Sends a signal to its first process. Default SIGKILL. @throws RuntimeError invalid-state when it does not run */
  async kill(signal: number = SIGKILL): Promise<void> {
    const client = await this.#connect('kill');
    try {
      await client.task.kill(this.id, '', signal, false);
    } catch (error) {
      if (!isCode(error, 'not-found')) throw error;
      const what = 'it has exited';
      throw new RuntimeError('invalid-state', `kill ${this.#subject()}`, what, { cause: error });
    }
  }

  /** As docker stop: the signal, and SIGKILL after the timeout. One that does not run is left as it is. */
  async stop(options: StopOptions = {}): Promise<void> {
    const { record, state } = await currentContainer(this.#host, this.id);
    if (!isLive(state.status)) return;
    const seconds = options.timeoutSeconds ?? record.stopTimeoutSeconds;
    try {
      const client = await this.#connect('stop');
      // The field has 32 bits; 2^32 - 1 ms are 49 days.
      const timeoutMs = seconds < 0 ? 2 ** 32 - 1 : Math.min(seconds * 1000, 2 ** 32 - 1);
      await client.stop(this.id, options.signal ?? record.stopSignal, timeoutMs);
    } catch (error) {
      // It ended while it was asked to.
      if (!isCode(error, 'not-found') && !isCode(error, 'invalid-state')) throw error;
    }
    if (record.pod === undefined) await podGone(this.#host, this.id);
  }

  /** Stops it where it runs, and starts it. */
  async restart(options: StopOptions = {}): Promise<void> {
    await this.stop(options);
    await this.start();
    await this.#tell('restart');
  }

  /** Its first process's exit status: the next end of one that runs, the last of one that does not. */
  async wait(signal?: AbortSignal): Promise<number> {
    const { state } = await currentContainer(this.#host, this.id);
    if (!isLive(state.status)) return state.exitCode ?? 0;
    try {
      const client = await this.#connect('wait for');
      return (await client.task.wait(this.id, '', signal)).code;
    } catch (error) {
      if (!isCode(error, 'not-found') && !isCode(error, 'invalid-state')) throw error;
      const after = await currentContainer(this.#host, this.id);
      if (isLive(after.state.status)) throw error;
      return after.state.exitCode ?? 0;
    }
  }

  /** Freezes all its processes. @throws RuntimeError invalid-state */
  async pause(): Promise<void> {
    await (await this.#connect('pause')).task.pause(this.id);
  }

  /** @throws RuntimeError invalid-state when it is not paused */
  async resume(): Promise<void> {
    await (await this.#connect('resume')).task.resume(this.id);
  }

  /** Changes limits and restart policy; of one that runs, at once. @throws RuntimeError invalid-argument */
  async update(request: UpdateRequest): Promise<void> {
    const { updateContainer } = await import('./update.ts');
    await updateContainer(this.#host, this.id, request, () => this.#connect('update'));
  }

  /** Encoded io.containerd.cgroups.v2.Metrics; decodeMetrics in stats.ts reads them. @throws RuntimeError invalid-state */
  async stats(): Promise<Uint8Array> {
    return (await this.#connect('read the statistics of')).task.stats(this.id);
  }

  /** Its processes as the VM sees them. @throws RuntimeError invalid-state */
  async top(): Promise<TopProcess[]> {
    return (await this.#connect('list the processes of')).top(this.id);
  }

  /** What it wrote, from its log. @throws RuntimeError unsupported for a container whose log driver is "none" */
  async *logs(options: LogOptions = {}): AsyncGenerator<LogOutput, void, void> {
    const { readContainerLog } = await import('./logs.ts');
    yield* readContainerLog(this.#host, this, options);
  }

  /** @throws RuntimeError invalid-argument, already-exists */
  async rename(name: string): Promise<void> {
    const oldName = this.name;
    await this.#host.store.rename(this.id, name);
    const { record } = this.#host.store.read(this.id);
    await this.#host.tell('rename', name, record, { oldName });
  }

  /** What stands at a path of it; links are not followed. @throws RuntimeError not-found, invalid-state */
  async statPath(path: string): Promise<PathStat> {
    return (await this.#connect('look into')).statPath(this.id, path);
  }

  /** Extracts a tar into a folder of it. @returns the bytes taken @throws RuntimeError not-found, invalid-state */
  async copyIn(folder: string, tar: Readable): Promise<number> {
    return (await this.#connect('copy into')).copyIn(this.id, folder, tar);
  }

  /** A path of it as a tar whose entries begin with the path's last name. Its content is the container's: hostile. */
  async copyOut(path: string): Promise<Readable> {
    return (await this.#connect('copy out of')).copyOut(this.id, path);
  }

  /** Its pod's supervisor's word on the pod. @throws RuntimeError invalid-state when it does not run */
  async describePod(): Promise<PodDescription> {
    return (await this.#connect('describe the pod of')).describe();
  }

  /** Resolves when the VM of its own is no more; at once for one that has joined a pod. */
  async podGone(): Promise<void> {
    const { record } = await Promise.resolve(this.#host.store)
      .then((store) => store.read(this.id))
      .catch(() => ({ record: undefined }));
    if (record?.pod === undefined) await podGone(this.#host, this.id);
  }

  /** Lets go of the connection; the container goes on. Any call opens one again. */
  close(): Promise<void> {
    return this.#drop();
  }

  /**
   * Removes it with its disk and log.
   * @param options.force kills it first when it runs
   * @throws RuntimeError invalid-state when it runs, not-found
   */
  async remove(options: { force?: boolean } = {}): Promise<void> {
    const { removeContainer } = await import('./remove.ts');
    await this.#drop();
    await removeContainer(this.#host, this.id, options.force ?? false);
  }

  /** Lets go of the connection. One that this program made is removed, running or not; not there is no error. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.process?.detach();
    if (!this.#owned) return this.#drop();
    try {
      await this.remove({ force: true });
    } catch (error) {
      if (!isCode(error, 'not-found')) throw error;
    }
  }

  /** How its first process ended, of a container that was run attached. */
  get exited(): Promise<TaskExit> | undefined {
    return this.process?.exited;
  }

  /** One dial where it runs, as its records say; only where nobody answers they are looked into. */
  async #connect(verb: string): Promise<SupervisorClient> {
    let { state } = this.#host.store.read(this.id);
    if (isLive(state.status) && state.pod !== undefined) {
      const { pod } = state;
      if (this.#client?.pod !== pod) this.#keep(pod, this.#host.connect(pod));
      try {
        return await (this.#client?.connected ?? this.#host.connect(pod));
      } catch (error) {
        this.#client = undefined;
        if (!isCode(error, 'not-found')) throw error;
        ({ state } = await currentContainer(this.#host, this.id));
      }
    }
    const what = `it is not running (${state.status})`;
    throw new RuntimeError('invalid-state', `${verb} ${this.#subject()}`, what);
  }

  #keep(pod: string, client: SupervisorClient | Promise<SupervisorClient>): void {
    this.#client = { pod, connected: Promise.resolve(client) };
  }

  async #drop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await (await client?.connected.catch(() => undefined))?.[Symbol.asyncDispose]();
  }

  async #tell(action: string): Promise<void> {
    const { name, record } = this.#host.store.read(this.id);
    await this.#host.tell(action, name, record);
  }

  #subject(): string {
    return subjectOf(this.#host, this.id);
  }
}

/** `container "web"`, or its short id. */
export function subjectOf(host: Host, id: string): string {
  try {
    return `container "${host.store.read(id).name}"`;
  } catch {
    return `container ${id.slice(0, 12)}`;
  }
}

export function isCode(error: unknown, code: RuntimeError['code']): boolean {
  return error instanceof RuntimeError && error.code === code;
}
