/**
 * What containerd is to a shim, without containerd: bundles made by hand, `start` and `delete` called as it calls them,
 * the task service over ttrpc, and a server for the events that it would be told. For input that `ctr` refuses to pass.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { containerd as shim } from '../../proto/generated/shim.js';
import { decodeTaskEvent } from '../../runtime/task/task-event-codec.ts';
import type { TaskEvent } from '../../runtime/task/task-event.ts';
import { TaskClient } from '../../runtime/task/task-client.ts';
import { TtrpcClient } from '../../runtime/ttrpc/client.ts';
import { generatedClass, handle, unaryMethod } from '../../runtime/ttrpc/method.ts';
import { listenOnSocket, type ServerSocket } from '../../runtime/ttrpc/server-socket.ts';
import { TtrpcServer } from '../../runtime/ttrpc/server.ts';
import { type Finished, processesOf, watch } from './lcow-host.ts';
import { filesBelow, mountsNaming } from './leftovers.ts';
import { repositoryRoot } from './repository-root.ts';

const NAMESPACE = 'by-hand';
const START_DEADLINE_MS = 60_000;
const SHIM = 'bin/containerd-shim-lcow-v1';

const v1 = shim.shim.v1;
const FORWARD = unaryMethod(
  'containerd.services.events.ttrpc.v1.Events',
  'Forward',
  generatedClass(v1, 'ForwardRequest'),
  generatedClass(v1, 'Empty'),
);

/** What of a spec a test changes. */
export type SpecChange = Readonly<Record<string, unknown>>;

export class ShimCaller implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'lcow-shim-'));
  readonly run = join(this.folder, 'run');
  /** A root with busybox in it. */
  readonly rootfs = join(this.folder, 'rootfs');
  readonly env: NodeJS.ProcessEnv;
  /** What was told so far. */
  readonly events: TaskEvent[] = [];
  readonly #clients: TtrpcClient[] = [];
  readonly #told = new Set<() => void>();
  readonly #server: TtrpcServer;
  #socket: ServerSocket | undefined;

  static async open(): Promise<ShimCaller> {
    const caller = new ShimCaller();
    caller.#socket = await listenOnSocket(caller.#ttrpcAddress, {
      accept: (socket) => caller.#server.serve(socket),
    });
    return caller;
  }

  private constructor() {
    const { NODE_EXTRA_CA_CERTS: _slow, ...inherited } = process.env;
    this.env = {
      ...inherited,
      LCOW_DATA: join(this.folder, 'data'),
      LCOW_RUN: this.run,
      TTRPC_ADDRESS: this.#ttrpcAddress,
    };
    for (const name of ['bin', 'proc', 'dev', 'tmp', 'sys']) {
      mkdirSync(join(this.rootfs, name), { recursive: true });
    }
    cpSync('/bin/busybox', join(this.rootfs, 'bin/busybox'));
    this.#server = new TtrpcServer([
      handle(FORWARD, async ({ envelope }) => {
        const { typeUrl, value } = envelope?.event ?? {};
        this.events.push(decodeTaskEvent(typeUrl ?? '', value ?? new Uint8Array(0)));
        for (const done of this.#told) done();
        return {};
      }),
    ]);
  }

  /** Makes a bundle whose container runs `/bin/busybox ...args`. @returns its folder */
  bundle(id: string, args: readonly string[], change: SpecChange = {}): string {
    const folder = join(this.folder, 'bundles', id.replaceAll('/', '_').slice(0, 100));
    mkdirSync(folder, { recursive: true });
    const spec = {
      ociVersion: '1.0.2',
      process: {
        args: ['/bin/busybox', ...args],
        env: ['PATH=/bin'],
        cwd: '/',
        user: { uid: 0, gid: 0 },
      },
      root: { path: this.rootfs, readonly: true },
      mounts: [
        { destination: '/proc', type: 'proc', source: 'proc' },
        { destination: '/tmp', type: 'tmpfs', source: 'tmpfs' },
      ],
      linux: { namespaces: ['pid', 'mount', 'uts', 'ipc', 'network'].map((type) => ({ type })) },
      annotations: { 'io.containerd.runc.v2.group': 'hand' },
      ...change,
    };
    writeFileSync(join(folder, 'config.json'), JSON.stringify(spec));
    return folder;
  }

  /** Calls the binary. `bundle` is its working folder. */
  async call(
    action: 'start' | 'delete',
    id: string,
    bundle: string,
    stdin?: Uint8Array,
  ): Promise<Finished> {
    const names = ['-namespace', NAMESPACE, '-address', join(this.folder, 'c.sock'), '-id', id];
    const child = spawn(
      join(repositoryRoot(), SHIM),
      [...names, '-bundle', bundle, '-publish-binary', '/bin/true', action],
      { cwd: bundle, env: this.env, stdio: ['pipe', 'pipe', 'pipe'] },
    );
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
    const timer = setTimeout(() => child.kill('SIGKILL'), START_DEADLINE_MS);
    const finished = await watch(child).finished;
    clearTimeout(timer);
    return finished;
  }

  /** Starts the pod's shim, or finds it. @returns the path of its socket */
  async start(id: string, bundle: string): Promise<string> {
    const { code, stdout, stderr } = await this.call('start', id, bundle);
    const [, path] = /^unix:\/\/(\S+)$/.exec(stdout.trim()) ?? [];
    if (code !== 0 || path === undefined || stderr !== '') {
      throw new Error(`start exited ${code}: ${stdout}${stderr}`);
    }
    return path;
  }

  async connect(path: string): Promise<TtrpcClient> {
    const client = await TtrpcClient.connect(path);
    this.#clients.push(client);
    return client;
  }

  async tasks(path: string): Promise<TaskClient> {
    return new TaskClient(await this.connect(path));
  }

  /** Resolves when an event was told that `wanted` is true of. */
  async told(what: string, wanted: (event: TaskEvent) => boolean): Promise<TaskEvent> {
    const deadline = performance.now() + 30_000;
    for (;;) {
      const found = this.events.find(wanted);
      if (found !== undefined) return found;
      if (performance.now() > deadline) {
        throw new Error(`${what} was not told: ${JSON.stringify(this.events)}`);
      }
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          this.#told.delete(done);
          resolve();
        };
        const timer = setTimeout(done, 1000);
        this.#told.add(done);
      });
    }
  }

  /** What is there of shims and their pods; bundles are the test's. */
  leftovers(): string[] {
    return [
      ...processesOf(this.folder).map((line) => `process ${line}`),
      ...mountsNaming(this.folder).map((line) => `mount ${line}`),
      ...filesBelow(join(this.run, 'pod')).map((path) => `file pod/${path}`),
      ...filesBelow(join(this.run, 'vm'))
        // What the accelerator is stays told.
        .filter((path) => path !== '.execution.json')
        .map((path) => `file vm/${path}`),
    ];
  }

  /** leftovers() once what is ending has ended, or after 10 s what there is. */
  async settledLeftovers(): Promise<string[]> {
    const deadline = performance.now() + 10_000;
    for (;;) {
      const left = this.leftovers();
      if (left.length === 0 || performance.now() > deadline) return left;
      await sleep(50);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) await client.close();
    for (const line of processesOf(this.folder)) {
      try {
        process.kill(Number(line.split(' ')[0]), 'SIGKILL');
      } catch {
        // Gone meanwhile.
      }
    }
    await this.#socket?.close();
    await this.#server[Symbol.asyncDispose]();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  get #ttrpcAddress(): string {
    return join(this.folder, 'events', 'ttrpc.sock');
  }
}
