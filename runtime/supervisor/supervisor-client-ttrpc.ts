/**
 * SupervisorClient over ttrpc: one connection for calls, and one for each stream that carries bytes, whose socket is
 * its flow control. What follows a process or the pod's events goes on with a successor when the supervisor dies.
 */
import { PassThrough, type Readable } from 'node:stream';
import type { RestartPolicy } from '../container/container-record.ts';
import { messageOf, RuntimeError } from '../errors.ts';
import { decodePodMetrics, type PodMetrics } from '../telemetry/pod-metrics.ts';
import type { TaskExit } from '../task/process-io.ts';
import { TaskClient } from '../task/task-client.ts';
import { decodeTaskEvent } from '../task/task-event-codec.ts';
import type { TaskService } from '../task/task-service.ts';
import { TtrpcClient } from '../ttrpc/client.ts';
import { attachProcess } from './attach-client.ts';
import { bytesIn, sendBytes } from './copy-stream.ts';
import { SupervisorCalls } from './supervisor-calls.ts';
import type {
  AttachedProcess,
  AttachOptions,
  NumberedTaskEvent,
  PathStat,
  PodDescription,
  SupervisorClient,
  TopProcess,
} from './supervisor-client.ts';
import { SUPERVISOR } from './supervisor-methods.ts';

/** For what only looks: a supervisor that takes longer is stuck. */
const LOOK_MS = 30_000;
/** A scrape has ten seconds in all, and asks many. */
const METRICS_MS = 2000;

export interface DialOptions {
  readonly pod: string;
  /** The supervisor's socket. */
  readonly path: string;
  /** A client of the successor, which this starts or waits for. @throws RuntimeError not-found: there will be none */
  readonly redial?: (signal?: AbortSignal) => Promise<SupervisorClient>;
  /** What is on disk of a process's exit, for one whose pod is gone. */
  readonly lookUpExit?: (containerId: string, execId: string) => Promise<TaskExit | undefined>;
  /** Gives the dialling up. */
  readonly signal?: AbortSignal;
}

/** @throws RuntimeError unavailable when nobody listens there, cancelled */
export async function dialSupervisor(options: DialOptions): Promise<SupervisorClient> {
  const { path, signal } = options;
  const client = await TtrpcClient.connect(path, signal === undefined ? {} : { signal });
  return new SupervisorOverTtrpc(client, options);
}

class SupervisorOverTtrpc implements SupervisorClient {
  readonly pod: string;
  readonly task: TaskService;
  readonly #client: SupervisorCalls;
  readonly #options: DialOptions;

  constructor(client: TtrpcClient, options: DialOptions) {
    this.pod = options.pod;
    this.#options = options;
    this.#client = new SupervisorCalls(client, () => this.#connect());
    this.task = new TaskClient(this.#client);
  }

  async describe(): Promise<PodDescription> {
    const op = `describe pod "${this.pod}"`;
    const answer = await this.#client.call(op, SUPERVISOR.describe, {}, { timeoutMs: LOOK_MS });
    const { network, document, timeline, startedAtNs, state, ...rest } = answer;
    return {
      ...rest,
      state: state as PodDescription['state'],
      network: network === '' ? undefined : parseJson(op, 'network', network),
      startedAtMs: Math.round(startedAtNs / 1e6),
      document: parseJson(op, 'document', document),
      timeline: parseJson(op, 'timeline', Buffer.from(timeline).toString('utf8')),
    };
  }

  async keep(
    containerId: string,
    change: { restart?: RestartPolicy; release?: boolean },
  ): Promise<void> {
    const op = `keep container "${containerId}"`;
    await this.#client.call(op, SUPERVISOR.keep, { containerId, ...change });
  }

  async stop(
    containerId: string,
    signal: number,
    timeoutMs: number,
  ): Promise<{ code: number; killed: boolean }> {
    const op = `stop container "${containerId}"`;
    const request = { containerId, signal, timeoutMs: clampU32(timeoutMs) };
    const { exitStatus, killed } = await this.#client.call(op, SUPERVISOR.stop, request);
    return { code: exitStatus, killed };
  }

  async stopPod(graceMs: number): Promise<void> {
    const op = `stop pod "${this.pod}"`;
    await this.#client.call(op, SUPERVISOR.stopPod, { graceMs: clampU32(graceMs) });
  }

  async top(containerId: string): Promise<TopProcess[]> {
    const op = `list the processes of container "${containerId}"`;
    const options = { timeoutMs: LOOK_MS };
    const { processes } = await this.#client.call(op, SUPERVISOR.top, { containerId }, options);
    return processes.map((process) => ({
      pid: process.pid ?? 0,
      ppid: process.ppid ?? 0,
      uid: process.uid ?? 0,
      state: process.state ?? '',
      startNs: process.startNs ?? 0,
      cpuNs: process.cpuNs ?? 0,
      rssBytes: process.rssBytes ?? 0,
      tty: process.tty ?? '',
      command: process.command ?? '',
      containerPid: process.containerPid ?? 0,
      execId: process.execId ?? '',
    }));
  }

  async execInVm(request: {
    args: readonly string[];
    terminal?: { width: number; height: number };
    stdin: boolean;
  }): Promise<{ execId: string }> {
    const { args, terminal, stdin } = request;
    const { execId } = await this.#client.call('run a process in the VM', SUPERVISOR.execInVm, {
      args: [...args],
      stdin,
      ...(terminal === undefined ? {} : { terminal: true, ...terminal }),
    });
    return { execId };
  }

  attach(options: AttachOptions): Promise<AttachedProcess> {
    const { lookUpExit } = this.#options;
    const { containerId, execId } = options;
    return attachProcess(async () => this.#client.take() ?? this.#connect(), {
      ...options,
      ...(lookUpExit && { lookUpExit: () => lookUpExit(containerId, execId) }),
    });
  }

  async statPath(containerId: string, path: string): Promise<PathStat> {
    const op = `look at ${path} in container "${containerId}"`;
    const request = { containerId, path };
    const stat = await this.#client.call(op, SUPERVISOR.statPath, request, { timeoutMs: LOOK_MS });
    const { name, mode, size, linkTarget, isDir } = stat;
    return { name, mode, size, linkTarget, isDirectory: isDir };
  }

  async copyIn(containerId: string, path: string, tar: Readable): Promise<number> {
    const op = `copy into ${path} of container "${containerId}"`;
    await using client = await this.#connect();
    const stream = client.stream(op, SUPERVISOR.copyIn, {
      request: { open: { containerId, path } },
    });
    // An answer before the tar's end is a refusal, and what stops the sending.
    const answer = stream.receive();
    answer.catch((error: Error) => tar.destroy(error));
    try {
      await sendBytes(tar, (chunk) => stream.send({ chunk }));
      await stream.close();
    } catch (error) {
      // The supervisor's own words, where it has said why.
      if (error instanceof RuntimeError) await answer;
      throw error;
    }
    const response = await answer;
    if (response !== undefined) return response.bytes;
    throw new RuntimeError('data-loss', op, 'the stream ended without an answer');
  }

  copyOut(containerId: string, path: string): Readable {
    const op = `copy ${path} of container "${containerId}"`;
    const out = new PassThrough({ highWaterMark: 0 });
    const abort = new AbortController();
    out.once('close', () => abort.abort());
    void (async () => {
      await using client = await this.#connect(abort.signal);
      const request = { containerId, path };
      const stream = client.stream(op, SUPERVISOR.copyOut, { request, signal: abort.signal });
      for await (const chunk of bytesIn(stream)) {
        if (out.write(chunk)) continue;
        await new Promise<void>((resolve) => {
          out.once('drain', resolve);
          out.once('close', resolve);
        });
      }
      out.end();
    })().catch((error: Error) => out.destroy(error));
    return out;
  }

  async *events(
    options: { after?: number; signal?: AbortSignal } = {},
  ): AsyncGenerator<NumberedTaskEvent, void, void> {
    const { signal } = options;
    let after = options.after ?? 0;
    let failures = 0;
    while (!isAborted(signal)) {
      try {
        await using client = await this.#connect(signal);
        const stream = client.stream(
          `follow the events of pod "${this.pod}"`,
          SUPERVISOR.subscribe,
          {
            request: { after },
            ...(signal && { signal }),
          },
        );
        for (let one = await stream.receive(); one !== undefined; one = await stream.receive()) {
          const { sequence, atNs, typeUrl, value, oomKilled, error } = one;
          const event = decodeTaskEvent(typeUrl, value);
          after = sequence;
          failures = 0;
          yield {
            sequence,
            atMs: Math.round(atNs / 1e6),
            event: event.kind === 'exit' ? { ...event, oomKilled, ...(error && { error }) } : event,
          };
        }
        return;
      } catch (error) {
        if (isAborted(signal)) return;
        failures += 1;
        const isPassing = error instanceof RuntimeError && error.code === 'unavailable';
        if (isPassing && this.#options.redial !== undefined && failures < 3) continue;
        // The pod has ended, and with it its events.
        if (error instanceof RuntimeError && error.code === 'not-found') return;
        throw error;
      }
    }
  }

  async *kernelLog(options: {
    follow: boolean;
    signal?: AbortSignal;
  }): AsyncGenerator<{ level: number; text: string }, void, void> {
    const { follow, signal } = options;
    await using client = await this.#connect(signal);
    const stream = client.stream(`read the kernel log of pod "${this.pod}"`, SUPERVISOR.kernelLog, {
      request: { follow },
      ...(signal && { signal }),
    });
    try {
      for (let line = await stream.receive(); line !== undefined; line = await stream.receive()) {
        yield { level: line.level, text: line.text };
      }
    } catch (error) {
      if (signal?.aborted !== true) throw error;
    }
  }

  async stacks(): Promise<string> {
    const op = `read the stacks of pod "${this.pod}"`;
    const { text } = await this.#client.call(op, SUPERVISOR.stacks, {}, { timeoutMs: LOOK_MS });
    return text;
  }

  async metrics(): Promise<PodMetrics> {
    const op = `read the metrics of pod "${this.pod}"`;
    const { json } = await this.#client.call(op, SUPERVISOR.metrics, {}, { timeoutMs: METRICS_MS });
    return decodePodMetrics(parseJson(op, 'json', Buffer.from(json).toString('utf8')));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#client[Symbol.asyncDispose]();
  }

  /** A connection of its own, to this supervisor or its successor. */
  async #connect(signal?: AbortSignal): Promise<TtrpcClient> {
    const { path, redial } = this.#options;
    const options = signal === undefined ? {} : { signal };
    try {
      return await TtrpcClient.connect(path, options);
    } catch (error) {
      const isGone = error instanceof RuntimeError && error.code === 'unavailable';
      if (!isGone || redial === undefined) throw error;
      await (await redial(signal))[Symbol.asyncDispose]();
      return TtrpcClient.connect(path, options);
    }
  }
}

function parseJson(op: string, field: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RuntimeError('data-loss', op, `${field} is not JSON: ${messageOf(error)}`);
  }
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function clampU32(value: number): number {
  return Math.min(Math.max(0, Math.round(value)), 0xffff_ffff);
}
