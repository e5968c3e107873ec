/** Between the contract's endpoints (hcs/endpoints.ts) and HCN's documents of them. Pure. */
import { isIP } from 'node:net';
import {
  encapOverheadSetting,
  interfaceParametersSetting,
  portMappingSetting,
} from '../document/decode-host-compute-network.ts';
import { decodeWhole } from '../document/decoder.ts';
import {
  type EndpointPolicy,
  type EndpointProperties,
  type EndpointSettings,
  HCN_PROTOCOLS,
  HCN_SCHEMA_VERSION,
  type HcnDns,
} from '../document/host-compute-network.ts';
import type { Endpoint, EndpointRoute, PublishedPort } from '../endpoints.ts';
import { HcsError } from '../hcs-error.ts';

/** All of the host's IPv4 addresses: no VIP of HCN's. */
const ANY_ADDRESS = '0.0.0.0';
const ETHERNET_MTU = 1500;
/** What hcs/endpoints.ts promises. */
const MOST_ADDRESSES = 16;
const MOST_ROUTES = 64;
const MOST_NAMESERVERS = 3;
const MOST_SEARCHES = 6;

/** What HCN is asked for. */
export function endpointSettings(options: {
  name: string;
  network: string;
  ports: readonly PublishedPort[];
  dns: HcnDns;
}): EndpointSettings {
  const { name, network, ports, dns } = options;
  return {
    Name: name,
    HostComputeNetwork: network,
    Policies: ports.map(({ protocol, hostAddress, hostPort, guestPort }) => ({
      Type: 'PortMapping',
      Settings: {
        Protocol: HCN_PROTOCOLS[protocol],
        InternalPort: guestPort,
        ExternalPort: hostPort,
        ...(hostAddress === ANY_ADDRESS ? {} : { VIP: hostAddress }),
      },
    })),
    Dns: dns,
    Flags: 0,
    SchemaVersion: HCN_SCHEMA_VERSION,
  };
}

/**
 * What the guest is to be given.
 * @param gateway where the endpoint's own routes name none
 * @throws HcsError ERROR_INVALID_DATA, naming the field of HCN's answer
 */
export function endpointOf(op: string, properties: EndpointProperties, gateway?: string): Endpoint {
  const { ID, IpConfigurations = [], Dns = {}, Policies = [] } = properties;
  const refuse = (field: string, what: string): HcsError =>
    new HcsError(op, 'ERROR_INVALID_DATA', [
      { Message: `HCN's answer for endpoint ${ID}: ${field} ${what}`, Source: field },
    ]);
  const macAddress = (properties.MacAddress ?? '').replaceAll('-', ':').toLowerCase();
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(macAddress)) {
    throw refuse('MacAddress', `is ${JSON.stringify(properties.MacAddress)}`);
  }
  const addresses = IpConfigurations.map(({ IpAddress = '', PrefixLength = 0 }, index) => {
    const version = isIP(IpAddress);
    if (version === 0 || PrefixLength === 0 || (version === 4 && PrefixLength > 32)) {
      const shown = `${IpAddress}/${PrefixLength}`;
      throw refuse(`IpConfigurations/${index}`, `is ${JSON.stringify(shown)}, not an address`);
    }
    return `${IpAddress}/${PrefixLength}`;
  });
  if (addresses.length === 0) throw refuse('IpConfigurations', 'is empty');
  const mtu = mtuOf(op, Policies);
  const searches = [Dns.Domain ?? '', ...(Dns.Search ?? [])].filter((name) => name !== '');
  return {
    id: ID.toLowerCase(),
    macAddress,
    addresses: addresses.slice(0, MOST_ADDRESSES),
    routes: routesOf(properties, gateway).slice(0, MOST_ROUTES),
    nameservers: (Dns.ServerList ?? []).filter((one) => isIP(one) > 0).slice(0, MOST_NAMESERVERS),
    ...(searches.length === 0 ? {} : { searches: [...new Set(searches)].slice(0, MOST_SEARCHES) }),
    ...(mtu === undefined ? {} : { mtu }),
    ports: portsOf(op, Policies),
  };
}

/** The port mappings among the policies, in their order. */
export function portsOf(op: string, policies: readonly EndpointPolicy[]): PublishedPort[] {
  const ports: PublishedPort[] = [];
  for (const [index, { Type, Settings }] of policies.entries()) {
    if (Type !== 'PortMapping') continue;
    const at = `Policies/${index}/Settings`;
    const { Protocol, InternalPort, ExternalPort, VIP } = settings(
      op,
      portMappingSetting,
      Settings,
      at,
    );
    const protocol = protocolOf(Protocol);
    // Others are not ours: an endpoint that another program made.
    if (protocol === undefined) continue;
    const hostAddress = VIP === undefined || VIP === '' ? ANY_ADDRESS : VIP;
    ports.push({ protocol, hostAddress, hostPort: ExternalPort, guestPort: InternalPort });
  }
  return ports;
}

function routesOf({ Routes = [] }: EndpointProperties, gateway?: string): EndpointRoute[] {
  const routes: EndpointRoute[] = [];
  for (const { NextHop = '', DestinationPrefix = '' } of Routes) {
    // Without a next hop it is the link's own, which the address brings along.
    const onLink = NextHop === '' || /^(0\.0\.0\.0|::)$/.test(NextHop);
    if (onLink || DestinationPrefix === '') continue;
    routes.push({ destination: DestinationPrefix, gateway: NextHop });
  }
  const hasDefault = routes.some(({ destination }) => destination === '0.0.0.0/0');
  if (!hasDefault && gateway !== undefined) routes.push({ destination: '0.0.0.0/0', gateway });
  return routes;
}

function mtuOf(op: string, policies: readonly EndpointPolicy[]): number | undefined {
  let mtu: number | undefined;
  for (const [index, { Type, Settings }] of policies.entries()) {
    const at = `Policies/${index}/Settings`;
    if (Type === 'EncapOverhead') {
      const { Overhead } = settings(op, encapOverheadSetting, Settings, at);
      if (Overhead > 0 && Overhead < ETHERNET_MTU) mtu = ETHERNET_MTU - Overhead;
    } else if (Type === 'InterfaceParameters') {
      const { Mtu = 0 } = settings(op, interfaceParametersSetting, Settings, at);
      if (Mtu > 0) return Mtu;
    }
  }
  return mtu;
}

function settings<T>(
  op: string,
  decoder: Parameters<typeof decodeWhole<T>>[0],
  value: unknown,
  at: string,
): T {
  try {
    return decodeWhole(decoder, value, at, op);
  } catch (error) {
    if (!(error instanceof HcsError)) throw error;
    throw new HcsError(op, 'ERROR_INVALID_DATA', error.events, { cause: error });
  }
}

function protocolOf(text: string): 'tcp' | 'udp' | undefined {
  switch (text.toUpperCase()) {
    case '6':
    case 'TCP':
      return 'tcp';
    case '17':
    case 'UDP':
      return 'udp';
    default:
      return undefined;
  }
}
