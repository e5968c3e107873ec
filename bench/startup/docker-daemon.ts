/** A dockerd of this run alone, on this run's containerd, with our runtime set up and the benchmark's image loaded. */
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { BenchImage } from './bench-image.ts';
import { type CommandOptions, type Timed, timed } from './command.ts';
import type { ContainerdDaemon } from './containerd-daemon.ts';
import { Daemon } from './daemon.ts';

export interface DockerOptions {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly programs: { readonly dockerd: string; readonly docker: string; readonly lcow: string };
  readonly containerd: ContainerdDaemon;
}

export class DockerDaemon implements AsyncDisposable {
  readonly #options: DockerOptions;
  readonly #socket: string;
  #daemon: Daemon | undefined;
  #image: Promise<unknown> | undefined;

  /** @throws RuntimeError unavailable when it does not come up */
  static async start(options: DockerOptions): Promise<DockerDaemon> {
    const docker = new DockerDaemon(options);
    await docker.#start();
    return docker;
  }

  private constructor(options: DockerOptions) {
    this.#options = options;
    this.#socket = join(options.folder, 'd.sock');
  }

  /** Loads the benchmark's image, once. */
  image(image: BenchImage): Promise<unknown> {
    this.#image ??= this.load(image.archive());
    return this.#image;
  }

  /** Loads an archive; its name is `lcow-<name>`. */
  load(archive: string, options: Partial<CommandOptions> = {}): Promise<Timed> {
    return this.docker(['load', '--quiet', '--input', archive], options);
  }

  removeImage(name: string): Promise<Timed> {
    return this.docker(['rmi', '--force', `lcow-${name}`]);
  }

  /** `docker run --rm --network none`, to its end. */
  run(
    runtime: 'lcow' | 'runc',
    command: readonly string[],
    options: Partial<CommandOptions> & { readonly image?: string } = {},
  ): Promise<Timed> {
    const { image = 'image', ...rest } = options;
    const own = ['--rm', '--network', 'none', '--runtime', runtime];
    return this.docker(['run', ...own, `lcow-${image}`, ...command], rest);
  }

  docker(args: readonly string[], options: Partial<CommandOptions> = {}): Promise<Timed> {
    const { env, folder, programs } = this.#options;
    const where = {
      DOCKER_HOST: `unix://${this.#socket}`,
      DOCKER_CONFIG: join(folder, 'docker-client'),
    };
    return timed(programs.docker, args, { cwd: folder, ...options, env: { ...env, ...where } });
  }

  async #start(): Promise<void> {
    const { folder, env, programs, containerd } = this.#options;
    const config = join(folder, 'daemon.json');
    writeFileSync(config, '{}\n');
    await timed(programs.lcow, ['setup', 'docker', '--config', config], { env, cwd: folder });
    const name = basename(folder);
    this.#daemon = await Daemon.start({
      name: 'dockerd',
      program: programs.dockerd,
      args: [
        ...['--config-file', config],
        ...['--containerd', containerd.address],
        ...['--containerd-namespace', name],
        ...['--containerd-plugins-namespace', `${name}-plugins`],
        ...['--cgroup-parent', `/${name}`],
        ...['--data-root', join(folder, 'docker')],
        ...['--exec-root', join(folder, 'docker-exec')],
        ...['--pidfile', join(folder, 'dockerd.pid')],
        ...['--host', `unix://${this.#socket}`],
        ...['--bridge=none', '--iptables=false', '--ip-masq=false'],
      ],
      env,
      cwd: folder,
      log: join(folder, 'dockerd.log'),
      ask: () => this.docker(['version']),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon?.[Symbol.asyncDispose]();
  }
}
