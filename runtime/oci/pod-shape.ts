/** How the VM of an OCI caller's container is made, from its bundle. */
import type { PodShape } from '../container/container-record.ts';
import type { BundleView } from './bundle.ts';
import { OciFailure } from './failure.ts';

const NETWORK = 'io.lcow.network';

/** @throws OciFailure for an annotation with a wrong value */
export function podShapeOf({ annotations, network }: BundleView): PodShape {
  const chosen = annotations[NETWORK] ?? (network === 'host' ? 'user' : 'none');
  if (chosen !== 'user' && chosen !== 'none') {
    throw new OciFailure(
      `annotation ${NETWORK} is ${JSON.stringify(chosen)}; there are user and none`,
    );
  }
  return { network: chosen, ports: [] };
}
