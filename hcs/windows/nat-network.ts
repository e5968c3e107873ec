/**
 * lcow's own network: one NAT network of HCN a host, found by its fixed id or made, shared by all of lcow's
 * processes, and left where it is: Windows keeps it over restarts, and making one takes seconds.
 */
import { networkInterfaces } from 'node:os';
import { HCN_SCHEMA_VERSION, type NetworkProperties } from '../document/host-compute-network.ts';
import { HcsError, isHcsError } from '../hcs-error.ts';
import { cidrOf, type Ipv4Prefix, overlaps, parsePrefix, textOf } from './ipv4-prefix.ts';
import type { NetworkEntities } from './network-entities.ts';

/** Of every host's network of lcow. */
export const LCOW_NETWORK_ID = '6c636f77-6e61-4174-8e65-74776f726b01';
/** As Get-HnsNetwork shows it. */
export const LCOW_NETWORK_NAME = 'lcow';
/** What is tried in turn: a /20 of private addresses that Docker, WSL, Kubernetes and home routers leave alone. */
const PREFIXES = ['172.27.224.0/20', '172.28.224.0/20', '10.217.224.0/20', '192.168.224.0/20'];

/** A network that exists. */
export interface NatNetwork {
  readonly id: string;
  /** Its host's own address, where endpoints' own routes name no gateway. */
  readonly gateway: string | undefined;
}

/**
 * Finds lcow's network or makes it.
 * @param prefix CIDR of a network that is made; default the first of PREFIXES that is in no use on this host
 * @throws HcsError HCN_E_INVALID_NETWORK_TYPE where what has its id is no NAT network
 */
export async function ensureNatNetwork(
  entities: NetworkEntities,
  prefix?: string,
): Promise<NatNetwork> {
  const op = `find the network "${LCOW_NETWORK_NAME}"`;
  const found = await entities.network(op, LCOW_NETWORK_ID);
  if (found !== undefined) return usable(op, found);
  const making = `make the network "${LCOW_NETWORK_NAME}"`;
  const chosen = prefix ?? freePrefix(making, await entities.networks(making));
  try {
    return usable(making, await create(making, entities, chosen));
  } catch (error) {
    if (!isHcsError(error, 'HCN_E_NETWORK_ALREADY_EXISTS')) throw error;
    // Another process was faster.
    const theirs = await entities.network(op, LCOW_NETWORK_ID);
    if (theirs === undefined) throw error;
    return usable(op, theirs);
  }
}

/** Removes lcow's network; not being there is no error. @throws HcsError HCN_E_ENTITY_HAS_REFERENCES */
export async function removeNatNetwork(entities: NetworkEntities): Promise<void> {
  await entities.deleteNetwork(`remove the network "${LCOW_NETWORK_NAME}"`, LCOW_NETWORK_ID);
}

async function create(
  op: string,
  entities: NetworkEntities,
  cidr: string,
): Promise<NetworkProperties> {
  const prefix = parsePrefix(cidr);
  if (prefix === undefined || prefix.length > 30) {
    const Message = `the prefix is ${JSON.stringify(cidr)}: not IPv4 in CIDR with room for a guest`;
    throw new HcsError(op, 'E_INVALIDARG', [{ Message, Source: 'prefix' }]);
  }
  const NextHop = textOf(prefix.address + 1);
  return entities.createNetwork(op, LCOW_NETWORK_ID, {
    Name: LCOW_NETWORK_NAME,
    Owner: 'lcow',
    Type: 'NAT',
    Ipams: [
      {
        Type: 'Static',
        Subnets: [
          {
            IpAddressPrefix: cidrOf(prefix),
            Routes: [{ NextHop, DestinationPrefix: '0.0.0.0/0' }],
          },
        ],
      },
    ],
    Flags: 0,
    SchemaVersion: HCN_SCHEMA_VERSION,
  });
}

/** The first prefix that neither an interface of the host nor another network of HCN overlaps. */
function freePrefix(op: string, networks: readonly NetworkProperties[]): string {
  const used: (Ipv4Prefix | undefined)[] = [];
  for (const { Ipams = [] } of networks) {
    for (const { Subnets = [] } of Ipams) {
      used.push(...Subnets.map(({ IpAddressPrefix = '' }) => parsePrefix(IpAddressPrefix)));
    }
  }
  for (const addresses of Object.values(networkInterfaces())) {
    used.push(...(addresses ?? []).map(({ cidr }) => parsePrefix(cidr ?? '')));
  }
  for (const text of PREFIXES) {
    const prefix = parsePrefix(text);
    if (prefix === undefined) continue;
    if (!used.some((other) => other !== undefined && overlaps(prefix, other))) return text;
  }
  const Message = `${PREFIXES.join(', ')} are all in use on this host: name another prefix`;
  throw new HcsError(op, 'HCN_E_INVALID_SUBNET', [{ Message, Source: 'prefix' }]);
}

function usable(op: string, { Type, Ipams = [] }: NetworkProperties): NatNetwork {
  // "0" is NAT's number, which older answers have.
  if (Type.toUpperCase() !== 'NAT' && Type !== '0') {
    const Message = `the network ${LCOW_NETWORK_ID} is ${Type}, not NAT: remove it, lcow then makes its own`;
    throw new HcsError(op, 'HCN_E_INVALID_NETWORK_TYPE', [{ Message, Source: 'Type' }]);
  }
  const routes = Ipams.flatMap(({ Subnets = [] }) => Subnets).flatMap(({ Routes = [] }) => Routes);
  const way = routes.find((route) => route.DestinationPrefix === '0.0.0.0/0' && route.NextHop);
  return { id: LCOW_NETWORK_ID, gateway: way?.NextHop };
}
