/**
 * The network of a pod: an endpoint of the host, hot-added to the VM as its one adapter, named, addressed and
 * routed by the agent. All containers of the pod share it (the namespace is the VM's own); each has its own
 * hosts, hostname and resolv.conf.
 *
 *   attachNetwork: endpoint -> adapter                        (while the guest boots)
 *   configured:    ... vm.ready -> ConfigureLink, ConfigureNames
 *   nameContainer: ... ConfigureNames of one container, before it is created
 */
import { randomUUID } from 'node:crypto';
import { addNetworkAdapter, removeNetworkAdapter } from '../../hcs/document/resource-requests.ts';
import type { Endpoint, PortMapping, PublishedPort } from '../../hcs/endpoints.ts';
import type { ComputeService } from '../../hcs/service.ts';
import { RuntimeError } from '../errors.ts';
import { METHODS } from '../guest/methods.ts';
import type { UtilityVm } from '../uvm/utility-vm.ts';

/** The adapter's name in the guest. */
const LINK_NAME = 'eth0';
/** The agent waits for an adapter that a guest under emulation has yet to find; this is longer. */
const CONFIGURE_TIMEOUT_MS = 60_000;

export type NetworkMode = 'user' | 'none';

export interface PodNetworkOptions {
  /** `user`: the VMM's NAT with forwarded ports. `none`: loopback alone. */
  readonly mode: NetworkMode;
  /** Default none; with mode none there can be none. */
  readonly ports?: readonly PortMapping[];
  /** False: the guest asks for its address itself. Default true. */
  readonly configure?: boolean;
}

/** What a later supervisor needs to go on with a network: plain data, for its state on disk. */
export type NetworkRecord =
  | { readonly mode: 'none' }
  | { readonly mode: 'user'; readonly adapterId: string; readonly endpoint: Endpoint };

/** What of names is a container's own. */
export interface ContainerNames {
  readonly hostname: string;
  /** Default: the network's. At most 3. */
  readonly nameservers?: readonly string[];
  /** Default: the network's. At most 6. */
  readonly searches?: readonly string[];
  /** Of resolv.conf, for example "ndots:1". */
  readonly options?: readonly string[];
  /** Further lines of /etc/hosts. */
  readonly hosts?: readonly { readonly address: string; readonly names: readonly string[] }[];
}

/** @throws RuntimeError invalid-argument, already-exists (a port is in use), HcsError; nothing is left behind */
export async function attachNetwork(
  vm: UtilityVm,
  service: Pick<ComputeService, 'endpoints'>,
  { mode, ports = [], configure = true }: PodNetworkOptions,
): Promise<PodNetwork> {
  if (mode === 'none') {
    if (ports.length > 0) {
      const what = 'without a network there are no ports to publish';
      throw new RuntimeError('invalid-argument', 'attach the network', what);
    }
    return new PodNetwork(vm, service, { mode }, 'new');
  }
  const endpoint = await explainPort(service.endpoints.createEndpoint({ network: mode, ports }));
  try {
    const adapterId = randomUUID();
    const { id: EndpointId, macAddress: MacAddress } = endpoint;
    const add = addNetworkAdapter(adapterId, { EndpointId, MacAddress });
    await explainPort(vm.system.modify(add));
    const record = { mode, adapterId, endpoint };
    return new PodNetwork(vm, service, record, configure ? 'new' : 'guest');
  } catch (error) {
    await service.endpoints.deleteEndpoint(endpoint.id);
    throw error;
  }
}

/** The network of a VM that this process re-adopted; what its link lacks is configured. */
export function adoptNetwork(
  vm: UtilityVm,
  service: Pick<ComputeService, 'endpoints'>,
  record: NetworkRecord,
): PodNetwork {
  return new PodNetwork(vm, service, record, 'adopted');
}

/** Dispose it after its VM has ended: the endpoint is forgotten. For a VM that lives on see detach(). */
export class PodNetwork implements AsyncDisposable {
  /** For adoptNetwork. */
  readonly record: NetworkRecord;
  /** The guest has address, route and names. Rejects when it cannot be, or when the boot fails. */
  readonly configured: Promise<void>;
  readonly #vm: UtilityVm;
  readonly #service: Pick<ComputeService, 'endpoints'>;

  /** Use attachNetwork or adoptNetwork. */
  constructor(
    vm: UtilityVm,
    service: Pick<ComputeService, 'endpoints'>,
    record: NetworkRecord,
    whose: 'new' | 'adopted' | 'guest',
  ) {
    this.#vm = vm;
    this.#service = service;
    this.record = record;
    this.configured =
      whose === 'guest' ? vm.ready.then(() => {}) : this.#configure(whose === 'adopted');
    this.configured.catch(() => {});
  }

  get mode(): NetworkMode {
    return this.record.mode;
  }

  /** As they were chosen. */
  get ports(): readonly PublishedPort[] {
    return this.record.mode === 'none' ? [] : this.record.endpoint.ports;
  }

  /** The VM's and so each container's, without prefix length; none with mode none. */
  get addresses(): readonly string[] {
    const { record } = this;
    return record.mode === 'none' ? [] : record.endpoint.addresses.map(withoutPrefix);
  }

  get nameservers(): readonly string[] {
    return this.record.mode === 'none' ? [] : this.record.endpoint.nameservers;
  }

  get searches(): readonly string[] {
    return this.record.mode === 'none' ? [] : (this.record.endpoint.searches ?? []);
  }

  /** Writes resolv.conf, hosts and hostname of a container. Call it before the container is created. */
  async nameContainer(containerId: string, names: ContainerNames): Promise<void> {
    await this.configured;
    const { hostname, nameservers = this.nameservers, searches = this.searches } = names;
    const { options = [] } = names;
    const own = { address: this.addresses[0] ?? '127.0.1.1', names: [hostname] };
    const hosts = [own, ...(names.hosts ?? [])];
    await this.#vm.call(`name container "${containerId}"`, METHODS.configureNames, {
      containerId,
      hostname,
      nameservers: [...nameservers],
      searches: [...searches],
      options: [...options],
      hosts: hosts.map((entry) => ({ address: entry.address, names: [...entry.names] })),
    });
  }

  /** Takes the adapter from a VM that lives on, then forgets the endpoint. The guest must answer. */
  async detach(): Promise<void> {
    if (this.record.mode === 'user') {
      await this.configured.catch(() => {});
      await this.#vm.system.modify(removeNetworkAdapter(this.record.adapterId));
    }
    await this[Symbol.asyncDispose]();
  }

  /** Idempotent. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.record.mode === 'none') return;
    await this.#service.endpoints.deleteEndpoint(this.record.endpoint.id);
  }

  async #configure(adopted: boolean): Promise<void> {
    if (this.record.mode === 'none') return;
    const { macAddress, addresses, routes, nameservers, mtu = 0 } = this.record.endpoint;
    // Of an adopted VM: a link that is up has all that it needs, and changes its name no more.
    if (adopted && (await this.#isUp(macAddress))) return;
    const link = {
      macAddress,
      name: LINK_NAME,
      mtu,
      addresses: [...addresses],
      routes: routes.map((route) => ({ ...route })),
    };
    const names = { nameservers: [...nameservers], searches: [...this.searches] };
    const deadline = { timeoutMs: CONFIGURE_TIMEOUT_MS };
    await Promise.all([
      this.#vm.call('configure the network', METHODS.configureLink, link, deadline),
      this.#vm.call("configure the VM's names", METHODS.configureNames, names, deadline),
    ]);
  }

  async #isUp(macAddress: string): Promise<boolean> {
    const { links } = await this.#vm.call('list links', METHODS.listLinks, {});
    return links.some(
      (link) => link.macAddress === macAddress && link.name === LINK_NAME && link.up === true,
    );
  }
}

/** A port that is in use is the caller's to choose anew: told as such. */
async function explainPort<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { code, events } = error as { code?: unknown; events?: { Message?: string }[] };
    if (code !== 'HCN_E_PORT_ALREADY_EXISTS') throw error;
    const what = events?.[0]?.Message ?? 'a port is in use';
    throw new RuntimeError('already-exists', 'publish a port', what, { cause: error });
  }
}

function withoutPrefix(cidr: string): string {
  return cidr.replace(/\/.*$/, '');
}
