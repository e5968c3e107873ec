/**
 * One virtual machine's life, shared by all handles that this process has on it.
 *
 *     Created --start--> Running <--pause/resume--> Paused
 *        \________________ any _____________________/ --exit--> Stopped
 *
 * QEMU is spawned as early as create, stopped before its first instruction, so that its own start
 * overlaps with the caller's work; what the document plugs in is plugged while it waits.
 */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { join } from 'node:path';
import { access } from 'node:fs/promises';
import { HcsError, type ErrorEvent } from '../hcs-error.ts';
import type { HostOverlay } from '../host-overlay.ts';
import type { HresultName } from '../hresult.ts';
import type { SystemState } from '../document/properties.ts';
import type { SystemExitStatus } from '../document/system-exit-status.ts';
import { pauseMs, withDeadline } from './deadline.ts';
import { fileError } from './disk-image.ts';
import type { EndpointResolver } from './endpoint.ts';
import { exitStatus } from './exit-status.ts';
import type { LinkKind } from './guest-link.ts';
import { bootFiles, machineArguments, MONITOR_SOCKETS } from './machine-arguments.ts';
import { plugDocument } from './plug-document.ts';
import type { Plug } from './plug.ts';
import { QmpClient, QmpError, type QmpEvent } from './qmp.ts';
import { writeRecordIn, type SystemRecord } from './record.ts';
import { removeFolder } from './run-folder.ts';
import { loadState, type SavedState } from './saved-state.ts';
import { driveArguments } from './scsi-drives.ts';
import { connectSocket } from './socket-path.ts';
import { dropPrepared } from './template.ts';
import {
  adoptVmm,
  findFirmware,
  spawnVmm,
  type ProcessExit,
  type VmmProcess,
} from './vmm-process.ts';

/** How long QEMU may take to greet. It takes 40 ms. */
const READY_TIMEOUT_MS = 20_000;
/** How long a QEMU that was asked to quit may take before it is killed. */
const QUIT_TIMEOUT_MS = 500;
/** How long another process may keep a visitors' monitor busy. */
const VISIT_TIMEOUT_MS = 1_000;

/** A moment of a machine's life, on `performance.now()`'s clock. */
export interface Moment {
  name: 'spawn' | 'vmm-ready' | 'started' | 'exited';
  atMs: number;
}

/** What a machine is made of. */
export interface MachineOptions {
  folder: string;
  record: SystemRecord;
  qemu: string;
  endpoints: EndpointResolver;
  /** The program that serves the vsock device of a machine whose link is vsock. */
  vsockBackend?: string;
  /** A library to preload into a QEMU that serves files. */
  preload?: string;
  /** Saved state to continue from: where its stream begins in the file. */
  restore?: SavedState;
}

/** See the module's comment. */
export class Machine {
  readonly folder: string;
  readonly record: SystemRecord;
  /** What happened when; of an adopted machine only what happened since. */
  readonly timeline: Moment[] = [];
  /** Settles once, when the system has exited. */
  readonly exited: Promise<SystemExitStatus>;
  /** Settles after `exited`, when nothing of the system is left on the host. */
  readonly gone: Promise<void>;
  exitStatus: SystemExitStatus | undefined;
  readonly #options: MachineOptions;
  #state: SystemState = 'Created';
  #process: VmmProcess | undefined;
  #qmp: QmpClient | undefined;
  #settleExit: (status: SystemExitStatus) => void = () => undefined;
  #shutdownReason: string | undefined;
  #forced = false;
  #prepared: Promise<void> | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  readonly #staged = new Map<string, HostOverlay>();
  #detached = false;

  private constructor(options: MachineOptions) {
    this.#options = options;
    this.folder = options.folder;
    this.record = options.record;
    this.exited = new Promise((resolve) => {
      this.#settleExit = resolve;
    });
    this.gone = this.exited.then(async () => {
      await Promise.race([this.#process?.backendEnded, pauseMs(QUIT_TIMEOUT_MS)]);
      await removeFolder(this.folder).catch(() => undefined);
      const { memory } = this.record;
      if (memory?.shared === true) await dropPrepared(memory).catch(() => undefined);
    });
  }

  /** A new machine in state Created. QEMU is spawned now if all that it needs is there. */
  static async create(options: MachineOptions): Promise<Machine> {
    const machine = new Machine(options);
    // What is missing is told at start, as HCS does.
    if ((await machine.#missingFile('create')) === undefined) machine.#launch();
    return machine;
  }

  /** A machine that another process spawned and that still runs. */
  static async adopt(options: MachineOptions): Promise<Machine> {
    const machine = new Machine(options);
    const op = `open compute system ${options.record.id}`;
    const identity = options.record.vmm;
    if (identity === undefined) {
      const Message = 'the process that created it has not started its QEMU yet';
      throw new HcsError(op, 'HCS_E_INVALID_STATE', [{ Message }]);
    }
    const qmp = await machine.#visit(op);
    machine.#process = adoptVmm(identity, qmp.closed);
    machine.#use(qmp);
    machine.#prepared = Promise.resolve();
    const status = (await qmp.execute('query-status')) as { status?: unknown };
    machine.#state = stateOf(String(status.status));
    machine.#watchExit(qmp);
    return machine;
  }

  get id(): string {
    return this.record.id;
  }

  get state(): SystemState {
    return this.#state;
  }

  get link(): LinkKind {
    return this.record.link ?? 'serial';
  }

  /** Settles when the guest can dial no more, with why. Of an adopted machine's back end nothing is told. */
  get linkEnded(): Promise<string> {
    const exited = this.exited.then(() => 'the system has exited');
    const backend = this.#process?.backendEnded?.then(() => 'the vsock back end has ended');
    // A system that exits takes its back end along: then the exit is what is told.
    return backend === undefined
      ? exited
      : Promise.race([exited, backend.then((why) => Promise.race([exited, pauseMs(50, why)]))]);
  }

  get vmmPid(): number | undefined {
    return this.record.vmm?.pid;
  }

  /** Created -> Running. */
  start(): Promise<void> {
    const op = `start compute system ${this.id}`;
    return this.#exclusively(async () => {
      this.#expect(op, 'Created');
      const missing = await this.#missingFile(op);
      if (missing !== undefined) throw missing;
      if (this.#process === undefined) this.#launch();
      await this.#orExit(op, this.prepare(op));
      const { restore } = this.#options;
      if (restore !== undefined) {
        await this.#orExit(op, loadState(this.#monitor(op), this.folder, restore));
      }
      await this.#command(op, 'cont');
      this.#state = 'Running';
      this.#mark('started');
    });
  }

  pause(): Promise<void> {
    return this.#transition('pause', 'Running', 'stop', 'Paused');
  }

  resume(): Promise<void> {
    return this.#transition('resume', 'Paused', 'cont', 'Running');
  }

  /** A paused system is a template from here on, and runs no more. */
  becomeTemplate(): void {
    this.#state = 'SavedAsTemplate';
  }

  /** Presses the power button. */
  shutdown(): Promise<void> {
    const op = `shut down compute system ${this.id}`;
    return this.#exclusively(async () => {
      this.#expect(op, 'Running', 'Paused');
      if (this.record.machine === 'microvm') {
        const why = 'machine microvm has no power button; its guest can be asked';
        throw failed(op, 'NOT_SUPPORTED', why, undefined);
      }
      await this.#command(op, 'system_powerdown');
    });
  }

  /** Ends QEMU and resolves when nothing of it is left. */
  async terminate(): Promise<void> {
    if (this.#state !== 'Stopped') {
      this.#forced = true;
      if (this.#process === undefined) this.#finish();
      else await this.#quit();
    }
    await this.gone;
  }

  /** Leaves QEMU running, for `open` of another process. Nothing of the machine may be used afterwards. */
  detach(): void {
    this.#detached = true;
    this.#qmp?.close();
    this.#process?.release();
  }

  /** Runs `work` with a plug while no other call runs, then writes down what it changed. */
  change(op: string, states: SystemState[], work: (plug: Plug) => Promise<void>): Promise<void> {
    return this.#exclusively(async () => {
      this.#expect(op, ...states);
      if (this.#process === undefined) {
        const missing = await this.#missingFile(op);
        if (missing !== undefined) throw missing;
        this.#launch();
      }
      await this.#orExit(op, this.prepare(op));
      const plug = this.#plug(op);
      try {
        await this.#orExit(op, work(plug));
      } finally {
        if (this.#state !== 'Stopped') writeRecordIn(this.folder, this.record);
      }
    });
  }

  /** The path under which `overlay` can be shared. */
  stage(overlay: HostOverlay): string {
    const path = join(this.folder, 'staged', randomUUID());
    this.#staged.set(path, overlay);
    return path;
  }

  /** Waits until QEMU answers and has what the document and saved state plug in. */
  prepare(op: string): Promise<void> {
    this.#prepared ??= this.#prepare(op).catch((error: unknown) => {
      // A later start tries again: the missing disk may be there by then.
      this.#prepared = undefined;
      throw error;
    });
    return this.#prepared;
  }

  #mark(name: Moment['name']): void {
    this.timeline.push({ name, atMs: performance.now() });
  }

  #launch(): void {
    const { document } = this.record;
    const dieWithOwner = document.ShouldTerminateOnLastHandleClosed === true;
    const firmware = findFirmware(this.#options.qemu);
    const line = machineArguments(document, {
      accelerator: this.record.accelerator ?? 'tcg',
      incoming: this.#options.restore !== undefined,
      link: this.link,
      ownerMonitor: true,
      kernelLog: true,
      machine: this.record.machine ?? 'q35',
      ...(this.record.memory === undefined ? {} : { memory: this.record.memory }),
      ...(firmware === undefined ? {} : { firmware }),
    });
    const args = [...line, ...driveArguments(document, this.#options.restore?.devices.drives)];
    this.#mark('spawn');
    const serves = document.VirtualMachine.Devices?.Plan9 !== undefined;
    const { preload } = this.#options;
    this.#process = spawnVmm({
      binary: this.#options.qemu,
      args,
      folder: this.folder,
      dieWithOwner,
      ownMounts: serves && process.geteuid?.() === 0,
      ...(serves && preload !== undefined ? { preload } : {}),
      ...(this.#options.vsockBackend === undefined || this.link !== 'vsock'
        ? {}
        : { vsockBackend: this.#options.vsockBackend }),
    });
    this.record.vmm = this.#process.identity;
    writeRecordIn(this.folder, this.record);
    const qmp = new QmpClient(this.#process.monitor as NonNullable<VmmProcess['monitor']>);
    this.#use(qmp);
    this.#watchExit(qmp);
    void qmp.ready.then(
      () => {
        this.#mark('vmm-ready');
        this.prepare(`start compute system ${this.id}`).catch(() => undefined);
      },
      () => undefined,
    );
  }

  async #prepare(op: string): Promise<void> {
    const qmp = this.#monitor(op);
    await withDeadline(qmp.ready, READY_TIMEOUT_MS, 'QEMU did not greet');
    await plugDocument(this.#plug(op), this.#options.restore?.devices);
    if (this.#state !== 'Stopped') writeRecordIn(this.folder, this.record);
  }

  #plug(op: string): Plug {
    const backendEnded = this.#process?.backendEnded;
    return {
      op,
      qmp: this.#monitor(op),
      document: this.record.document,
      devices: this.record.devices,
      machine: this.record.machine ?? 'q35',
      folder: this.folder,
      pid: this.record.vmm?.pid ?? 0,
      endpoints: this.#options.endpoints,
      staged: this.#staged,
      ...(backendEnded === undefined
        ? {}
        : { backend: { ended: backendEnded, said: () => this.#process?.stderrTail() ?? '' } }),
    };
  }

  /** The first of the files that the start needs and that cannot be read. */
  async #missingFile(op: string): Promise<HcsError | undefined> {
    for (const file of bootFiles(this.record.document)) {
      try {
        await access(file.path, constants.R_OK);
      } catch (error) {
        return fileError(op, error, file.path, file.source);
      }
    }
    return undefined;
  }

  async #visit(op: string): Promise<QmpClient> {
    let failure: unknown;
    for (const name of MONITOR_SOCKETS) {
      let qmp: QmpClient | undefined;
      try {
        qmp = new QmpClient(await connectSocket(join(this.folder, name)));
        await withDeadline(qmp.ready, VISIT_TIMEOUT_MS, 'the monitor is in use by another process');
        return qmp;
      } catch (error) {
        failure = error;
        qmp?.close();
      }
    }
    const Message = `QEMU's monitors do not answer: ${(failure as Error).message}`;
    throw new HcsError(op, 'HCS_E_CONNECT_FAILED', [{ Message }], { cause: failure });
  }

  #use(qmp: QmpClient): void {
    this.#qmp = qmp;
    qmp.onEvent((event) => this.#event(event));
  }

  #event({ event, data }: QmpEvent): void {
    if (event === 'SHUTDOWN') this.#shutdownReason = String(data['reason']);
    else if (event === 'STOP' && this.#state === 'Running') this.#state = 'Paused';
    else if (event === 'RESUME' && this.#state !== 'Stopped') this.#state = 'Running';
  }

  #watchExit(qmp: QmpClient): void {
    const gone: Promise<ProcessExit> = this.#process?.exited ?? Promise.resolve({});
    // The reason comes over the monitor: read it to its end before judging the exit.
    void Promise.all([gone, qmp.closed]).then(([exit]) => {
      if (!this.#detached) this.#finish(exit);
    });
  }

  #finish(exit: ProcessExit = {}): void {
    if (this.#state === 'Stopped') return;
    this.#state = 'Stopped';
    this.#mark('exited');
    const said = this.#process?.stderrTail() || (exit.signal ?? exit.code)?.toString();
    const kernelSaid = this.#process?.kernelTail() ?? '';
    this.exitStatus = exitStatus(this.#forced, this.#shutdownReason, said, kernelSaid);
    this.#qmp?.close();
    this.#settleExit(this.exitStatus);
  }

  async #quit(): Promise<void> {
    const timer = setTimeout(() => this.#process?.kill(), QUIT_TIMEOUT_MS);
    this.#qmp?.execute('quit').catch(() => this.#process?.kill());
    await this.exited;
    clearTimeout(timer);
  }

  #transition(verb: string, from: SystemState, command: string, to: SystemState): Promise<void> {
    const op = `${verb} compute system ${this.id}`;
    return this.#exclusively(async () => {
      this.#expect(op, from);
      await this.#command(op, command);
      this.#state = to;
    });
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }

  #expect(op: string, ...states: SystemState[]): void {
    if (this.#state === 'Stopped') throw this.#stopped(op);
    if (states.includes(this.#state)) return;
    const Message = `the system is ${this.#state}; it must be ${states.join(' or ')}`;
    throw new HcsError(op, 'HCS_E_INVALID_STATE', [{ Message, Source: 'State' }]);
  }

  #stopped(op: string): HcsError {
    return new HcsError(op, 'HCS_E_SYSTEM_ALREADY_STOPPED', [{ Message: 'the system has exited' }]);
  }

  #monitor(op: string): QmpClient {
    if (this.#qmp === undefined) throw this.#stopped(op);
    return this.#qmp;
  }

  async #command(op: string, command: string): Promise<void> {
    await this.#orExit(op, this.#monitor(op).execute(command));
  }

  /** Awaits what QEMU does; that QEMU ends in the middle of it is what is told then. */
  async #orExit<T>(op: string, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof HcsError) throw error;
      if (error instanceof QmpError) throw failed(op, 'E_FAIL', error.message, error);
      // The monitor closed: the process's end says why, and follows at once.
      const status = await Promise.race([this.exited, pauseMs(QUIT_TIMEOUT_MS)]);
      const said = this.#process?.stderrTail() || (error as Error).message;
      if (status === undefined) throw failed(op, 'E_FAIL', said, error);
      const exit = status.Attribution?.[0]?.WorkerExit;
      const why = exit?.Type ?? exit?.Detail ?? said;
      const code: HresultName = this.#forced ? 'HCS_E_TERMINATED' : 'HCS_E_UNEXPECTED_EXIT';
      throw failed(op, code, `QEMU ended: ${why}`, error);
    }
  }
}

function stateOf(status: string): SystemState {
  if (status === 'running') return 'Running';
  return status === 'prelaunch' || status === 'inmigrate' ? 'Created' : 'Paused';
}

function failed(op: string, code: HresultName, Message: string, cause: unknown): HcsError {
  return new HcsError(op, code, [{ Message, Source: 'QEMU' } satisfies ErrorEvent], { cause });
}
