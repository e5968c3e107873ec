/**
 * A containerd of its own for a test: the distribution's, with root, state, sockets and configuration in a temporary
 * folder, our shim in its PATH, the busybox image imported, `ctr` as a command beside it, and a look at what was left
 * behind. Nothing of the host's own containerd is touched.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  readdirSync,
  readFileSync,
  rmSync,
  rmdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ContainerdEvents } from './containerd-events.ts';
import { type Finished, processesOf, type RunningCommand, watch } from './lcow-host.ts';
import { filesBelow, mountsNaming } from './leftovers.ts';
import { drivePty } from './pty.ts';
import { repositoryRoot } from './repository-root.ts';
import { provideTemplate } from './shared-template.ts';

export const LCOW_RUNTIME = 'io.containerd.lcow.v1';
export const RUNC_RUNTIME = 'io.containerd.runc.v2';
/** What the image is imported as. */
export const BUSYBOX = 'docker.io/library/busybox:latest';
const SHIM = 'containerd-shim-lcow-v1';
/** As ContainerdOptions.deadlineMs. */
const CTR_DEADLINE_MS = 90_000;
const CGROUPS = '/sys/fs/cgroup';

export interface ContainerdOptions {
  /** More of config.toml, after our part: whole tables. */
  readonly config?: string;
  /** With the CRI plugin, which needs CNI. Default: without. */
  readonly cri?: boolean;
  /** More environment for containerd, and so for the shim. */
  readonly env?: NodeJS.ProcessEnv;
  /** Snapshotters that the image is unpacked for. Default: overlayfs. */
  readonly snapshotters?: readonly string[];
  /** How long one `ctr` may take before it is killed. Default: 90 s, a cold start on a host that is very busy. */
  readonly deadlineMs?: number;
  /** The runtime of run(). Default: LCOW_TEST_RUNTIME of the environment, or ours. */
  readonly runtime?: string;
}

/** Why no test with containerd can run here; undefined where it can. */
export function containerdMissing(): string | undefined {
  if (process.platform !== 'linux') return 'containerd is tested on Linux';
  if (process.getuid?.() !== 0) return 'containerd needs root';
  for (const program of ['containerd', 'ctr', 'runc']) {
    const found = (process.env['PATH'] ?? '')
      .split(delimiter)
      .some((folder) => existsSync(join(folder, program)));
    if (!found) return `${program} is not installed (apt-get install containerd runc)`;
  }
  return undefined;
}

export class ContainerdHost implements AsyncDisposable {
  readonly folder: string;
  /** LCOW_DATA and LCOW_RUN of the shim. */
  readonly data: string;
  readonly run: string;
  readonly address: string;
  /** The namespace of `ctr` where none is named; of this host alone, so that its cgroups are known. */
  readonly namespace: string;
  readonly runtime: string;
  /** For `ctr`, `lcow` and whatever else is to see what containerd sees. */
  readonly env: NodeJS.ProcessEnv;
  readonly #config: string;
  readonly #deadlineMs: number;
  #containerd: ChildProcess | undefined;
  #events: ContainerdEvents[] = [];
  readonly #network = networkNamespaces();
  /** Namespaces, and ids and groups of containers, that were used here: what sockets are named for. */
  readonly #namespaces = new Set<string>();
  readonly #groups = new Set<string>();

  /** Starts it and imports the image. Everything it does to the host ends with its disposal. */
  static async start(options: ContainerdOptions = {}): Promise<ContainerdHost> {
    const host = new ContainerdHost(options);
    try {
      await host.launch();
      await host.import(host.namespace, options.snapshotters);
      return host;
    } catch (error) {
      await host[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(options: ContainerdOptions) {
    this.folder = mkdtempSync(join(tmpdir(), 'lcow-ctrd-'));
    this.#deadlineMs = options.deadlineMs ?? CTR_DEADLINE_MS;
    this.data = join(this.folder, 'data');
    this.run = join(this.folder, 'run');
    provideTemplate(this.data);
    this.address = join(this.folder, 'c.sock');
    this.namespace = `lcow-test-${process.pid}`;
    this.runtime = options.runtime ?? process.env['LCOW_TEST_RUNTIME'] ?? LCOW_RUNTIME;
    const bin = join(this.folder, 'bin');
    mkdirSync(bin);
    symlinkSync(join(repositoryRoot(), 'bin', SHIM), join(bin, SHIM));
    const { NODE_EXTRA_CA_CERTS: _slow, ...inherited } = process.env;
    this.env = {
      ...inherited,
      PATH: `${bin}${delimiter}${inherited['PATH'] ?? ''}`,
      LCOW_DATA: this.data,
      LCOW_RUN: this.run,
      NO_COLOR: '1',
      CONTAINERD_ADDRESS: this.address,
      CONTAINERD_NAMESPACE: this.namespace,
      ...options.env,
    };
    this.#config = join(this.folder, 'config.toml');
    const disabled = options.cri === true ? [] : ['io.containerd.grpc.v1.cri'];
    writeFileSync(
      this.#config,
      [
        'version = 2',
        `root = "${this.folder}/root"`,
        `state = "${this.folder}/state"`,
        `disabled_plugins = ${JSON.stringify(disabled)}`,
        `[grpc]\naddress = "${this.address}"`,
        // The default is a folder of the host's own containerd.
        `[plugins."io.containerd.internal.v1.opt"]\npath = "${this.folder}/opt"`,
        '[debug]\nlevel = "debug"',
        options.config ?? '',
        '',
      ].join('\n'),
    );
  }

  /** What containerd and the shims said so far. */
  get log(): string {
    return readFileSync(join(this.folder, 'containerd.log'), 'utf8');
  }

  get pid(): number {
    return this.#containerd?.pid ?? 0;
  }

  /** Starts containerd where it does not run; resolves when it answers. */
  async launch(): Promise<void> {
    const log = openSync(join(this.folder, 'containerd.log'), 'a');
    // A group of its own, as a service has: what the test's group gets, it does not get.
    const child = spawn('containerd', ['-c', this.#config], {
      cwd: this.folder,
      env: this.env,
      stdio: ['ignore', log, log],
      detached: true,
    });
    closeSync(log);
    this.#containerd = child;
    const deadline = performance.now() + 20_000;
    for (;;) {
      const { code, stderr } = await this.ctr('version');
      if (code === 0) return;
      if (child.exitCode !== null || performance.now() > deadline) {
        throw new Error(`containerd does not answer: ${stderr}\n${this.log.slice(-4000)}`);
      }
      await sleep(20);
    }
  }

  /** Ends containerd alone, shims live on. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#containerd;
    if (child === undefined) return;
    this.#containerd = undefined;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await exited;
    clearTimeout(timer);
  }

  /** Containerd ends and comes back with the same state. */
  async restart(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    await this.stop(signal);
    await this.launch();
  }

  /** Imports the image into a namespace. */
  async import(namespace: string, snapshotters: readonly string[] = ['overlayfs']): Promise<void> {
    this.#namespaces.add(namespace);
    const archive = join(this.folder, 'busybox.tar');
    if (!existsSync(archive)) busyboxArchive(archive, this.folder);
    const base = [
      '-n',
      namespace,
      'images',
      'import',
      '--base-name',
      BUSYBOX.replace(':latest', ''),
    ];
    for (const snapshotter of snapshotters) {
      await this.ok(...base, '--snapshotter', snapshotter, archive);
    }
  }

  /** Runs `ctr` to its end, which must be status 0. @returns stdout without its last newline */
  async ok(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.ctr(...args);
    if (code !== 0) {
      throw new Error(`ctr ${args.join(' ')} exited ${code}: ${stderr}${stdout}${this.#tail()}`);
    }
    return stdout.replace(/\n$/, '');
  }

  /** Runs `ctr` to its end. @throws Error where that has not come in time */
  async ctr(...args: string[]): Promise<Finished> {
    return this.spawn(args).finished;
  }

  /** Starts `ctr`; `open` is for who writes to its stdin. */
  spawn(args: readonly string[], input: 'none' | 'open' = 'none'): RunningCommand {
    const child = spawn('ctr', args, {
      env: this.env,
      cwd: this.folder,
      stdio: [input === 'none' ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    child.stdin?.on('error', () => undefined);
    const command = watch(child);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, this.#deadlineMs);
    const finished = command.finished.then((result) => {
      clearTimeout(timer);
      if (!late) return result;
      throw new Error(
        `ctr ${args.join(' ')} had no end within ${this.#deadlineMs} ms${this.#tail()}`,
      );
    });
    // Whoever does not wait for it is not told.
    finished.catch(() => undefined);
    return { ...command, finished };
  }

  /** Arguments of `ctr run`: options, then the image, then `[id, ...command]`. */
  runArguments(options: readonly string[], id: string, ...command: string[]): string[] {
    const own = ['--runtime', this.runtime, '--fifo-dir', join(this.folder, 'fifo')];
    const group = options.map((option) => /runc\.v2\.group=(.*)$/.exec(option)?.[1]);
    for (const name of [id, ...group]) if (name !== undefined) this.#groups.add(name);
    if (this.runtime === RUNC_RUNTIME) own.push('--runc-root', join(this.folder, 'runc'));
    return ['run', ...own, ...options, BUSYBOX, id, ...command];
  }

  /** Arguments of `ctr task exec`. */
  execArguments(options: readonly string[], id: string, ...command: string[]): string[] {
    const exec = options.includes('--exec-id') ? [] : ['--exec-id', `e${(execs += 1)}`];
    const own = ['--fifo-dir', join(this.folder, 'fifo'), ...exec];
    return ['task', 'exec', ...own, ...options, id, ...command];
  }

  /** `ctr` on a terminal (test/harness/pty.ts). */
  pty(script: readonly string[], args: readonly string[]): Promise<string> {
    return drivePty(script, ['ctr', ...args], this.env);
  }

  /** Calls the shim's binary as containerd does, for a container whose bundle is there. */
  async shim(action: 'start' | 'delete', id: string): Promise<Finished & { tookMs: number }> {
    const bundle = join(this.bundles, id);
    const args = ['-namespace', this.namespace, '-address', this.address, '-id', id];
    const publish = ['-publish-binary', '/usr/bin/containerd'];
    const began = performance.now();
    const child = spawn(SHIM, [...args, ...publish, '-bundle', bundle, action], {
      cwd: bundle,
      env: { ...this.env, TTRPC_ADDRESS: `${this.address}.ttrpc` },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const finished = await watch(child).finished;
    return { ...finished, tookMs: performance.now() - began };
  }

  /** Where the bundles of our namespace are. */
  get bundles(): string {
    return join(this.folder, 'state', 'io.containerd.runtime.v2.task', this.namespace);
  }

  /** Runs `lcow` with the folders that the shim has. */
  lcow(...args: string[]): Promise<Finished> {
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
    const program = join(repositoryRoot(), 'bin/lcow');
    return watch(spawn(program, args, { env: this.env, stdio })).finished;
  }

  /** Follows events from now on, across restarts of containerd not. Ended by the host's disposal at the latest. */
  async events(): Promise<ContainerdEvents> {
    const events = new ContainerdEvents(this.env);
    this.#events.push(events);
    // ctr says nothing when it listens: an event that we cause tells. A label changes each time.
    let mark = 0;
    for (;;) {
      await this.ok('namespaces', 'label', this.namespace, `mark=${performance.now()}`);
      mark += 1;
      const heard = await events
        .until('event', ({ topic }) => topic.startsWith('/namespaces/'), 200)
        .then(
          () => true,
          () => false,
        );
      if (heard) return events;
      if (mark > 50) throw new Error('ctr events tells nothing');
    }
  }

  /** Tasks as `ctr task ls` tells them: id -> "RUNNING". */
  async tasks(namespace: string = this.namespace): Promise<Map<string, string>> {
    const lines = (await this.ok('-n', namespace, 'task', 'ls')).split('\n').slice(1);
    return new Map(
      lines.map((line) => line.split(/\s+/)).map(([id = '', , status = '']) => [id, status]),
    );
  }

  /** Removes a container and its task whatever it does. */
  async remove(id: string, namespace: string = this.namespace): Promise<void> {
    await this.ctr('-n', namespace, 'task', 'kill', '-s', 'KILL', '-a', id);
    await this.ctr('-n', namespace, 'task', 'delete', '-f', id);
    await this.ctr('-n', namespace, 'container', 'delete', id);
  }

  /** Pids of processes of ours whose command line has the text: `qemu-system`, ` lcow-supervisor`, `lcow-holder`. */
  pids(text: string): number[] {
    return this.#processes()
      .filter((line) => line.includes(text))
      .map((line) => Number(line.split(' ')[0]));
  }

  /** What is left of the containers that ran here; each entry says what and where. Containerd itself is not. */
  leftovers(): string[] {
    const state = join(this.folder, 'state', 'io.containerd.runtime.v2.task');
    const bundles = filesBelow(state).filter((path) => path.split('/').length === 2);
    const files = [
      ...bundles.map((path) => join(state, path)),
      ...filesBelow(join(this.folder, 'fifo')).map((path) => join(this.folder, 'fifo', path)),
      ...['container', 'name', 'scratch'].flatMap((name) =>
        filesBelow(join(this.data, name)).map((path) => join(this.data, name, path)),
      ),
      ...filesBelow(this.run)
        .map((path) => join(this.run, path))
        .filter((path) => !isFolder(path))
        // What happened stays told, and what the accelerator is.
        .filter((path) => !/events\.jsonl(\.1)?$|\.execution\.json$/.test(path)),
    ];
    const network = new Set(this.#network);
    return [
      ...this.#processes().map((line) => `process ${line}`),
      ...mountsNaming(this.folder).map((line) => `mount ${line}`),
      ...files.map((path) => `file ${path}`),
      ...networkNamespaces()
        .filter((name) => !network.has(name))
        .map((name) => `network namespace ${name}`),
      ...this.#sockets().map((path) => `socket ${path}`),
      ...this.#cgroups()
        .filter((path) => !this.#namespaces.has(basename(path)))
        .map((path) => `cgroup ${path}`),
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
    for (const events of this.#events) await events[Symbol.asyncDispose]();
    await this.stop('SIGKILL');
    for (const line of processesOf(this.folder)) kill(Number(line.split(' ')[0]));
    for (const mount of mountsNaming(this.folder).reverse()) {
      spawnSync('umount', ['-l', mount.split(' ')[4] ?? '']);
    }
    for (const path of this.#cgroups().reverse()) {
      try {
        rmdirSync(path);
      } catch {
        // Still in use, or gone.
      }
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #processes(): string[] {
    const own = new Set([this.pid, ...this.#events.map(({ pid }) => pid)]);
    return processesOf(this.folder).filter((line) => !own.has(Number(line.split(' ')[0])));
  }

  /** What containerd's shims name their sockets: facts that are the same for every shim. */
  #sockets(): string[] {
    return [...this.#namespaces].flatMap((namespace) =>
      [...this.#groups]
        .map((group) => join(this.address, namespace, group))
        .map((name) => join('/run/containerd/s', createHash('sha256').update(name).digest('hex')))
        .filter((path) => existsSync(path)),
    );
  }

  /** Groups named for our namespaces, in every hierarchy, outermost first. */
  #cgroups(): string[] {
    const hierarchies = [
      '.',
      ...readdirSync(CGROUPS).filter((name) => isFolder(join(CGROUPS, name))),
    ];
    return hierarchies.flatMap((name) =>
      [...this.#namespaces].flatMap((namespace) => {
        const root = join(CGROUPS, name, namespace);
        const below = filesBelow(root).map((path) => join(root, path));
        return existsSync(root) ? [root, ...below.filter(isFolder)] : [];
      }),
    );
  }

  #tail(): string {
    return `\n--- containerd.log ends with\n${this.log.split('\n').slice(-12).join('\n')}`;
  }
}

let execs = 0;

/** The image layout that set-up built, as an archive that `ctr images import` takes. */
function busyboxArchive(archive: string, work: string): void {
  const layout = join(repositoryRoot(), 'build/images/busybox');
  interface Index {
    manifests: { annotations: Record<string, string> }[];
  }
  const index = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) as Index;
  // `ctr` puts its base name before this.
  for (const { annotations } of index.manifests) {
    annotations['org.opencontainers.image.ref.name'] = 'latest';
  }
  writeFileSync(join(work, 'index.json'), JSON.stringify(index));
  const tar = ['-cf', archive, '-C', work, 'index.json', '-C', layout, 'oci-layout', 'blobs'];
  const { status, stderr } = spawnSync('tar', tar, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`cannot archive ${layout}: ${stderr}`);
}

function networkNamespaces(): string[] {
  return filesBelow('/run/netns');
}

function isFolder(path: string): boolean {
  try {
    readdirSync(path);
    return true;
  } catch {
    return false;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone meanwhile.
  }
}
