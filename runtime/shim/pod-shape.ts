/** How the VM of a pod of containerd's is made: what the runtime options and the annotations of its first container say. */
import type { TypedOptions } from './bootstrap.ts';
import { decodePodOptions, type PodOptions } from './options/pod-options.ts';
import type { BundleSpec } from './pod-identity.ts';

/** @throws RuntimeError invalid-argument naming the option or the annotation */
export function podOptions(
  options: TypedOptions | undefined,
  spec: BundleSpec,
  env: NodeJS.ProcessEnv,
): Promise<PodOptions> {
  return decodePodOptions({ options, spec, env });
}
