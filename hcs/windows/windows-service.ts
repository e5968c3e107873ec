/**
 * The contract of hcs/service.ts on Windows: finds, makes and describes compute systems through computecore.dll.
 *
 * Documents are checked by our own reader first, whose errors name the field; HCS then judges by what it knows.
 */
import { resolve } from 'node:path';
import { absolutePaths } from '../document/absolute-paths.ts';
import type { ComputeSystemDocument } from '../document/compute-system.ts';
import { decodeComputeSystemDocument } from '../document/decode-compute-system.ts';
import { decodeSystemQuery } from '../document/decode-queries.ts';
import type { BasicProperties, ServiceProperties, SystemQuery } from '../document/properties.ts';
import { type HostArchitecture, OLDEST_BUILD } from '../document/host-version.ts';
import { checkSystemId } from '../document/system-id.ts';
import { checkVersionNeeds } from '../document/version-gates.ts';
import type { EndpointService } from '../endpoints.ts';
import { HcsError, isHcsError } from '../hcs-error.ts';
import { HRESULT } from '../hresult.ts';
import type { ComputeService } from '../service.ts';
import { callbacks, forgetEvents, listenToEvents } from './callbacks.ts';
import {
  ComputeCore,
  type DocumentOut,
  GENERIC_ALL,
  type Handle,
  type HandleOut,
  type LibraryPaths,
} from './compute-core.ts';
import { exitStatusOf, ExitWatch, FORCED_EXIT } from './exit-watch.ts';
import { documentFiles, FileAccess, grantAccess } from './file-access.ts';
import { nativeArchitecture, windowsBuild } from './host-version.ts';
import { type OperationHost, OPERATION_TIMEOUT_MS, runOperation } from './operation.ts';
import {
  basicPropertiesOf,
  parseProperties,
  parsePropertiesList,
  supportedSchemaVersions,
} from './properties.ts';
import { hcsFailure } from './result-document.ts';
import { type Moment, WindowsSystem } from './windows-system.ts';
import { Winsock } from './winsock.ts';

/** HCS_EVENT_TYPE, those that are acted on. */
const EVENT_SYSTEM_EXITED = 1;
const EVENT_SERVICE_DISCONNECT = 0x02000000;
/** HCS_EVENT_OPTIONS. */
const EVENT_OPTION_NONE = 0;

/** How a service is opened. */
export interface WindowsServiceOptions {
  /** Networks' endpoints: HCN's. */
  endpoints: EndpointService;
  libraries?: LibraryPaths;
  /** Default this Windows'. */
  build?: number;
  /** Default this Windows'. */
  architecture?: HostArchitecture;
  /** Of each operation; default OPERATION_TIMEOUT_MS. */
  operationTimeoutMs?: number;
  /** Names the pipe of a system's first serial port, where its document names none. */
  consolePipe?: (id: string) => string;
}

/** Opens the service. @throws HcsError NOT_SUPPORTED before build 17763, HCS_E_HYPERV_NOT_INSTALLED */
export async function openWindowsService(options: WindowsServiceOptions): Promise<ComputeService> {
  const build = options.build ?? windowsBuild();
  if (!(build >= OLDEST_BUILD)) {
    const Message = `this is Windows build ${build}: lcow needs ${OLDEST_BUILD} (version 1809) or later`;
    throw new HcsError('use the Host Compute Service', 'NOT_SUPPORTED', [
      { Message, Source: 'build' },
    ]);
  }
  return Promise.resolve(new WindowsService(options, build));
}

class WindowsService implements ComputeService {
  readonly endpoints: EndpointService;
  readonly keepsTemplatesAsSystems = true;
  readonly #host: OperationHost;
  readonly #libraries: LibraryPaths;
  readonly #build: number;
  readonly #architecture: HostArchitecture | undefined;
  readonly #consolePipe: (id: string) => string;
  /** By RuntimeId: systems that this process has, or had, a handle on and that have not exited. */
  readonly #watches = new Map<string, ExitWatch>();
  readonly #systems = new Set<WindowsSystem>();
  #winsock: Winsock | undefined;

  constructor(options: WindowsServiceOptions, build: number) {
    this.endpoints = options.endpoints;
    this.#libraries = options.libraries ?? {};
    this.#build = build;
    this.#architecture = options.architecture;
    this.#consolePipe = options.consolePipe ?? ((id) => `\\\\.\\pipe\\lcow-${id}-com0`);
    this.#host = {
      core: new ComputeCore(this.#libraries),
      timeoutMs: options.operationTimeoutMs ?? OPERATION_TIMEOUT_MS,
      pending: new Set(),
    };
  }

  async create(id: string, input: ComputeSystemDocument): Promise<WindowsSystem> {
    const op = `create compute system ${id}`;
    checkSystemId(id, 'create compute system');
    const document = this.#completed(id, decodeComputeSystemDocument(input, op));
    const timeline: Moment[] = [{ name: 'spawn', atMs: performance.now() }];
    const access = new FileAccess(this.#host.core, id);
    try {
      await access.grantPresent(op, documentFiles(document));
      const handle = await this.#createHandle(op, id, document);
      timeline.push({ name: 'vmm-ready', atMs: performance.now() });
      return await this.#hold(op, handle, { access, document, timeline });
    } catch (error) {
      // Another system of that id may have been granted the same files.
      if (!isHcsError(error, 'HCS_E_SYSTEM_ALREADY_EXISTS')) await access.revokeAll();
      throw error;
    }
  }

  async open(id: string): Promise<WindowsSystem> {
    const op = `open compute system ${id}`;
    checkSystemId(id, 'open compute system');
    const { core } = this.#host;
    const out: HandleOut = [null];
    const hresult = (await core.callAsync('HcsOpenComputeSystem', id, GENERIC_ALL, out)) as number;
    if (hresult < 0 || out[0] === null) throw hcsFailure(op, hresult, null);
    try {
      return await this.#hold(op, out[0], { access: new FileAccess(core, id), timeline: [] });
    } catch (error) {
      // It exited between the two calls.
      if (!isHcsError(error, 'HCS_E_SYSTEM_ALREADY_STOPPED')) throw error;
      throw hcsFailure(op, HRESULT.HCS_E_SYSTEM_NOT_FOUND, null);
    }
  }

  async enumerate(query: SystemQuery = {}): Promise<BasicProperties[]> {
    const op = 'enumerate compute systems';
    const wanted = JSON.stringify(decodeSystemQuery(query));
    const document = await runOperation(this.#host, op, (operation) =>
      this.#host.core.callAsync('HcsEnumerateComputeSystems', wanted, operation),
    );
    return parsePropertiesList(op, document).filter(({ State }) => State !== 'Stopped');
  }

  async properties(): Promise<ServiceProperties> {
    const op = 'read the properties of the service';
    const out: DocumentOut = [null];
    const query = JSON.stringify({ PropertyTypes: ['Basic'] });
    const { core } = this.#host;
    const hresult = (await core.callAsync('HcsGetServiceProperties', query, out)) as number;
    if (hresult < 0) throw hcsFailure(op, hresult, out[0]);
    return {
      Basic: { SupportedSchemaVersions: supportedSchemaVersions(op, out[0]) },
      Execution: {
        Accelerator: 'hyperv',
        Reason: 'the Host Compute Service runs guests on Hyper-V',
        VmmName: 'vmwp',
        VmmVersion: `10.0.${this.#build}`,
        Platform: 'hyperv',
        KernelArguments: [],
      },
      Host: { Build: this.#build, Architecture: this.#architecture ?? nativeArchitecture() },
    };
  }

  async grantVmAccess(id: string, path: string): Promise<void> {
    const op = `grant compute system ${id} access to ${path}`;
    checkSystemId(id, op);
    await grantAccess(this.#host.core, op, id, { path: resolve(path), source: 'path' });
  }

  /** Closes every handle that was not closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#systems].map((system) => system[Symbol.asyncDispose]()));
  }

  async #createHandle(op: string, id: string, document: ComputeSystemDocument): Promise<Handle> {
    const { core } = this.#host;
    const out: HandleOut = [null];
    const text = JSON.stringify(document);
    let begun: Promise<unknown> | undefined;
    try {
      await runOperation(this.#host, op, (operation) => {
        begun = core.callAsync('HcsCreateComputeSystem', id, text, operation, null, out);
        return begun;
      });
    } catch (error) {
      // HCS gives the handle at once and fails later; what was given goes back when the call has returned.
      const giveBack = async (): Promise<void> => {
        if (out[0] !== null) await core.callAsync('HcsCloseComputeSystem', out[0]);
      };
      const back = begun?.then(giveBack, giveBack);
      if (!isHcsError(error, 'HCS_E_OPERATION_TIMEOUT')) await back;
      throw await this.#explained(op, error, document);
    }
    return out[0] as Handle;
  }

  /** HCS refuses what it is too old for as a field that it does not know: says which and since when. */
  async #explained(op: string, error: unknown, document: ComputeSystemDocument): Promise<unknown> {
    if (!isHcsError(error, 'HCS_E_INVALID_JSON')) return error;
    try {
      checkVersionNeeds(document, (await this.properties()).Basic.SupportedSchemaVersions, op);
    } catch (needs) {
      if (!(needs instanceof HcsError)) return error;
      return new HcsError(op, error.hresult, [...needs.events, ...error.events], { cause: error });
    }
    return error;
  }

  /** A handle with its events connected. Closes it where that fails. */
  async #hold(
    op: string,
    handle: Handle,
    made: { access: FileAccess; document?: ComputeSystemDocument; timeline: readonly Moment[] },
  ): Promise<WindowsSystem> {
    const { core } = this.#host;
    const watch = new ExitWatch();
    let told = watch;
    const context = listenToEvents((type, data) => {
      if (type === EVENT_SYSTEM_EXITED) told.settle(exitStatusOf(data));
      else if (type === EVENT_SERVICE_DISCONNECT) this.#disconnected();
    });
    try {
      const hresult = core.call(
        'HcsSetComputeSystemCallback',
        handle,
        EVENT_OPTION_NONE,
        context,
        callbacks().event,
      ) as number;
      if (hresult < 0) throw hcsFailure(op, hresult, null);
      // After the callback is set: an exit before it shows here, one after it is told.
      const document = await runOperation(this.#host, op, (operation) =>
        core.callAsync('HcsGetComputeSystemProperties', handle, operation, null),
      );
      const basic = basicPropertiesOf(parseProperties(op, document));
      told = this.#watch(basic.RuntimeId, watch);
      if (watch.status !== undefined) told.settle(watch.status);
      const held = told;
      held.handles += 1;
      const system = new WindowsSystem({
        host: this.#host,
        handle,
        basic,
        watch: held,
        winsock: () => (this.#winsock ??= new Winsock(this.#libraries.ws2_32)),
        ...made,
        onClosed: async () => {
          forgetEvents(context);
          this.#systems.delete(system);
          await this.#closed(basic, held);
          await held.cleaned();
          // Again: what could not be taken back while the service was gone.
          if (held.status !== undefined) await made.access.revokeAll();
        },
      });
      held.atExit(() => made.access.revokeAll());
      this.#systems.add(system);
      return system;
    } catch (error) {
      await core.callAsync('HcsCloseComputeSystem', handle);
      forgetEvents(context);
      throw error;
    }
  }

  #watch(runtimeId: string, fresh: ExitWatch): ExitWatch {
    const known = this.#watches.get(runtimeId);
    if (known !== undefined) return known;
    this.#watches.set(runtimeId, fresh);
    void fresh.exited.then(() => this.#watches.delete(runtimeId));
    return fresh;
  }

  /** Closing delivers no event: after our last handle is closed, looks whether that ended the system. */
  async #closed({ Id, RuntimeId }: BasicProperties, watch: ExitWatch): Promise<void> {
    watch.handles -= 1;
    if (watch.status !== undefined || watch.handles > 0) return;
    const left = await this.enumerate({ Ids: [Id] }).catch(() => []);
    if (left.some((system) => system.RuntimeId === RuntimeId)) return;
    watch.settle(FORCED_EXIT);
  }

  /** The service ended, and with it what it ran as far as we can know. */
  #disconnected(): void {
    const error = hcsFailure('', HRESULT.HCS_E_SERVICE_DISCONNECT, null);
    for (const reject of [...this.#host.pending]) reject(error);
    for (const watch of [...this.#watches.values()]) {
      watch.settle({ Status: HRESULT.HCS_E_SERVICE_DISCONNECT | 0, ExitType: 'Unknown' });
    }
  }

  /** With absolute paths, since HCS's working folder is its own, and a pipe for the console. */
  #completed(id: string, document: ComputeSystemDocument): ComputeSystemDocument {
    const port = absolutePaths(document).VirtualMachine.Devices?.ComPorts?.['0'];
    if (port !== undefined) port.NamedPipe ??= this.#consolePipe(id);
    return document;
  }
}
