/**
 * Host endpoints: what a network adapter's EndpointId names. The contract that every compute service offers
 * beside its systems: HCN's endpoints on Windows, records of QEMU's user-mode network here. It says what stands
 * outside of the VM; addresses and routes are set inside by the guest's agent, from what the endpoint tells.
 */

/** A port of the host whose connections (datagrams) go to a port of the guest. */
export interface PortMapping {
  readonly protocol: 'tcp' | 'udp';
  /** An address of this host. Absent: 0.0.0.0, all of IPv4. */
  readonly hostAddress?: string;
  /** 1 to 65535. Absent or 0: a free one is chosen, and told in Endpoint.ports. */
  readonly hostPort?: number;
  /** 1 to 65535. */
  readonly guestPort: number;
}

/** A mapping with everything chosen. */
export type PublishedPort = Required<PortMapping>;

/** What is asked for. */
export interface EndpointRequest {
  /** `user`: NAT by the VMM, no privilege, no address of its own on the host's networks. */
  readonly network: 'user';
  /** At most 1024. Default none. */
  readonly ports?: readonly PortMapping[];
}

/** A route that the guest needs; the default route is 0.0.0.0/0. */
export interface EndpointRoute {
  /** CIDR. */
  readonly destination: string;
  readonly gateway: string;
}

/** An endpoint: what the guest must be told to use it. */
export interface Endpoint {
  /** GUID in lower case, for NetworkAdapter.EndpointId. */
  readonly id: string;
  /** "02:11:22:33:44:55": the adapter's, where its own settings name none. */
  readonly macAddress: string;
  /** CIDR, at most 16. */
  readonly addresses: readonly string[];
  /** At most 64. */
  readonly routes: readonly EndpointRoute[];
  /** At most 3. */
  readonly nameservers: readonly string[];
  /** At most 6, for resolv.conf. Absent: none. */
  readonly searches?: readonly string[];
  /** Bytes. Absent: the adapter's own. */
  readonly mtu?: number;
  readonly ports: readonly PublishedPort[];
}

/** Makes, finds and deletes endpoints. */
export interface EndpointService {
  /**
   * Creates an endpoint. Its ports are held for it from now on.
   * @throws HcsError E_INVALIDARG, NOT_SUPPORTED; HCN_E_PORT_ALREADY_EXISTS, naming address and port; nothing is
   * left behind
   */
  createEndpoint(request: EndpointRequest): Promise<Endpoint>;
  /** The endpoint of that id, whoever created it. @throws HcsError ERROR_NOT_FOUND, E_INVALIDARG */
  openEndpoint(id: string): Promise<Endpoint>;
  /** Forgets an endpoint; the VM that uses it keeps what it has until it exits. Already gone is not an error. */
  deleteEndpoint(id: string): Promise<void>;
}
