/** `lcow-oci features`: what of the specification is recognised, as JSON. */
import { ociFeatures } from '../../task/oci-features.ts';
import type { OciCommandRun } from '../command.ts';

export const run: OciCommandRun = async () => {
  process.stdout.write(`${JSON.stringify(ociFeatures(), undefined, 2)}\n`);
  return 0;
};
