/**
 * What the subjects of one run share: its folder, its environment, the image, the peers that are installed, and the
 * daemons and containers that several of them need, each made when it is first asked for. Its end takes everything away,
 * and where the program was killed its guard does.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import type { ExecutionProperties } from '../../hcs/document/properties.ts';
import type { ComputeService } from '../../hcs/service.ts';
import { type BootFiles, findBootFiles, packageRoot } from '../../linuxkit/manifest.ts';
import type { Directories } from '../../runtime/directories.ts';
import { RuntimeError } from '../../runtime/errors.ts';
import { openHostService } from '../../runtime/host-service.ts';
import { Lcow } from '../../runtime/lcow.ts';
import type { ContainerHandle } from '../../runtime/lcow/container-handle.ts';
import { Scope } from '../../runtime/scope.ts';
import { BenchImage } from './bench-image.ts';
import { BenchPool, poolRun } from './bench-pool.ts';
import { type CgroupView, hasHybridCgroups, openV1View } from './cgroup-view.ts';
import { clearAway, FOLDER_PREFIX } from './clear-away.ts';
import { type CommandOptions, type Timed, timed } from './command.ts';
import { ContainerdDaemon } from './containerd-daemon.ts';
import { DockerDaemon } from './docker-daemon.ts';
import { startGuard } from './guard.ts';
import { findPeers, missingPeers, type PeerName, type Peers } from './peers.ts';
import { makeBundle } from './runc-bundle.ts';

/** Runtimes with runc's command line. */
export type DirectRuntime = 'runc' | 'crun';

const SHIM = 'containerd-shim-lcow-v1';
const COLD_SHIM = 'containerd-shim-lcowcold-v1';
const POOL_SHIM = 'containerd-shim-lcowpool-v1';
/** What `lcow run` calls the image. */
export const IMAGE = 'lcow-bench:latest';
/** Longer than any benchmark. */
const FOREVER = ['sleep', '1000000'];

export interface BenchOptions {
  /** An OCI layout folder or a tar of one. Default: busybox. */
  readonly image?: string;
  /** Default: process.env. */
  readonly env?: NodeJS.ProcessEnv;
}

export class Bench implements AsyncDisposable {
  readonly folder: string;
  /** For everything that is started: data and run folders are this run's own. */
  readonly env: NodeJS.ProcessEnv;
  readonly where: Directories;
  readonly image: BenchImage;
  readonly peers: Peers;
  readonly bootFiles: BootFiles;
  readonly execution: ExecutionProperties;
  readonly service: ComputeService;
  /** The launcher. */
  readonly lcow: string;
  /** Our own program, without a command between. */
  readonly host: Lcow;
  readonly #scope: Scope;
  readonly #shared = new Map<string, Promise<unknown>>();

  /**
   * Makes the folder, finds the peers; starts nothing but the guard.
   * @throws RuntimeError not-found where there is no checkout or no boot files; what BenchImage.open throws
   */
  static async open({ image, env = process.env }: BenchOptions = {}): Promise<Bench> {
    const root = packageRoot();
    if (root === undefined) {
      throw new RuntimeError('not-found', 'run the benchmark', 'there is no bin/lcow near');
    }
    const folder = realpathSync(mkdtempSync(join(tmpdir(), FOLDER_PREFIX)));
    const scope = new Scope();
    scope.defer(() => clearAway(folder));
    try {
      const guard = startGuard(folder);
      // After the folder is gone.
      const cleared = scope.move();
      scope.defer(() => guard.release());
      scope.use(cleared);
      const bootFiles = await findBootFiles({ env });
      const where = { data: join(folder, 'data'), run: join(folder, 'run') };
      const benchEnv = environment(env, folder, root, { where, bootFiles });
      const machine = { ...benchEnv, LCOW_MACHINE: benchEnv['LCOW_MACHINE'] ?? 'q35' };
      // Supervisors that this process starts by itself find the boot files where it does.
      const before = process.env['LCOW_BOOT_FILES'];
      process.env['LCOW_BOOT_FILES'] = bootFiles.directory;
      scope.defer(() => {
        if (before === undefined) delete process.env['LCOW_BOOT_FILES'];
        else process.env['LCOW_BOOT_FILES'] = before;
      });
      const service = scope.use(await openHostService(where, machine));
      return new Bench(scope.move(), {
        folder,
        where,
        env: benchEnv,
        bootFiles,
        service,
        image: await BenchImage.open(image, join(folder, 'image')),
        peers: await findPeers(benchEnv),
        execution: (await service.properties()).Execution,
        lcow: join(root, 'bin', 'lcow'),
      });
    } catch (error) {
      await scope[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(
    scope: Scope,
    parts: Pick<
      Bench,
      | ('folder' | 'where' | 'env' | 'bootFiles' | 'service' | 'image' | 'peers' | 'execution')
      | 'lcow'
    >,
  ) {
    this.#scope = scope;
    this.folder = parts.folder;
    this.where = parts.where;
    this.env = parts.env;
    this.bootFiles = parts.bootFiles;
    this.service = parts.service;
    this.image = parts.image;
    this.peers = parts.peers;
    this.execution = parts.execution;
    this.lcow = parts.lcow;
    this.host = scope.use(Lcow.open(parts.where));
  }

  /** Why these peers cannot run here; undefined: they can. */
  missing(...names: PeerName[]): string | undefined {
    if (process.platform !== 'linux') return 'it is measured on Linux alone';
    return (
      missingPeers(this.peers, names) ??
      (process.getuid?.() === 0 ? undefined : `${names.join(' and ')} need root`)
    );
  }

  /** The path of a peer that is not missing. */
  program(name: PeerName): string {
    return this.peers[name].path ?? name;
  }

  /** Runs `lcow` to its end. */
  runLcow(args: readonly string[], options: Partial<CommandOptions> = {}): Promise<Timed> {
    return timed(this.lcow, args, { ...options, env: { ...this.env, ...options.env } });
  }

  /** Has the image in our store. @returns its name there */
  lcowImage(): Promise<string> {
    return this.#once('image', async () => {
      await this.runLcow(['image', 'import', '--name', IMAGE, this.image.layout]);
      return IMAGE;
    });
  }

  /** Has the template of VMs of the default shape. @returns its id */
  template(): Promise<string> {
    return this.#once('template', async () => {
      const { stdout } = await this.runLcow(['template', 'create']);
      return stdout.trim();
    });
  }

  /** The pool for containers of the image. It has parked nothing until it is asked to. */
  pool(): Promise<BenchPool> {
    return this.#once('pool', async () => {
      const image = await this.lcowImage();
      return this.#scope.use(new BenchPool(this, image));
    });
  }

  /** A container of ours that runs as long as the benchmark. */
  residentContainer(): Promise<ContainerHandle> {
    return this.#once('resident', async () => {
      const image = await this.lcowImage();
      const vm = { template: 'none' as const };
      return this.host.run({ image, command: FOREVER, name: 'resident', logDriver: 'none', vm });
    });
  }

  containerd(): Promise<ContainerdDaemon> {
    return this.#once('containerd', async () => {
      const { folder, env } = this;
      const programs = { containerd: this.program('containerd'), ctr: this.program('ctr') };
      const daemon = this.#scope.use(await ContainerdDaemon.start({ folder, env, programs }));
      await daemon.image(this.image);
      return daemon;
    });
  }

  dockerd(): Promise<DockerDaemon> {
    return this.#once('dockerd', async () => {
      const { folder, env, lcow } = this;
      const containerd = await this.containerd();
      const programs = { dockerd: this.program('dockerd'), docker: this.program('docker'), lcow };
      const options = { folder, env, programs, containerd };
      const daemon = this.#scope.use(await DockerDaemon.start(options));
      await daemon.image(this.image);
      return daemon;
    });
  }

  /** A bundle of the image with this command. @param name unlike every other's */
  bundle(runtime: DirectRuntime, name: string, args: readonly string[]): string {
    return makeBundle({
      folder: join(this.folder, 'bundle', `${runtime}-${name}`),
      rootfs: this.image.rootfs(),
      args,
      cgroup: `/${basename(this.folder)}/${runtime}-${name}`,
      runtime: this.program(runtime),
    });
  }

  /**
   * A command line of runc or crun: with a state folder of this run's own, and where crun would refuse this host's cgroups
   * in a namespace in which it does not (cgroup-view.ts).
   */
  async directCommand(
    runtime: DirectRuntime,
    args: readonly string[],
  ): Promise<readonly [program: string, ...args: string[]]> {
    const needsView = runtime === 'crun' && hasHybridCgroups();
    const view = needsView ? await this.#v1View() : undefined;
    const own = ['--root', join(this.folder, `state-${runtime}`), ...args];
    const [program = '', ...rest] = [...(view?.prefix ?? []), this.program(runtime), ...own];
    return [program, ...rest];
  }

  async runDirect(
    runtime: DirectRuntime,
    args: readonly string[],
    options: Partial<CommandOptions> = {},
  ): Promise<Timed> {
    const [program, ...rest] = await this.directCommand(runtime, args);
    return timed(program, rest, { ...options, env: this.env });
  }

  /** A container of runc or crun that runs as long as the benchmark. @returns its id */
  residentDirect(runtime: DirectRuntime): Promise<string> {
    return this.#once(`resident-${runtime}`, async () => {
      const id = `${basename(this.folder)}-${runtime}`;
      await this.startDirect(runtime, this.bundle(runtime, 'resident', FOREVER), id);
      return id;
    });
  }

  /** `runc run --detach`, whose container keeps its caller's streams: a file takes them. */
  async startDirect(runtime: DirectRuntime, bundle: string, id: string): Promise<void> {
    const run = ['run', '--detach', '--bundle', bundle, id];
    const [program, ...args] = await this.directCommand(runtime, run);
    const log = join(this.folder, `${runtime}.log`);
    const fd = openSync(log, 'w');
    try {
      const stdio: ['ignore', number, number] = ['ignore', fd, fd];
      const child = spawn(program, args, { env: this.env, stdio });
      const [code] = (await once(child, 'exit')) as [number | null];
      if (code === 0) return;
      const words = readFileSync(log, 'utf8').trim().slice(0, 500);
      throw new RuntimeError('internal', `run ${runtime}`, `it ended with ${code}: ${words}`);
    } finally {
      closeSync(fd);
    }
  }

  #v1View(): Promise<CgroupView> {
    return this.#once('v1-view', async () => this.#scope.use(await openV1View()));
  }

  #once<T>(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.#shared.get(key) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const made = make();
    made.catch(() => {});
    this.#shared.set(key, made);
    return made;
  }

  /** Ends and takes away everything. @throws RuntimeError internal naming what did not go */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scope[Symbol.asyncDispose]();
  }
}

function environment(
  env: NodeJS.ProcessEnv,
  folder: string,
  root: string,
  { where, bootFiles }: { where: Directories; bootFiles: BootFiles },
): NodeJS.ProcessEnv {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const shim = join(root, 'bin', SHIM);
  symlinkSync(shim, join(bin, SHIM));
  // A daemon's environment is its shims': what is to be otherwise for some is a runtime of its own.
  const others = {
    [COLD_SHIM]: 'LCOW_TEMPLATE=none',
    [POOL_SHIM]: `LCOW_RUN='${poolRun(folder)}'`,
  };
  for (const [name, setting] of Object.entries(others)) {
    const script = `#!/bin/sh\n${setting} exec '${shim}' "$@"\n`;
    writeFileSync(join(bin, name), script, { mode: 0o755 });
  }
  // It costs each start of Node 20 fifty milliseconds, and nothing here speaks TLS.
  const { NODE_EXTRA_CA_CERTS: _slow, ...inherited } = env;
  return {
    ...inherited,
    PATH: `${bin}${delimiter}${inherited['PATH'] ?? ''}`,
    LCOW_DATA: where.data,
    LCOW_RUN: where.run,
    LCOW_BOOT_FILES: bootFiles.directory,
    LCOW_TEMPLATE: 'auto',
    NO_COLOR: '1',
  };
}
