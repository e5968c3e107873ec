/** Linux capabilities by Docker's rules: --cap-add, --cap-drop, --privileged. */
import type { OciCapabilities } from './oci-runtime-spec.ts';
import { refuse } from './refusal.ts';

/** Every capability, in the kernel's order (Linux 5.9 and later; older kernels drop the last ones). */
export const ALL_CAPABILITIES: readonly string[] = [
  'CHOWN',
  'DAC_OVERRIDE',
  'DAC_READ_SEARCH',
  'FOWNER',
  'FSETID',
  'KILL',
  'SETGID',
  'SETUID',
  'SETPCAP',
  'LINUX_IMMUTABLE',
  'NET_BIND_SERVICE',
  'NET_BROADCAST',
  'NET_ADMIN',
  'NET_RAW',
  'IPC_LOCK',
  'IPC_OWNER',
  'SYS_MODULE',
  'SYS_RAWIO',
  'SYS_CHROOT',
  'SYS_PTRACE',
  'SYS_PACCT',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_NICE',
  'SYS_RESOURCE',
  'SYS_TIME',
  'SYS_TTY_CONFIG',
  'MKNOD',
  'LEASE',
  'AUDIT_WRITE',
  'AUDIT_CONTROL',
  'SETFCAP',
  'MAC_OVERRIDE',
  'MAC_ADMIN',
  'SYSLOG',
  'WAKE_ALARM',
  'BLOCK_SUSPEND',
  'AUDIT_READ',
  'PERFMON',
  'BPF',
  'CHECKPOINT_RESTORE',
].map((name) => `CAP_${name}`);

/** Docker's default capabilities. */
export const DEFAULT_CAPABILITIES: readonly string[] = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FSETID',
  'CAP_FOWNER',
  'CAP_MKNOD',
  'CAP_NET_RAW',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SETFCAP',
  'CAP_SETPCAP',
  'CAP_NET_BIND_SERVICE',
  'CAP_SYS_CHROOT',
  'CAP_KILL',
  'CAP_AUDIT_WRITE',
];

export interface CapabilityOptions {
  /** Names with or without CAP_, in either case, or ALL. */
  readonly capAdd?: readonly string[];
  readonly capDrop?: readonly string[];
  /** All capabilities, whatever is dropped. */
  readonly privileged?: boolean;
}

/** A set of capabilities for every set that a process without ambient ones has. */
export function capabilities(names: readonly string[]): OciCapabilities {
  return { bounding: names, effective: names, permitted: names };
}

/**
 * What a container has: ALL added is all but the dropped; else ALL dropped is the added alone; else the default
 * without the dropped and with the added.
 * @throws RuntimeError invalid-argument for an unknown name
 */
export function chooseCapabilities({
  capAdd = [],
  capDrop = [],
  privileged = false,
}: CapabilityOptions): string[] {
  const add = new Set(capAdd.map((name) => capabilityName('add a capability', name)));
  const drop = new Set(capDrop.map((name) => capabilityName('drop a capability', name)));
  if (privileged) return [...ALL_CAPABILITIES];
  const kept = add.has('ALL')
    ? ALL_CAPABILITIES.filter((name) => !drop.has(name))
    : drop.has('ALL')
      ? []
      : DEFAULT_CAPABILITIES.filter((name) => !drop.has(name));
  return [...new Set([...kept, ...[...add].filter((name) => name !== 'ALL' && !add.has('ALL'))])];
}

function capabilityName(op: string, text: string): string {
  const upper = text.toUpperCase();
  if (upper === 'ALL') return upper;
  const name = upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
  return ALL_CAPABILITIES.includes(name) ? name : refuse(op, text, 'is no capability');
}
