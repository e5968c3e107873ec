/**
 * What happens to tasks, in containerd's terms: one union, and the topics and type names under which it is published.
 * Encoding to containerd.events messages is in task-event-codec.ts.
 */
import type { CreateTask, TaskMount } from './task-service.ts';

export type TaskEvent =
  | {
      readonly kind: 'create';
      readonly containerId: string;
      readonly bundle: string;
      readonly pid: number;
      /** As Create had them; absent where the event was decoded. */
      readonly rootfs?: readonly TaskMount[];
      readonly io?: Pick<CreateTask, 'stdin' | 'stdout' | 'stderr' | 'terminal'>;
    }
  | { readonly kind: 'start'; readonly containerId: string; readonly pid: number }
  | { readonly kind: 'exec-added'; readonly containerId: string; readonly execId: string }
  | {
      readonly kind: 'exec-started';
      readonly containerId: string;
      readonly execId: string;
      readonly pid: number;
    }
  | {
      readonly kind: 'exit';
      readonly containerId: string;
      /** Empty: init. */
      readonly execId: string;
      readonly pid: number;
      readonly exitStatus: number;
      readonly exitedAtMs: number;
      readonly oomKilled: boolean;
      readonly error?: string;
    }
  | {
      readonly kind: 'delete';
      readonly containerId: string;
      readonly pid: number;
      readonly exitStatus: number;
      readonly exitedAtMs: number;
    }
  | { readonly kind: 'oom'; readonly containerId: string }
  | { readonly kind: 'paused' | 'resumed'; readonly containerId: string }
  /** Saved, with its whole VM, to the folder. */
  | { readonly kind: 'checkpointed'; readonly containerId: string; readonly checkpoint: string };

/** Topic and containerd type name of each kind. */
export const TASK_EVENT_NAMES: Readonly<
  Record<TaskEvent['kind'], { topic: string; typeUrl: string }>
> = {
  create: { topic: '/tasks/create', typeUrl: 'containerd.events.TaskCreate' },
  start: { topic: '/tasks/start', typeUrl: 'containerd.events.TaskStart' },
  'exec-added': { topic: '/tasks/exec-added', typeUrl: 'containerd.events.TaskExecAdded' },
  'exec-started': { topic: '/tasks/exec-started', typeUrl: 'containerd.events.TaskExecStarted' },
  exit: { topic: '/tasks/exit', typeUrl: 'containerd.events.TaskExit' },
  delete: { topic: '/tasks/delete', typeUrl: 'containerd.events.TaskDelete' },
  oom: { topic: '/tasks/oom', typeUrl: 'containerd.events.TaskOOM' },
  paused: { topic: '/tasks/paused', typeUrl: 'containerd.events.TaskPaused' },
  resumed: { topic: '/tasks/resumed', typeUrl: 'containerd.events.TaskResumed' },
  checkpointed: { topic: '/tasks/checkpointed', typeUrl: 'containerd.events.TaskCheckpointed' },
};
