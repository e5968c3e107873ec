/**
 * How the VM of an OCI caller's container is made: as of containerd's, by the host's configuration, annotations
 * `io.lcow.*` and the container's own limits.
 */
import type { PodShape } from '../container/container-record.ts';
import { decodePodOptions } from '../shim/options/pod-options.ts';
import type { BundleView } from './bundle.ts';

/** @throws RuntimeError invalid-argument, naming the source, the key and the value */
export async function podShapeOf({
  annotations,
  network,
  resources,
}: BundleView): Promise<PodShape> {
  const spec = { annotations, hasNetworkNamespace: network !== 'host', resources };
  return (await decodePodOptions({ spec })).shape;
}
