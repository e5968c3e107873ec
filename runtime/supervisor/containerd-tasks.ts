/**
 * The task service as containerd calls it: the keeper's, and what only containerd asks for. Connect answers whatever the
 * id; where no VM came up there are no tasks; Shutdown ends the pod once nothing is left in it.
 */
import { type ErrorCode, RuntimeError, withoutOp } from '../errors.ts';
import type { TaskExit } from '../task/process-io.ts';
import type { CreateTask, TaskService } from '../task/task-service.ts';
import { TaskPassage } from './task-passage.ts';

const SERVICE_VERSION = '2';
const WORDS: Partial<Record<ErrorCode, string>> = {
  'command-not-found': 'no such file or directory',
  'command-not-invocable': 'permission denied',
};

export interface ContainerdTasksHost {
  readonly tasks: TaskService;
  /** Of the containers that are in the pod, those that are being created included. */
  readonly ids: () => readonly string[];
  /** A container is about to be created. */
  readonly creating: (containerId: string) => void;
  /** A process was deleted. */
  readonly deleted: (containerId: string, execId: string) => void;
  /** Ends the pod; what is being answered is answered first. */
  readonly end: () => void;
}

export class ContainerdTasks extends TaskPassage {
  readonly #host: ContainerdTasksHost;
  readonly #deleting = new Set<string>();
  #shutdownAsked = false;

  constructor(host: ContainerdTasksHost) {
    super();
    this.#host = host;
  }

  protected async tasks(): Promise<TaskService> {
    return this.#host.tasks;
  }

  override async create(request: CreateTask): Promise<{ pid: number }> {
    this.#shutdownAsked = false;
    this.#host.creating(request.id);
    return super.create(request).catch(inCallersWords);
  }

  override async start(id: string, execId: string): Promise<{ pid: number }> {
    return super.start(id, execId).catch(inCallersWords);
  }

  override async delete(id: string, execId: string): Promise<{ pid: number; exit: TaskExit }> {
    if (execId === '') this.#deleting.add(id);
    try {
      const deleted = await super.delete(id, execId);
      this.#host.deleted(id, execId);
      return deleted;
    } finally {
      if (execId === '') this.#deleting.delete(id);
      if (this.#shutdownAsked) this.#endIfEmpty();
    }
  }

  /** Also of what was never created here: containerd asks before it knows. */
  override async connect(
    id: string,
  ): Promise<{ shimPid: number; taskPid: number; version: string }> {
    try {
      return await super.connect(id);
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      return { shimPid: process.pid, taskPid: 0, version: SERVICE_VERSION };
    }
  }

  /** With containers left, other than those that are being deleted, nothing. */
  override async shutdown(_id: string): Promise<void> {
    this.#shutdownAsked = this.#host.ids().every((id) => this.#deleting.has(id));
    if (this.#shutdownAsked) this.#endIfEmpty();
  }

  #endIfEmpty(): void {
    if (this.#host.ids().length > 0 || this.#deleting.size > 0) return;
    // After the reply.
    setImmediate(() => this.#host.end());
  }
}

/**
 * docker tells 127 and 126 by these words alone, which are runc's.
 * @throws RuntimeError
 */
function inCallersWords(error: unknown): never {
  if (!(error instanceof RuntimeError)) throw error;
  const { code, op, message } = error;
  const words = WORDS[code];
  if (words === undefined || message.toLowerCase().includes(words)) throw error;
  const what = withoutOp(op, message);
  const told = what.endsWith(': no such file') ? `${what} or directory` : `${what}: ${words}`;
  throw new RuntimeError(code, op, told, { cause: error });
}
