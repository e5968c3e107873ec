/**
 * A dockerd of its own for a test: the distribution's, on a containerd of its own (containerd.ts), with data, sockets,
 * cgroups and configuration in one temporary folder, our runtime put in by `lcow setup docker`, and the busybox image
 * loaded. Its containers have no network unless a test says so. Nothing of the host's own Docker is touched.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ContainerdHost, containerdMissing } from './containerd.ts';
import { type Finished, type RunningCommand, watch } from './lcow-host.ts';
import { drivePty } from './pty.ts';
import { repositoryRoot } from './repository-root.ts';

/** The distribution's own client comes first: newer ones may be in PATH, and speak another API. */
const CLIENT = existsSync('/usr/bin/docker') ? '/usr/bin/docker' : 'docker';
const DAEMON = '/usr/sbin/dockerd';
/** How long one `docker` may take before it is killed: a cold start on a host that is busy, twice. */
const DOCKER_DEADLINE_MS = 60_000;

export interface DockerdOptions {
  /** The daemon's default runtime. Default: LCOW_TEST_DOCKER_RUNTIME of the environment, or lcow. */
  readonly runtime?: string;
  /** Containers live on while dockerd is away. */
  readonly liveRestore?: boolean;
  /** Docker's default bridge with its firewall rules, in a network namespace of dockerd's own. Default: no bridge. */
  readonly bridge?: boolean;
}

/** Why no test with Docker can run here; undefined where it can. */
export function dockerdMissing(): string | undefined {
  const missing = containerdMissing();
  if (missing !== undefined) return missing;
  if (!existsSync(DAEMON)) return 'dockerd is not installed (apt-get install docker.io)';
  const found = [
    CLIENT,
    ...(process.env['PATH'] ?? '').split(delimiter).map((each) => join(each, CLIENT)),
  ];
  return found.some((path) => existsSync(path)) ? undefined : 'the docker client is not installed';
}

export class DockerdHost implements AsyncDisposable {
  readonly containerd: ContainerdHost;
  readonly runtime: string;
  readonly env: NodeJS.ProcessEnv;
  readonly config: string;
  readonly #options: DockerdOptions;
  #dockerd: ChildProcess | undefined;
  #baseline: ReadonlySet<string> = new Set();

  /** Starts both daemons and loads the image. Everything they do to the host ends with the disposal. */
  static async start(options: DockerdOptions = {}): Promise<DockerdHost> {
    const containerd = await ContainerdHost.start({ snapshotters: [] });
    const host = new DockerdHost(containerd, options);
    try {
      await host.#configure();
      await host.launch();
      await host.#load();
      host.#baseline = new Set(host.#withoutDaemon());
      return host;
    } catch (error) {
      await host[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(containerd: ContainerdHost, options: DockerdOptions) {
    this.containerd = containerd;
    this.#options = options;
    this.runtime = options.runtime ?? process.env['LCOW_TEST_DOCKER_RUNTIME'] ?? 'lcow';
    this.config = join(this.folder, 'daemon.json');
    this.env = {
      ...containerd.env,
      DOCKER_HOST: `unix://${this.folder}/d.sock`,
      DOCKER_CONFIG: join(this.folder, 'docker-client'),
    };
  }

  get folder(): string {
    return this.containerd.folder;
  }

  get pid(): number {
    return this.#dockerd?.pid ?? 0;
  }

  /** What dockerd said so far. */
  get log(): string {
    return readFileSync(join(this.folder, 'dockerd.log'), 'utf8');
  }

  /** Starts dockerd; resolves when it answers. */
  async launch(): Promise<void> {
    const log = openSync(join(this.folder, 'dockerd.log'), 'a');
    const { folder, containerd, config } = this;
    const network =
      this.#options.bridge === true ? [] : ['--bridge=none', '--iptables=false', '--ip-masq=false'];
    const dockerd = [
      DAEMON,
      ...['--config-file', config],
      ...['--containerd', containerd.address],
      ...['--containerd-namespace', containerd.namespace],
      ...['--containerd-plugins-namespace', `${containerd.namespace}-plugins`],
      // What the harness of containerd looks through and clears away.
      ...['--cgroup-parent', `/${containerd.namespace}`],
      ...['--data-root', join(folder, 'docker')],
      ...['--exec-root', join(folder, 'docker-exec')],
      ...['--pidfile', join(folder, 'dockerd.pid')],
      ...['--host', `unix://${folder}/d.sock`],
      ...network,
    ];
    const inside = ['unshare', '-n', 'sh', '-c', 'ip link set lo up; exec "$0" "$@"', ...dockerd];
    const [program = '', ...args] = this.#options.bridge === true ? inside : dockerd;
    const child = spawn(program, args, {
      cwd: folder,
      env: this.env,
      stdio: ['ignore', log, log],
      detached: true,
    });
    closeSync(log);
    this.#dockerd = child;
    const deadline = performance.now() + 30_000;
    for (;;) {
      const { code, stderr } = await this.docker('version');
      if (code === 0) return;
      if (child.exitCode !== null || performance.now() > deadline) {
        throw new Error(`dockerd does not answer: ${stderr}\n${this.log.slice(-4000)}`);
      }
      await sleep(20);
    }
  }

  /** Ends dockerd alone; without live restore it stops its containers first. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#dockerd;
    if (child === undefined) return;
    this.#dockerd = undefined;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
    await exited;
    clearTimeout(timer);
  }

  /** Has dockerd read its configuration again, as `systemctl reload docker` does. */
  reload(): void {
    process.kill(this.pid, 'SIGHUP');
  }

  /** Runs `docker` to its end, which must be status 0. @returns stdout without its last newline */
  async ok(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.docker(...args);
    if (code !== 0) {
      throw new Error(`docker ${args.join(' ')} exited ${code}: ${stderr}${stdout}${this.#tail()}`);
    }
    return stdout.replace(/\n$/, '');
  }

  /** Runs `docker` to its end, at most a minute; 137 then. */
  async docker(...args: string[]): Promise<Finished> {
    return this.spawn(args).finished;
  }

  /** Starts `docker`; `open` is for who writes to its stdin. */
  spawn(args: readonly string[], input: 'none' | 'open' = 'none'): RunningCommand {
    const child = spawn(CLIENT, args, {
      env: this.env,
      cwd: this.folder,
      stdio: [input === 'none' ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    child.stdin?.on('error', () => undefined);
    const timer = setTimeout(() => child.kill('SIGKILL'), DOCKER_DEADLINE_MS);
    child.once('close', () => clearTimeout(timer));
    return watch(child);
  }

  /** `docker run` of the busybox image, to its end. */
  run(options: readonly string[], ...command: string[]): Promise<Finished> {
    return this.docker('run', ...options, 'busybox', ...command);
  }

  /** `docker` on a terminal (pty.ts). */
  pty(script: readonly string[], args: readonly string[]): Promise<string> {
    return drivePty(script, [CLIENT, ...args], this.env);
  }

  /** What `docker inspect` tells by a template. */
  inspect(name: string, template: string): Promise<string> {
    return this.ok('inspect', '--format', template, name);
  }

  /** Resolves when a template tells the text, for states that dockerd alone changes. @throws Error after 30 s */
  async until(name: string, template: string, text: string): Promise<void> {
    const deadline = performance.now() + 30_000;
    for (;;) {
      const { stdout } = await this.docker('inspect', '--format', template, name);
      if (stdout.trim() === text) return;
      if (performance.now() > deadline) {
        throw new Error(`${name}: ${template} is "${stdout.trim()}", not "${text}"${this.#tail()}`);
      }
      await sleep(100);
    }
  }

  /** What is left of the containers, once what is ending has ended, or after 10 s what there is. */
  async settledLeftovers(): Promise<string[]> {
    const deadline = performance.now() + 10_000;
    for (;;) {
      const containers = (await this.ok('ps', '--all', '--quiet')).split('\n').filter(Boolean);
      const left = [
        ...containers.map((id) => `container ${id}`),
        ...this.#withoutDaemon().filter((each) => !this.#baseline.has(each)),
      ];
      if (left.length === 0 || performance.now() > deadline) return left;
      await sleep(50);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.containerd[Symbol.asyncDispose]();
  }

  async #configure(): Promise<void> {
    const settings = {
      debug: true,
      'default-runtime': this.runtime,
      ...(this.#options.liveRestore === true ? { 'live-restore': true } : {}),
    };
    writeFileSync(this.config, `${JSON.stringify(settings, undefined, 2)}\n`);
    if (this.runtime !== 'lcow') return;
    const { code, stderr } = await this.containerd.lcow('setup', 'docker', '--config', this.config);
    if (code !== 0) throw new Error(`lcow setup docker exited ${code}: ${stderr}`);
  }

  /** The image layout that set-up built, as an archive that `docker load` takes. */
  async #load(): Promise<void> {
    const layout = join(repositoryRoot(), 'build/images/busybox');
    const blob = (digest: string): string => `blobs/${digest.replace(':', '/')}`;
    const read = (path: string): unknown => JSON.parse(readFileSync(join(layout, path), 'utf8'));
    const index = read('index.json') as { manifests: [{ digest: string }] };
    const manifest = read(blob(index.manifests[0].digest)) as {
      config: { digest: string };
      layers: { digest: string }[];
    };
    const archive = join(this.folder, 'docker-archive.tar');
    writeFileSync(
      join(this.folder, 'manifest.json'),
      JSON.stringify([
        {
          Config: blob(manifest.config.digest),
          RepoTags: ['busybox:latest'],
          Layers: manifest.layers.map(({ digest }) => blob(digest)),
        },
      ]),
    );
    const tar = ['-cf', archive, '-C', this.folder, 'manifest.json', '-C', layout, 'blobs'];
    const { status, stderr } = spawnSync('tar', tar, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`cannot archive ${layout}: ${stderr}`);
    await this.ok('load', '--input', archive);
  }

  #withoutDaemon(): string[] {
    return (
      this.containerd
        .leftovers()
        .filter((each) => !each.startsWith(`process ${this.pid} `))
        // dockerd keeps its own network namespace for containers of "host".
        .filter((each) => !each.includes('/docker-exec/netns/default '))
    );
  }

  #tail(): string {
    const lines = this.log.split('\n').slice(-8);
    return `\n--- dockerd.log ends with\n${lines.join('\n')}\n--- containerd.log ends with\n${this.containerd.log.split('\n').slice(-8).join('\n')}`;
  }
}
