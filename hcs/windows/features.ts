/**
 * What of Windows' virtualisation is there: the libraries and services that its optional features bring, and the
 * hypervisor itself. Asks only; host-needs.ts judges.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadLibrary } from './compute-core.ts';
import { serviceStates, type ServiceState } from './service-control.ts';

/** vmcompute is the Host Compute Service; hns the network service; vmms Hyper-V's, which Plan 9 shares need. */
export const SERVICES = ['vmcompute', 'hns', 'vmms'] as const;
export type WindowsServiceName = (typeof SERVICES)[number];

/**
 * root: this Windows is the hypervisor's own and may make VMs. guest: it is itself a VM whose hypervisor gives it no
 * nested virtualisation. absent: none runs. unknown: Windows did not say.
 */
export type HypervisorState = 'root' | 'guest' | 'absent' | 'unknown';

export interface HostFeatures {
  /** Whether System32 has computecore.dll, which VirtualMachinePlatform, Containers and Hyper-V bring. */
  readonly computeCore: boolean;
  readonly services: Readonly<Record<WindowsServiceName, ServiceState>>;
  readonly hypervisor: HypervisorState;
}

export function hostFeatures(env: NodeJS.ProcessEnv = process.env): HostFeatures {
  const system32 = join(env['SystemRoot'] ?? 'C:\\Windows', 'System32');
  return {
    computeCore: existsSync(join(system32, 'computecore.dll')),
    services: serviceStates(SERVICES),
    hypervisor: hypervisorState(),
  };
}

/** NtQuerySystemInformation's SystemHypervisorDetailInformation: seven CPUID leaves from 0x40000000 on, 16 bytes each. */
const HYPERVISOR_DETAIL = 159;
const DETAIL_BYTES = 112;
/** EBX of leaf 0x40000003, the partition's privileges: bit 0 is CreatePartitions. */
const PRIVILEGES_AT = 3 * 16 + 4;
const CREATE_PARTITIONS = 1;

function hypervisorState(): HypervisorState {
  try {
    const types = ['int', 'void *', 'uint32_t', 'void *'];
    const query = loadLibrary('ntdll.dll').func('NtQuerySystemInformation', 'int32_t', types);
    const [detail, length] = [Buffer.alloc(DETAIL_BYTES), Buffer.alloc(4)];
    if ((query(HYPERVISOR_DETAIL, detail, detail.length, length) as number) < 0) return 'unknown';
    return hypervisorFrom(detail);
  } catch {
    return 'unknown';
  }
}

/** Reads SYSTEM_HYPERVISOR_DETAIL_INFORMATION. */
export function hypervisorFrom(detail: Buffer): HypervisorState {
  // EAX is the highest leaf; EBX, ECX, EDX are the vendor's name.
  if (detail.subarray(4, 16).every((byte) => byte === 0)) return 'absent';
  return (detail.readUInt32LE(PRIVILEGES_AT) & CREATE_PARTITIONS) === 0 ? 'guest' : 'root';
}
