/** A task service that passes every call on to another: what the keeper adds nothing to. */
import type { TaskExit } from '../task/process-io.ts';
import type {
  CreateTask,
  ExecTask,
  TaskProcess,
  TaskService,
  TaskState,
} from '../task/task-service.ts';

export abstract class TaskPassage implements TaskService {
  /** Who does it now. @throws RuntimeError not-found when there is nobody */
  protected abstract tasks(): Promise<TaskService>;

  async state(id: string, execId: string): Promise<TaskState> {
    return (await this.tasks()).state(id, execId);
  }
  async create(request: CreateTask): Promise<{ pid: number }> {
    return (await this.tasks()).create(request);
  }
  async start(id: string, execId: string): Promise<{ pid: number }> {
    return (await this.tasks()).start(id, execId);
  }
  async delete(id: string, execId: string): Promise<{ pid: number; exit: TaskExit }> {
    return (await this.tasks()).delete(id, execId);
  }
  async pids(id: string): Promise<TaskProcess[]> {
    return (await this.tasks()).pids(id);
  }
  async pause(id: string): Promise<void> {
    return (await this.tasks()).pause(id);
  }
  async resume(id: string): Promise<void> {
    return (await this.tasks()).resume(id);
  }
  async checkpoint(id: string, path: string, exit?: boolean): Promise<void> {
    return (await this.tasks()).checkpoint(id, path, exit);
  }
  async kill(id: string, execId: string, signal: number, all: boolean): Promise<void> {
    return (await this.tasks()).kill(id, execId, signal, all);
  }
  async exec(request: ExecTask): Promise<void> {
    return (await this.tasks()).exec(request);
  }
  async resizePty(id: string, execId: string, width: number, height: number): Promise<void> {
    return (await this.tasks()).resizePty(id, execId, width, height);
  }
  async closeIo(id: string, execId: string, stdin: boolean): Promise<void> {
    return (await this.tasks()).closeIo(id, execId, stdin);
  }
  async update(id: string, resources: Uint8Array): Promise<void> {
    return (await this.tasks()).update(id, resources);
  }
  async wait(id: string, execId: string, signal?: AbortSignal): Promise<TaskExit> {
    return (await this.tasks()).wait(id, execId, signal);
  }
  async stats(id: string): Promise<Uint8Array> {
    return (await this.tasks()).stats(id);
  }
  async connect(id: string): Promise<{ shimPid: number; taskPid: number; version: string }> {
    return (await this.tasks()).connect(id);
  }
  async shutdown(id: string): Promise<void> {
    return (await this.tasks()).shutdown(id);
  }
}
