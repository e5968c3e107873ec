/**
 * One handle on one process in a compute system: a binding of HCS's own processes, which its guest agent runs. The
 * document must ask for that agent (GuestConnection) and the guest have it; lcow's guests do not, and run containers by
 * their own. HCS refuses there with HCS_E_SYSTEM_NOT_CONFIGURED_FOR_OPERATION.
 *
 *   open: the handle is held, its exit comes here      closing -> closed: the handle is HCS's again
 *
 * A closed handle ends no process; the standard streams go with it. Closing runs on a pool thread, as a system's does.
 */
import type { Socket } from 'node:net';
import {
  decodeProcessModifyRequest,
  decodeProcessParameters,
  decodeProcessStatus,
  decodeSignalProcessOptions,
} from '../document/decode-process.ts';
import type {
  ProcessModifyRequest,
  ProcessParameters,
  ProcessStatus,
  SignalProcessOptions,
} from '../document/process.ts';
import { HcsError, isHcsError } from '../hcs-error.ts';
import { HRESULT, type HresultName } from '../hresult.ts';
import { callbacks, forgetEvents, listenToEvents } from './callbacks.ts';
import { type ExportName, GENERIC_ALL, type Handle, type HandleOut } from './compute-core.ts';
import type { ExitWatch } from './exit-watch.ts';
import { type OperationHost, runOperation, runProcessOperation } from './operation.ts';
import { hcsFailure, parseDocument } from './result-document.ts';
import { destroyStreams, type StdStreams, stdStreams } from './std-streams.ts';

/** HCS_EVENT_TYPE. */
const EVENT_PROCESS_EXITED = 0x00010000;
/** HCS_EVENT_OPTIONS. */
const EVENT_OPTION_NONE = 0;
/** win32's: the handle is none any more. */
const E_HANDLE = 0x80070006;

/** Whose processes they are: one open handle on a system. */
export interface ProcessOwner {
  readonly host: OperationHost;
  readonly handle: Handle;
  readonly id: string;
  /** With the system its processes end, which HCS need not tell of one by one. */
  readonly watch: ExitWatch;
  /** Runs when a handle that was had is about to be closed. */
  readonly onClose: (process: ComputeProcess) => void;
}

/**
 * Starts a process.
 * @throws HcsError HCS_E_INVALID_JSON, E_INVALIDARG, HCS_E_SYSTEM_NOT_CONFIGURED_FOR_OPERATION, HCS_E_INVALID_STATE
 */
export async function createProcess(
  owner: ProcessOwner,
  parameters: ProcessParameters,
): Promise<ComputeProcess> {
  const { host, handle: system, id } = owner;
  const { core } = host;
  const op = `create a process in compute system ${id}`;
  const text = JSON.stringify(decodeProcessParameters(parameters, op));
  const out: HandleOut = [null];
  let begun: Promise<unknown> | undefined;
  let streams: StdStreams;
  let processId: number;
  try {
    const found = await runProcessOperation(host, op, (operation) => {
      begun = core.callAsync('HcsCreateProcess', system, text, operation, null, out);
      return begun;
    });
    processId = found.ProcessId;
    streams = stdStreams(core, op, found);
  } catch (error) {
    // As with a system: given at once, failed later; what was given goes back when the call has returned.
    const giveBack = async (): Promise<void> => {
      if (out[0] !== null) await core.callAsync('HcsCloseProcess', out[0]);
    };
    const back = begun?.then(giveBack, giveBack);
    if (!isHcsError(error, 'HCS_E_OPERATION_TIMEOUT')) await back;
    throw error;
  }
  return ComputeProcess.hold(owner, op, out[0] as Handle, processId, streams);
}

/** Another handle on a process that runs, without its streams. @throws HcsError ERROR_NOT_FOUND */
export async function openProcess(owner: ProcessOwner, processId: number): Promise<ComputeProcess> {
  const op = `open process ${processId} of compute system ${owner.id}`;
  if (!Number.isInteger(processId) || processId < 1 || processId > 0xffff_ffff) {
    const Message = `process id ${processId} is not from 1 to 4294967295`;
    throw new HcsError(op, 'E_INVALIDARG', [{ Message, Source: 'processId' }]);
  }
  const handle = await openHandle(owner.host, op, owner.handle, processId);
  return ComputeProcess.hold(owner, op, handle, processId, {});
}

/** See the module's comment. */
export class ComputeProcess implements AsyncDisposable {
  readonly processId: number;
  readonly stdin: Socket | undefined;
  readonly stdout: Socket | undefined;
  readonly stderr: Socket | undefined;
  /**
   * Settles when it has exited. LastWaitResult is not 0 where its exit code cannot be known: with an end of the system,
   * of the service, or of this handle (E_HANDLE, and Exited is false).
   */
  readonly exited: Promise<ProcessStatus>;
  readonly #owner: ProcessOwner;
  readonly #handle: Handle;
  readonly #streams: StdStreams;
  readonly #context: number;
  #settle: (status: ProcessStatus) => void = () => undefined;
  #closed: Promise<void> | undefined;

  private constructor(owner: ProcessOwner, handle: Handle, processId: number, streams: StdStreams) {
    this.processId = processId;
    this.stdin = streams.stdin;
    this.stdout = streams.stdout;
    this.stderr = streams.stderr;
    this.#owner = owner;
    this.#handle = handle;
    this.#streams = streams;
    this.exited = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#context = listenToEvents((type, data) => {
      if (type === EVENT_PROCESS_EXITED) this.#told(data);
    });
    void owner.watch.exited.then(({ Status }) => {
      this.#lost(Status < 0 ? Status : HRESULT.HCS_E_SYSTEM_ALREADY_STOPPED);
    });
  }

  /** Connects the exit. Closes handle and streams where that fails. */
  static async hold(
    owner: ProcessOwner,
    op: string,
    handle: Handle,
    processId: number,
    streams: StdStreams,
  ): Promise<ComputeProcess> {
    const process = new ComputeProcess(owner, handle, processId, streams);
    const { core } = owner.host;
    try {
      const hresult = core.call(
        'HcsSetProcessCallback',
        handle,
        EVENT_OPTION_NONE,
        process.#context,
        callbacks().event,
      ) as number;
      if (hresult < 0) throw hcsFailure(op, hresult, null);
      // After the callback is set: an exit before it shows here, one after it is told.
      await process.#look(op);
      return process;
    } catch (error) {
      await process[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Sends a signal. HCS sends one at a time for each handle on the system: kill() does not wait for it. */
  async signal(options: SignalProcessOptions): Promise<void> {
    const op = this.#use('signal');
    const text = JSON.stringify(decodeSignalProcessOptions(options, op));
    await this.#run(op, 'HcsSignalProcess', text);
  }

  /** Ends it, through a handle on the system of its own. One that has ended is no error; see `exited`. */
  async kill(): Promise<void> {
    const op = this.#use('kill');
    const { host, id } = this.#owner;
    const { core } = host;
    const system: HandleOut = [null];
    let process: Handle | undefined;
    try {
      const call = core.callAsync('HcsOpenComputeSystem', id, GENERIC_ALL, system);
      const hresult = (await call) as number;
      if (hresult < 0 || system[0] === null) throw hcsFailure(op, hresult, null);
      const opened = await openHandle(host, op, system[0], this.processId);
      process = opened;
      await runOperation(host, op, (operation) =>
        core.callAsync('HcsTerminateProcess', opened, operation, null),
      );
    } catch (error) {
      if (!GONE.some((name) => isHcsError(error, name))) throw error;
    } finally {
      if (process !== undefined) await core.callAsync('HcsCloseProcess', process);
      if (system[0] !== null) await core.callAsync('HcsCloseComputeSystem', system[0]);
    }
  }

  /** Resizes its terminal, or closes the guest's end of a stream. */
  async modify(request: ProcessModifyRequest): Promise<void> {
    const op = this.#use('modify');
    const text = JSON.stringify(decodeProcessModifyRequest(request, op));
    await this.#run(op, 'HcsModifyProcess', text);
  }

  /** What HCS says of it. */
  async properties(): Promise<ProcessStatus> {
    const op = this.#use('read the properties of');
    const document = await this.#run(op, 'HcsGetProcessProperties', null);
    return decodeProcessStatus(parseDocument(document), this.processId, op);
  }

  /**
   * The streams that HCS has for it, with handles of their own: the caller's to destroy. A process that was opened may
   * have none.
   * @throws HcsError HCS_E_PROCESS_ALREADY_STOPPED, HCS_E_PROCESS_INFO_NOT_AVAILABLE
   */
  async reopenStreams(): Promise<StdStreams> {
    const op = this.#use('open the streams of');
    const { core } = this.#owner.host;
    const found = await runProcessOperation(this.#owner.host, op, (operation) =>
      core.callAsync('HcsGetProcessInfo', this.#handle, operation),
    );
    return stdStreams(core, op, found);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#owner.onClose(this);
    destroyStreams(this.#streams);
    await this.#owner.host.core.callAsync('HcsCloseProcess', this.#handle);
    forgetEvents(this.#context);
    const { processId: ProcessId } = this;
    this.#settle({ ProcessId, Exited: false, ExitCode: 0, LastWaitResult: E_HANDLE | 0 });
  }

  /** Whether it has exited. */
  async #look(op: string): Promise<void> {
    try {
      const document = await this.#run(op, 'HcsGetProcessProperties', null);
      const status = decodeProcessStatus(parseDocument(document), this.processId, op);
      if (status.Exited) this.#settle(status);
    } catch (error) {
      if (!isHcsError(error, 'HCS_E_PROCESS_ALREADY_STOPPED')) throw error;
      this.#lost(HRESULT.HCS_E_PROCESS_ALREADY_STOPPED);
    }
  }

  /** What cannot be read is an exit all the same. */
  #told(data: string | null): void {
    const op = `read the exit of process ${this.processId}`;
    try {
      const status = decodeProcessStatus(parseDocument(data), this.processId, op);
      this.#settle({ ...status, Exited: true });
    } catch {
      this.#lost(HRESULT.ERROR_INVALID_DATA);
    }
  }

  /** It has exited, and nobody can tell how. */
  #lost(hresult: number): void {
    const { processId: ProcessId } = this;
    this.#settle({ ProcessId, Exited: true, ExitCode: 0, LastWaitResult: hresult | 0 });
  }

  #run(op: string, name: ExportName, text: string | null): Promise<string | null> {
    const { host } = this.#owner;
    return runOperation(host, op, (operation) =>
      host.core.callAsync(name, this.#handle, operation, text),
    );
  }

  /** The op of a call that is about to be made. @throws HcsError E_INVALIDARG where the handle is closed */
  #use(verb: string): string {
    const op = `${verb} process ${this.processId} of compute system ${this.#owner.id}`;
    if (this.#closed === undefined) return op;
    throw new HcsError(op, 'E_INVALIDARG', [{ Message: 'this handle is closed' }]);
  }
}

/** What it fails with where there is nothing left to kill. */
const GONE: readonly HresultName[] = [
  'HCS_E_PROCESS_ALREADY_STOPPED',
  'HCS_E_SYSTEM_ALREADY_STOPPED',
  'HCS_E_SYSTEM_NOT_FOUND',
  'ERROR_NOT_FOUND',
];

async function openHandle(
  { core }: OperationHost,
  op: string,
  system: Handle,
  processId: number,
): Promise<Handle> {
  const out: HandleOut = [null];
  const call = core.callAsync('HcsOpenProcess', system, processId, GENERIC_ALL, out);
  const hresult = (await call) as number;
  if (hresult < 0 || out[0] === null) throw hcsFailure(op, hresult, null);
  return out[0];
}
