/** Task events in the words of docker's events, for the host's journal (event-journal.ts). */
import type { TaskEvent } from '../task/task-event.ts';

/** The journal's action for a task event and what it says beside the container's own attributes; undefined: none. */
export function journalEntry(
  event: TaskEvent,
): { action: string; attributes: Record<string, string>; atMs?: number } | undefined {
  switch (event.kind) {
    // The journal's "create" is the container's, which a command made before.
    case 'create':
    case 'delete':
      return undefined;
    case 'start':
      return { action: 'start', attributes: {} };
    case 'exec-added':
      return { action: 'exec_create', attributes: { execID: event.execId } };
    case 'exec-started':
      return { action: 'exec_start', attributes: { execID: event.execId } };
    case 'exit': {
      const { execId, exitStatus, exitedAtMs: atMs, error, oomKilled } = event;
      const attributes = {
        exitCode: String(exitStatus),
        ...(oomKilled ? { oomKilled: 'true' } : {}),
        ...(error === undefined ? {} : { error }),
      };
      if (execId === '') return { action: 'die', attributes, atMs };
      return { action: 'exec_die', attributes: { ...attributes, execID: execId }, atMs };
    }
    case 'oom':
      return { action: 'oom', attributes: {} };
    case 'paused':
      return { action: 'pause', attributes: {} };
    case 'resumed':
      return { action: 'unpause', attributes: {} };
    case 'checkpointed':
      return { action: 'checkpoint', attributes: { path: event.checkpoint } };
    default:
      event satisfies never;
      return undefined;
  }
}
