/**
 * Host processes that stand for processes of the guest, for callers that want a pid of this host: containerd, dockerd
 * and OCI callers read namespaces and `ps` by it. Contract only; who makes them is given to the task service, which
 * without one tells the guest's pids.
 *
 * The pid of a container's init holds the container's network namespace of the host, alive from Create to Delete;
 * hooks of the host get it as the container's pid.
 */

export interface HostProcessRequest {
  readonly containerId: string;
  /** Empty: the container's init. */
  readonly execId: string;
  /** What `ps` shows. */
  readonly title: string;
  /**
   * The host's network namespace that it is in: `new` makes one, a path joins that one (as a bundle's
   * linux.namespaces has it), `host` stays. Of an exec: that of its container's init.
   */
  readonly network: 'new' | 'host' | { readonly path: string };
  /** What Create's options said, for who takes the process from there. */
  readonly options?: { readonly typeUrl: string; readonly value: Uint8Array };
}

/** A host process as a task record has it. */
export interface HeldProcess {
  readonly containerId: string;
  /** Empty: the container's init. */
  readonly execId: string;
  readonly pid: number;
  /** Of an init: what Create's options said. */
  readonly options?: HostProcessRequest['options'];
}

/**
 * Metadata of a Task.Wait: the caller is the host process of what it waits for, so that the end of its connection, before
 * the answer, is its death.
 */
export const HOST_PROCESS_METADATA = 'lcow-host-process';

/** Which process of a pod a host process stands for. An empty execId: the container's init. */
export type HostProcessKey = Pick<HostProcessRequest, 'containerId' | 'execId'>;

export interface HostProcesses {
  /**
   * Resolves once the process is in its namespace; to undefined where nothing stands for it, so that the guest's pid is
   * told and no hook of the host can be run.
   * @throws RuntimeError; nothing is left then
   */
  hold(request: HostProcessRequest): Promise<{ readonly pid: number } | undefined>;
  /** The process that it stands for is deleted. Idempotent; one that is gone is none. */
  release(containerId: string, execId: string): Promise<void>;
  /**
   * Goes on with what an earlier supervisor's tasks have; what else is held is of nobody and is released.
   * @returns those that are gone: somebody killed them meanwhile
   */
  adopt(held: readonly HeldProcess[]): Promise<readonly HostProcessKey[]>;
  /** Calls back for each that somebody kills from now on: what it stood for is to end as well, as with runc. */
  onKilled(call: (process: HostProcessKey) => void): void;
}
