/** What the keeper (keeper.ts) needs of the pod that it is in, and of the host: the seam that its tests fill with fakes. */
import type { ContainerState } from '../container/container-record.ts';
import type { TaskEvent } from '../task/task-event.ts';
import type { TaskService } from '../task/task-service.ts';
import type { Clock } from './clock.ts';
import type { KeepRecords } from './keep-record.ts';

export interface KeeperHost {
  readonly pod: string;
  /** Ends with its only container. */
  readonly lone: boolean;
  readonly clock: Clock;
  readonly records: KeepRecords;
  /** The tasks of the pod's VM, when it is up. @throws RuntimeError not-found when it has died */
  tasks(): Promise<TaskService>;
  /** As tasks(); where the VM has died, of a new one. @throws why it does not boot */
  bootedTasks(): Promise<TaskService>;
  readonly store: {
    readState(id: string): ContainerState;
    writeState(id: string, state: ContainerState): Promise<void>;
    setAside(id: string): Promise<() => Promise<void>>;
  };
  /** Tells subscribers, and the host's journal. */
  publish(event: TaskEvent): void;
  /** Writes to the journal what is no task event. */
  note(action: string, containerId: string, attributes?: Record<string, string>): void;
  /** Whether the journal has the container's end, at or after this time. */
  wasEndTold(containerId: string, sinceMs: number): Promise<boolean>;
  /** Something went wrong that nobody waits for. */
  log(line: string): void;
  /** The stdio of containers (hub-registry.ts). */
  readonly hubs: {
    configure(id: string, stdio: { logPath?: string; stdinOnce: boolean }): void;
    retain(id: string): void;
    release(id: string): void;
    /** Everybody has all output, and knows how it ended. `execId` empty: of init. */
    drained(id: string, execId: string): Promise<void>;
    /** The output of its init has ended and is in its log. */
    logged(id: string): Promise<void>;
    forget(id: string): void;
  };
  /** A lone pod's container is over and about to be told: nobody new is to come. */
  finishing(): void;
  /** A lone pod's container is over: the pod may go. */
  finished(): void;
}
