/**
 * The tasks of one utility VM: the task service over it, and what people's commands need of the VM besides. Whoever
 * makes one (open-tasks.ts) has booted or adopted the VM.
 */
import type { Readable } from 'node:stream';
import { messageOf, RuntimeError } from '../errors.ts';
import { guestEvents } from '../guest/events.ts';
import { METHODS } from '../guest/methods.ts';
import type { ProcessId } from '../guest/process-streams.ts';
import type { UtilityVm } from '../uvm/utility-vm.ts';
import type { GuestBackend, TaskNetwork } from './guest-backend.ts';
import { copyIn, copyOut, type GuestPathStat, statPath } from './guest-files.ts';
import type { GuestProcess } from './guest-process.ts';
import type { ProcessIo, TaskExit } from './process-io.ts';
import type { Task } from './task.ts';
import { Tasks, type TasksOptions } from './tasks.ts';
import { type LivenessLimits, watchLiveness } from './liveness.ts';
import { startInVm, type VmProcessRequest } from './vm-process.ts';
import type { VmRecord } from './vm-record.ts';

/** Between SIGTERM and SIGKILL of stopAll, at most. */
const GRACE_MS_MAX = 600_000;
const SIGTERM = 15;
const SIGKILL = 9;

export interface PodTasksOptions extends Omit<TasksOptions, 'backend' | 'lastEvent'> {
  readonly vm: UtilityVm;
  readonly backend: GuestBackend;
  readonly record: VmRecord;
  readonly network?: TaskNetwork;
}

/** Of a process that runs in the VM itself. */
export interface VmExec {
  readonly pid: number;
  /** Rejects when the VM has ended. */
  readonly exited: Promise<TaskExit>;
  resize(width: number, height: number): void;
}

export class PodTasks extends Tasks implements AsyncDisposable {
  readonly vm: UtilityVm;
  readonly network: TaskNetwork | undefined;
  readonly record: VmRecord;
  /** The agent answers. Rejects when the boot failed. */
  readonly ready: Promise<void>;
  /** How the VM ended, once every exit of its processes was told. Never rejects. */
  readonly vmEnded: Promise<string>;
  readonly #backend: GuestBackend;
  readonly #stop = new AbortController();
  readonly #lastEvent: { sequence: number };

  constructor(options: PodTasksOptions) {
    const lastEvent = { sequence: 0 };
    super({ ...options, lastEvent: () => lastEvent.sequence });
    const { vm, backend, network, record } = options;
    this.vm = vm;
    this.network = network;
    this.record = record;
    this.#backend = backend;
    this.#lastEvent = lastEvent;
    this.ready = vm.ready.then(() => {});
    this.ready.catch(() => {});
    this.vmEnded = backend.ended.then(async (how) => {
      this.#stop.abort();
      await this.#allTold();
      return how;
    });
  }

  /** Watches the guest: what happens in it, and that it answers. For open-tasks.ts, once tasks are restored. */
  watch(limits: LivenessLimits = {}): void {
    void this.#watchEvents();
    const { signal } = this.#stop;
    void watchLiveness(this.vm, (cause) => void this.declareDead(cause), { ...limits, signal });
  }

  /** Ends a VM that does not answer; each process's exit is told with this as its cause. */
  async declareDead(cause: string): Promise<void> {
    this.context.log(cause);
    await this.#backend.declareDead(cause).catch((error: unknown) => {
      this.context.log(`terminating the VM: ${messageOf(error)}`);
    });
  }

  /** Counts a task that an earlier supervisor left. For open-tasks.ts. */
  override restore(task: Task): void {
    super.restore(task);
  }

  /** The container's processes as `top` shows them. @throws RuntimeError not-found, unavailable */
  async top(id: string) {
    await this.state(id, '');
    const op = `list processes of container "${id}"`;
    const { pids } = await this.vm.call(op, METHODS.pids, { id });
    return pids;
  }

  async stacks(): Promise<string> {
    return (await this.vm.call('read stacks', METHODS.stacks, {})).text;
  }

  /** The tail of the guest kernel's log. */
  async kernelLog(): Promise<string> {
    return (await this.vm.call('read the kernel log', METHODS.kernelLog, {})).text;
  }

  /**
   * Starts a process in the VM itself, as root in its own namespaces. It does not outlive this supervisor's
   * knowledge of it: a later one does not take it over.
   * @param io is connected and told of the exit; whoever gave it closes it
   */
  async execInVm(request: VmProcessRequest, io: ProcessIo): Promise<VmExec> {
    const { id, process } = await startInVm(this.vm, request, io);
    return {
      pid: process.pid,
      exited: this.#followVmExec(id, process, io),
      resize: (width, height) => process.resize(width, height),
    };
  }

  /**
   * SIGTERM to every init, SIGKILL to what is left after the grace. Resolves when all exits were told.
   * @param graceMs at most ten minutes
   */
  async stopAll(graceMs: number): Promise<void> {
    const live = this.ids.flatMap((id) => this.find(id) ?? []).filter(({ init }) => !init.over);
    const told = Promise.all(live.map(({ init }) => init.told.catch(() => {})));
    const signal = (task: Task, number: number, all: boolean): Promise<void> =>
      task.kill(task.init, number, all).catch(() => {});
    await Promise.all(
      live.map(async (task) => {
        // A frozen process takes no signal but SIGKILL.
        if (task.init.status === 'paused') await task.resume().catch(() => {});
        await signal(task, SIGTERM, false);
      }),
    );
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, Math.min(graceMs, GRACE_MS_MAX));
    });
    await Promise.race([told, grace]);
    clearTimeout(timer);
    await Promise.all(live.map((task) => signal(task, SIGKILL, true)));
    await told;
  }

  /** What of the VM `inspect` shows. */
  describe() {
    const { guest, document, startedAtMs } = this.record;
    return {
      vmId: this.vm.id,
      runtimeId: this.vm.system.runtimeId,
      guest: this.vm.guest ?? guest,
      network: this.network?.record,
      containers: this.ids,
      startedAtMs,
      document,
    };
  }

  /** Leaves VM and processes as they are, for a later supervisor. */
  async letGo(): Promise<void> {
    this.#stop.abort();
    const tasks = this.ids.flatMap((id) => this.find(id) ?? []);
    await Promise.all(tasks.map((task) => task.letGo()));
    await this.vm.letGo();
  }

  /** Terminates the VM with everything in it. Idempotent. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    try {
      await this.vm[Symbol.asyncDispose]();
    } finally {
      await this.network?.[Symbol.asyncDispose]();
    }
  }

  async #followVmExec(id: ProcessId, exec: GuestProcess, io: ProcessIo): Promise<TaskExit> {
    const ended = this.#backend.ended;
    const exit: TaskExit = await exec.exited.catch(async (error: unknown) => {
      const how = await Promise.race([
        ended,
        new Promise<string>((r) => setTimeout(() => r(messageOf(error)), 2000).unref()),
      ]);
      return { code: 137, exitedAtMs: Date.now(), oomKilled: false, error: how };
    });
    io.exited(exit);
    void exec.drained
      .then(() => io.outputEnded())
      .then(async () => {
        if (exec.forget()) return;
        await this.vm.call('forget a process of the VM', METHODS.delete, {
          process: id,
          force: false,
        });
      })
      .catch((error: unknown) => this.context.log(`process of the VM: ${messageOf(error)}`));
    return exit;
  }

  /** Every exit that the VM's end owes was told. */
  async #allTold(): Promise<void> {
    const tasks = this.ids.flatMap((id) => this.find(id) ?? []);
    await Promise.all(tasks.map(({ init }) => init.told.catch(() => {})));
  }

  async #watchEvents(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        const channel = await this.vm.agent();
        const after = this.#lastEvent.sequence;
        for await (const event of guestEvents(channel, { after, exits: false, signal })) {
          this.#lastEvent.sequence = Math.max(this.#lastEvent.sequence, event.sequence);
          if (event.kind !== 'out-of-memory') continue;
          const task = this.find(event.containerId);
          // An event of an earlier container of this name is not this one's.
          if (task === undefined || event.sequence <= task.record.eventsAfter) continue;
          await task.outOfMemory(event.kills);
        }
        return;
      } catch (error) {
        if (signal.aborted) return;
        const gone = error instanceof RuntimeError && error.code === 'unavailable';
        if (!gone) this.context.log(`watching the guest's events: ${messageOf(error)}`);
        if (this.vm.guest === undefined) return;
        // agent() waits for the next link; this is for a guest that ends each call at once.
        await new Promise((resolve) => setTimeout(resolve, 200).unref());
      }
    }
  }

  /** A path of a container, a symbolic link not followed. */
  async statPath(id: string, path: string): Promise<GuestPathStat> {
    await this.state(id, '');
    return statPath(this.vm, id, path);
  }

  /** A tar into a folder of the container. Resolves to the bytes taken. */
  async copyIn(id: string, path: string, tar: Readable): Promise<number> {
    await this.state(id, '');
    return copyIn(this.vm, id, path, tar);
  }

  /** A path of the container as a tar. */
  copyOut(id: string, path: string): Readable {
    return copyOut(this.vm, id, path);
  }
}
