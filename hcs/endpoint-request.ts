/** Requests for endpoints, checked and completed, for every implementation of hcs/endpoints.ts. */
import { isIPv4, isIPv6 } from 'node:net';
import { isGuid } from './document/scalars.ts';
import type { EndpointRequest, PortMapping, PublishedPort } from './endpoints.ts';
import { HcsError } from './hcs-error.ts';
import type { HresultName } from './hresult.ts';

/** Each is a listening socket of the VMM or an entry in the host's NAT table. */
const MOST_PORTS = 1024;

/**
 * The ports that are asked for; hostPort 0 means a free one.
 * @param ipv4Only why an IPv6 address of the host is refused
 * @throws HcsError NOT_SUPPORTED, E_INVALIDARG, naming the field
 */
export function checkEndpointRequest(
  op: string,
  { network, ports = [] }: EndpointRequest,
  ipv4Only: string,
): PublishedPort[] {
  if (network !== 'user') {
    const what = `network is ${JSON.stringify(network)}; there is "user"`;
    throw refusedEndpoint(op, 'NOT_SUPPORTED', 'network', what);
  }
  if (ports.length > MOST_PORTS) {
    const what = `ports are ${ports.length}, at most ${MOST_PORTS}`;
    throw refusedEndpoint(op, 'E_INVALIDARG', 'ports', what);
  }
  return ports.map((port, index) => checkPort(op, port, `ports[${index}]`, ipv4Only));
}

/** The GUID in lower case. @throws HcsError E_INVALIDARG */
export function checkEndpointId(op: string, id: string): string {
  if (isGuid(id)) return id.toLowerCase();
  throw refusedEndpoint(op, 'E_INVALIDARG', 'id', `${JSON.stringify(id)} is not a GUID`);
}

/** An error of one event. */
export function refusedEndpoint(
  op: string,
  hresult: HresultName,
  source: string,
  message: string,
): HcsError {
  return new HcsError(op, hresult, [{ Message: message, Source: source }]);
}

function checkPort(op: string, mapping: PortMapping, at: string, ipv4Only: string): PublishedPort {
  const { protocol, hostAddress = '0.0.0.0', hostPort = 0, guestPort } = mapping;
  const refuse = (field: string, value: unknown, what: string, code?: HresultName): HcsError =>
    refusedEndpoint(
      op,
      code ?? 'E_INVALIDARG',
      `${at}/${field}`,
      `${at}.${field} is ${JSON.stringify(value)}: ${what}`,
    );
  if (protocol !== 'tcp' && protocol !== 'udp')
    throw refuse('protocol', protocol, 'not tcp or udp');
  if (isIPv6(hostAddress)) throw refuse('hostAddress', hostAddress, ipv4Only, 'NOT_SUPPORTED');
  if (!isIPv4(hostAddress)) throw refuse('hostAddress', hostAddress, 'not an IPv4 address');
  if (!isPort(hostPort) && hostPort !== 0) throw refuse('hostPort', hostPort, 'not 0 to 65535');
  if (!isPort(guestPort)) throw refuse('guestPort', guestPort, 'not 1 to 65535');
  return { protocol, hostAddress, hostPort, guestPort };
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}
