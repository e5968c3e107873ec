/**
 * Documents of the Host Compute Network (HCN, schema 2.0): networks, endpoints, namespaces, their policies and
 * requests, as computenetwork.dll takes and gives them. Types only; names are the schema's own.
 *
 * `...Settings` is what lcow sends, `...Properties` the part of an answer that it reads: HCN's answers hold far
 * more, and more with each Windows.
 */

/** Sent with every document. */
export const HCN_SCHEMA_VERSION = { Major: 2, Minor: 0 } as const;

/** Schema `DNS`. Of hcsshim's `Suffix` the published schema says `Domain`. */
export interface HcnDns {
  Domain?: string;
  Search?: string[];
  ServerList?: string[];
  Options?: string[];
}

/** Schema `Route`. */
export interface HcnRoute {
  /** Empty: on the link. */
  NextHop?: string;
  /** CIDR. */
  DestinationPrefix?: string;
  Metric?: number;
}

/** Schema `Subnet`. */
export interface HcnSubnet {
  /** CIDR. */
  IpAddressPrefix?: string;
  Routes?: HcnRoute[];
}

/** Schema `Ipam`. */
export interface HcnIpam {
  /** "Static", "Dhcp". */
  Type?: string;
  Subnets?: HcnSubnet[];
}

/** Schema `HostComputeNetwork`, what is asked for. */
export interface NetworkSettings {
  Name: string;
  Owner?: string;
  Type: 'NAT';
  Ipams: { Type: 'Static'; Subnets: { IpAddressPrefix: string; Routes: HcnRoute[] }[] }[];
  /** 0: nothing beyond the type. */
  Flags: 0;
  SchemaVersion: typeof HCN_SCHEMA_VERSION;
}

/** Schema `HostComputeNetwork`, what is read. */
export interface NetworkProperties {
  ID: string;
  Name?: string;
  Type: string;
  Ipams?: HcnIpam[];
}

/** IANA's numbers, as hcsshim sends them; answers may have the names. */
export const HCN_PROTOCOLS = { tcp: 6, udp: 17 } as const;

/** Schema `PortMappingPolicySetting`. */
export interface PortMappingSetting {
  Protocol: number;
  /** The guest's. */
  InternalPort: number;
  /** The host's. */
  ExternalPort: number;
  /** The host's address. Absent: each of them. */
  VIP?: string;
}

/** Schema `EndpointPolicy`. */
export interface EndpointPolicy {
  Type: string;
  Settings?: unknown;
}

/** Schema `HostComputeEndpoint`, what is asked for. */
export interface EndpointSettings {
  Name: string;
  HostComputeNetwork: string;
  Policies: { Type: 'PortMapping'; Settings: PortMappingSetting }[];
  Dns: HcnDns;
  Flags: 0;
  SchemaVersion: typeof HCN_SCHEMA_VERSION;
}

/** Schema `IpConfig`. */
export interface HcnIpConfig {
  IpAddress?: string;
  PrefixLength?: number;
}

/** Schema `HostComputeEndpoint`, what is read. */
export interface EndpointProperties {
  ID: string;
  Name?: string;
  HostComputeNetwork?: string;
  HostComputeNamespace?: string;
  Policies?: EndpointPolicy[];
  IpConfigurations?: HcnIpConfig[];
  Dns?: HcnDns;
  Routes?: HcnRoute[];
  /** "00-15-5D-01-02-03". */
  MacAddress?: string;
  /** Of schema `Health`, what says which VM has it. */
  Health?: { Extra?: { VirtualMachine?: string } };
}

/** Schema `HostComputeNamespace`, what is asked for. */
export interface NamespaceSettings {
  /** Guest: of a utility VM. */
  Type: 'Guest' | 'Host';
  SchemaVersion: typeof HCN_SCHEMA_VERSION;
}

/** Schema `NamespaceResource`. */
export interface NamespaceResource {
  Type: string;
  Data?: { Id?: string };
}

/** Schema `HostComputeNamespace`, what is read. */
export interface NamespaceProperties {
  ID: string;
  /** The compartment. */
  NamespaceId?: number;
  Type?: string;
  Resources?: NamespaceResource[];
}

/** Schema `ModifyNamespaceSettingRequest`, of endpoints. */
export interface ModifyNamespaceRequest {
  ResourceType: 'Endpoint';
  RequestType: 'Add' | 'Remove';
  Settings: { EndpointId: string };
}

/** Schema `HostComputeQuery`. */
export interface HostComputeQuery {
  SchemaVersion: typeof HCN_SCHEMA_VERSION;
  Flags: 0;
  /** JSON of the members that must be equal. */
  Filter?: string;
}

/** Schema `Response`: the error record of a call that failed. */
export interface HcnErrorRecord {
  Success?: boolean;
  Error?: string;
  /** An HRESULT, unsigned. */
  ErrorCode?: number;
}
