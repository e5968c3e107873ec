/** What the keeper (keeper.ts) knows of one container, and the states that its record goes through. */
import type { ContainerState, RestartPolicy } from '../container/container-record.ts';
import { hostBootId } from '../ownership.ts';
import type { TaskExit } from '../task/process-io.ts';
import type { TaskEvent } from '../task/task-event.ts';
import type { CreateTask } from '../task/task-service.ts';
import type { KeepOptions } from './create-options.ts';

/** One run of the container's init. */
export interface Run {
  startedMs: number | undefined;
  ended: Promise<void> | undefined;
}

export interface Kept {
  readonly id: string;
  readonly create: Omit<CreateTask, 'signal'>;
  readonly options: KeepOptions;
  /** The task service has it. */
  isCreated: boolean;
  restart: RestartPolicy;
  released: boolean;
  /** Settles when it was released. */
  readonly whenReleased: Promise<void>;
  readonly markReleased: () => void;
  state: ContainerState;
  run: Run;
  delayMs: number;
  lastExit: TaskExit | undefined;
  cancelRestart: (() => void) | undefined;
  restarting: Promise<void> | undefined;
  /** Settled and renewed with every transition, for those who wait for one. */
  changed: Promise<void>;
  change: () => void;
}

/** A container that is kept from now on. */
export function newKept(
  create: Omit<CreateTask, 'signal'>,
  options: KeepOptions,
  state: ContainerState,
): Kept {
  let markReleased!: () => void;
  const whenReleased = new Promise<void>((resolve) => {
    markReleased = resolve;
  });
  const kept: Kept = {
    id: create.id,
    create,
    options,
    isCreated: false,
    restart: state.restart ?? options.restart,
    released: false,
    whenReleased,
    markReleased,
    state,
    run: { startedMs: undefined, ended: undefined },
    delayMs: 0,
    lastExit: undefined,
    cancelRestart: undefined,
    restarting: undefined,
    changed: Promise.resolve(),
    change: () => undefined,
  };
  const renew = (): void => {
    kept.changed = new Promise((resolve) => {
      kept.change = () => {
        resolve();
        renew();
      };
    });
  };
  renew();
  return kept;
}

/** Its state when it runs (again), without what an earlier run left. */
export function runningState(state: ContainerState, pod: string): ContainerState {
  const { finishedAt: _f, exitCode: _c, oomKilled: _o, error: _e, ...rest } = state;
  return { ...rest, hostBootId: hostBootId(), pod };
}

/** Its state when it has ended. */
export function endState(
  state: ContainerState,
  exit: TaskExit,
  status: 'exited' | 'restarting',
): ContainerState {
  const { pid: _, pod, error: _e, ...rest } = state;
  return {
    ...rest,
    ...(status === 'restarting' && pod !== undefined ? { pod } : {}),
    status,
    hostBootId: hostBootId(),
    finishedAt: new Date(exit.exitedAtMs).toISOString(),
    exitCode: exit.code,
    oomKilled: exit.oomKilled,
    ...(exit.error === undefined ? {} : { error: exit.error }),
  };
}

/** The end of its init, as it is told. */
export function exitEvent(containerId: string, pid: number, exit: TaskExit): TaskEvent {
  const { code: exitStatus, exitedAtMs, oomKilled, error } = exit;
  const cause = error === undefined ? {} : { error };
  return {
    kind: 'exit',
    containerId,
    execId: '',
    pid,
    exitStatus,
    exitedAtMs,
    oomKilled,
    ...cause,
  };
}
