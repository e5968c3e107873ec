/** What an EndpointId stands for on this host, as the device modules need it. The seam for taps. */
import { createHash } from 'node:crypto';
import type { PublishedPort } from '../endpoints.ts';

/** QEMU's user-mode network: no privilege, no address on the host, NAT for what the guest dials. */
export interface UserModeEndpoint {
  kind: 'user';
  /** True: the guest reaches nothing but QEMU's own DHCP and DNS. */
  restrict?: boolean;
  /** Of the adapter, where its settings name none. */
  macAddress?: string;
  /** IPv4 only: that is what QEMU forwards from. */
  ports?: readonly PublishedPort[];
}

/** What a host endpoint is made of. */
export type HostEndpoint = UserModeEndpoint;

/** Finds the endpoints that adapters name. */
export interface EndpointResolver {
  /**
   * The endpoint of a GUID (lower case) that QEMU `vmmPid` is about to use: it belongs to that process from now
   * on, and ports that were held for it are let go. undefined where there is none.
   * @throws PortInUseError
   */
  claim(endpointId: string, vmmPid: number): Promise<HostEndpoint | undefined>;
}

/** The EndpointId that every host has: user-mode networking without forwarded ports. */
export const USER_MODE_ENDPOINT = '75736572-6d6f-4465-8e65-74776f726b00';

/** QEMU's user-mode network as the guest sees it. */
export const USER_NETWORK = {
  address: '10.0.2.15',
  prefix: 24,
  gateway: '10.0.2.2',
  nameserver: '10.0.2.3',
} as const;

/** A stable, locally administered address. */
export function macFor(key: string): string {
  const hash = createHash('sha256').update(key).digest();
  const hex = [...hash.subarray(0, 5)].map((byte) => byte.toString(16).padStart(2, '0'));
  return ['02', ...hex].join(':');
}
