/**
 * Pods and containers in the process of the test itself, without a supervisor: for tests of the layers below it.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionProperties } from '../../hcs/document/properties.ts';
import type { ComputeService } from '../../hcs/service.ts';
import { type BootFiles, findBootFiles } from '../../linuxkit/manifest.ts';
import { type Directories, directories } from '../../runtime/directories.ts';
import { openHostService, sweepHost } from '../../runtime/host-service.ts';
import {
  type ImageStore,
  openImageStore,
  type ResolvedImage,
} from '../../runtime/image/image-store.ts';
import { createScratch } from '../../runtime/rootfs/scratch.ts';
import type { Container } from '../../runtime/task/container.ts';
import { containerSpec, type ContainerSpecOptions } from '../../runtime/task/container-spec.ts';
import { imageProcess } from '../../runtime/lcow/container-request.ts';
import type { StdioOptions } from '../../runtime/task/container-process.ts';
import { type ContainerMountOptions, Pod } from '../../runtime/task/pod.ts';
import { ownedName } from '../../runtime/ownership.ts';
import type { Timeline } from '../../runtime/timeline.ts';
import type { UtilityVmShape } from '../../runtime/uvm/utility-vm.ts';

/** Virtual size of a container's writable disk: hcsshim's 20 GB. The file is sparse. */
export const SCRATCH_BYTES = 20 * 1024 ** 3;

export interface PodRequest extends Partial<Omit<UtilityVmShape, 'execution'>> {
  /** Default: 12 random hexadecimal digits. */
  readonly id?: string;
  readonly timeline?: Timeline;
  /** Gives the boot up. */
  readonly signal?: AbortSignal;
  /** From start to the agent's first answer; default BOOT_TIMEOUT_MS, two minutes. */
  readonly bootTimeoutMs?: number;
}

export interface ContainerRequest extends Omit<ContainerSpecOptions, 'id' | 'image' | 'terminal'> {
  /** What `lcow run` takes: a stored name, a path; or an image that was resolved already. */
  readonly image: string | ResolvedImage;
  /** Default: 12 random hexadecimal digits. */
  readonly id?: string;
  readonly mounts?: readonly ContainerMountOptions[];
  readonly stdio?: StdioOptions;
  readonly timeline?: Timeline;
}

export class InProcessLcow implements AsyncDisposable {
  readonly service: ComputeService;
  readonly images: ImageStore;
  /** How this host executes guests: accelerator and why. */
  readonly execution: ExecutionProperties;
  readonly #directories: Directories;

  private constructor(service: ComputeService, execution: ExecutionProperties, where: Directories) {
    this.service = service;
    this.execution = execution;
    this.images = openImageStore(where.data);
    this.#directories = where;
  }

  /**
   * Opens this host. Starts nothing.
   * @param where default: directories() of the environment
   * @throws RuntimeError unsupported, HcsError when the host cannot run VMs
   */
  static async open(where: Directories = directories()): Promise<InProcessLcow> {
    const service = await openHostService(where);
    const { Execution } = await service.properties();
    return new InProcessLcow(service, Execution, where);
  }

  /** Creates a pod: a VM that boots while this returns. Dispose it to end it with everything in it. */
  async createPod(request: PodRequest = {}): Promise<Pod> {
    const { id = randomBytes(6).toString('hex'), bootFiles, ...shape } = request;
    return Pod.create(this.service, {
      ...shape,
      id,
      bootFiles: bootFiles ?? (await this.bootFiles()),
      execution: this.execution,
      directory: join(this.#directories.run, 'pod', ownedName()),
    });
  }

  /** Creates a container of an image in the pod; start() runs its command. */
  async createContainer(pod: Pod, request: ContainerRequest): Promise<Container> {
    const { id = randomBytes(6).toString('hex'), stdio = {}, mounts = [], timeline } = request;
    const image =
      typeof request.image === 'string' ? await this.images.resolve(request.image) : request.image;
    const { terminal } = stdio;
    const spec = containerSpec({
      ...request,
      id,
      image: imageProcess(image),
      ...(terminal ? { terminal } : {}),
    });
    const scratch = await this.#scratch();
    try {
      return await pod.createContainer({
        id,
        spec,
        rootfs: { layers: image.layers, scratch, readOnly: request.readOnly ?? false },
        mounts,
        stdio,
        ...(timeline === undefined ? {} : { timeline }),
      });
    } finally {
      // The VM holds it by now, or never will.
      if (process.platform !== 'win32') await rm(scratch, { force: true });
    }
  }

  /**
   * Removes what dead processes left on this host. Cheap; call it where nobody waits, for example after an
   * exit was told.
   * @returns what was removed, for people
   */
  sweep(): Promise<string[]> {
    return sweepHost(this.#directories);
  }

  /** The guest image, verified against its manifest. @throws BootFilesError */
  bootFiles(): Promise<BootFiles> {
    return findBootFiles();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.service[Symbol.asyncDispose]();
  }

  async #scratch(): Promise<string> {
    const folder = join(this.#directories.data, 'scratch');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, `${ownedName()}.vhd`);
    await createScratch(path, SCRATCH_BYTES);
    return path;
  }
}
