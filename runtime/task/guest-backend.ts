/**
 * The task service's backend over a utility VM and its agent: bundles become containers. Disks and shares are attached
 * while the guest still boots; a layer once for all containers of the pod.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cancelled } from '../deadline.ts';
import { messageOf, RuntimeError } from '../errors.ts';
import { METHODS } from '../guest/methods.ts';
import type { ProcessId } from '../guest/process-streams.ts';
import { Scope } from '../scope.ts';
import type { Timeline } from '../timeline.ts';
import type { Share, ShareSource } from '../uvm/plan9-shares.ts';
import type { UtilityVm } from '../uvm/utility-vm.ts';
import { describeExit } from '../uvm/vm-exit.ts';
import { HOSTS_ANNOTATION } from './container-spec.ts';
import { type BundleConfig, readBundle } from './bundle.ts';
import { type ContainerResources, GuestContainer } from './guest-container.ts';
import { GuestProcess } from './guest-process.ts';
import { allOrNone, type AttachedRootfs, attachRootfs, mountRootfs } from './guest-rootfs.ts';
import { planMounts } from './host-mounts.ts';
import type { ProcessIo } from './process-io.ts';
import type { RootsAhead } from './root-ahead.ts';
import { type ContainerRootfs, planRootfs } from './rootfs-mounts.ts';
import { checkShares } from './share-policy.ts';
import type { BackendCreate, TaskBackend, TerminalSize } from './task-backend.ts';

/** The pod's network as far as containers need it; runtime/network/pod-network.ts has it. */
export interface TaskNetwork extends AsyncDisposable {
  /** Plain data with which a later supervisor goes on. */
  readonly record: unknown;
  readonly configured: Promise<void>;
  nameContainer(
    containerId: string,
    names: {
      readonly hostname: string;
      readonly hosts?: readonly { readonly address: string; readonly names: readonly string[] }[];
    },
  ): Promise<void>;
}

/** Of a checkpoint's folder: what a document's RestoreState.SaveStateFilePath can name. */
export const CHECKPOINT_FILE = 'vm.state';

export interface GuestBackendOptions {
  readonly network?: TaskNetwork;
  /** As PodShape.shares. */
  readonly shares?: readonly string[];
  /** Mounted in its VM already. */
  readonly roots?: RootsAhead;
  /** Of the first container. */
  readonly timeline?: Timeline;
  readonly log: (text: string) => void;
}

/** What the agent is told of a container. */
interface GuestSpec {
  readonly spec: Buffer;
  readonly binds: readonly { readonly share: Share; readonly destination: string }[];
  readonly size: TerminalSize | undefined;
}

export class GuestBackend implements TaskBackend {
  readonly ended: Promise<string>;
  readonly #vm: UtilityVm;
  readonly #options: GuestBackendOptions;
  #cause: string | undefined;

  constructor(vm: UtilityVm, options: GuestBackendOptions) {
    this.#vm = vm;
    this.#options = options;
    this.ended = vm.exited.then((status) => this.#cause ?? describeExit(status));
  }

  /** Ends the VM, with this as what is told of it. */
  async declareDead(cause: string): Promise<void> {
    this.#cause ??= cause;
    await this.#vm.system.terminate();
  }

  async create(request: BackendCreate): Promise<GuestContainer> {
    const { id, bundle, rootfs, ofHostPid, signal } = request;
    const op = `create container "${id}"`;
    const config = await readBundle(op, bundle, ofHostPid);
    const mounts = planMounts(op, bundle, config.mounts);
    await checkShares(op, mounts.shares, this.#options.shares);
    const root = await planRootfs(op, rootfs, { bundle, path: config.rootPath });
    const scope = new Scope();
    const giveUp = (): void => {
      if (signal?.aborted) throw cancelled(op, signal);
    };
    try {
      giveUp();
      this.#options.roots?.take(root);
      const [held, shares] = await this.#attach(scope, root, mounts.shares);
      this.#options.timeline?.mark('devices');
      await this.#vm.agent();
      giveUp();
      await this.#name(id, config);
      const target = `/run/lcow/c/${id}/rootfs`;
      await mountRootfs(this.#vm, scope, root, held, target);
      this.#options.timeline?.markGuest('rootfs');
      giveUp();
      const files = shares.map(({ file }) => file);
      const spec = config.encode(mounts.place(id, files), root.readOnly);
      const binds = mounts.shares.map(({ destination }, index) => ({
        share: shares[index] as Share,
        destination,
      }));
      const init = await this.#create(scope, op, request, target, {
        spec,
        binds,
        size: config.consoleSize,
      });
      this.#options.timeline?.markGuest('container created');
      scope.move();
      const { disks } = held;
      return new GuestContainer(this.#vm, id, init, { disks, shares: [...held.shares, ...shares] });
    } catch (error) {
      const explained = await this.#vm.explain(op, error);
      await scope[Symbol.asyncDispose]().catch((failure: unknown) =>
        this.#options.log(`${op}: taking back: ${messageOf(failure)}`),
      );
      throw explained;
    }
  }

  async checkpoint(op: string, folder: string): Promise<void> {
    const { shares } = this.#vm.devices;
    if (shares.length > 0) {
      const what = 'its VM has folders of the host shared over 9P, which cannot be saved with it';
      throw new RuntimeError('unsupported', op, what);
    }
    const made = await mkdir(folder, { recursive: true, mode: 0o700 });
    try {
      await this.#vm.save(join(folder, CHECKPOINT_FILE));
    } catch (error) {
      if (made !== undefined) await rm(made, { recursive: true, force: true });
      // QEMU refuses what it cannot save: a VHDX that is written to; shares that the guest has, or once had, mounted.
      const never = /NOT_SUPPORTED|VirtFS|does not support live migration/.test(String(error));
      const code = never ? 'unsupported' : 'internal';
      throw new RuntimeError(code, op, messageOf(error), { cause: error });
    }
  }

  /** A process that runs under an earlier supervisor's hand. */
  adoptProcess(
    id: ProcessId,
    pid: number,
    io: ProcessIo,
    terminal: boolean,
    guestNowNs: number,
  ): GuestProcess {
    const process = new GuestProcess(this.#vm, id, { io, terminal, adopted: { guestNowNs } });
    process.created(pid);
    return process;
  }

  /** A container that runs under an earlier supervisor's hand; its disks are claimed. */
  adoptContainer(id: string, init: GuestProcess, held: ContainerResources): GuestContainer {
    const disks = held.disks.filter((slot) => this.#vm.claimDisk(slot));
    return new GuestContainer(this.#vm, id, init, { ...held, disks });
  }

  async #attach(
    scope: Scope,
    root: ContainerRootfs,
    sources: readonly ShareSource[],
  ): Promise<[AttachedRootfs, Share[]]> {
    return allOrNone([
      attachRootfs(this.#vm, scope, root),
      allOrNone(
        sources.map(async (source) => {
          const share = await this.#vm.share(source);
          scope.defer(() => this.#vm.unshare(share));
          return share;
        }),
      ),
    ] as const) as Promise<[AttachedRootfs, Share[]]>;
  }

  async #name(id: string, { hostname, annotations }: BundleConfig): Promise<void> {
    const { network } = this.#options;
    if (network === undefined) return;
    await network.nameContainer(id, {
      hostname: hostname ?? id.slice(0, 12),
      hosts: hostsOf(annotations[HOSTS_ANNOTATION]),
    });
  }

  async #create(
    scope: Scope,
    op: string,
    { id, io, terminal }: BackendCreate,
    rootfs: string,
    { spec, binds, size }: GuestSpec,
  ): Promise<GuestProcess> {
    const init = new GuestProcess(this.#vm, { containerId: id, execId: '' }, { io, terminal });
    scope.defer(() => init.detach());
    scope.defer(() => this.#forceDelete(id));
    const { pid } = await this.#vm.call(op, METHODS.create, {
      ...{ id, spec, rootfs, stdio: terminal ? { ...init.stdio, ...size } : init.stdio },
      mounts: binds.map(({ share, destination }) => ({
        plan9: { name: share.name, port: 564 },
        destination,
        readOnly: share.readOnly,
        ...(share.file === undefined ? {} : { file: share.file }),
      })),
    });
    init.created(pid);
    return init;
  }

  /** A create whose reply was lost may have created; it takes its root along, which is unmounted again below. */
  async #forceDelete(id: string): Promise<void> {
    try {
      const process = { containerId: id, execId: '' };
      await this.#vm.call(`delete container "${id}"`, METHODS.delete, { process, force: true });
    } catch (error) {
      if (!(error instanceof RuntimeError && error.code === 'not-found')) throw error;
    }
  }
}

function hostsOf(text: string | undefined): { address: string; names: string[] }[] {
  return (text ?? '')
    .split(',')
    .map((line) => /^([^:]+):(.+)$/.exec(line))
    .flatMap((found) => (found ? [{ address: found[2] ?? '', names: [found[1] ?? ''] }] : []));
}
