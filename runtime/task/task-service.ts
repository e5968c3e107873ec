/**
 * containerd's task service as this runtime offers it to every front: the contract. Semantics are containerd's
 * (states, error codes, order of events, idempotence); ids are `[A-Za-z0-9][A-Za-z0-9_.-]{0,127}`; an empty execId is
 * the container's init. Errors are RuntimeErrors; the codes name containerd's: not-found, already-exists,
 * invalid-state (failed precondition), invalid-argument, unsupported (unimplemented), unavailable (the VM is gone).
 */
import type { TaskExit } from './process-io.ts';

export type TaskStatus = 'created' | 'running' | 'paused' | 'stopped';

export interface TaskMount {
  readonly type: string;
  readonly source: string;
  readonly target: string;
  readonly options: readonly string[];
}

export interface CreateTask {
  readonly id: string;
  /** Absolute path of the folder with config.json. */
  readonly bundle: string;
  readonly rootfs: readonly TaskMount[];
  readonly terminal: boolean;
  readonly stdin: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly options?: { readonly typeUrl: string; readonly value: Uint8Array };
  /** Gives the creation up. */
  readonly signal?: AbortSignal;
  /** The caller's trace, as W3C's header of that name has it; for who observes the service. */
  readonly traceparent?: string;
}

export interface ExecTask {
  readonly id: string;
  readonly execId: string;
  readonly terminal: boolean;
  readonly stdin: string;
  readonly stdout: string;
  readonly stderr: string;
  /** OCI process object, JSON. */
  readonly process: Uint8Array;
  /** As CreateTask's. */
  readonly traceparent?: string;
}

export interface TaskState {
  readonly id: string;
  readonly execId: string;
  readonly bundle: string;
  readonly pid: number;
  readonly status: TaskStatus;
  readonly stdin: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly terminal: boolean;
  readonly exit?: TaskExit;
}

export interface TaskProcess {
  readonly pid: number;
  /** Of an exec of ours; empty: init or a descendant. */
  readonly execId: string;
}

export interface TaskService {
  state(id: string, execId: string): Promise<TaskState>;
  create(request: CreateTask): Promise<{ pid: number }>;
  start(id: string, execId: string): Promise<{ pid: number }>;
  /** Waits for the output's drain (at most 10 s), frees everything. Of init only when its execs' exits were told. */
  delete(id: string, execId: string): Promise<{ pid: number; exit: TaskExit }>;
  pids(id: string): Promise<TaskProcess[]>;
  pause(id: string): Promise<void>;
  resume(id: string): Promise<void>;
  /**
   * Saves the container's whole VM to a file of the folder `path`, which is made; the container goes on, or is killed
   * with `exit`. unsupported where it is not alone in its VM, or shares of the host are mounted in it.
   */
  checkpoint(id: string, path: string, exit?: boolean): Promise<void>;
  /** not-found when the process has finished. A SIGKILL ends a created task. */
  kill(id: string, execId: string, signal: number, all: boolean): Promise<void>;
  exec(request: ExecTask): Promise<void>;
  resizePty(id: string, execId: string, width: number, height: number): Promise<void>;
  closeIo(id: string, execId: string, stdin: boolean): Promise<void>;
  /** OCI LinuxResources, JSON. */
  update(id: string, resources: Uint8Array): Promise<void>;
  wait(id: string, execId: string, signal?: AbortSignal): Promise<TaskExit>;
  /** io.containerd.cgroups.v2.Metrics, encoded. */
  stats(id: string): Promise<Uint8Array>;
  connect(id: string): Promise<{ shimPid: number; taskPid: number; version: string }>;
  /** With containers left: nothing. Else `shutdownRequested` of the host process settles after the reply. */
  shutdown(id: string): Promise<void>;
}
