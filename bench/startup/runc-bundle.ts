/** Bundles for runtimes with runc's command line, on the benchmark's image, in cgroups of this run alone. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RuntimeError } from '../../runtime/errors.ts';

export interface BundleOptions {
  /** Where to make it. */
  readonly folder: string;
  readonly rootfs: string;
  readonly args: readonly string[];
  /** Below the hierarchies' roots. */
  readonly cgroup: string;
  /** Whose `spec` is the beginning: what the runtime itself thinks a container is. */
  readonly runtime: string;
}

/** @returns the bundle's folder. @throws RuntimeError internal with the runtime's words */
export function makeBundle({ folder, rootfs, args, cgroup, runtime }: BundleOptions): string {
  mkdirSync(folder, { recursive: true });
  const { status, stderr, error } = spawnSync(runtime, ['spec'], { cwd: folder, encoding: 'utf8' });
  if (status !== 0) {
    const what = error?.message ?? stderr.trim().slice(0, 500);
    throw new RuntimeError('internal', `run ${runtime} spec`, what);
  }
  const file = join(folder, 'config.json');
  const spec = JSON.parse(readFileSync(file, 'utf8')) as {
    process: Record<string, unknown>;
    linux: Record<string, unknown>;
  };
  Object.assign(spec, { root: { path: rootfs, readonly: true } });
  Object.assign(spec.process, { terminal: false, args });
  Object.assign(spec.linux, { cgroupsPath: cgroup });
  writeFileSync(file, JSON.stringify(spec));
  return folder;
}
