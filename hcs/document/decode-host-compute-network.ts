/**
 * Decoders of HCN's answers. What each field means stands with its type. Fields that are not read are passed
 * over; one that is read and has another type is a problem that names it.
 */
import { type Decoder, integer, list, object, required, string } from './decoder.ts';
import type {
  EndpointPolicy,
  EndpointProperties,
  HcnDns,
  HcnIpam,
  HcnIpConfig,
  HcnRoute,
  HcnSubnet,
  NamespaceProperties,
  NamespaceResource,
  NetworkProperties,
} from './host-compute-network.ts';
import { guid, text } from './scalars.ts';

const ANSWER = { answer: true } as const;
/** Policies of one endpoint: 1024 ports, and what HCN adds. */
const POLICIES_MAX = 4096;
/** Entities of one kind on one host. */
const ENTITIES_MAX = 4096;
const ADDRESSES_MAX = 256;

const anything: Decoder<unknown> = (value) => value;
/** An enumeration member, which answers may have as its number. */
const member: Decoder<string> = (value, path, context) => {
  if (typeof value === 'number') return String(value);
  return text(value, path, context);
};

const dns = object<HcnDns>(
  {
    Domain: text,
    Search: list(text, ADDRESSES_MAX),
    ServerList: list(text, ADDRESSES_MAX),
    Options: list(text, ADDRESSES_MAX),
  },
  ANSWER,
);

const route = object<HcnRoute>(
  { NextHop: text, DestinationPrefix: text, Metric: integer({ type: 'uint32' }) },
  ANSWER,
);

const subnet = object<HcnSubnet>(
  { IpAddressPrefix: text, Routes: list(route, ADDRESSES_MAX) },
  ANSWER,
);

const ipam = object<HcnIpam>({ Type: member, Subnets: list(subnet, ADDRESSES_MAX) }, ANSWER);

export const networkProperties = object<NetworkProperties>(
  { ID: required(guid), Name: text, Type: required(member), Ipams: list(ipam, ADDRESSES_MAX) },
  ANSWER,
);

const policy = object<EndpointPolicy>({ Type: required(member), Settings: anything }, ANSWER);

/** Schema `PortMappingPolicySetting`, of an answer. */
export const portMappingSetting = object<{
  Protocol: string;
  InternalPort: number;
  ExternalPort: number;
  VIP?: string;
}>(
  {
    Protocol: required(member),
    InternalPort: required(integer({ type: 'uint16' })),
    ExternalPort: required(integer({ type: 'uint16' })),
    VIP: text,
  },
  ANSWER,
);

/** Schema `EncapOverheadEndpointPolicySetting`. */
export const encapOverheadSetting = object<{ Overhead: number }>(
  { Overhead: required(integer({ type: 'uint16' })) },
  ANSWER,
);

/** Schema `InterfaceParametersPolicySetting`. */
export const interfaceParametersSetting = object<{ Mtu?: number }>(
  { Mtu: integer({ type: 'uint16' }) },
  ANSWER,
);

const ipConfig = object<HcnIpConfig>(
  { IpAddress: text, PrefixLength: integer({ type: 'uint8', max: 128 }) },
  ANSWER,
);

export const endpointProperties = object<EndpointProperties>(
  {
    ID: required(guid),
    Name: text,
    HostComputeNetwork: text,
    HostComputeNamespace: text,
    Policies: list(policy, POLICIES_MAX),
    IpConfigurations: list(ipConfig, ADDRESSES_MAX),
    Dns: dns,
    Routes: list(route, ADDRESSES_MAX),
    MacAddress: text,
    Health: object<NonNullable<EndpointProperties['Health']>>(
      { Extra: object<{ VirtualMachine?: string }>({ VirtualMachine: text }, ANSWER) },
      ANSWER,
    ),
  },
  ANSWER,
);

const resource = object<NamespaceResource>(
  { Type: required(member), Data: object<{ Id?: string }>({ Id: text }, ANSWER) },
  ANSWER,
);

export const namespaceProperties = object<NamespaceProperties>(
  {
    ID: required(guid),
    NamespaceId: integer({ type: 'uint32' }),
    Type: member,
    Resources: list(resource, ADDRESSES_MAX),
  },
  ANSWER,
);

/** What an enumeration answers with. */
export const entityIds = list(string({ what: 'a GUID' }), ENTITIES_MAX);
