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
import { templateContract } from './template-contract.ts';

const PARTS = {
  documents: documentContract,
  life: lifeContract,
  handles: handleContract,
  devices: deviceContract,
  connections: connectionContract,
  'saved state': savedStateContract,
  templates: templateContract,
};

/** A part of the contract. */
export type ContractPart = keyof typeof PARTS;

/** Registers and runs the contract for one implementation, by default all of it. */
export function computeServiceSuite(
  name: string,
  makeService: (options: SubjectOptions) => Promise<ServiceUnderTest>,
  parts: readonly ContractPart[] = Object.keys(PARTS) as ContractPart[],
): void {
  for (const part of parts) runContract(`${name}: ${part}`, makeService, PARTS[part]);
}
