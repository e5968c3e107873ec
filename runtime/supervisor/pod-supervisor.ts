/**
 * One pod, supervised: its VM's tasks, the keeper over them, events, and its end. The process around it (lock, socket,
 * signals) is main.ts; a test makes it of fakes.
 *
 *   booting ──▶ running ──▶ ending ──▶ ended
 *      │           ▲ │ the VM dies: exits are told; a container that restarts, or the next Create, boots another
 *      ╰─ fails    ╰─╯
 */
import { join } from 'node:path';
import { ContainerStore } from '../container/container-store.ts';
import type { PodRecord } from '../container/container-record.ts';
import type { Directories } from '../directories.ts';
import { messageOf, RuntimeError } from '../errors.ts';
import type { ProcessIoFactory } from '../task/process-io.ts';
import type { TaskEvent } from '../task/task-event.ts';
import { TaskRecordFolder } from '../task/task-record.ts';
import type { TaskService } from '../task/task-service.ts';
import { type Clock, SYSTEM_CLOCK, within } from './clock.ts';
import { journalEntry } from './container-events.ts';
import { ContainerdTasks } from './containerd-tasks.ts';
import { EventForwarder } from './event-forwarder.ts';
import { EventJournal } from './event-journal.ts';
import { readEvents } from './event-reader.ts';
import { EventLog } from './event-log.ts';
import { EventOutbox } from './event-outbox.ts';
import { collectWhenIdle } from './idle-collection.ts';
import { KeepRecords } from './keep-record.ts';
import { Keeper } from './keeper.ts';
import type { KeeperHost } from './keeper-host.ts';
import { clearTakenBack, isTakenBack, leaveAddress, removePodFolder } from './pod-folder.ts';
import type { SupervisorLog } from './supervisor-log.ts';

/** A lone pod without a container is nobody's after this: whoever started it has gone. */
const FORSAKEN_MS = 60_000;
/** So long the reason why a lone pod's VM did not boot is told to who asks; then the pod is gone. */
const UNHEARD_MS = 10_000;
/** So long the end of containerd's pod waits for what containerd is still to be told. */
const FLUSH_MS = 5000;

/** The tasks of one VM. Disposing terminates the VM with everything in it. */
export interface VmTasks extends TaskService, AsyncDisposable {
  /** The guest answers. Rejects when the boot failed. */
  readonly ready: Promise<void>;
  /** How the VM ended, once every exit of its processes was told. Never rejects. */
  readonly vmEnded: Promise<string>;
  /** Of the containers, those that are being created included. */
  readonly ids: readonly string[];
  /** SIGTERM to each, SIGKILL to what is left after the grace. Resolves when all exits were told. */
  stopAll(graceMs: number): Promise<void>;
}

/** Boots the pod's VM, or adopts the one that runs. Resolves while a VM boots: create() waits for it. */
export type OpenVmTasks = (options: {
  readonly adopt: boolean;
  /** Gives the boot up. */
  readonly signal: AbortSignal;
  readonly io: ProcessIoFactory;
  readonly onEvent: (event: TaskEvent) => void;
}) => Promise<VmTasks>;

export interface PodSupervisorOptions {
  readonly where: Directories;
  readonly folder: string;
  readonly record: PodRecord;
  readonly adopt: boolean;
  /** Supervisors that this pod had before. */
  readonly adoptions: number;
  readonly open: OpenVmTasks;
  /** The stdio of the pod's processes (hub-registry.ts). */
  readonly hubs: KeeperHost['hubs'] & { readonly factory: ProcessIoFactory };
  readonly log: SupervisorLog;
  /** The pod is ending: nobody new is to be let in. */
  readonly onEnding?: () => void;
  /** Gets what subscribers are told. It must not throw. */
  readonly onEvent?: (event: TaskEvent) => void;
  readonly clock?: Clock;
}

export class PodSupervisor {
  readonly record: PodRecord;
  readonly events: EventLog;
  readonly keeper: Keeper;
  /** What is served: the keeper, in a pod of containerd's as containerd calls it. */
  readonly tasks: TaskService;
  /** Settles when everything of the pod is gone from the host; the process may end. Never rejects. */
  readonly ended: Promise<void>;
  /**
   * An adopted pod is as it should be: what happened meanwhile was told. At once for a new pod. Rejects when the VM
   * cannot be adopted.
   */
  readonly adopted: Promise<void>;
  readonly #options: PodSupervisorOptions;
  readonly #store: ContainerStore;
  readonly #journal: EventJournal;
  readonly #attributes = new Map<string, Record<string, string>>();
  /** To containerd, where the pod is its. */
  readonly #forwarder: EventForwarder | undefined;
  #vm: Promise<VmTasks>;
  /** What #vm resolved to last. */
  #opened: VmTasks | undefined;
  #vmEnded: string | undefined;
  /** The VM never came up: told to who asks, not tried again. */
  #bootFailure: unknown;
  #ending: Promise<void> | undefined;
  #markEnded!: () => void;
  /** Something was in it. */
  #wasUsed = false;
  readonly #endingSignal = new AbortController();

  constructor(options: PodSupervisorOptions) {
    const { record, where, folder, log, adoptions, clock = SYSTEM_CLOCK } = options;
    this.record = record;
    this.#options = options;
    this.#store = new ContainerStore(where.data);
    this.#journal = new EventJournal(where.run, { now: () => clock.wallMs() });
    this.events = new EventLog({ adoptions, now: () => clock.wallMs() });
    this.ended = new Promise((resolve) => {
      this.#markEnded = resolve;
    });
    this.keeper = new Keeper({
      pod: record.id,
      lone: record.lone,
      clock,
      log,
      records: new KeepRecords(folder),
      store: this.#store,
      tasks: () => this.#liveVm(),
      bootedTasks: () => this.#bootedVm(),
      publish: (event) => this.#publish(event),
      note: (action, id, attributes) => this.#note(action, id, attributes),
      wasEndTold: (id, sinceMs) => this.#wasEndTold(id, sinceMs),
      hubs: options.hubs,
      finishing: () => options.onEnding?.(),
      finished: () => {
        setImmediate(() => void this.end().catch(() => undefined));
      },
    });
    if (options.adopt) this.keeper.load();
    this.#forwarder = this.#forwarderTo(record.containerd);
    this.tasks =
      record.containerd === undefined
        ? this.keeper
        : new ContainerdTasks({
            tasks: this.keeper,
            ids: () => this.#ids(),
            creating: (id) => clearTakenBack(folder, id),
            deleted: (id, execId) => this.#forwarder?.forget(id, execId),
            end: () => void this.end(),
          });
    this.#vm = this.#open(options.adopt, options.adopt ? this.#tellUntold() : undefined);
    this.adopted = options.adopt ? this.#adopt() : Promise.resolve();
    this.adopted.catch(() => undefined);
    if (record.lone || record.containerd !== undefined) this.#endWhenForsaken();
  }

  /** Events that containerd was to be told, and was not. */
  get eventsDropped(): number {
    return this.#forwarder?.lost ?? 0;
  }

  /** How the VM ended; undefined while it boots or runs. */
  get vmEnded(): string | undefined {
    return this.#vmEnded;
  }

  /** The VM's tasks, for what the task service does not offer. @throws RuntimeError when it has died */
  vm(): Promise<VmTasks> {
    return this.#liveVm();
  }

  /** Ends everything in the pod, within the grace, then the VM, then what the host has of it. */
  async stop(graceMs: number): Promise<void> {
    await this.keeper.stopAll(graceMs);
    // What containerd made; nothing, where the VM did not come up.
    if (this.record.containerd !== undefined) {
      await this.#vm.then((vm) => vm.stopAll(graceMs)).catch(() => undefined);
    }
    await this.end();
  }

  /** Ends the VM and removes the pod from the host. Idempotent. Never rejects. */
  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(): Promise<void> {
    const { folder, log, record, onEnding } = this.#options;
    onEnding?.();
    // A container of the same name that containerd starts from now on gets a pod of its own.
    leaveAddress(record);
    this.#endingSignal.abort(
      new RuntimeError('cancelled', `boot pod "${record.id}"`, 'the pod is being ended'),
    );
    try {
      await (await this.#vm)[Symbol.asyncDispose]();
    } catch (error) {
      // One that did not boot has left nothing.
      if (this.#vmEnded === undefined) log(`ending the VM: ${messageOf(error)}`, 'warning');
    }
    await this.#lastEvents();
    await removePodFolder(folder).catch((error: unknown) => log(messageOf(error), 'warning'));
    await this.#store.removed();
    if (!record.lone) this.#note('destroy', record.id, {}, 'pod');
    this.events.close();
    this.#markEnded();
  }

  /** What containerd is to know of the pod's end, in the time that there is. */
  async #lastEvents(): Promise<void> {
    if (this.#forwarder === undefined) return;
    const { clock = SYSTEM_CLOCK } = this.#options;
    // The exits of what ran until the VM was terminated.
    const told = this.#opened?.vmEnded.then(() => this.keeper.settled());
    if (told !== undefined && this.#ids().length > 0) await within(clock, told, FLUSH_MS);
    await this.#forwarder.flush(FLUSH_MS);
    await this.#forwarder[Symbol.asyncDispose]();
  }

  /** @param before what of the last VM must be gone first */
  #open(adopt: boolean, before?: Promise<void>): Promise<VmTasks> {
    const { open, hubs } = this.#options;
    const wanted = {
      adopt,
      signal: this.#endingSignal.signal,
      io: this.keeper.keepIo(hubs.factory),
      onEvent: (event: TaskEvent) => this.keeper.onEvent(event),
    };
    const opening = before === undefined ? open(wanted) : before.then(() => open(wanted));
    opening.then(
      (vm) => {
        this.#opened = vm;
        vm.ready.catch((error: unknown) => this.#bootFailed(opening, error));
        void vm.vmEnded.then((how) => this.#vmDied(opening, how));
      },
      (error: unknown) => this.#bootFailed(opening, error),
    );
    return opening;
  }

  async #adopt(): Promise<void> {
    await this.#vm;
    await this.keeper.adopted();
    if (this.record.lone && this.keeper.ids.length === 0) void this.end();
  }

  #bootFailed(which: Promise<VmTasks>, error: unknown): void {
    if (this.#vm !== which || this.#ending !== undefined) return;
    this.#bootFailure = error;
    this.#vmEnded = messageOf(error);
    this.#options.log(`the VM is not up: ${messageOf(error)}`, 'error');
    // Whoever asked for it hears of it, when its call comes.
    if (this.record.lone) setTimeout(() => void this.end(), UNHEARD_MS).unref();
  }

  #vmDied(which: Promise<VmTasks>, how: string): void {
    if (this.#vm !== which || this.#ending !== undefined) return;
    this.#vmEnded ??= how;
    this.#options.log(how, 'warning');
    if (this.#bootFailure !== undefined) return;
    if (!this.record.lone || this.keeper.ids.length > 0) return;
    this.#bootFailed(which, new RuntimeError('unavailable', `boot pod "${this.record.id}"`, how));
  }

  async #liveVm(): Promise<VmTasks> {
    if (this.record.containerd !== undefined) return this.#containerdVm();
    if (this.#vmEnded === undefined || this.#ending !== undefined) return this.#vm;
    if (this.#bootFailure !== undefined) throw this.#bootFailure;
    throw new RuntimeError('not-found', `reach pod "${this.record.id}"`, this.#vmEnded);
  }

  /** One that has ended still tells how its tasks did; of one that never came up there are none. */
  async #containerdVm(): Promise<VmTasks> {
    return this.#vm.catch((cause: unknown) => {
      const what = `container not created, for its VM is not up: ${messageOf(cause)}`;
      throw new RuntimeError('not-found', `reach pod "${this.record.id}"`, what, { cause });
    });
  }

  async #bootedVm(): Promise<VmTasks> {
    const op = `boot pod "${this.record.id}"`;
    if (this.#ending !== undefined) throw new RuntimeError('unavailable', op, 'it is ending');
    if (this.#vmEnded === undefined) return this.#vm;
    if (this.record.containerd !== undefined) {
      throw this.#bootFailure ?? new RuntimeError('unavailable', op, this.#vmEnded);
    }
    if (this.#bootFailure !== undefined && this.record.lone) throw this.#bootFailure;
    this.#vmEnded = undefined;
    this.#bootFailure = undefined;
    this.#vm = this.#open(
      false,
      this.#vm.then((died) => died[Symbol.asyncDispose]()).catch(() => undefined),
    );
    return this.#vm;
  }

  #endWhenForsaken(): void {
    const timer = setTimeout(() => {
      if (this.#ids().length > 0 || this.#wasUsed || this.#ending !== undefined) return;
      this.#options.log(`no container was created within ${FORSAKEN_MS} ms`, 'warning');
      void this.end();
    }, FORSAKEN_MS);
    timer.unref();
  }

  /** Of the containers that are in the pod, kept ones and containerd's. */
  #ids(): string[] {
    return [...this.keeper.ids, ...(this.#opened?.ids ?? [])];
  }

  #forwarderTo(containerd: PodRecord['containerd']): EventForwarder | undefined {
    if (containerd === undefined) return undefined;
    const { folder, adopt, log, clock = SYSTEM_CLOCK } = this.#options;
    const warn = (text: string): void => log(text, 'warning');
    const outbox = new EventOutbox(folder, { adopt, log: warn });
    const isTakenBackHere = (id: string): boolean => isTakenBack(folder, id);
    return new EventForwarder({
      ...{ containerd, outbox, log: warn, clock, isTakenBack: isTakenBackHere },
    });
  }

  /** Before anything new happens: what the supervisor before wrote down and told nobody. Never rejects. */
  async #tellUntold(): Promise<void> {
    if (this.#forwarder === undefined) return;
    const { folder, log } = this.#options;
    try {
      // Their records are read again, and what is wrong with them said, when the tasks are restored.
      const records = await new TaskRecordFolder(join(folder, 'task')).load(() => undefined);
      this.#forwarder.tellUntold(records);
    } catch (error) {
      log(`what containerd was not told is not known: ${messageOf(error)}`, 'warning');
    }
  }

  #publish(event: TaskEvent): void {
    collectWhenIdle();
    this.#wasUsed = true;
    this.#options.onEvent?.(event);
    this.#forwarder?.forward(event);
    this.events.append(event);
    const entry = journalEntry(event);
    if (entry === undefined) return;
    this.#write('container', entry.action, event.containerId, entry.attributes, entry.atMs);
  }

  #note(
    action: string,
    id: string,
    attributes: Record<string, string> = {},
    type: 'container' | 'pod' = 'container',
  ): void {
    this.#write(type, action, id, attributes);
    if (action === 'destroy') this.#attributes.delete(id);
  }

  #write(
    type: 'container' | 'pod',
    action: string,
    id: string,
    attributes: Record<string, string>,
    atMs?: number,
  ): void {
    const known = type === 'container' ? this.#attributesOf(id, action) : this.record.labels;
    try {
      this.#journal.append(type, action, id, { ...known, ...attributes }, atMs);
    } catch (error) {
      this.#options.log(messageOf(error));
    }
  }

  /** Name, image and labels; as they were last when the container is gone, and for an exec, which is to be quick. */
  #attributesOf(id: string, action: string): Record<string, string> {
    const known = action.startsWith('exec_') ? this.#attributes.get(id) : undefined;
    if (known !== undefined) return known;
    try {
      const { record, name } = this.#store.read(id);
      this.#attributes.set(id, { ...record.labels, name, image: record.image.name });
    } catch {
      // It was removed, or is none of ours.
    }
    return this.#attributes.get(id) ?? {};
  }

  async #wasEndTold(id: string, sinceMs: number): Promise<boolean> {
    const filter = (event: { action: string; actor: { id: string } }): boolean =>
      event.action === 'die' && event.actor.id === id;
    for await (const _ of readEvents(this.#journal, { sinceMs, filter })) return true;
    return false;
  }
}
