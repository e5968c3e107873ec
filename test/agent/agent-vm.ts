/**
 * A utility VM whose agent a test speaks to directly: containers by their OCI spec, processes by their streams.
 * No task service in between, so that what is seen is what the agent does.
 */
import { join } from 'node:path';
import { openHostService } from '../../runtime/host-service.ts';
import { openImageStore } from '../../runtime/image/image-store.ts';
import { findBootFiles } from '../../linuxkit/manifest.ts';
import { addScsiAttachment } from '../../hcs/document/resource-requests.ts';
import type { ComputeService } from '../../hcs/service.ts';
import type { AgentChannel } from '../../runtime/guest/agent-channel.ts';
import type { ExitStatus } from '../../runtime/guest/exit-status.ts';
import { RuntimeError } from '../../runtime/errors.ts';
import { METHODS } from '../../runtime/guest/methods.ts';
import { type ProcessId, ProcessStreams } from '../../runtime/guest/process-streams.ts';
import { createUtilityVm, type UtilityVm } from '../../runtime/uvm/utility-vm.ts';
import { LcowHost } from '../harness/lcow-host.ts';

const EXPECTED: ReadonlySet<string> = new Set(['invalid-argument', 'resource-exhausted']);
const LAYER = { controller: 0, lun: 0 };

export interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly exit: ExitStatus;
}

export class AgentVm implements AsyncDisposable {
  readonly host: LcowHost;
  readonly service: ComputeService;
  readonly vm: UtilityVm;
  readonly channel: AgentChannel;
  /** Each container is made of a standby that was made for it just before, where its spec allows. */
  standsBy = false;
  #execs = 0;

  private constructor(host: LcowHost, service: ComputeService, vm: UtilityVm, agent: AgentChannel) {
    this.host = host;
    this.service = service;
    this.vm = vm;
    this.channel = agent;
  }

  /** Boots a VM with busybox's layer attached. */
  static async boot(id: string): Promise<AgentVm> {
    const host = new LcowHost();
    const { data, run } = host;
    const service = await openHostService({ data, run });
    const { Execution: execution } = await service.properties();
    const bootFiles = await findBootFiles();
    const directory = join(host.folder, 'agent');
    const vm = await createUtilityVm(service, { id, directory, bootFiles, execution });
    const layers = await busyboxLayers(host);
    await vm.system.modify(addScsiAttachment(LAYER, { path: layers[0] as string, readOnly: true }));
    return new AgentVm(host, service, vm, await vm.ready);
  }

  /** A root filesystem for a container: busybox under a tmpfs. */
  async rootfs(id: string, readOnly = false): Promise<string> {
    const target = `/run/lcow/c/${id}/rootfs`;
    await this.channel.call('mount a root', METHODS.mountOverlay, {
      target,
      layers: [{ disk: { scsi: LAYER } }],
      readOnly,
    });
    return target;
  }

  /** Creates a container whose streams are attached; its command waits. */
  async create(id: string, spec: object, options: CreateOptions = {}): Promise<ProcessStreams> {
    const rootfs = options.rootfs ?? (await this.rootfs(id));
    const { terminal = false, stdin = false, mounts = [] } = options;
    if (this.standsBy) await this.#prepare(spec);
    await this.channel.call(`create ${id}`, METHODS.create, {
      id,
      rootfs,
      spec: Buffer.from(JSON.stringify(spec)),
      stdio: { terminal, stdin, stdout: true, stderr: !terminal },
      mounts,
    });
    return new ProcessStreams(this.channel, { containerId: id, execId: '' });
  }

  async #prepare(spec: object): Promise<void> {
    const request = { spec: Buffer.from(JSON.stringify(spec)) };
    try {
      await this.channel.call('prepare', METHODS.prepareContainer, request);
    } catch (error) {
      // Refused here as it will be at its creation, or nothing that can be made ahead, or four wait already.
      if (!(error instanceof RuntimeError) || !EXPECTED.has(error.code)) throw error;
    }
  }

  start(id: string): Promise<unknown> {
    return this.channel.call(`start ${id}`, METHODS.start, { id });
  }

  /** Runs a container to its end and deletes it. */
  async run(id: string, spec: object, options: CreateOptions = {}): Promise<Result> {
    const streams = await this.create(id, spec, options);
    try {
      await this.start(id);
      return await collect(streams);
    } finally {
      await this.delete(id);
    }
  }

  /** Runs a shell command in a running container to its end. */
  async sh(containerId: string, command: string, process: object = {}): Promise<Result> {
    const id: ProcessId = { containerId, execId: `x${(this.#execs += 1)}` };
    const streams = new ProcessStreams(this.channel, id);
    await this.channel.call('exec', METHODS.exec, {
      ...id,
      process: Buffer.from(JSON.stringify({ ...processOf(['sh', '-c', command]), ...process })),
      stdio: { stdout: true, stderr: true },
    });
    const result = await collect(streams);
    await this.channel.call('forget', METHODS.delete, { process: id });
    return result;
  }

  async delete(containerId: string): Promise<void> {
    const process = { containerId, execId: '' };
    await this.channel.call('delete', METHODS.delete, { process, force: true });
  }

  /** Ends the VM. @returns what it left behind */
  async end(): Promise<string[]> {
    await this.vm[Symbol.asyncDispose]();
    await this.service[Symbol.asyncDispose]();
    const left = await this.host.settledLeftovers();
    await this.host[Symbol.asyncDispose]();
    return left;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}

export interface CreateOptions {
  readonly rootfs?: string;
  readonly terminal?: boolean;
  readonly stdin?: boolean;
  readonly mounts?: object[];
}

export async function busyboxLayers(host: LcowHost): Promise<string[]> {
  return (await openImageStore(host.data).resolve(host.busybox)).layers;
}

export async function collect(streams: ProcessStreams): Promise<Result> {
  const [out, err, exit] = await Promise.all([
    text(streams.stdout),
    text(streams.stderr),
    streams.exit,
  ]);
  return { code: exit.code, out, err, exit };
}

export async function text(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** An OCI process. */
export function processOf(args: readonly string[], more: object = {}) {
  const user = { uid: 0, gid: 0 };
  const env = ['PATH=/bin:/sbin:/usr/bin', 'HOME=/root'];
  return { args, cwd: '/', user, env, ...more };
}

const MOUNTS = [
  { destination: '/proc', type: 'proc', source: 'proc' },
  { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['mode=755', 'size=65536k'] },
  {
    destination: '/dev/pts',
    type: 'devpts',
    source: 'devpts',
    options: ['newinstance', 'ptmxmode=0666', 'mode=0620'],
  },
  { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['ro'] },
];

export interface SpecParts {
  readonly process?: object;
  readonly mounts?: object[];
  readonly linux?: object;
  readonly rest?: object;
}

/** An OCI spec that runs `args`. */
export function specOf(args: readonly string[], parts: SpecParts = {}) {
  const namespaces = ['pid', 'ipc', 'uts', 'mount', 'cgroup'].map((type) => ({ type }));
  return {
    ociVersion: '1.2.0',
    root: { path: 'rootfs' },
    process: processOf(args, parts.process),
    mounts: [...MOUNTS, ...(parts.mounts ?? [])],
    linux: { namespaces, ...parts.linux },
    ...parts.rest,
  };
}

/** A container that does nothing for a long time. */
export const IDLE = ['sleep', '100000'];
