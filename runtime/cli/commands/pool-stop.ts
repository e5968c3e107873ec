/** `lcow pool stop`: ends the process that keeps VMs parked, with what is parked. */
import { directories } from '../../directories.ts';
import { stopPool } from '../../pool/pool-client.ts';

export async function run(): Promise<number> {
  await stopPool(directories());
  return 0;
}
