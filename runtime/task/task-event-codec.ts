/** Task events as containerd.events messages and back: topic, type name, bytes. */
import { containerd } from '../../proto/generated/task.js';
import { RuntimeError } from '../errors.ts';
import { TASK_EVENT_NAMES, type TaskEvent } from './task-event.ts';
import { fromTimestamp, toTimestamp } from './timestamp.ts';
import { bareTypeName } from './type-urls.ts';

const v2 = containerd.task.v2;

export interface EncodedEvent {
  readonly topic: string;
  /** Bare: "containerd.events.TaskExit". */
  readonly typeUrl: string;
  readonly value: Uint8Array;
}

/** What containerd's message has and our event has not (why a process ended) is left out. */
export function encodeTaskEvent(event: TaskEvent): EncodedEvent {
  return { ...TASK_EVENT_NAMES[event.kind], value: valueOf(event) };
}

/** @throws RuntimeError invalid-argument for another type or bytes that are none of it */
export function decodeTaskEvent(typeUrl: string, value: Uint8Array): TaskEvent {
  const name = bareTypeName(typeUrl);
  const kind = (Object.keys(TASK_EVENT_NAMES) as TaskEvent['kind'][]).find(
    (known) => TASK_EVENT_NAMES[known].typeUrl === name,
  );
  if (kind === undefined) throw refused(`its type is ${JSON.stringify(typeUrl.slice(0, 256))}`);
  try {
    return eventOf(kind, value);
  } catch (error) {
    throw refused(`${value.length} bytes are no ${name}`, error);
  }
}

function valueOf(event: TaskEvent): Uint8Array {
  switch (event.kind) {
    case 'create':
      return v2.TaskCreate.encode({
        containerId: event.containerId,
        bundle: event.bundle,
        pid: event.pid,
        rootfs: (event.rootfs ?? []).map((mount) => ({ ...mount, options: [...mount.options] })),
        ...(event.io === undefined ? {} : { io: event.io }),
      }).finish();
    case 'start':
      return v2.TaskStart.encode({ containerId: event.containerId, pid: event.pid }).finish();
    case 'exec-added':
      return v2.TaskExecAdded.encode({
        containerId: event.containerId,
        execId: event.execId,
      }).finish();
    case 'exec-started':
      return v2.TaskExecStarted.encode({
        containerId: event.containerId,
        execId: event.execId,
        pid: event.pid,
      }).finish();
    case 'exit':
      return v2.TaskExit.encode({
        containerId: event.containerId,
        id: event.execId === '' ? event.containerId : event.execId,
        pid: event.pid,
        exitStatus: event.exitStatus,
        ...toTimestamp(event.exitedAtMs),
      }).finish();
    case 'delete':
      return v2.TaskDelete.encode({
        containerId: event.containerId,
        pid: event.pid,
        exitStatus: event.exitStatus,
        ...toTimestamp(event.exitedAtMs),
      }).finish();
    case 'oom':
      return v2.TaskOOM.encode({ containerId: event.containerId }).finish();
    case 'paused':
      return v2.TaskPaused.encode({ containerId: event.containerId }).finish();
    case 'resumed':
      return v2.TaskResumed.encode({ containerId: event.containerId }).finish();
    case 'checkpointed': {
      const { containerId, checkpoint } = event;
      return v2.TaskCheckpointed.encode({ containerId, checkpoint }).finish();
    }
    default:
      return event satisfies never;
  }
}

function eventOf(kind: TaskEvent['kind'], value: Uint8Array): TaskEvent {
  switch (kind) {
    case 'create': {
      const { containerId, bundle, pid } = v2.TaskCreate.decode(value);
      return { kind, containerId, bundle, pid };
    }
    case 'start': {
      const { containerId, pid } = v2.TaskStart.decode(value);
      return { kind, containerId, pid };
    }
    case 'exec-added': {
      const { containerId, execId } = v2.TaskExecAdded.decode(value);
      return { kind, containerId, execId };
    }
    case 'exec-started': {
      const { containerId, execId, pid } = v2.TaskExecStarted.decode(value);
      return { kind, containerId, execId, pid };
    }
    case 'exit': {
      const { containerId, id, pid, exitStatus, exitedAt } = v2.TaskExit.decode(value);
      // An exec may not be named as its container is: ids of both are one space to containerd.
      const execId = id === containerId ? '' : id;
      const exitedAtMs = fromTimestamp(exitedAt);
      return { kind, containerId, execId, pid, exitStatus, exitedAtMs, oomKilled: false };
    }
    case 'delete': {
      const { containerId, pid, exitStatus, exitedAt } = v2.TaskDelete.decode(value);
      return { kind, containerId, pid, exitStatus, exitedAtMs: fromTimestamp(exitedAt) };
    }
    case 'oom':
      return { kind, containerId: v2.TaskOOM.decode(value).containerId };
    case 'paused':
      return { kind, containerId: v2.TaskPaused.decode(value).containerId };
    case 'resumed':
      return { kind, containerId: v2.TaskResumed.decode(value).containerId };
    case 'checkpointed': {
      const { containerId, checkpoint } = v2.TaskCheckpointed.decode(value);
      return { kind, containerId, checkpoint };
    }
    default:
      return kind satisfies never;
  }
}

function refused(what: string, cause?: unknown): RuntimeError {
  return new RuntimeError('invalid-argument', 'decode a task event', what, { cause });
}
