/**
 * The endpoints of a host whose VMs are QEMU's: its user-mode network with forwarded ports. An endpoint is a
 * record on disk (endpoint-record.ts); its ports are held by the process that created it until a VM has them.
 *
 * The guest has 10.0.2.15 and reaches the host at 10.0.2.2, services on the host's loopback included: that is
 * QEMU's, and cannot be turned off there. IPv6 is off: what QEMU announces would be an address without a way out
 * on most hosts.
 */
import { randomUUID } from 'node:crypto';
import { checkEndpointId, checkEndpointRequest, refusedEndpoint } from '../endpoint-request.ts';
import { isGuid } from '../document/scalars.ts';
import type { Endpoint, EndpointRequest, EndpointService } from '../endpoints.ts';
import { holdPort, holdPorts, type HeldPorts, portError, PortInUseError } from '../host-ports.ts';
import {
  type EndpointResolver,
  type HostEndpoint,
  macFor,
  USER_MODE_ENDPOINT,
  USER_NETWORK,
} from './endpoint.ts';
import { endpointFolder, readEndpoint, removeEndpoint, writeEndpoint } from './endpoint-record.ts';
import { identify } from './record.ts';

const IPV4_ONLY = "QEMU's user-mode network forwards from IPv4 addresses only";

/** See the module's comment. Making one touches nothing. */
export class UserEndpoints implements EndpointService, EndpointResolver {
  readonly #folder: string;
  /** Endpoint -> its ports, until a VM has them. */
  readonly #held = new Map<string, HeldPorts>();

  constructor(runDirectory: string) {
    this.#folder = endpointFolder(runDirectory);
  }

  async createEndpoint(request: EndpointRequest): Promise<Endpoint> {
    const op = 'create an endpoint';
    const held = await hold(op, request);
    const id = randomUUID();
    const { address, prefix, gateway, nameserver } = USER_NETWORK;
    const endpoint: Endpoint = {
      id,
      macAddress: macFor(id),
      addresses: [`${address}/${prefix}`],
      routes: [{ destination: '0.0.0.0/0', gateway }],
      nameservers: [nameserver],
      ports: held.ports,
    };
    try {
      const user = identify(process.pid) ?? { pid: process.pid };
      writeEndpoint(this.#folder, { network: 'user', user, endpoint });
    } catch (error) {
      await held.letGo();
      throw error;
    }
    this.#held.set(id, held);
    return endpoint;
  }

  async openEndpoint(id: string): Promise<Endpoint> {
    const op = `open endpoint ${id}`;
    const record = readEndpoint(this.#folder, checkEndpointId(op, id));
    if (record === undefined)
      throw refusedEndpoint(op, 'ERROR_NOT_FOUND', 'id', `there is no such endpoint`);
    return Promise.resolve(record.endpoint);
  }

  async deleteEndpoint(id: string): Promise<void> {
    const key = checkEndpointId(`delete endpoint ${id}`, id);
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
    const held = this.#held.get(id);
    this.#held.delete(id);
    await held?.letGo();
  }
}

async function hold(op: string, request: EndpointRequest): Promise<HeldPorts> {
  try {
    return await holdPorts(checkEndpointRequest(op, request, IPV4_ONLY));
  } catch (error) {
    if (!(error instanceof PortInUseError)) throw error;
    throw portError(op, error, `ports[${error.index}]`);
  }
}
