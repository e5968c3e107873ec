/** bin/lcow-oci as callers of runc have it: bundles with a busybox root, its own --root, and stdio that stays when it ends. */
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { hierarchies } from '../../runtime/oci/host-cgroup.ts';
import { exampleSpec } from '../../runtime/oci/commands/spec.ts';
import { type Finished, LcowHost } from '../harness/lcow-host.ts';
import { repositoryRoot } from '../harness/repository-root.ts';

export type Spec = Record<string, any>;

export interface CallOptions {
  readonly input?: string;
  /** Stdio of a file, as a caller has it that does not wait: "<name>.out" and ".err" in the host's folder. */
  readonly detachedAs?: string;
}

export class OciHost implements AsyncDisposable {
  readonly host = LcowHost.withTemplate();
  readonly root = join(this.host.folder, 'oci');
  readonly program = join(repositoryRoot(), 'bin/lcow-oci');
  readonly log = join(this.host.folder, 'oci.log');
  /** Below each hierarchy of the host. */
  readonly cgroup = `/lcow-test-${process.pid}`;

  get folder(): string {
    return this.host.folder;
  }

  /** Makes the folder of a bundle: busybox as its root's only program. */
  bundle(
    name: string,
    args: readonly string[],
    change: (spec: Spec) => void = () => undefined,
  ): string {
    const bundle = join(this.folder, name);
    const bin = join(bundle, 'rootfs/bin');
    mkdirSync(bin, { recursive: true });
    for (const each of ['proc', 'sys', 'dev', 'etc', 'tmp'])
      mkdirSync(join(bundle, 'rootfs', each));
    const busybox = spawnSync('/bin/sh', ['-c', 'readlink -f "$(command -v busybox)"']);
    const program = busybox.stdout.toString().trim();
    copyFileSync(program, join(bin, 'busybox'));
    chmodSync(join(bin, 'busybox'), 0o755);
    spawnSync(join(bin, 'busybox'), ['--install', '-s', bin]);
    // Its links lead to where it was installed from: the container's own place of it.
    for (const applet of spawnSync(program, ['--list']).stdout.toString().split('\n')) {
      if (applet !== '' && applet !== 'busybox')
        spawnSync('ln', ['-sf', 'busybox', join(bin, applet)]);
    }
    const spec: Spec = structuredClone(exampleSpec());
    spec['process'].terminal = false;
    spec['process'].args = args;
    spec['root'].readonly = false;
    spec['linux'].cgroupsPath = `${this.cgroup}/${name}`;
    change(spec);
    writeFileSync(join(bundle, 'config.json'), JSON.stringify(spec));
    return bundle;
  }

  /** The words before the command. */
  get globals(): string[] {
    return ['--root', this.root, '--log', this.log, '--log-format', 'json'];
  }

  /** Runs lcow-oci to its end. */
  async call(args: readonly string[], options: CallOptions = {}): Promise<Finished> {
    const { input, detachedAs } = options;
    const files = detachedAs === undefined ? undefined : this.#files(detachedAs);
    const child = spawn(this.program, [...this.globals, ...args], {
      env: this.host.env,
      stdio: [input === undefined ? 'ignore' : 'pipe', files?.[0] ?? 'pipe', files?.[1] ?? 'pipe'],
    });
    files?.forEach((fd) => closeSync(fd));
    child.stdin?.end(input);
    let [stdout, stderr] = ['', ''];
    child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString('latin1')));
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString('latin1')));
    const code = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (status, signal) =>
        resolve(status ?? (signal === 'SIGKILL' ? 137 : 143)),
      );
    });
    return { code, stdout, stderr };
  }

  /** As call; its status must be 0. @returns stdout */
  async ok(args: readonly string[], options: CallOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.call(args, options);
    if (code !== 0)
      throw new Error(`lcow-oci ${args.join(' ')} exited ${code}: ${stderr}${this.lastError()}`);
    return stdout;
  }

  async state(id: string): Promise<Record<string, any>> {
    return JSON.parse(await this.ok(['state', id])) as Record<string, any>;
  }

  /** The message of the last line of the log that is an error, as go-runc reads it. */
  lastError(): string {
    if (!existsSync(this.log)) return '';
    const lines = readFileSync(this.log, 'utf8').trim().split('\n');
    const errors = lines
      .map((line) => JSON.parse(line) as { level: string; msg: string })
      .filter(({ level }) => level === 'error');
    return errors.at(-1)?.msg ?? '';
  }

  /** What a container whose stdio is a file has said. */
  said(name: string, stream: 'out' | 'err' = 'out'): string {
    return readFileSync(join(this.folder, `${name}.${stream}`), 'utf8');
  }

  /** Cgroups of this test that are there. */
  cgroups(): string[] {
    return hierarchies().flatMap(({ mount }) => {
      const folder = join(mount, this.cgroup);
      if (!existsSync(folder)) return [];
      const found = spawnSync('find', [folder, '-mindepth', '1', '-type', 'd']);
      return found.stdout.toString().split('\n').filter(Boolean);
    });
  }

  /** Whatever is left of containers: processes, files, mounts, cgroups, records. */
  async leftovers(): Promise<string[]> {
    const records = existsSync(this.root)
      ? spawnSync('find', [this.root, '-mindepth', '1'])
          .stdout.toString()
          .split('\n')
          .filter(Boolean)
      : [];
    return [...(await this.host.settledLeftovers()), ...this.cgroups(), ...records];
  }

  #files(name: string): number[] {
    return ['out', 'err'].map((end) => openSync(join(this.folder, `${name}.${end}`), 'a', 0o600));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.host[Symbol.asyncDispose]();
    for (const { mount } of hierarchies()) {
      const folder = join(mount, this.cgroup);
      if (existsSync(folder))
        spawnSync('find', [folder, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', ';']);
    }
  }
}

/** Resolves when it holds; for what tells nobody. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within 30 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
