/** The task service of a pod as its callers reach it, with a note of each start and exec (runtime/telemetry). */
import type { Call, PodTelemetry } from '../telemetry/pod-telemetry.ts';
import type { TaskExit } from '../task/process-io.ts';
import type { CreateTask, ExecTask, TaskService } from '../task/task-service.ts';
import { TaskPassage } from './task-passage.ts';

export class ObservedTasks extends TaskPassage {
  readonly #tasks: TaskService;
  readonly #telemetry: PodTelemetry;

  constructor(tasks: TaskService, telemetry: PodTelemetry) {
    super();
    this.#tasks = tasks;
    this.#telemetry = telemetry;
  }

  protected tasks(): Promise<TaskService> {
    return Promise.resolve(this.#tasks);
  }

  override create({ traceparent, ...request }: CreateTask): Promise<{ pid: number }> {
    return noted(this.#tasks.create(request), (call) =>
      this.#telemetry.created(request.id, call, traceparent),
    );
  }

  override start(id: string, execId: string): Promise<{ pid: number }> {
    return noted(this.#tasks.start(id, execId), (call) => {
      if (execId === '') this.#telemetry.started(id, call);
      else this.#telemetry.execStarted(id, execId, call);
    });
  }

  override exec({ traceparent, ...request }: ExecTask): Promise<void> {
    return noted(this.#tasks.exec(request), (call) =>
      this.#telemetry.execAdded(request.id, request.execId, call, traceparent),
    );
  }

  override async delete(id: string, execId: string): Promise<{ pid: number; exit: TaskExit }> {
    const deleted = await this.#tasks.delete(id, execId);
    if (execId === '') this.#telemetry.forget(id);
    return deleted;
  }
}

/** The answer, whose time and outcome are told before it is given. */
async function noted<T>(answer: Promise<T>, note: (call: Call) => void): Promise<T> {
  const fromMs = performance.now();
  try {
    const value = await answer;
    note({ fromMs, toMs: performance.now() });
    return value;
  } catch (error) {
    note({ fromMs, toMs: performance.now(), error });
    throw error;
  }
}
