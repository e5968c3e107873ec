/**
 * The endpoints of a host whose VMs are QEMU's: its user-mode network with forwarded ports. An endpoint is a
 * record on disk (endpoint-record.ts); its ports are held by the process that created it until a VM has them.
 *
 * The guest has 10.0.2.15 and reaches the host at 10.0.2.2, services on the host's loopback included: that is
 * QEMU's, and cannot be turned off there. IPv6 is off: what QEMU announces would be an address without a way out
 * on most hosts.
 */
import { randomUUID } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import { HcsError } from '../hcs-error.ts';
import type { HresultName } from '../hresult.ts';
import { isGuid } from '../document/scalars.ts';
import type {
  Endpoint,
  EndpointRequest,
  EndpointService,
  PortMapping,
  PublishedPort,
} from '../endpoints.ts';
import {
  type EndpointResolver,
  type HostEndpoint,
  macFor,
  USER_MODE_ENDPOINT,
  USER_NETWORK,
} from './endpoint.ts';
import { holdPort, type HeldPort, PortInUseError } from './endpoint-ports.ts';
import { endpointFolder, readEndpoint, removeEndpoint, writeEndpoint } from './endpoint-record.ts';
import { identify } from './record.ts';

/** Each is a listening socket of QEMU and one in its poll set. */
const MOST_PORTS = 1024;

/** See the module's comment. Making one touches nothing. */
export class UserEndpoints implements EndpointService, EndpointResolver {
  readonly #folder: string;
  /** Endpoint -> its ports, until a VM has them. */
  readonly #held = new Map<string, HeldPort[]>();

  constructor(runDirectory: string) {
    this.#folder = endpointFolder(runDirectory);
  }

  async createEndpoint(request: EndpointRequest): Promise<Endpoint> {
    const op = 'create an endpoint';
    const wanted = checkRequest(op, request);
    const { held, ports } = await holdAll(op, wanted);
    const id = randomUUID();
    const { address, prefix, gateway, nameserver } = USER_NETWORK;
    const endpoint: Endpoint = {
      id,
      macAddress: macFor(id),
      addresses: [`${address}/${prefix}`],
      routes: [{ destination: '0.0.0.0/0', gateway }],
      nameservers: [nameserver],
      ports,
    };
    try {
      const user = identify(process.pid) ?? { pid: process.pid };
      writeEndpoint(this.#folder, { network: 'user', user, endpoint });
    } catch (error) {
      await letGo(held);
      throw error;
    }
    this.#held.set(id, held);
    return endpoint;
  }

  async openEndpoint(id: string): Promise<Endpoint> {
    const op = `open endpoint ${id}`;
    const record = readEndpoint(this.#folder, checkId(op, id));
    if (record === undefined)
      throw refusal(op, 'ERROR_NOT_FOUND', 'id', `there is no such endpoint`);
    return Promise.resolve(record.endpoint);
  }

  async deleteEndpoint(id: string): Promise<void> {
    const key = checkId(`delete endpoint ${id}`, id);
    removeEndpoint(this.#folder, key);
    await this.#letGo(key);
  }

  async claim(endpointId: string, vmmPid: number): Promise<HostEndpoint | undefined> {
    if (endpointId === USER_MODE_ENDPOINT) return { kind: 'user' };
    const record = isGuid(endpointId) ? readEndpoint(this.#folder, endpointId) : undefined;
    if (record === undefined) return undefined;
    const { macAddress, ports } = record.endpoint;
    if (this.#held.has(endpointId)) await this.#letGo(endpointId);
    // Of another process, or claimed before: whether its ports can be had is looked at again.
    else for (const port of ports) await (await holdPort(port)).letGo();
    writeEndpoint(this.#folder, { ...record, user: identify(vmmPid) ?? { pid: vmmPid } });
    return { kind: 'user', macAddress, ports };
  }

  /** Lets go of the ports that no VM took; the endpoints stay. */
  async letGo(): Promise<void> {
    await Promise.all([...this.#held.keys()].map((id) => this.#letGo(id)));
  }

  async #letGo(id: string): Promise<void> {
    const held = this.#held.get(id) ?? [];
    this.#held.delete(id);
    await letGo(held);
  }
}

async function letGo(held: readonly HeldPort[]): Promise<void> {
  await Promise.all(held.map((port) => port.letGo()));
}

/** All of the ports or none. */
async function holdAll(
  op: string,
  wanted: readonly PublishedPort[],
): Promise<{ held: HeldPort[]; ports: PublishedPort[] }> {
  const held: HeldPort[] = [];
  const ports: PublishedPort[] = [];
  // Fixed ones first: a free one that is chosen must not be one of them.
  const order = [...wanted.entries()].sort(([, a], [, b]) => free(a) - free(b));
  for (const [index, port] of order) {
    try {
      const holding = await holdPort(port);
      held.push(holding);
      ports[index] = { ...port, hostPort: holding.port };
    } catch (error) {
      await letGo(held);
      if (!(error instanceof PortInUseError)) throw error;
      throw portError(op, error, `ports[${index}]`);
    }
  }
  return { held, ports };
}

function free({ hostPort }: PublishedPort): number {
  return hostPort === 0 ? 1 : 0;
}

/** The error of the contract for a port that cannot be had. */
export function portError(op: string, error: PortInUseError, source: string): HcsError {
  const hresult: HresultName =
    error.code === 'EACCES'
      ? 'E_ACCESSDENIED'
      : error.code === 'EADDRINUSE'
        ? 'HCN_E_PORT_ALREADY_EXISTS'
        : 'E_INVALIDARG';
  return new HcsError(op, hresult, [{ Message: error.message, Source: source }], { cause: error });
}

function checkRequest(op: string, { network, ports = [] }: EndpointRequest): PublishedPort[] {
  if (network !== 'user') {
    const what = `network is ${JSON.stringify(network)}; there is "user"`;
    throw refusal(op, 'NOT_SUPPORTED', 'network', what);
  }
  if (ports.length > MOST_PORTS) {
    const what = `ports are ${ports.length}, at most ${MOST_PORTS}`;
    throw refusal(op, 'E_INVALIDARG', 'ports', what);
  }
  return ports.map((port, index) => checkPort(op, port, `ports[${index}]`));
}

function checkPort(op: string, mapping: PortMapping, at: string): PublishedPort {
  const { protocol, hostAddress = '0.0.0.0', hostPort = 0, guestPort } = mapping;
  const refuse = (field: string, value: unknown, what: string, code?: HresultName): HcsError =>
    refusal(
      op,
      code ?? 'E_INVALIDARG',
      `${at}/${field}`,
      `${at}.${field} is ${JSON.stringify(value)}: ${what}`,
    );
  if (protocol !== 'tcp' && protocol !== 'udp')
    throw refuse('protocol', protocol, 'not tcp or udp');
  if (isIPv6(hostAddress)) {
    const what = "QEMU's user-mode network forwards from IPv4 addresses only";
    throw refuse('hostAddress', hostAddress, what, 'NOT_SUPPORTED');
  }
  if (!isIPv4(hostAddress)) throw refuse('hostAddress', hostAddress, 'not an IPv4 address');
  if (!isPort(hostPort) && hostPort !== 0) throw refuse('hostPort', hostPort, 'not 0 to 65535');
  if (!isPort(guestPort)) throw refuse('guestPort', guestPort, 'not 1 to 65535');
  return { protocol, hostAddress, hostPort, guestPort };
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}

function checkId(op: string, id: string): string {
  if (!isGuid(id)) throw refusal(op, 'E_INVALIDARG', 'id', `${JSON.stringify(id)} is not a GUID`);
  return id.toLowerCase();
}

function refusal(op: string, hresult: HresultName, source: string, message: string): HcsError {
  return new HcsError(op, hresult, [{ Message: message, Source: source }]);
}
