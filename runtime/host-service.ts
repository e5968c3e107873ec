/** The compute service of this host: QEMU on Linux. The one place of the runtime that knows which. */
import { join } from 'node:path';
import type { ComputeService } from '../hcs/service.ts';
import type { Directories } from './directories.ts';
import { RuntimeError } from './errors.ts';

/** @throws RuntimeError unsupported on other hosts */
export async function openHostService({ run }: Directories): Promise<ComputeService> {
  if (process.platform !== 'linux') {
    throw new RuntimeError(
      'unsupported',
      'open the compute service',
      `no service for ${process.platform} yet`,
    );
  }
  const { openQemuService } = await import('../hcs/qemu/qemu-service.ts');
  return openQemuService({ runDirectory: join(run, 'vm') });
}
