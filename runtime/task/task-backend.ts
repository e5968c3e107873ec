/**
 * What the task service needs of whoever runs containers: the seam under tasks.ts. guest-backend.ts is the real one,
 * over the agent of a utility VM; tests have one in memory. It knows no events, no records and no exec that was not
 * started.
 */
import type { ProcessIo } from './process-io.ts';
import type { TaskMount, TaskProcess } from './task-service.ts';

/** How a process ended, as the guest tells it. */
export interface BackendExit {
  /** 0..255. */
  readonly code: number;
  readonly oomKilled: boolean;
  /** Milliseconds since 1970, host's clock. */
  readonly exitedAtMs: number;
}

export interface BackendProcess {
  /** In the guest, at least 1. */
  readonly pid: number;
  /** As soon as the guest tells it, whatever output is still to come. Rejects when it will never be told. */
  readonly exited: Promise<BackendExit>;
  /** All output that will ever come was handed to the ProcessIo. Never rejects. */
  readonly drained: Promise<void>;
  /** Bytes of output that were handed on. It grows while somebody takes them. */
  readonly outputTaken: number;
  resize(width: number, height: number): void;
  /** Its exit is due: ask for it even while its output stalls. */
  expectExit(): void;
  /** Gives its streams up. Idempotent. */
  detach(): void;
}

export interface BackendContainer {
  readonly init: BackendProcess;
  /** What a later owner needs beside the task's own record: plain data. */
  readonly resources: unknown;
  /** @throws RuntimeError command-not-found, command-not-invocable */
  start(): Promise<void>;
  /** Starts a process. @throws as start; then nothing of it is left */
  exec(request: BackendExec): Promise<BackendProcess>;
  /** `execId` empty: init. @throws RuntimeError not-found when it has exited */
  signal(execId: string, signal: number, all: boolean): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  update(resources: Uint8Array): Promise<void>;
  /** io.containerd.cgroups.v2.Metrics, encoded. */
  stats(): Promise<Uint8Array>;
  pids(): Promise<TaskProcess[]>;
  /** Forgets an exited exec. */
  deleteExec(execId: string): Promise<void>;
  /** Frees an exited container and what it held. Can be tried again when it failed. */
  delete(): Promise<void>;
}

export interface BackendExec {
  readonly execId: string;
  /** OCI process object, JSON. */
  readonly process: Uint8Array;
  readonly terminal: boolean;
  /** Of the terminal, where it is known. */
  readonly size?: TerminalSize;
  readonly io: ProcessIo;
}

export interface TerminalSize {
  readonly width: number;
  readonly height: number;
}

export interface BackendCreate {
  readonly id: string;
  /** Folder with config.json. */
  readonly bundle: string;
  readonly rootfs: readonly TaskMount[];
  readonly terminal: boolean;
  readonly io: ProcessIo;
  /** The container that a process of the host stands for: a namespace's path may name it (`/proc/<pid>/ns/ipc`). */
  readonly ofHostPid?: (pid: number) => HostPidMeaning | undefined;
  readonly signal?: AbortSignal;
}

/** Which process of the guest a pid of the host means. */
export interface HostPidMeaning {
  readonly containerId: string;
  /** Empty: the container's init. */
  readonly execId: string;
  readonly guestPid: number;
}

export interface TaskBackend {
  /** Settles when everything in it is gone at once: "the VM exited (...)". Never rejects. */
  readonly ended: Promise<string>;
  /** Creates a container whose command waits. @throws RuntimeError; nothing is left behind */
  create(request: BackendCreate): Promise<BackendContainer>;
  /**
   * Saves all that it has to a folder, which is made; containers stand still meanwhile. Absent: it cannot.
   * @throws RuntimeError unsupported; nothing is left then
   */
  checkpoint?(op: string, folder: string): Promise<void>;
}
