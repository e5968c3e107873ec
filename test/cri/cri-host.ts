/**
 * A containerd with its CRI plugin for a test: our runtime put in by `lcow setup containerd`, pods' addresses from the
 * distribution's CNI plugins, network namespaces in the test's folder, and a pause image made of busybox, so that no
 * registry is asked.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setUp } from '../../runtime/setup/set-up.ts';
import { BUSYBOX, ContainerdHost, containerdMissing, LCOW_RUNTIME } from '../harness/containerd.ts';
import { repositoryRoot } from '../harness/repository-root.ts';
import { CriClient } from './cri-client.ts';

/** What CRI's containers are under; the plugin has no other. */
const NAMESPACE = 'k8s.io';
const PAUSE = 'docker.io/library/pause:test';
/** What the options of the runtime give to VMs. */
export const KERNEL_ARGUMENT = 'lcow.test=told';
const CNI_FOLDER = '/usr/lib/cni';

/** Why no test of CRI can run here; undefined where it can. */
export function criMissing(): string | undefined {
  const missing = containerdMissing();
  if (missing !== undefined) return missing;
  return ['bridge', 'host-local', 'loopback'].every((each) => existsSync(join(CNI_FOLDER, each)))
    ? undefined
    : 'the CNI plugins are not installed (apt-get install containernetworking-plugins)';
}

export class CriHost implements AsyncDisposable {
  readonly containerd: ContainerdHost;
  readonly cri: CriClient;
  /** The runtime handler, as a RuntimeClass names it. */
  readonly handler: string;
  readonly #settings: string;
  readonly #bridge: string;

  static async start(): Promise<CriHost> {
    const settings = mkdtempSync(join(tmpdir(), 'lcow-cri-'));
    // The length of an interface's name is 15.
    const bridge = `lcowt${process.pid}`;
    let containerd: ContainerdHost | undefined;
    try {
      writeNetwork(join(settings, 'cni'), bridge);
      containerd = await ContainerdHost.start({
        cri: true,
        snapshotters: [],
        config: await configuration(settings),
      });
      const host = new CriHost(containerd, settings, bridge);
      await containerd.import(NAMESPACE);
      await host.#importPause();
      await host.#ready();
      return host;
    } catch (error) {
      await containerd?.[Symbol.asyncDispose]();
      rmSync(settings, { recursive: true, force: true });
      throw error;
    }
  }

  private constructor(containerd: ContainerdHost, settings: string, bridge: string) {
    this.containerd = containerd;
    this.#settings = settings;
    this.#bridge = bridge;
    this.cri = new CriClient(containerd.address);
    this.handler = containerd.runtime === LCOW_RUNTIME ? 'lcow' : 'runc';
  }

  /** What is left of pods, once what is ending has ended: of the daemon, and leases of addresses. */
  async settledLeftovers(): Promise<string[]> {
    const left = await this.containerd.settledLeftovers();
    const leases = spawnSync('find', [join(this.#settings, 'leases'), '-name', '10.*'], {
      encoding: 'utf8',
    });
    return [...left, ...leases.stdout.split('\n').filter(Boolean)];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cri.close();
    await this.containerd[Symbol.asyncDispose]();
    spawnSync('ip', ['link', 'delete', this.#bridge]);
    rmSync(this.#settings, { recursive: true, force: true });
  }

  /** Busybox whose command sleeps, as an archive of its own. */
  async #importPause(): Promise<void> {
    const layout = join(this.#settings, 'pause');
    cpSync(join(repositoryRoot(), 'build/images/busybox'), layout, { recursive: true });
    const blob = (digest: string): string => join(layout, 'blobs', digest.replace(':', '/'));
    const read = (path: string): Record<string, unknown> =>
      JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    const put = (value: object): { digest: string; size: number } => {
      const text = JSON.stringify(value);
      const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
      writeFileSync(blob(digest), text);
      return { digest, size: text.length };
    };
    const index = read(join(layout, 'index.json')) as { manifests: [{ digest: string }] };
    const manifest = read(blob(index.manifests[0].digest)) as { config: { digest: string } };
    const config = read(blob(manifest.config.digest)) as { config: object };
    const pause = put({ ...config, config: { ...config.config, Cmd: ['sleep', '2147483647'] } });
    const changed = put({ ...manifest, config: { ...manifest.config, ...pause } });
    const annotations = { 'org.opencontainers.image.ref.name': 'test' };
    writeFileSync(
      join(layout, 'index.json'),
      JSON.stringify({ ...index, manifests: [{ ...index.manifests[0], ...changed, annotations }] }),
    );
    const archive = join(this.#settings, 'pause.tar');
    spawnSync('tar', ['-cf', archive, '-C', layout, 'oci-layout', 'index.json', 'blobs']);
    const name = PAUSE.replace(':test', '');
    await this.containerd.ok('-n', NAMESPACE, 'images', 'import', '--base-name', name, archive);
  }

  /** The plugin is ready and knows both images: it hears of them by events. */
  async #ready(): Promise<void> {
    const deadline = performance.now() + 20_000;
    for (;;) {
      const { status } = await this.cri.call<{ status: { conditions: { status: boolean }[] } }>(
        'Status',
      );
      const { images } = await this.cri.call<{ images: { repo_tags: string[] }[] }>(
        'ImageService.ListImages',
      );
      const tags = images.flatMap(({ repo_tags }) => repo_tags);
      const known = [BUSYBOX, PAUSE].every((each) => tags.includes(each));
      if (known && status.conditions.every((each) => each.status)) return;
      if (performance.now() > deadline) {
        throw new Error(`CRI is not ready: ${JSON.stringify({ status, tags })}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Tables for config.toml: those of `lcow setup containerd`, and of the test. */
async function configuration(settings: string): Promise<string> {
  const config = join(settings, 'config.toml');
  await setUp({ daemon: 'containerd', dryRun: false, undo: false, config, linkFolder: 'none' });
  const options = join(settings, 'pods.toml');
  writeFileSync(options, `kernel-args = "${KERNEL_ARGUMENT}"\n`);
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  return [
    readFileSync(config, 'utf8').replace('version = 2\n', ''),
    `[${cri}.containerd.runtimes.lcow.options]`,
    'TypeUrl = "lcow.v1.Options"',
    `ConfigPath = "${options}"`,
    `[${cri}]`,
    `sandbox_image = "${PAUSE}"`,
    'netns_mounts_under_state_dir = true',
    // Lowering the score needs a capability that a container's root has not.
    'restrict_oom_score_adj = true',
    `[${cri}.cni]`,
    `bin_dir = "${CNI_FOLDER}"`,
    `conf_dir = "${settings}/cni"`,
  ].join('\n');
}

/** A bridge without a gateway: the host forwards nothing for it. */
function writeNetwork(folder: string, bridge: string): void {
  mkdirSync(folder);
  const ipam = {
    type: 'host-local',
    dataDir: join(folder, '..', 'leases'),
    ranges: [[{ subnet: '10.213.77.0/24' }]],
  };
  const plugins = [{ type: 'bridge', bridge, isGateway: false, ipam }];
  writeFileSync(
    join(folder, '10-test.conflist'),
    JSON.stringify({ cniVersion: '1.0.0', name: 'lcow-test', plugins }),
  );
}
