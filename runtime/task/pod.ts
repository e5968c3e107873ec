/**
 * A pod: one utility VM and the containers in it. Here it lives in the caller's process; the supervisor
 * hosts the same thing (design §5). Layers are attached once for all containers of the pod.
 */
import type { ComputeService } from '../../hcs/service.ts';
import { RuntimeError } from '../errors.ts';
import type { AgentChannel } from '../guest/agent-channel.ts';
import { METHODS } from '../guest/methods.ts';
import { Scope } from '../scope.ts';
import type { Timeline } from '../timeline.ts';
import type { Share, ShareSource } from '../uvm/plan9-shares.ts';
import type { ScsiSlot } from '../uvm/scsi-slots.ts';
import { createUtilityVm, type UtilityVm, type UtilityVmOptions } from '../uvm/utility-vm.ts';
import { Container } from './container.ts';
import { ContainerProcess, type StdioOptions, stdioMessage } from './container-process.ts';
import { encodeOciDocument, type OciSpec } from './oci-runtime-spec.ts';

export interface PodOptions extends UtilityVmOptions {}

export interface ContainerRootfs {
  /** Layer disks on the host, bottom first; at least one. */
  readonly layers: readonly string[];
  /** The writable disk on the host, this container's alone. Absent: a tmpfs in the VM. */
  readonly scratch?: string;
  readonly readOnly?: boolean;
}

export interface ContainerMountOptions extends ShareSource {
  /** In the container, absolute. */
  readonly destination: string;
}

export interface CreateContainerOptions {
  /** `[A-Za-z0-9][A-Za-z0-9_.-]{0,127}`, unique in the pod. */
  readonly id: string;
  readonly spec: OciSpec;
  readonly rootfs: ContainerRootfs;
  readonly mounts?: readonly ContainerMountOptions[];
  readonly stdio?: StdioOptions;
  readonly timeline?: Timeline;
}

const CONTAINER_ID = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;

export class Pod implements AsyncDisposable {
  readonly vm: UtilityVm;
  readonly #containers = new Map<string, Container | 'creating'>();

  private constructor(vm: UtilityVm) {
    this.vm = vm;
  }

  /** Creates the VM and starts it; containers may be created while it boots. */
  static async create(service: ComputeService, options: PodOptions): Promise<Pod> {
    return new Pod(await createUtilityVm(service, options));
  }

  /**
   * Creates a container: devices, root filesystem, OCI create. Its command waits for start().
   * @throws RuntimeError; what was attached and mounted for it is released again
   */
  async createContainer(options: CreateContainerOptions): Promise<Container> {
    const { id } = options;
    const op = `create container "${id}"`;
    if (!CONTAINER_ID.test(id)) {
      throw new RuntimeError('invalid-argument', op, 'an id is 1 to 128 of A-Z a-z 0-9 _ . -');
    }
    if (this.#containers.has(id)) throw new RuntimeError('already-exists', op, 'the id is taken');
    this.#containers.set(id, 'creating');
    const scope = new Scope();
    scope.defer(() => this.#containers.delete(id));
    try {
      const container = await this.#create(op, options, scope);
      this.#containers.set(id, container);
      return container;
    } catch (error) {
      const explained = await this.vm.explain(op, error);
      // The VM may be gone; what cannot be released then went with it.
      await scope[Symbol.asyncDispose]().catch(() => {});
      throw explained;
    }
  }

  container(id: string): Container | undefined {
    const found = this.#containers.get(id);
    return found === 'creating' ? undefined : found;
  }

  /** Terminates the VM with everything in it. Idempotent. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.vm[Symbol.asyncDispose]();
  }

  async #create(op: string, options: CreateContainerOptions, scope: Scope): Promise<Container> {
    const { id, spec, rootfs, mounts = [], stdio = {}, timeline } = options;
    // Disks and shares are attached while the guest still boots.
    const [layers, scratch, shares] = await Promise.all([
      Promise.all(rootfs.layers.map((path) => this.#attach(scope, path, true))),
      rootfs.scratch === undefined ? undefined : this.#attach(scope, rootfs.scratch, false),
      Promise.all(mounts.map((mount) => this.#share(scope, mount))),
    ]);
    timeline?.mark('devices');
    const channel = await this.vm.ready;
    const target = `/run/lcow/c/${id}/rootfs`;
    await mountRootfs(channel, target, layers, scratch, rootfs.readOnly ?? false);
    timeline?.markGuest('rootfs');

    const init = new ContainerProcess(this.vm, channel, { containerId: id, execId: '' }, stdio);
    try {
      const { pid } = await channel.call(op, METHODS.create, {
        id,
        spec: encodeOciDocument(spec),
        rootfs: target,
        stdio: stdioMessage(stdio),
        mounts: mounts.map((mount, index) => mountMessage(mount, shares[index] as Share)),
      });
      init.created(pid);
    } catch (error) {
      init.streams?.detach();
      await channel.call(`unmount ${target}`, METHODS.unmount, { target }).catch(() => {});
      throw error;
    }
    timeline?.markGuest('container created');
    return new Container(id, this.vm, channel, init, scope.move());
  }

  async #attach(scope: Scope, path: string, readOnly: boolean): Promise<ScsiSlot> {
    const slot = await this.vm.attachDisk(path, { readOnly });
    scope.defer(() => this.vm.detachDisk(slot));
    return slot;
  }

  async #share(scope: Scope, source: ShareSource): Promise<Share> {
    const share = await this.vm.share(source);
    scope.defer(() => this.vm.unshare(share));
    return share;
  }
}

async function mountRootfs(
  channel: AgentChannel,
  target: string,
  layers: readonly ScsiSlot[],
  scratch: ScsiSlot | undefined,
  readOnly: boolean,
): Promise<void> {
  await channel.call('mount the root filesystem', METHODS.mountOverlay, {
    target,
    // The guest wants the topmost first.
    layers: layers.map((scsi) => ({ disk: { scsi } })).reverse(),
    ...(scratch === undefined ? {} : { scratch: { scsi: scratch } }),
    readOnly,
  });
}

function mountMessage(mount: ContainerMountOptions, share: Share) {
  return {
    plan9: { name: share.name, port: 564 },
    destination: mount.destination,
    readOnly: mount.readOnly,
    ...(share.file === undefined ? {} : { file: share.file }),
  };
}
