/**
 * The contract of hcs/service.ts as tests: what every implementation does alike. An implementation is put
 * under it by a file of a few lines (qemu.vm.test.ts); what only one of them does is tested elsewhere.
 */
import { runContract } from './contract-bench.ts';
import { connectionContract } from './connection-contract.ts';
import { deviceContract } from './device-contract.ts';
import { documentContract } from './document-contract.ts';
import { handleContract } from './handle-contract.ts';
import { lifeContract } from './life-contract.ts';
import { savedStateContract } from './saved-state-contract.ts';
import type { ServiceUnderTest, SubjectOptions } from './service-under-test.ts';

/** Registers and runs the whole contract for one implementation. */
export function computeServiceSuite(
  name: string,
  makeService: (options: SubjectOptions) => Promise<ServiceUnderTest>,
): void {
  const parts = {
    documents: documentContract,
    life: lifeContract,
    handles: handleContract,
    devices: deviceContract,
    connections: connectionContract,
    'saved state': savedStateContract,
  };
  for (const [part, register] of Object.entries(parts)) {
    runContract(`${name}: ${part}`, makeService, register);
  }
}
