/**
 * What a host can do: compute systems described by HCS v2 documents.
 *
 * This is the contract that `hcs/qemu` and `hcs/windows` both implement and that `test/contract` holds
 * them to. It knows no containers. Documents, resource paths, request types, property names and error
 * numbers are those of the Host Compute Service; a document that one implementation accepts the other
 * accepts, and what HCS refuses both refuse with the same HRESULT.
 */
import type { Duplex } from 'node:stream';
import type { ComputeSystemDocument } from './document/compute-system.ts';
import type {
  BasicProperties,
  ComputeSystemProperties,
  PropertyQuery,
  ServiceProperties,
  SystemQuery,
} from './document/properties.ts';
import type { ModifySettingRequest } from './document/modify-setting-request.ts';
import type { SaveOptions } from './document/save-options.ts';
import type { SystemExitStatus } from './document/system-exit-status.ts';
import type { EndpointService } from './endpoints.ts';
import type { HostOverlay } from './host-overlay.ts';

/** The host's compute service: makes, finds and describes compute systems. */
export interface ComputeService extends AsyncDisposable {
  /** What network adapters' EndpointIds name. */
  readonly endpoints: EndpointService;
  /**
   * What was saved AsTemplate is the system, which must be there for its clones (HCS). Default false: it is files, and
   * the system may end.
   */
  readonly keepsTemplatesAsSystems?: boolean;
  /**
   * Creates a compute system in state Created. Nothing of the guest has run yet.
   * @param id unique on the host, `[A-Za-z0-9][A-Za-z0-9_.@-]{0,127}`
   * @throws HcsError INVALID_JSON, E_INVALIDARG, SYSTEM_ALREADY_EXISTS, NOT_SUPPORTED; nothing is left behind
   */
  create(id: string, document: ComputeSystemDocument): Promise<ComputeSystem>;
  /**
   * Opens a system that another handle (perhaps of a process that died) created.
   * @throws HcsError SYSTEM_NOT_FOUND
   */
  open(id: string): Promise<ComputeSystem>;
  /** Basic properties of every system that the query selects; an absent query selects all. */
  enumerate(query?: SystemQuery): Promise<BasicProperties[]>;
  /** What the service supports: schema versions, and how it executes guests. */
  properties(): Promise<ServiceProperties>;
  /** Lets the VM of `id` open `path`. @throws HcsError FILE_NOT_FOUND */
  grantVmAccess(id: string, path: string): Promise<void>;
}

/** One handle on one compute system. Disposing it closes the handle; see ShouldTerminateOnLastHandleClosed. */
export interface ComputeSystem extends AsyncDisposable {
  readonly id: string;
  /** The VM's GUID, which names it to hvsocket. */
  readonly runtimeId: string;
  /**
   * Moments of this start that only the implementation sees, in order: "spawn" (the VMM or the create
   * call was begun), "vmm-ready" (it takes commands), "started" (the processors run). Times are performance.now() of this process;
   * empty for a system that was opened.
   */
  readonly timeline: readonly { readonly name: string; readonly atMs: number }[];
  /** Settles once, when the system has exited for whatever reason; never rejects. */
  readonly exited: Promise<SystemExitStatus>;
  /** Created -> Running. Returns when the virtual processors run, not when the guest is up. */
  start(): Promise<void>;
  /** Asks the guest's firmware interface to power off; resolves when the request was delivered. */
  shutdown(): Promise<void>;
  /** Stops at once. Resolves when the system has exited. Already stopped is not an error. */
  terminate(): Promise<void>;
  /** Running -> Paused: virtual processors stop. */
  pause(): Promise<void>;
  /** Paused -> Running. */
  resume(): Promise<void>;
  /**
   * Writes the state of a Paused system to a file that RestoreState.SaveStateFilePath can name; or makes the system a
   * template, SavedAsTemplate, which runs no more and which RestoreState.TemplateSystemId can name. A clone's document
   * is its template's: its Chipset and ComputeTopology are refused where they differ (E_INVALIDARG).
   */
  save(options: SaveOptions): Promise<void>;
  /** Changes a running (or created) system: hot-add, hot-remove, resize. */
  modify(request: ModifySettingRequest): Promise<void>;
  /**
   * The path under which a Plan9Share added to this system by this handle's process shares an overlay. It is mounted
   * when the share is added, where the system alone sees it, and gone with the share or the system: the host has no
   * mount at any time. A path serves one share.
   * @throws HcsError NOT_SUPPORTED where the host has no overlays (Windows), E_INVALIDARG, FILE_NOT_FOUND
   */
  stageOverlay(overlay: HostOverlay): Promise<string>;
  properties(query?: PropertyQuery): Promise<ComputeSystemProperties>;
  /**
   * Listens for the guest's connections to vsock `port` of the host, for this VM alone. Call it after
   * create and before start: a guest dials as soon as it is up.
   */
  listen(port: number): Promise<GuestListener>;
  /** The guest's first serial port (ComPorts["0"]) as a byte stream; undefined where the document has none. */
  console(): Promise<Duplex | undefined>;
}

/** Accepts connections that the guest dials. */
export interface GuestListener extends AsyncDisposable {
  readonly port: number;
  /**
   * A Unix socket where another program of this host may take the next connection in place of accept(): QEMU's serial
   * link. Absent: only accept() does.
   */
  readonly socketPath?: string;
  /**
   * The next connection. One at a time: on a serial channel a new accept() after the last connection
   * ended waits for the guest to begin again.
   * @throws HcsError CONNECTION_TIMEOUT when the signal aborts, CONNECTION_CLOSED when the system exits
   */
  accept(signal?: AbortSignal): Promise<Duplex>;
}
