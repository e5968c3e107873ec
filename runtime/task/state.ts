/**
 * The life of a process (a container's init, or an exec) as a table, with containerd's Task v2 semantics.
 *
 *      create        start        exit
 *   ·  ─────▶ created ─────▶ running ─────▶ stopped ─────▶ deleted
 *                │ kill       │   ▲            ▲    delete
 *                │      pause ▼   │ resume     │
 *                │           paused ───────────┤ exit
 *                └─────────────────────────────┘ exit
 *
 * `kill` changes no state itself: the exit that follows does. `exit` is an event of the guest; the other
 * operations are calls. A created container whose init was killed before start stops like any other.
 */
import { RuntimeError } from '../errors.ts';

export type ProcessStatus = 'created' | 'running' | 'paused' | 'stopped' | 'deleted';
export type ProcessOperation =
  | 'start'
  | 'kill'
  | 'exec'
  | 'pause'
  | 'resume'
  | 'update'
  | 'exit'
  | 'delete';

/** From operation and status to the status after it; what is absent is refused. */
const TABLE: Readonly<Record<ProcessOperation, Partial<Record<ProcessStatus, ProcessStatus>>>> = {
  start: { created: 'running' },
  kill: { created: 'created', running: 'running', paused: 'paused' },
  exec: { running: 'running' },
  pause: { running: 'paused' },
  resume: { paused: 'running' },
  update: { created: 'created', running: 'running', paused: 'paused' },
  exit: { created: 'stopped', running: 'stopped', paused: 'stopped' },
  delete: { stopped: 'deleted' },
};

/**
 * The status after `operation`.
 * @param subject names the process in the error, for example `container "web"`
 * @throws RuntimeError not-found after deletion or for kill of what has exited, else invalid-state
 */
export function nextStatus(
  operation: ProcessOperation,
  status: ProcessStatus,
  subject: string,
): ProcessStatus {
  const next = TABLE[operation][status];
  if (next !== undefined) return next;
  const gone = status === 'deleted' || (operation === 'kill' && status === 'stopped');
  throw new RuntimeError(
    gone ? 'not-found' : 'invalid-state',
    `${operation} ${subject}`,
    `it is ${status}`,
  );
}

/** Whether `operation` is allowed; for tests and for callers that only look. */
export function isAllowed(operation: ProcessOperation, status: ProcessStatus): boolean {
  return TABLE[operation][status] !== undefined;
}
