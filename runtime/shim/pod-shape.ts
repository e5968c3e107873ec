/** How the VM of a pod of containerd's is made: what the runtime options and the annotations of its first container say. */
import type { PodShape } from '../container/container-record.ts';
import type { TypedOptions } from './bootstrap.ts';
import type { BundleSpec } from './pod-identity.ts';

/** @throws RuntimeError invalid-argument naming the option or the annotation */
export async function podShape(
  _options: TypedOptions | undefined,
  spec: BundleSpec,
): Promise<PodShape> {
  return { network: spec.hasNetworkNamespace ? 'none' : 'user', ports: [] };
}
