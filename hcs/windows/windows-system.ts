/**
 * One handle on one compute system of HCS.
 *
 *   open: the handle is held, its events come here      closing -> closed: the handle is HCS's again
 *
 * State is HCS's: it is asked, not kept. Only the exit is kept (exit-watch.ts), because HCS forgets a system
 * that has exited. Closing runs on a pool thread: HCS waits there for a callback in flight, which waits for us.
 */
import { resolve } from 'node:path';
import type { Duplex } from 'node:stream';
import type { ComputeSystemDocument } from '../document/compute-system.ts';
import { decodeModifySettingRequest } from '../document/decode-modify-setting-request.ts';
import { decodePropertyQuery, decodeSaveOptions } from '../document/decode-queries.ts';
import type { Modification } from '../document/modification.ts';
import type { ModifySettingRequest } from '../document/modify-setting-request.ts';
import type { ProcessParameters } from '../document/process.ts';
import type {
  BasicProperties,
  ComputeSystemProperties,
  PropertyQuery,
} from '../document/properties.ts';
import type { SaveOptions } from '../document/save-options.ts';
import type { SystemExitStatus } from '../document/system-exit-status.ts';
import { HcsError } from '../hcs-error.ts';
import { HRESULT } from '../hresult.ts';
import type { HostOverlay } from '../host-overlay.ts';
import type { ComputeSystem, GuestListener } from '../service.ts';
import type { ExportName, Handle } from './compute-core.ts';
import {
  type ComputeProcess,
  createProcess,
  openProcess,
  type ProcessOwner,
} from './compute-process.ts';
import { ExitWatch } from './exit-watch.ts';
import { documentFiles, type FileAccess, type NamedFile } from './file-access.ts';
import { HvSocketListener } from './hv-socket.ts';
import { runOperation, type OperationHost } from './operation.ts';
import { openPipeConsole } from './pipe-console.ts';
import { basicPropertiesOf, parseProperties } from './properties.ts';
import type { Winsock } from './winsock.ts';

/** A moment of the timeline. */
export interface Moment {
  readonly name: string;
  readonly atMs: number;
}

/** What a handle is made of. */
export interface WindowsSystemOptions {
  host: OperationHost;
  handle: Handle;
  basic: BasicProperties;
  watch: ExitWatch;
  access: FileAccess;
  winsock: () => Winsock;
  /** The document, where this process has created the system. */
  document?: ComputeSystemDocument;
  timeline: readonly Moment[];
  /** Runs once, after HCS has the handle back. */
  onClosed: () => Promise<void>;
}

/** See the module's comment. */
export class WindowsSystem implements ComputeSystem {
  readonly id: string;
  readonly runtimeId: string;
  readonly exited: Promise<SystemExitStatus>;
  readonly timeline: readonly Moment[];
  readonly #options: WindowsSystemOptions;
  /** Files of devices that were added, by the device's resource path. */
  readonly #added = new Map<string, NamedFile>();
  readonly #processes = new Set<ComputeProcess>();
  #closed: Promise<void> | undefined;

  constructor(options: WindowsSystemOptions) {
    this.id = options.basic.Id;
    this.runtimeId = options.basic.RuntimeId;
    this.exited = options.watch.exited;
    this.timeline = options.timeline;
    this.#options = options;
  }

  async start(): Promise<void> {
    const op = this.#use('start');
    const { access, document } = this.#options;
    if (document !== undefined) {
      const missing = documentFiles(document).filter((file) => !access.has(file));
      await access.grantPresent(op, missing);
    }
    await this.#run(op, 'HcsStartComputeSystem', null);
  }

  async shutdown(): Promise<void> {
    await this.#run(this.#use('shut down'), 'HcsShutDownComputeSystem', null);
  }

  async terminate(): Promise<void> {
    // Through a closed handle there is nothing to end: not an error, as with what has stopped.
    if (this.#closed !== undefined) return this.#closed;
    const { watch, host } = this.#options;
    if (watch.status !== undefined) return watch.cleaned();
    const op = `terminate compute system ${this.id}`;
    try {
      await this.#run(op, 'HcsTerminateComputeSystem', null);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
    await exitWithin(watch, op, host.timeoutMs);
    await watch.cleaned();
  }

  async pause(): Promise<void> {
    await this.#run(this.#use('pause'), 'HcsPauseComputeSystem', null);
  }

  async resume(): Promise<void> {
    await this.#run(this.#use('resume'), 'HcsResumeComputeSystem', null);
  }

  async save(options: SaveOptions): Promise<void> {
    const op = this.#use('save');
    const { SaveType = 'ToFile', SaveStateFilePath } = decodeSaveOptions(options, op);
    const path =
      SaveStateFilePath === undefined ? {} : { SaveStateFilePath: resolve(SaveStateFilePath) };
    await this.#run(op, 'HcsSaveComputeSystem', JSON.stringify({ SaveType, ...path }));
  }

  async modify(request: ModifySettingRequest): Promise<void> {
    const op = this.#use('modify');
    const { access } = this.#options;
    const change = decodeModifySettingRequest(request, op);
    const file = addedFile(change, request.ResourcePath);
    if (file !== undefined) await access.grant(op, file);
    try {
      await this.#run(op, 'HcsModifyComputeSystem', JSON.stringify(request), [null]);
    } catch (error) {
      if (file !== undefined) await access.revoke(file);
      throw error;
    }
    if (file !== undefined) this.#added.set(request.ResourcePath, file);
    if (change.request !== 'Remove') return;
    const removed = this.#added.get(request.ResourcePath);
    this.#added.delete(request.ResourcePath);
    if (removed !== undefined) await access.revoke(removed);
  }

  async stageOverlay(_overlay: HostOverlay): Promise<string> {
    const op = this.#use('stage an overlay for');
    const Message = 'this host is Windows, which has no overlays of folders';
    throw new HcsError(op, 'NOT_SUPPORTED', [{ Message, Source: 'overlay' }]);
  }

  async properties(query: PropertyQuery = {}): Promise<ComputeSystemProperties> {
    this.#checkOpen('read the properties of');
    const op = `read the properties of compute system ${this.id}`;
    const { PropertyTypes = [] } = decodePropertyQuery(query, op);
    const { watch } = this.#options;
    try {
      const basic = watch.status === undefined ? await this.#query(op, null) : undefined;
      const asked =
        basic === undefined || PropertyTypes.length === 0
          ? {}
          : await this.#query(op, JSON.stringify({ PropertyTypes }));
      if (basic !== undefined) return { ...asked, ...basicPropertiesOf(basic) };
    } catch (error) {
      // It may exit while it is asked; what it was is still known.
      if (!isGone(error)) throw error;
      await exitWithin(watch, op, this.#options.host.timeoutMs);
    }
    return {
      ...this.#options.basic,
      State: 'Stopped',
      Stopped: true,
      ExitType: watch.status?.ExitType ?? 'Unknown',
    };
  }

  async listen(port: number): Promise<GuestListener> {
    const op = this.#use('listen to');
    if (!Number.isInteger(port) || port < 1 || port > 0x7fffffff) {
      const Message = `port ${port} is not from 1 to 2147483647`;
      throw new HcsError(op, 'E_INVALIDARG', [{ Message, Source: 'port' }]);
    }
    const { winsock } = this.#options;
    return HvSocketListener.open(
      winsock(),
      `listen on port ${port} of compute system ${this.id}`,
      this.runtimeId,
      port,
      this.exited,
    );
  }

  async console(): Promise<Duplex | undefined> {
    this.#use('open the console of');
    const pipe = this.#options.document?.VirtualMachine.Devices?.ComPorts?.['0']?.NamedPipe;
    return Promise.resolve(pipe === undefined ? undefined : openPipeConsole(pipe, this.exited));
  }

  /**
   * Starts a process by HCS's own agent in the guest, which lcow's guests do not have: beyond the contract. It goes
   * with this handle where it was not closed before.
   * @throws HcsError HCS_E_SYSTEM_NOT_CONFIGURED_FOR_OPERATION
   */
  async createProcess(parameters: ProcessParameters): Promise<ComputeProcess> {
    this.#use('create a process in');
    return this.#keep(await createProcess(this.#owner(), parameters));
  }

  /** Another handle on such a process, without its streams. @throws HcsError ERROR_NOT_FOUND */
  async openProcess(processId: number): Promise<ComputeProcess> {
    this.#use(`open process ${processId} of`);
    return this.#keep(await openProcess(this.#owner(), processId));
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const { host, handle, onClosed } = this.#options;
    await Promise.all([...this.#processes].map((process) => process[Symbol.asyncDispose]()));
    await host.core.callAsync('HcsCloseComputeSystem', handle);
    await onClosed();
  }

  #owner(): ProcessOwner {
    const { host, handle, watch } = this.#options;
    const onClose = (process: ComputeProcess): void => void this.#processes.delete(process);
    return { host, handle, watch, id: this.id, onClose };
  }

  /** Closed with this handle, which may have been closed meanwhile. */
  async #keep(process: ComputeProcess): Promise<ComputeProcess> {
    if (this.#closed !== undefined) {
      await process[Symbol.asyncDispose]();
      this.#checkOpen('use a process of');
    }
    this.#processes.add(process);
    return process;
  }

  async #query(op: string, query: string | null): Promise<Partial<ComputeSystemProperties>> {
    const { host, handle } = this.#options;
    return parseProperties(
      op,
      await runOperation(host, op, (operation) =>
        host.core.callAsync('HcsGetComputeSystemProperties', handle, operation, query),
      ),
    );
  }

  async #run(
    op: string,
    name: ExportName,
    text: string | null,
    rest: unknown[] = [],
  ): Promise<void> {
    const { host, handle, watch } = this.#options;
    try {
      await runOperation(host, op, (operation) =>
        host.core.callAsync(name, handle, operation, text, ...rest),
      );
    } catch (error) {
      // HCS forgets a system that has exited; to whoever holds a handle it has stopped.
      if (watch.status === undefined || !isGone(error)) throw error;
      throw stopped(op, watch.status);
    }
  }

  /** The op of a call that is about to be made. @throws HcsError where the handle is closed or the system gone */
  #use(verb: string): string {
    this.#checkOpen(verb);
    const op = `${verb} compute system ${this.id}`;
    const { status } = this.#options.watch;
    if (status !== undefined) throw stopped(op, status);
    return op;
  }

  #checkOpen(verb: string): void {
    if (this.#closed === undefined) return;
    const Message = 'this handle is closed';
    throw new HcsError(`${verb} compute system ${this.id}`, 'E_INVALIDARG', [{ Message }]);
  }
}

/** The file that a device which is added opens. */
function addedFile(change: Modification, source: string): NamedFile | undefined {
  if (change.request !== 'Add') return undefined;
  switch (change.kind) {
    case 'scsi-attachment': {
      const { Path, ReadOnly = false } = change.attachment;
      return { path: Path, source, readOnly: ReadOnly };
    }
    case 'virtual-pmem-device': {
      const { HostPath, ReadOnly = false } = change.settings;
      return HostPath === undefined ? undefined : { path: HostPath, source, readOnly: ReadOnly };
    }
    case 'virtual-pmem-mapping':
      // Only layers are packed into a device, which is read-only then.
      return { path: change.mapping.HostPath, source, readOnly: true };
    default:
      return undefined;
  }
}

function stopped(op: string, { ExitType }: SystemExitStatus): HcsError {
  const Message = `the system is Stopped (${ExitType})`;
  return new HcsError(op, 'HCS_E_SYSTEM_ALREADY_STOPPED', [{ Message }]);
}

function isGone(error: unknown): boolean {
  if (!(error instanceof HcsError)) return false;
  const { HCS_E_SYSTEM_ALREADY_STOPPED, HCS_E_SYSTEM_NOT_FOUND } = HRESULT;
  return [HCS_E_SYSTEM_ALREADY_STOPPED, HCS_E_SYSTEM_NOT_FOUND].includes(error.hresult as never);
}

/** The event comes by a thread of its own, mostly within the millisecond. */
async function exitWithin(watch: ExitWatch, op: string, timeoutMs: number): Promise<void> {
  if (watch.status !== undefined) return;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const Message = `HCS has not told of the exit within ${timeoutMs} ms`;
      reject(new HcsError(op, 'HCS_E_OPERATION_TIMEOUT', [{ Message }]));
    }, timeoutMs);
  });
  try {
    await Promise.race([watch.exited, late]);
  } finally {
    clearTimeout(timer);
  }
}
