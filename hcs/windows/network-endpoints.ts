/**
 * The endpoints of a Windows host (hcs/endpoints.ts): HCN's, in lcow's NAT network (nat-network.ts).
 *
 * HCN keeps endpoints and their port mappings whoever dies. Each of ours is therefore named for the process that
 * made it, `lcow-<owner>`, and sweep() removes those whose owner and VM are gone.
 */
import { randomUUID } from 'node:crypto';
import { getServers } from 'node:dns';
import { isIPv4 } from 'node:net';
import type { EndpointProperties, HcnDns } from '../document/host-compute-network.ts';
import { checkEndpointId, checkEndpointRequest, refusedEndpoint } from '../endpoint-request.ts';
import type { Endpoint, EndpointRequest, EndpointService, PublishedPort } from '../endpoints.ts';
import { type HcsError, isHcsError } from '../hcs-error.ts';
import { holdPorts, type HeldPorts, portError, PortInUseError } from '../host-ports.ts';
import { ComputeNetwork, type ComputeNetworkOptions } from './compute-network.ts';
import { endpointOf, endpointSettings, portsOf } from './endpoint-document.ts';
import {
  ensureNatNetwork,
  LCOW_NETWORK_ID,
  type NatNetwork,
  removeNatNetwork,
} from './nat-network.ts';
import { NetworkEntities } from './network-entities.ts';

/** How endpoints are made and owned. */
export interface NetworkEndpointsOptions extends ComputeNetworkOptions {
  /** A name that tells this process from all others, at most 96 of [0-9A-Za-z._-]; asked once an endpoint. */
  readonly owner: () => string;
  /** Whether the process of a name that owner() gave still runs. */
  readonly isOwnerAlive: (name: string) => boolean;
  /** CIDR of the network, where it has to be made; default one that is free on this host. */
  readonly prefix?: string;
  /** What guests ask for names; default the host's own IPv4 name servers. At most 3. */
  readonly nameservers?: () => readonly string[];
  /** Of resolv.conf; default none. */
  readonly searches?: readonly string[];
  readonly domain?: string;
}

const NAME_PREFIX = 'lcow-';
const OWNER = /^[0-9A-Za-z._-]{1,96}$/;
const IPV4_ONLY = 'the NAT network has IPv4 only';
/** All of the host's IPv4 addresses. */
const ANY_ADDRESS = '0.0.0.0';
const MOST_NAMESERVERS = 3;
/** Free ports that another process took in the moment between choosing and mapping. */
const FREE_PORT_ATTEMPTS = 8;

/** See the module's comment. Making one touches nothing; the library is loaded by the first call. */
export class NetworkEndpoints implements EndpointService {
  readonly #options: NetworkEndpointsOptions;
  #entities: NetworkEntities | undefined;
  #network: Promise<NatNetwork> | undefined;

  constructor(options: NetworkEndpointsOptions) {
    this.#options = options;
  }

  async createEndpoint(request: EndpointRequest): Promise<Endpoint> {
    const op = 'create an endpoint';
    const wanted = checkEndpointRequest(op, request, IPV4_ONLY);
    for (let attempt = 1; ; attempt += 1) {
      const held = await hold(op, wanted);
      // Windows' own tables hold them from the call on.
      await held.letGo();
      try {
        return await this.#create(op, held.ports);
      } catch (error) {
        if (!isPortError(error) || wanted.length === 0) throw error;
        const taken = await this.#portsTaken(op, wanted);
        const isChosen = wanted.some(({ hostPort }) => hostPort === 0);
        if (taken.length === 0 && isChosen && attempt < FREE_PORT_ATTEMPTS) continue;
        throw explainPorts(op, error, taken.length > 0 ? taken : held.ports);
      }
    }
  }

  async openEndpoint(id: string): Promise<Endpoint> {
    const op = `open endpoint ${id}`;
    const key = checkEndpointId(op, id);
    const properties = await this.#hcn().endpoint(op, key);
    if (properties === undefined)
      throw refusedEndpoint(op, 'ERROR_NOT_FOUND', 'id', 'there is no such endpoint');
    return endpointOf(op, properties, await this.#gatewayOf(op, properties));
  }

  async deleteEndpoint(id: string): Promise<void> {
    const op = `delete endpoint ${id}`;
    await this.#hcn().deleteEndpoint(op, checkEndpointId(op, id));
  }

  /**
   * The endpoints that are in a namespace of HCN, as containerd's network plugins hand one over.
   * @throws HcsError ERROR_NOT_FOUND, E_INVALIDARG
   */
  async endpointsOfNamespace(id: string): Promise<Endpoint[]> {
    const op = `read namespace ${id}`;
    const found = await this.#hcn().namespace(op, checkEndpointId(op, id));
    if (found === undefined)
      throw refusedEndpoint(op, 'ERROR_NOT_FOUND', 'id', 'there is no such namespace');
    const ids = (found.Resources ?? [])
      .filter(({ Type }) => Type === 'Endpoint' || Type === '1')
      .map(({ Data }) => Data?.Id ?? '');
    return Promise.all(ids.map((endpoint) => this.openEndpoint(endpoint)));
  }

  /** Makes a namespace of a utility VM's. @returns its id */
  async createNamespace(): Promise<string> {
    const id = randomUUID();
    const settings = { Type: 'Guest', SchemaVersion: { Major: 2, Minor: 0 } } as const;
    const made = await this.#hcn().createNamespace('create a namespace', id, settings);
    return made.ID.toLowerCase();
  }

  /** Puts an endpoint into a namespace or takes it out. */
  async changeNamespace(id: string, request: 'Add' | 'Remove', endpoint: string): Promise<void> {
    const op = `${request === 'Add' ? 'add' : 'remove'} endpoint ${endpoint} of namespace ${id}`;
    await this.#hcn().modifyNamespace(op, checkEndpointId(op, id), {
      ResourceType: 'Endpoint',
      RequestType: request,
      Settings: { EndpointId: checkEndpointId(op, endpoint) },
    });
  }

  /** Already gone is not an error; its endpoints stay. */
  async deleteNamespace(id: string): Promise<void> {
    const op = `delete namespace ${id}`;
    await this.#hcn().deleteNamespace(op, checkEndpointId(op, id));
  }

  /**
   * Removes lcow's endpoints whose owner died and that no running VM has. HCN says which VM has one; as long as a
   * running VM is said to have none, an endpoint that nobody is said to have may be that one's and is left.
   * @param running RuntimeIds of the host's running compute systems
   * @returns the ids of those that were removed
   */
  async sweep(running: readonly string[]): Promise<string[]> {
    const op = 'remove endpoints of processes that died';
    const entities = this.#hcn();
    const all = await entities.endpoints(op);
    const vms = new Set(running.map((id) => id.toLowerCase()));
    const attached = new Set(all.map(vmOf));
    const allAccounted = [...vms].every((id) => attached.has(id));
    const removed: string[] = [];
    for (const endpoint of all) {
      const owner = ownerOf(endpoint);
      if (owner === undefined || this.#options.isOwnerAlive(owner)) continue;
      const vm = vmOf(endpoint);
      if (vm === undefined ? !allAccounted : vms.has(vm)) continue;
      await entities.deleteEndpoint(op, endpoint.ID);
      removed.push(endpoint.ID.toLowerCase());
    }
    return removed;
  }

  /** Removes lcow's network. @throws HcsError HCN_E_ENTITY_HAS_REFERENCES while it has endpoints */
  async removeNetwork(): Promise<void> {
    this.#network = undefined;
    await removeNatNetwork(this.#hcn());
  }

  async #create(op: string, ports: readonly PublishedPort[]): Promise<Endpoint> {
    const owner = this.#options.owner();
    if (!OWNER.test(owner)) throw new RangeError(`${JSON.stringify(owner)} is no owner's name`);
    const make = async (): Promise<Endpoint> => {
      const network = await this.#ensureNetwork();
      const settings = endpointSettings({
        name: `${NAME_PREFIX}${owner}`,
        network: network.id,
        ports,
        dns: this.#dns(),
      });
      const made = await this.#hcn().createEndpoint(op, randomUUID(), settings);
      try {
        return inOrderOf(op, ports, endpointOf(op, made, network.gateway));
      } catch (error) {
        await this.#hcn()
          .deleteEndpoint(op, made.ID)
          .catch(() => undefined);
        throw error;
      }
    };
    try {
      return await make();
    } catch (error) {
      if (!isHcsError(error, 'HCN_E_NETWORK_NOT_FOUND') && !isHcsError(error, 'ERROR_NOT_FOUND')) {
        throw error;
      }
      // Somebody removed the network since this process found it.
      this.#network = undefined;
      return make();
    }
  }

  #ensureNetwork(): Promise<NatNetwork> {
    if (this.#network !== undefined) return this.#network;
    const network = ensureNatNetwork(this.#hcn(), this.#options.prefix);
    this.#network = network;
    network.catch(() => {
      if (this.#network === network) this.#network = undefined;
    });
    return network;
  }

  async #gatewayOf(op: string, endpoint: EndpointProperties): Promise<string | undefined> {
    if (endpoint.HostComputeNetwork?.toLowerCase() !== LCOW_NETWORK_ID) return undefined;
    if (endpoint.Routes?.some(({ NextHop }) => NextHop)) return undefined;
    return (await ensureNatNetwork(this.#hcn(), this.#options.prefix)).gateway;
  }

  /** Those of the wanted ports that other endpoints of the host have. */
  async #portsTaken(op: string, wanted: readonly PublishedPort[]): Promise<PublishedPort[]> {
    const all = await this.#hcn().endpoints(op);
    const used = all.flatMap(({ Policies = [] }) => portsOf(op, Policies));
    return wanted.filter((port) => used.some((other) => collide(port, other)));
  }

  #dns(): HcnDns {
    const { nameservers = hostNameservers, searches = [], domain } = this.#options;
    return {
      ...(domain === undefined ? {} : { Domain: domain }),
      ...(searches.length === 0 ? {} : { Search: [...searches] }),
      ServerList: [...nameservers()].slice(0, MOST_NAMESERVERS),
    };
  }

  #hcn(): NetworkEntities {
    return (this.#entities ??= new NetworkEntities(new ComputeNetwork(this.#options)));
  }
}

/** Those that a guest can reach: not the host's own loopback. */
function hostNameservers(): string[] {
  return getServers().filter((server) => isIPv4(server) && !server.startsWith('127.'));
}

/**
 * All of IPv4 is tried on the loopback alone: a program that listens on more is asked about by Windows' firewall.
 * What that does not see HCN itself refuses.
 */
async function hold(op: string, wanted: readonly PublishedPort[]): Promise<HeldPorts> {
  try {
    const tried = wanted.map((port) =>
      port.hostAddress === ANY_ADDRESS ? { ...port, hostAddress: '127.0.0.1' } : port,
    );
    const held = await holdPorts(tried);
    const chosen = wanted.map((port, at) => ({
      ...port,
      hostPort: held.ports[at]?.hostPort ?? port.hostPort,
    }));
    return { ports: chosen, letGo: () => held.letGo() };
  } catch (error) {
    if (!(error instanceof PortInUseError)) throw error;
    const { code, index } = error;
    const port = wanted[index] ?? { hostAddress: '', hostPort: 0 };
    throw portError(op, new PortInUseError(code, port, { cause: error }), `ports[${index}]`);
  }
}

/** HCN's own, and what it says where a process listens on the port. */
function isPortError(error: unknown): error is HcsError {
  return (
    isHcsError(error, 'HCN_E_PORT_ALREADY_EXISTS') || isHcsError(error, 'ERROR_SHARING_VIOLATION')
  );
}

function explainPorts(op: string, error: HcsError, ports: readonly PublishedPort[]): HcsError {
  const names = ports.map(({ hostAddress, hostPort }) => `port ${hostPort} of ${hostAddress}`);
  const told = names.length > 1 ? `one of ${names.slice(0, 8).join(', ')}` : (names[0] ?? 'a port');
  const more = names.length > 8 ? ` and ${names.length - 8} more` : '';
  const what = `${told}${more} is in use`;
  const refused = refusedEndpoint(op, 'HCN_E_PORT_ALREADY_EXISTS', 'ports', what);
  Object.defineProperty(refused, 'cause', { value: error });
  return refused;
}

/** hostPort 0 collides with none: it is chosen anew. */
function collide(one: PublishedPort, other: PublishedPort): boolean {
  const anywhere = one.hostAddress === ANY_ADDRESS || other.hostAddress === ANY_ADDRESS;
  return (
    one.hostPort === other.hostPort &&
    one.protocol === other.protocol &&
    (anywhere || one.hostAddress === other.hostAddress)
  );
}

/** The endpoint with its ports in the order of what was asked for. */
function inOrderOf(op: string, wanted: readonly PublishedPort[], endpoint: Endpoint): Endpoint {
  const ports = wanted.map((port) => {
    const found = endpoint.ports.find((other) => collide(port, other));
    if (found !== undefined && found.guestPort === port.guestPort) return port;
    const what = `HCN has made the endpoint without ${port.hostAddress}:${port.hostPort}`;
    throw refusedEndpoint(op, 'ERROR_INVALID_DATA', 'Policies', what);
  });
  return { ...endpoint, ports };
}

function ownerOf({ Name = '' }: EndpointProperties): string | undefined {
  const owner = Name.startsWith(NAME_PREFIX) ? Name.slice(NAME_PREFIX.length) : '';
  return OWNER.test(owner) ? owner : undefined;
}

function vmOf({ Health }: EndpointProperties): string | undefined {
  const vm = (Health?.Extra?.VirtualMachine ?? '').toLowerCase();
  return vm === '' || /^[0-]+$/.test(vm) ? undefined : vm;
}
