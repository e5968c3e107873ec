/**
 * A pod's supervisor as its clients see it: the contract that connect.ts fulfils over ttrpc. Every method throws
 * RuntimeError; `unavailable` when the supervisor has gone (connect again: a new one adopts the VM).
 */
import type { Readable, Writable } from 'node:stream';
import type { PodMetrics } from '../telemetry/pod-metrics.ts';
import type { TaskExit } from '../task/process-io.ts';
import type { TaskEvent } from '../task/task-event.ts';
import type { TaskService } from '../task/task-service.ts';
import type { RestartPolicy } from '../container/container-record.ts';

export interface SupervisorClient extends AsyncDisposable {
  readonly pod: string;
  /** containerd's task service. */
  readonly task: TaskService;
  describe(): Promise<PodDescription>;
  keep(containerId: string, change: { restart?: RestartPolicy; release?: boolean }): Promise<void>;
  /** As `docker stop`. Resolves when it has exited. */
  stop(
    containerId: string,
    signal: number,
    timeoutMs: number,
  ): Promise<{ code: number; killed: boolean }>;
  /** Ends everything in the pod and its VM. */
  stopPod(graceMs: number): Promise<void>;
  top(containerId: string): Promise<TopProcess[]>;
  /** Starts a process in the VM itself; attach with containerId ''. */
  execInVm(request: {
    args: readonly string[];
    terminal?: { width: number; height: number };
    stdin: boolean;
  }): Promise<{ execId: string }>;
  /** Joins a process's stdio on a connection of its own; survives the supervisor's death by connecting to its successor. */
  attach(options: AttachOptions): Promise<AttachedProcess>;
  statPath(containerId: string, path: string): Promise<PathStat>;
  /** A tar into a folder of the container. Resolves to the bytes taken. */
  copyIn(containerId: string, path: string, tar: Readable): Promise<number>;
  /** A path of the container as a tar. */
  copyOut(containerId: string, path: string): Readable;
  events(options?: { after?: number; signal?: AbortSignal }): AsyncIterable<NumberedTaskEvent>;
  kernelLog(options: {
    follow: boolean;
    signal?: AbortSignal;
  }): AsyncIterable<{ level: number; text: string }>;
  stacks(): Promise<string>;
  /** Numbers for people who watch many pods. */
  metrics(): Promise<PodMetrics>;
}

export interface NumberedTaskEvent {
  /** From 1 in each pod. */
  readonly sequence: number;
  readonly atMs: number;
  readonly event: TaskEvent;
}

export interface AttachOptions {
  readonly containerId: string;
  /** Empty: init. */
  readonly execId: string;
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  /** The process is an exec that is added now, and started once its streams are joined. */
  readonly exec?: {
    readonly terminal: boolean;
    /** An OCI process, JSON. */
    readonly process: Uint8Array;
    /** As ExecTask's. */
    readonly traceparent?: string;
  };
}

export interface AttachedProcess extends AsyncDisposable {
  /** Present when asked for; ending it is stdin's end. */
  readonly stdin: Writable | undefined;
  /** Output from the moment of attaching; back-pressure stalls the process, nothing is lost. */
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly terminal: boolean;
  /** After all output. Rejects with unavailable when pod and VM are gone without a word of it. */
  readonly exited: Promise<TaskExit>;
  resize(width: number, height: number): void;
  /** Leaves; the process goes on. */
  detach(): Promise<void>;
}

export interface PathStat {
  readonly name: string;
  /** st_mode. */
  readonly mode: number;
  readonly size: number;
  readonly linkTarget: string;
  readonly isDirectory: boolean;
}

export interface TopProcess {
  readonly pid: number;
  readonly ppid: number;
  readonly uid: number;
  readonly state: string;
  /** Since the VM's boot. */
  readonly startNs: number;
  readonly cpuNs: number;
  readonly rssBytes: number;
  readonly tty: string;
  readonly command: string;
  /** In the container's pid namespace. */
  readonly containerPid: number;
  readonly execId: string;
}

export interface PodDescription {
  readonly pod: string;
  readonly supervisorPid: number;
  readonly vmId: string;
  readonly runtimeId: string;
  readonly state: 'booting' | 'running' | 'paused' | 'stopped';
  readonly kernelRelease: string;
  readonly agentVersion: string;
  readonly runtime: string;
  readonly bootId: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly accelerator: string;
  /** Of runtime/network; undefined: none. */
  readonly network: unknown;
  readonly containers: readonly string[];
  readonly startedAtMs: number;
  /** The HCS document. */
  readonly document: unknown;
  /** Phases of the start as timeline-report.ts prints them. */
  readonly timeline: unknown;
}
