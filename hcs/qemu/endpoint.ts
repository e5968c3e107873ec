/** What a network adapter's EndpointId stands for on this host. The seam for taps. */

/** QEMU's user-mode network: no privilege, no address on the host, NAT for what the guest dials. */
export interface UserModeEndpoint {
  kind: 'user';
  /** True: the guest reaches nothing but QEMU's own DHCP and DNS. */
  restrict?: boolean;
}

/** What an endpoint is made of. */
export type Endpoint = UserModeEndpoint;

/** Finds an endpoint by its GUID (lower case); undefined where there is none. */
export type EndpointResolver = (endpointId: string) => Endpoint | undefined;

/** The EndpointId that every host has: user-mode networking. */
export const USER_MODE_ENDPOINT = '75736572-6d6f-4465-8e65-74776f726b00';

/** Knows USER_MODE_ENDPOINT and nothing else. */
export const userModeOnly: EndpointResolver = (endpointId) =>
  endpointId === USER_MODE_ENDPOINT ? { kind: 'user' } : undefined;
