/**
 * A utility VM's life: created from a document, booted, linked to its agent, its devices, its end.
 * It knows disks, shares and the agent's channel; it knows no containers and no VMM.
 *
 *   createUtilityVm: document -> create -> listen -> start        (returns while the guest boots)
 *   vm.ready:        accept -> preamble -> channel -> Vm.Hello     (the agent answers)
 *   adoptUtilityVm:  open -> listen; vm.ready: accept -> preamble with the secret   (adopt-utility-vm.ts)
 *
 * Devices may be attached as soon as createUtilityVm returns: the guest finds them when it is up.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, rm, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { HostVersion } from '../../hcs/document/host-version.ts';
import {
  DEFAULT_MEMORY_MIB,
  DEFAULT_PROCESSOR_COUNT,
  type RootDisk,
} from '../../hcs/document/lcow-options.ts';
import { lcowVm } from '../../hcs/document/lcow-vm.ts';
import {
  addPlan9Share,
  addScsiAttachment,
  removePlan9Share,
  removeScsiAttachment,
  type ScsiDisk,
} from '../../hcs/document/resource-requests.ts';
import type { Accelerator, ExecutionProperties } from '../../hcs/document/properties.ts';
import type { ComputeSystemDocument } from '../../hcs/document/compute-system.ts';
import type { SystemExitStatus } from '../../hcs/document/system-exit-status.ts';
import type { ComputeService, ComputeSystem, GuestListener } from '../../hcs/service.ts';
import { TimeLimit, withDeadline } from '../deadline.ts';
import { RuntimeError } from '../errors.ts';
import type { AgentChannel, CallOptions } from '../guest/agent-channel.ts';
import { type Method, METHODS } from '../guest/methods.ts';
import { scratchDigest } from '../rootfs/scratch-digest.ts';
import { Scope } from '../scope.ts';
import { Timeline } from '../timeline.ts';
import { AgentLink, prepareLink } from './agent-link.ts';
import { renewGuest, resumeClone, type VmTemplate } from './clone.ts';
import { type DeviceRecord, NO_DEVICES } from './device-record.ts';
import { checkGuestClock } from './guest-clock.ts';
import { type OverlaySource, planShare, type Share, type ShareSource } from './plan9-shares.ts';
import { describeExit, withKernelWords } from './vm-exit.ts';
import { sizeForDrive } from './scsi-drive.ts';
import { ScsiSlots, type ScsiSlot } from './scsi-slots.ts';
import { type StreamPort, StreamPorts } from './stream-ports.ts';

/** The vsock port that the agent dials ("LC", docs/protocol.md §1). */
export const AGENT_PORT = 0x4c43;
/** From start to the agent's first answer. Long because emulation on a loaded host is slow. */
export const BOOT_TIMEOUT_MS = 120_000;

/** A call to a guest that has nothing else to do. */
const RENAME_TIMEOUT_MS = 30_000;

/** What must be free beside kernel and initrd: page tables, the agent. */
const LEAST_FREE_MIB = 32;
/** Of somebody else's kernel that does not carry its configuration. */
const FOREIGN_SILENCE =
  ': its kernel may lack virtio_pci and virtio_console (hv_sock on Hyper-V), which must be built in';
/** A link that breaks is followed by the VM's end within this, if that is why it broke. */
const END_FOLLOWS_MS = 1000;

export interface BootFilePaths {
  /** vmlinux or bzImage; bzImage, beside the initrd, on hosts that boot by UEFI (bootsByUefi()). */
  readonly kernel: string;
  /** Absent: the root is a disk. */
  readonly initrd?: string;
  /** A disk that is the root, read-only; its drivers must be in the kernel. */
  readonly rootDisk?: RootDisk;
  /** What the kernel line needs for these files. */
  readonly arguments?: string;
  /** The kernel is of `lcow kernel build`, which has no tracing that would have to be kept from starting. Default: false. */
  readonly builtKernel?: boolean;
}

export interface UtilityVmShape {
  readonly bootFiles: BootFilePaths;
  /** How this host executes guests: decides arguments of the kernel line (ServiceProperties.Execution). */
  readonly execution: Pick<ExecutionProperties, 'Accelerator' | 'Platform' | 'KernelArguments'>;
  /** Which Windows it is (hostVersionOf()); default one without the limits of older builds. */
  readonly host?: HostVersion;
  /** Default 1024, hcsshim's. Rounded up to even. */
  readonly memoryMiB?: number;
  /**
   * Default 2 or the host's count if lower, hcsshim's; but 1 where guests are emulated, where bringing up the
   * second costs a third more boot time (docs/decisions/0002).
   */
  readonly processorCount?: number;
  /** Further arguments for the kernel line. */
  readonly kernelArguments?: string;
  /** Give the VM a serial port, where kernel and agent then talk; slows the boot. Default false. */
  readonly console?: boolean;
  /** Let the VM outlive this process. Default false. */
  readonly survivesHost?: boolean;
}

/** What a VM needs to be owned, made or adopted. */
export interface UtilityVmLife {
  readonly id: string;
  /** Folder for this VM's private sockets; made 0700 and removed with the VM. */
  readonly directory: string;
  /** 32 bytes that prove later connections; who wants to adopt the VM keeps them first. Default: random. */
  readonly secret?: Buffer;
  /** Keeps the record; what it names is attached after this resolves. */
  readonly onDevices?: (devices: DeviceRecord) => Promise<void>;
  readonly timeline?: Timeline;
  /** Called when its process is on its way. */
  readonly onCreated?: () => void;
  /** Gives the boot up. */
  readonly signal?: AbortSignal;
  readonly bootTimeoutMs?: number;
  /** Added to what is told of a boot without an answer: why that may be so. */
  readonly silence?: string;
  /** Refuse a guest whose kernel lacks what every container needs. Default false: it is told in `missing`. */
  readonly forContainers?: boolean;
  /** Do not boot: go on as a clone of this, which is a template of the same shape. */
  readonly template?: VmTemplate;
  /** It is to become a template: the guest makes nothing yet that each VM has alone. */
  readonly asTemplate?: boolean;
}

export interface UtilityVmOptions extends UtilityVmShape, UtilityVmLife {}

/** What an earlier owner knew of a VM that runs. */
export interface UtilityVmPast {
  readonly devices: DeviceRecord;
  /** What the agent said to Hello; absent: nobody is known to have greeted it. */
  readonly guest?: GuestInformation;
}

/** What the agent said of itself and its VM. */
export interface GuestInformation {
  readonly agentVersion: string;
  readonly kernelRelease: string;
  readonly platform: string;
  readonly runtime: string;
  readonly bootId: string;
  readonly cpus: number;
  readonly memoryBytes: number;
}

/**
 * The document of a VM of this shape, for its host: what `lcow uvm boot --document-only` prints.
 * @throws HcsError as lcowVm
 */
export function utilityVmDocument(shape: UtilityVmShape): ComputeSystemDocument {
  const { execution, bootFiles, host } = shape;
  const processorCount = shape.processorCount ?? defaultProcessorCount(execution.Accelerator);
  const userArguments = [bootFiles.arguments, shape.kernelArguments]
    .filter((text) => text !== undefined && text !== '')
    .join(' ');
  const { document } = lcowVm(
    {
      kernelFilePath: bootFiles.kernel,
      ...(bootFiles.initrd === undefined ? {} : { initRdPath: bootFiles.initrd }),
      ...(bootFiles.rootDisk === undefined ? {} : { rootDisk: bootFiles.rootDisk }),
      platform: execution.Platform,
      platformArguments: bootFiles.builtKernel
        ? // It would look up the name of each function that it starts with.
          execution.KernelArguments.filter((word) => !word.startsWith('initcall_blacklist='))
        : execution.KernelArguments,
      ...(userArguments === '' ? {} : { userArguments }),
      memoryMiB: shape.memoryMiB ?? DEFAULT_MEMORY_MIB,
      processorCount,
      console: shape.console ?? false,
      survivesHost: shape.survivesHost ?? false,
    },
    host,
  );
  return document;
}

function defaultProcessorCount(accelerator: Accelerator): number {
  return accelerator === 'tcg' ? 1 : Math.min(DEFAULT_PROCESSOR_COUNT, availableParallelism());
}

/**
 * Creates and starts a VM; returns while its guest boots (see `ready`).
 * @throws RuntimeError or HcsError; nothing is left behind
 */
export async function createUtilityVm(
  service: ComputeService,
  options: UtilityVmOptions,
): Promise<UtilityVm> {
  const scope = new Scope();
  try {
    options.signal?.throwIfAborted();
    await checkMemory(options);
    const system = scope.use(await service.create(options.id, documentOf(options)));
    scope.defer(() => system.terminate());
    options.onCreated?.();
    void prepareLink();
    await mkdir(options.directory, { recursive: true, mode: 0o700 });
    scope.defer(() => rm(options.directory, { recursive: true, force: true }));
    const listener = scope.use(await system.listen(AGENT_PORT));
    await system.start();
    options.timeline?.mark('started');
    return new UtilityVm(system, listener, scope.move(), {
      ...options,
      ...(options.bootFiles.arguments === undefined ? {} : { silence: FOREIGN_SILENCE }),
    });
  } catch (error) {
    await scope[Symbol.asyncDispose]();
    throw error;
  }
}

/** Of a clone: its template's, with what it begins from. */
function documentOf(options: UtilityVmOptions): ComputeSystemDocument {
  const document = utilityVmDocument(options);
  if (options.template === undefined) return document;
  const RestoreState = { TemplateSystemId: options.template.systemId };
  return { ...document, VirtualMachine: { ...document.VirtualMachine, RestoreState } };
}

/**
 * A guest that cannot unpack its initrd hangs in silence, so what cannot fit is refused. The kernel's file is about
 * what it takes in memory (a vmlinux), the initrd is there twice while it is unpacked.
 */
async function checkMemory({ bootFiles, memoryMiB = DEFAULT_MEMORY_MIB }: UtilityVmOptions) {
  const [kernel, initrd] = await Promise.all(
    [bootFiles.kernel, bootFiles.initrd ?? ''].map((path) =>
      stat(path).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  const leastMiB = Math.ceil(((kernel ?? 0) + 2 * (initrd ?? 0)) / 2 ** 20) + LEAST_FREE_MIB;
  if (memoryMiB < leastMiB) {
    const what = `memory of ${memoryMiB} MiB is less than the ${leastMiB} MiB that kernel and initrd need`;
    throw new RuntimeError('invalid-argument', 'boot the VM', what);
  }
}

export class UtilityVm implements AsyncDisposable {
  readonly id: string;
  readonly system: ComputeSystem;
  /** The agent's first channel, once it has answered. Rejects when the boot fails; the VM is then terminated. */
  readonly ready: Promise<AgentChannel>;
  /** How the VM ended, whatever ended it. Never rejects. */
  readonly exited: Promise<SystemExitStatus>;
  readonly #scope: Scope;
  readonly #slots: ScsiSlots;
  readonly #secret: Buffer;
  readonly #onDevices: ((devices: DeviceRecord) => Promise<void>) | undefined;
  readonly #shares = new Map<string, Share>();
  readonly #over = new AbortController();
  readonly #link: AgentLink;
  readonly #listener: GuestListener;
  readonly #streamPorts: StreamPorts;
  #nextShare: number;
  #guest: GuestInformation | undefined;
  #missing: readonly string[] = [];
  /** Why the guest is of no use; what is under way meanwhile fails for that, and not for the VM's end. */
  #refusal: RuntimeError | undefined;
  #disposed: Promise<void> | undefined;
  #saving = false;
  /** The guest is being told whose it is now. */
  #renaming: Promise<void> | undefined;

  /**
   * Use createUtilityVm or adoptUtilityVm.
   * @param scope ends the VM
   * @param past of a VM that was adopted
   */
  constructor(
    system: ComputeSystem,
    listener: GuestListener,
    scope: Scope,
    options: UtilityVmLife & Partial<Pick<UtilityVmShape, 'bootFiles'>>,
    past?: UtilityVmPast,
  ) {
    this.id = options.id;
    this.system = system;
    this.exited = system.exited;
    this.#scope = scope;
    this.#listener = listener;
    this.#streamPorts = new StreamPorts(system, AGENT_PORT + 1);
    this.#secret = options.secret ?? randomBytes(32);
    this.#onDevices = options.onDevices;
    const { disks, shares, nextShare, drives } = past?.devices ?? NO_DEVICES;
    const root = options.bootFiles?.rootDisk;
    const isOnScsi = root?.kind === 'scsi';
    const rootSlot = { controller: 0, lun: 0 };
    // Taken by the document, and never given back.
    const taken = isOnScsi ? [{ ...rootSlot, path: root.path, readOnly: true }] : [];
    this.#slots = new ScsiSlots(1, [...taken, ...disks], drives ?? options.template?.drives);
    if (isOnScsi) this.#slots.claim(rootSlot);
    for (const share of shares) this.#shares.set(share.name, share);
    this.#nextShare = nextShare;
    this.#guest = past?.guest;
    void this.exited.then((status) => {
      this.#over.abort(new RuntimeError('unavailable', 'call the agent', describeExit(status)));
    });
    const { directory } = options;
    const link = { directory, secret: this.#secret, over: this.#over.signal };
    this.#link = scope.use(new AgentLink(listener, link));
    this.ready = this.#boot(options, past !== undefined);
    this.ready.catch(() => {});
  }

  /** What the agent said in its first answer; undefined before `ready`. */
  get guest(): GuestInformation | undefined {
    return this.#guest;
  }

  /** Of somebody else's kernel: what it lacks for containers, as CONFIG_ names. Empty before `ready`. */
  get missing(): readonly string[] {
    return this.#missing;
  }

  /** The channel that serves now: the first one, or after a broken link the next. Rejects once the VM has ended. */
  async agent(): Promise<AgentChannel> {
    await this.ready;
    await this.#renaming;
    return this.#link.current();
  }

  /**
   * Of a VM that was ready before it was anybody's: its guest gets this name, and the time and entropy anew. Whatever is
   * called from now on waits for that, and fails when it does.
   */
  rename(name: string): void {
    this.#renaming = this.#rename(name.slice(0, 63));
    this.#renaming.catch(() => {});
  }

  async #rename(hostname: string): Promise<void> {
    const channel = await this.ready;
    const identity = { secret: this.#secret, hostname };
    using limit = new TimeLimit(RENAME_TIMEOUT_MS);
    await renewGuest(channel, identity, { signal: limit.signal, timeoutMs: RENAME_TIMEOUT_MS });
  }

  /** Runs after each link that replaced a broken one. Returns what stops that. */
  onRelinked(run: () => void): () => void {
    return this.#link.onRelinked(run);
  }

  /** The devices as a later owner would need them. */
  get devices(): DeviceRecord {
    const shares = [...this.#shares.values()];
    const { disks, drives } = this.#slots;
    return { disks, shares, nextShare: this.#nextShare, ...(drives.length > 0 ? { drives } : {}) };
  }

  /**
   * Calls the agent once it is ready.
   * @throws RuntimeError as AgentChannel.call; when the VM has ended, that is what is told
   */
  async call<Request, Response>(
    op: string,
    method: Method<Request, Response>,
    request: Request,
    options?: CallOptions,
  ): Promise<Response> {
    const agent = await this.agent();
    try {
      return await agent.call(op, method, request, options);
    } catch (error) {
      throw await this.explain(op, error);
    }
  }

  /**
   * Why the guest was refused, or the VM's end, where that is why `op` failed; else the error itself. A broken link waits for
   * the end a little.
   */
  async explain(op: string, error: unknown): Promise<unknown> {
    if (this.#refusal !== undefined) return this.#refusal;
    const broken = error instanceof RuntimeError && error.code === 'unavailable';
    const status = await Promise.race([this.exited, delay(broken ? END_FOLLOWS_MS : 0)]);
    if (status === undefined) return error;
    return new RuntimeError('unavailable', op, describeExit(status), { cause: error });
  }

  /** A port for the stdout of one process, beside the agent's link; undefined where none is free. */
  streamPort(): Promise<StreamPort | undefined> {
    return this.#streamPorts.reserve();
  }

  /**
   * Attaches a disk image; a read-only one that is attached already is shared.
   * @param options isMounted: what is on it is a file system, which the guest mounts and which knows its own size
   */
  attachDisk(
    path: string,
    {
      isMounted = false,
      ...options
    }: {
      readonly readOnly: boolean;
      readonly type?: NonNullable<ScsiDisk['type']>;
      readonly isMounted?: boolean;
    },
  ): Promise<ScsiSlot> {
    const attach = async (slot: ScsiSlot): Promise<void> => {
      await this.#keepDevices();
      await this.system.modify(addScsiAttachment(slot, { path, ...options }));
    };
    const { readOnly } = options;
    const hasDrives = isMounted && this.#slots.drives.length > 0;
    const sizeBytes = hasDrives ? sizeForDrive(path) : undefined;
    if (sizeBytes === undefined) return this.#slots.reserve(path, readOnly, attach);
    const digest = readOnly ? {} : { digest: scratchDigest(path) };
    return this.#slots.reserve(path, readOnly, attach, { sizeBytes, ...digest });
  }

  /** Detaches a disk; the guest has unmounted it. The last user's detach takes it away. */
  async detachDisk(slot: ScsiSlot): Promise<void> {
    await this.#slots.release(slot, async () => {
      const request = { disk: { scsi: slot }, keep: this.#slots.isDrive(slot) };
      await this.call('detach a disk', METHODS.detach, request).catch((error: unknown) => {
        // The guest has not seen it yet, so it does not use it: taken back as soon as it was attached.
        if (!(error instanceof RuntimeError && error.code === 'not-found')) throw error;
      });
      await this.system.modify(removeScsiAttachment(slot));
    });
    await this.#keepDevices();
  }

  /** Whether a disk there came into a drive: no device came, and none goes with it. */
  isInDrive(slot: ScsiSlot): boolean {
    return this.#slots.isDrive(slot);
  }

  /**
   * Takes a writable disk out of its drive and leaves the guest what it has mounted of it, which must be frozen. The next
   * disk that is attached and has the same content comes there.
   * @param path of the disk
   */
  async vacate(slot: ScsiSlot, path: string): Promise<void> {
    await this.system.modify(removeScsiAttachment(slot));
    this.#slots.vacate(slot, scratchDigest(path));
    await this.#keepDevices();
  }

  /** Shares a host folder or file, or an overlay of folders, over 9P. */
  async share(source: ShareSource | OverlaySource): Promise<Share> {
    const name = String(this.#nextShare++);
    const share =
      'overlay' in source
        ? {
            name,
            folder: await this.system.stageOverlay(source.overlay),
            readOnly: source.readOnly,
          }
        : await planShare(name, source);
    this.#shares.set(share.name, share);
    try {
      await this.#keepDevices();
      await this.system.modify(addPlan9Share(share));
    } catch (error) {
      this.#shares.delete(share.name);
      throw error;
    }
    return share;
  }

  async unshare(share: Share): Promise<void> {
    await this.system.modify(removePlan9Share(share));
    this.#shares.delete(share.name);
    await this.#keepDevices();
  }

  /** Of an adopted VM: the disk goes on being used. Returns whether it is known. */
  claimDisk(slot: ScsiSlot): boolean {
    return this.#slots.claim(slot);
  }

  /**
   * Of an adopted VM, when every disk and share that is used was claimed: takes the others away. What was recorded
   * and never attached is no failure.
   * @param shares names of those that are used
   */
  async releaseUnclaimed(shares: ReadonlySet<string>): Promise<void> {
    for (const disk of this.#slots.unclaimed) await this.detachDisk(disk).catch(() => {});
    for (const share of [...this.#shares.values()]) {
      if (!shares.has(share.name)) await this.unshare(share).catch(() => {});
    }
  }

  /** Whether its processors stand still because it is being saved. */
  get standsStill(): boolean {
    return this.#saving;
  }

  /**
   * Writes the whole VM's state to a file that a document's RestoreState can name; it goes on afterwards.
   * @throws HcsError NOT_SUPPORTED; E_FAIL where what is mounted in the guest cannot be saved
   */
  async save(path: string): Promise<void> {
    this.#saving = true;
    try {
      await this.system.pause();
      try {
        await this.system.save({ SaveType: 'ToFile', SaveStateFilePath: path });
      } finally {
        await this.system.resume();
      }
    } finally {
      this.#saving = false;
    }
  }

  /** Ends the link, so that the VM can be saved as a template; nothing can be called afterwards. */
  async park(): Promise<void> {
    await this.#link[Symbol.asyncDispose]();
    await this.#listener[Symbol.asyncDispose]();
  }

  /** Asks the agent to stop everything and power off, then waits for the VM's end. */
  async shutdown(graceMs: number): Promise<SystemExitStatus> {
    await this.call('shut the VM down', METHODS.shutdown, { graceMs });
    return withDeadline('shut the VM down', this.exited, graceMs + 10_000);
  }

  /**
   * Leaves the VM running for a later owner: closes the link and this handle. It must have been made with
   * survivesHost. Nothing can be called afterwards.
   */
  letGo(): Promise<void> {
    this.#disposed ??= (async () => {
      this.#over.abort(new RuntimeError('unavailable', 'call the agent', 'the VM was let go'));
      await this.#link[Symbol.asyncDispose]();
      await this.#listener[Symbol.asyncDispose]();
      await this.system[Symbol.asyncDispose]();
    })();
    return this.#disposed;
  }

  /** Terminates the VM and removes everything of it from the host. Idempotent. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#disposed ??= this.#scope[Symbol.asyncDispose]();
    return this.#disposed;
  }

  async #keepDevices(): Promise<void> {
    await this.#onDevices?.(this.devices);
  }

  async #boot(options: UtilityVmLife, adopted: boolean): Promise<AgentChannel> {
    const timeoutMs = options.bootTimeoutMs ?? BOOT_TIMEOUT_MS;
    const ended = new AbortController();
    const abort = (reason: RuntimeError): void => ended.abort(reason);
    const timer = setTimeout(() => abort(bootTimeout(timeoutMs, options.silence)), timeoutMs);
    const onCancel = (): void =>
      abort(new RuntimeError('cancelled', 'boot the VM', 'it was cancelled'));
    if (options.signal?.aborted) onCancel();
    options.signal?.addEventListener('abort', onCancel, { once: true });
    void this.exited.then((status) => abort(exitedWhileBooting(status)));
    try {
      return await this.#begin(ended.signal, options, adopted);
    } catch (error) {
      // Looked at before the VM is ended, which would be a reason of our own making.
      const cause = ended.signal.aborted
        ? ended.signal.reason
        : await this.explain('boot the VM', error);
      if (cause instanceof RuntimeError && cause.code === 'unsupported') this.#refusal = cause;
      if (adopted) {
        await this.letGo().catch(() => {});
        throw cause;
      }
      await this[Symbol.asyncDispose]().catch(() => {});
      throw withKernelWords(cause, await this.exited);
    } finally {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', onCancel);
    }
  }

  async #begin(
    signal: AbortSignal,
    options: UtilityVmLife,
    adopted: boolean,
  ): Promise<AgentChannel> {
    const greet = (channel: AgentChannel): Promise<void> => {
      options.timeline?.markGuest('link');
      return this.#hello(channel, signal, options);
    };
    const { template } = options;
    if (!adopted && template !== undefined) {
      return this.#link.begin(signal, template.secret, (channel) => {
        options.timeline?.markGuest('link');
        return this.#resume(channel, signal, template, options);
      });
    }
    if (!adopted) return this.#link.begin(signal, undefined, greet);
    try {
      return await this.#link.begin(signal, this.#secret, () => Promise.resolve());
    } catch (error) {
      // Its owner died before it greeted: then the agent has no secret yet.
      const secretless = error instanceof RuntimeError && error.code === 'permission-denied';
      if (!secretless || this.#guest !== undefined) throw error;
      return this.#link.begin(signal, undefined, greet);
    }
  }

  async #hello(
    channel: AgentChannel,
    signal: AbortSignal,
    { timeline, bootTimeoutMs = BOOT_TIMEOUT_MS, id, ...more }: UtilityVmLife,
  ): Promise<void> {
    const sentMs = performance.now();
    const hello = await channel.call(
      'greet the agent',
      METHODS.hello,
      {
        secret: this.#secret,
        entropy: randomBytes(256),
        wallClockNs: Date.now() * 1e6,
        hostname: id.slice(0, 63),
        template: more.asTemplate ?? false,
      },
      { signal, timeoutMs: bootTimeoutMs },
    );
    const receivedMs = performance.now();
    this.#missing = hello.missing.slice(0, 64);
    if (more.forContainers === true && this.#missing.length > 0) {
      const { refuseContainers } = await import('./kernel-features.ts');
      refuseContainers(hello.kernelRelease, this.#missing);
    }
    this.#checkClock(hello.nowNs, receivedMs);
    const marks = hello.timeline.slice(0, 64);
    timeline?.addGuest(
      // The kernel's clock begins when the kernel does.
      [
        { name: 'kernel', atNs: 0 },
        ...marks.map(({ name, atNs }) => ({ name: name ?? '', atNs: atNs ?? 0 })),
      ],
      hello.nowNs,
      sentMs,
      receivedMs,
    );
    timeline?.markGuest('agent answers', receivedMs);
    for (const { name, atMs } of this.system.timeline) timeline?.mark(name, atMs);
    this.#guest = {
      agentVersion: hello.agentVersion,
      kernelRelease: hello.kernelRelease,
      platform: hello.platform,
      runtime: hello.runtime,
      bootId: hello.bootId,
      cpus: hello.cpus,
      memoryBytes: hello.memoryBytes,
    };
  }

  async #resume(
    channel: AgentChannel,
    signal: AbortSignal,
    template: VmTemplate,
    { timeline, bootTimeoutMs = BOOT_TIMEOUT_MS, id }: UtilityVmLife,
  ): Promise<void> {
    const identity = { secret: this.#secret, hostname: id.slice(0, 63) };
    const limits = { signal, timeoutMs: bootTimeoutMs };
    const { guest, nowNs } = await resumeClone(channel, template, identity, limits);
    const receivedMs = performance.now();
    this.#checkClock(nowNs - template.guestNowNs, receivedMs);
    timeline?.markGuest('agent answers', receivedMs);
    for (const { name, atMs } of this.system.timeline) timeline?.mark(name, atMs);
    this.#guest = guest;
  }

  /** @param livedNs the guest's time since this system was started */
  #checkClock(livedNs: number, receivedMs: number): void {
    const startedMs = this.system.timeline.find(({ name }) => name === 'started')?.atMs;
    if (startedMs !== undefined) checkGuestClock(livedNs, receivedMs - startedMs);
  }
}

function delay(ms: number): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(undefined), ms).unref();
  });
}

function bootTimeout(timeoutMs: number, silence = ''): RuntimeError {
  return new RuntimeError(
    'timeout',
    'boot the VM',
    `its agent did not answer within ${timeoutMs} ms${silence}`,
  );
}

/** The error of a VM that ended before its agent answered. */
function exitedWhileBooting(status: SystemExitStatus): RuntimeError {
  return new RuntimeError('unavailable', 'boot the VM', describeExit(status));
}
