/** A containerd of this run alone, with our shim and runc's in its PATH and the benchmark's image imported. */
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { BenchImage } from './bench-image.ts';
import { CONTAINERD_SOCKET } from './clear-away.ts';
import { type CommandOptions, type Timed, timed } from './command.ts';
import { Daemon } from './daemon.ts';

/** lcowcold: ours, without templates; lcowpool: with the run folder of the pool. */
export type ShimKind = keyof typeof RUNTIMES;

const RUNTIMES = {
  lcow: 'io.containerd.lcow.v1',
  lcowcold: 'io.containerd.lcowcold.v1',
  lcowpool: 'io.containerd.lcowpool.v1',
  runc: 'io.containerd.runc.v2',
} as const;
const REPOSITORY = 'docker.io/library/lcow-bench';

export interface ContainerdOptions {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly programs: { readonly containerd: string; readonly ctr: string };
}

export class ContainerdDaemon implements AsyncDisposable {
  readonly address: string;
  readonly namespace: string;
  readonly #options: ContainerdOptions;
  #daemon: Daemon | undefined;
  #image: Promise<unknown> | undefined;

  /** @throws RuntimeError unavailable when it does not come up */
  static async start(options: ContainerdOptions): Promise<ContainerdDaemon> {
    const containerd = new ContainerdDaemon(options);
    await containerd.#start();
    return containerd;
  }

  private constructor(options: ContainerdOptions) {
    this.#options = options;
    this.address = join(options.folder, CONTAINERD_SOCKET);
    // Its containers' cgroups are below this name.
    this.namespace = basename(options.folder);
  }

  /** Imports the benchmark's image, once. */
  image(image: BenchImage): Promise<unknown> {
    this.#image ??= this.import(image.archive(), 'latest');
    return this.#image;
  }

  /** Imports an archive, whose tag is `latest`, by a name of its own. */
  import(archive: string, name: string, options: Partial<CommandOptions> = {}): Promise<Timed> {
    return this.ctr(['images', 'import', '--base-name', this.#repository(name), archive], options);
  }

  removeImage(name: string): Promise<Timed> {
    return this.ctr(['images', 'rm', '--sync', `${this.#repository(name)}:latest`]);
  }

  /** `ctr run --rm`, to its end. */
  run(
    shim: ShimKind,
    id: string,
    command: readonly string[],
    options: Partial<CommandOptions> & { readonly image?: string } = {},
  ): Promise<Timed> {
    const { folder } = this.#options;
    const { image = 'latest', ...rest } = options;
    const own = ['--runtime', RUNTIMES[shim], '--fifo-dir', join(folder, 'fifo')];
    if (shim === 'runc') own.push('--runc-root', join(folder, 'runc-containerd'));
    const ref = `${this.#repository(image)}:latest`;
    return this.ctr(['run', '--rm', ...own, ref, id, ...command], rest);
  }

  ctr(args: readonly string[], options: Partial<CommandOptions> = {}): Promise<Timed> {
    const { env, folder, programs } = this.#options;
    const where = { CONTAINERD_ADDRESS: this.address, CONTAINERD_NAMESPACE: this.namespace };
    return timed(programs.ctr, args, { cwd: folder, ...options, env: { ...env, ...where } });
  }

  #repository(name: string): string {
    return name === 'latest' ? REPOSITORY : `${REPOSITORY}-${name}`;
  }

  async #start(): Promise<void> {
    const { folder, env, programs } = this.#options;
    const config = join(folder, 'containerd.toml');
    writeFileSync(
      config,
      [
        'version = 2',
        `root = "${folder}/containerd"`,
        `state = "${folder}/containerd-state"`,
        'disabled_plugins = ["io.containerd.grpc.v1.cri"]',
        `[grpc]\naddress = "${this.address}"`,
        // The default is a folder of the host's own containerd.
        `[plugins."io.containerd.internal.v1.opt"]\npath = "${folder}/containerd-opt"`,
        '[debug]\nlevel = "warn"',
        '',
      ].join('\n'),
    );
    this.#daemon = await Daemon.start({
      name: 'containerd',
      program: programs.containerd,
      args: ['-c', config],
      env,
      cwd: folder,
      log: join(folder, 'containerd.log'),
      ask: () => this.ctr(['version']),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon?.[Symbol.asyncDispose]();
  }
}
