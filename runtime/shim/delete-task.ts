/** Kills and deletes one container through its pod's supervisor, and has the pod end where it was the last. */
import { setTimeout as delay } from 'node:timers/promises';
import { RuntimeError } from '../errors.ts';
import { taskSocket } from '../supervisor/pod-folder.ts';
import type { TaskExit } from '../task/process-io.ts';
import { TaskClient } from '../task/task-client.ts';
import { TtrpcClient } from '../ttrpc/client.ts';

const SIGKILL = 9;
/** Between dials, while a supervisor is on its way. */
const REDIAL_MS = 20;

export interface DeleteTaskOptions {
  /** The pod's. */
  readonly folder: string;
  /** The container's id. */
  readonly id: string;
  /** By the monotonic clock. */
  readonly deadlineMs: number;
  /** Whether somebody answers for the pod, or will. */
  readonly isAlive: () => boolean;
  /** The supervisor knows the container; before anything is done to it. */
  readonly onFound: () => void;
}

export type DeletedTask =
  | { readonly outcome: 'deleted'; readonly pid: number; readonly exit: TaskExit }
  /** The supervisor does not know it: it was deleted, or never created. */
  | { readonly outcome: 'not-found' }
  /** Nobody answers, or not in time. */
  | { readonly outcome: 'unanswered' };

/** Never rejects. */
export async function deleteOverTask(options: DeleteTaskOptions): Promise<DeletedTask> {
  const late = AbortSignal.timeout(Math.ceil(Math.max(1, options.deadlineMs - performance.now())));
  while (!late.aborted) {
    try {
      await using client = await TtrpcClient.connect(taskSocket(options.folder), { signal: late });
      return await deleteTask(client, options, late);
    } catch (error) {
      const { code } = error as Partial<RuntimeError>;
      if (code === 'not-found') return { outcome: 'not-found' };
      // It died, or is not there yet: its holder starts another, where that lives.
      if (code !== 'unavailable' || !options.isAlive()) break;
      await delay(REDIAL_MS);
    }
  }
  return { outcome: 'unanswered' };
}

/** @throws RuntimeError not-found, unavailable, cancelled */
async function deleteTask(
  client: TtrpcClient,
  { id, onFound }: DeleteTaskOptions,
  signal: AbortSignal,
): Promise<DeletedTask> {
  const call: TtrpcClient['call'] = (op, method, request, options) =>
    client.call(op, method, request, { signal, ...options });
  const task = new TaskClient({ call });
  try {
    // Of one that was deleted in order this is all that is asked.
    const { pid, status } = await task.state(id, '');
    onFound();
    if (status !== 'stopped') await task.kill(id, '', SIGKILL, true).catch(finishedIsFine);
    const exit = await task.wait(id, '');
    // It waits for output that nobody takes, longer than we may: it goes on without us, and so does the end of the pod.
    await task.delete(id, '').catch((error: unknown) => {
      if ((error as Partial<RuntimeError>).code !== 'cancelled') throw error;
    });
    return { outcome: 'deleted', pid, exit };
  } finally {
    // With others in the pod this does nothing.
    await new TaskClient(client).shutdown(id).catch(() => undefined);
  }
}

function finishedIsFine(error: unknown): void {
  if (!(error instanceof RuntimeError && error.code === 'not-found')) throw error;
}
