/** A pod over a real VM for tests of the task service: bundles made, tasks opened and adopted, and what was told of them. */
import { readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { ExecutionProperties } from '../../../hcs/document/properties.ts';
import type { ComputeService } from '../../../hcs/service.ts';
import { findBootFiles } from '../../../linuxkit/manifest.ts';
import { CONTAINER_RECORD_VERSION } from '../../../runtime/container/container-record.ts';
import { openHostService } from '../../../runtime/host-service.ts';
import { openImageStore } from '../../../runtime/image/image-store.ts';
import { createScratch } from '../../../runtime/rootfs/scratch.ts';
import { containerSpec, type ContainerSpecOptions } from '../../../runtime/task/container-spec.ts';
import type { LivenessLimits } from '../../../runtime/task/liveness.ts';
import { type NetworkHook, openTasks } from '../../../runtime/task/open-tasks.ts';
import type { PodTasks } from '../../../runtime/task/pod-tasks.ts';
import { HUB_URI } from '../../../runtime/task/process-io.ts';
import type { TaskEvent } from '../../../runtime/task/task-event.ts';
import type { LcowHost } from '../../harness/lcow-host.ts';
import { repositoryRoot } from '../../harness/repository-root.ts';
import { Recorder } from './recording-io.ts';

let pods = 0;

export interface TaskPodOptions {
  readonly liveness?: LivenessLimits;
  readonly memoryMiB?: number;
  /** Called with the service that the pod is on. Default: no network. */
  readonly network?: (
    service: ComputeService,
    ...how: Parameters<NetworkHook>
  ) => ReturnType<NetworkHook>;
  /** Default: this host's. */
  readonly openService?: () => Promise<ComputeService>;
  /** How its guests are executed, where that is not what the service says. */
  readonly execution?: ExecutionProperties;
  /** What containers' writable disks are. Default: what this host's lcow makes. */
  readonly scratch?: 'vhd' | 'vhdx';
}

/** Of a container: its specification, and its stdin. */
export interface TaskOptions
  extends Omit<Partial<ContainerSpecOptions>, 'id' | 'image' | 'terminal'> {
  readonly stdin?: boolean;
  readonly terminal?: boolean;
}

/** One pod and what was told of it, over its supervisors. */
export class TaskPod {
  readonly host: LcowHost;
  readonly layers: readonly string[];
  readonly id = `pod-${(pods += 1)}`;
  readonly recorder = new Recorder();
  readonly events: TaskEvent[] = [];
  readonly lines: string[] = [];
  tasks!: PodTasks;
  service!: ComputeService;
  life = { alive: true };

  readonly #options: TaskPodOptions;

  constructor(host: LcowHost, layers: readonly string[], options: TaskPodOptions = {}) {
    this.host = host;
    this.#options = options;
    this.layers = layers;
  }

  async open(adopt = false): Promise<this> {
    const { data, run } = this.host;
    const { openService, memoryMiB, network, liveness = {} } = this.#options;
    const service = await (openService ?? (() => openHostService({ data, run })))();
    this.service = service;
    const life = { alive: true };
    this.life = life;
    const execution = this.#options.execution ?? (await service.properties()).Execution;
    this.tasks = await openTasks({
      service,
      execution,
      bootFiles: await findBootFiles({ packageRoot: repositoryRoot() }),
      pod: {
        version: CONTAINER_RECORD_VERSION,
        id: this.id,
        createdAt: new Date().toISOString(),
        lone: false,
        labels: {},
        // The network is the hook's.
        shape: { network: 'none', ports: [], ...(memoryMiB === undefined ? {} : { memoryMiB }) },
      },
      directory: join(run, 'pod', this.id),
      io: this.recorder.factory(life),
      emit: (event) => {
        if (life.alive) this.events.push(event);
      },
      log: (line) => this.lines.push(line),
      adopt,
      liveness,
      ...(network === undefined ? {} : { network: network.bind(undefined, service) }),
    });
    return this;
  }

  /** The VM without who serves it; open(true) adopts it. Nothing that happens from here on is told. */
  async leave(): Promise<void> {
    this.life.alive = false;
    await this.tasks.letGo();
    await this.service[Symbol.asyncDispose]();
  }

  async create(
    id: string,
    command: readonly string[],
    { stdin = false, terminal = false, ...more }: TaskOptions = {},
  ): Promise<void> {
    const bundle = join(this.host.folder, 'bundle', this.id, id);
    await mkdir(bundle, { recursive: true });
    const spec = containerSpec({
      ...{ ...more, id, image: { cmd: ['sh'] }, command },
      ...(terminal ? { terminal: { width: 80, height: 24 } } : {}),
    });
    await writeFile(join(bundle, 'config.json'), JSON.stringify(spec));
    const { scratch = process.platform === 'win32' ? 'vhdx' : 'vhd' } = this.#options;
    await createScratch(join(bundle, `scratch.${scratch}`), 2 ** 30);
    const parents = JSON.stringify([...this.layers].reverse());
    const options = ['rw', `parentLayerPaths=${parents}`];
    await this.tasks.create({
      ...{ id, bundle, terminal, stdin: stdin ? HUB_URI : '' },
      ...{ stdout: HUB_URI, stderr: terminal ? '' : HUB_URI },
      rootfs: [{ type: 'lcow-layer', source: bundle, target: '', options }],
    });
  }

  /** A container from create to delete. */
  async run(id: string, command: readonly string[], more: TaskOptions = {}) {
    await this.create(id, command, more);
    await this.tasks.start(id, '');
    const exit = await this.tasks.wait(id, '');
    await this.tasks.delete(id, '');
    return { exit, ...this.recorder.of(id).text };
  }

  /** Kills it and deletes it. */
  async remove(id: string): Promise<void> {
    await this.tasks.kill(id, '', 9, true);
    await this.tasks.wait(id, '');
    await this.tasks.delete(id, '');
  }

  async exec(id: string, execId: string, args: readonly string[], stdin = false): Promise<void> {
    await this.tasks.exec({
      ...{
        id,
        execId,
        terminal: false,
        stdin: stdin ? HUB_URI : '',
        stdout: HUB_URI,
        stderr: HUB_URI,
      },
      process: Buffer.from(JSON.stringify(processOf(args))),
    });
  }

  kinds(id: string): string[] {
    return this.events
      .filter(({ containerId }) => containerId === id)
      .map((event) =>
        'execId' in event && event.execId ? `${event.kind}:${event.execId}` : event.kind,
      );
  }

  /** Of its VMM. */
  get vmmPid(): number {
    const path = join(this.host.run, 'vm', this.id, 'record.json');
    return (JSON.parse(readFileSync(path, 'utf8')) as { vmm: { pid: number } }).vmm.pid;
  }

  async end(): Promise<void> {
    await this.tasks[Symbol.asyncDispose]();
    await this.service[Symbol.asyncDispose]();
    await rm(join(this.host.run, 'pod', this.id), { recursive: true, force: true });
  }
}

/** Layers of the busybox image on this host. */
export async function busyboxLayers(host: LcowHost): Promise<readonly string[]> {
  return (await openImageStore(host.data).resolve(host.busybox)).layers;
}

/** An OCI process. */
export function processOf(args: readonly string[]) {
  return { args, env: ['PATH=/bin:/sbin'], cwd: '/', user: { uid: 0, gid: 0 } };
}

/** Counts until a line comes on stdin; `read` in a child, so that the counting does not wait. */
export const COUNT = `exec 3<&0; (read line <&3; kill $$) & i=0; trap 'echo end; exit 0' TERM
while true; do i=$((i+1)); echo $i; usleep 1000; done`;

/** 1, 2, 3, ... each once. */
export function checkCount(text: string): void {
  const lines = text.split('\n');
  const wrong = lines.slice(0, -2).findIndex((line, index) => line !== String(index + 1));
  assert.ok(
    wrong < 0 || lines[wrong] === 'end',
    `line ${wrong + 1} is ${JSON.stringify(lines[wrong])}`,
  );
  assert.is(lines.at(-2), 'end');
}
