/**
 * What a host must have for an option of an LCOW document, as data: the build that hcsshim names, the schema
 * version that Microsoft's files name, the architecture. What the host lacks is refused by the option's name.
 */
import { HcsError, type ErrorEvent } from '../hcs-error.ts';
import type { ComputeSystemDocument } from './compute-system.ts';
import type { HostVersion } from './host-version.ts';
import type { LcowDocumentOptions } from './lcow-options.ts';
import { compareSchemaVersions, type SchemaVersion } from './schema-version.ts';
import { checkVersionNeeds, newestSchemaVersion } from './version-gates.ts';

/** hcsshim's numbers. */
export const KERNEL_DIRECT_BUILD = 18286;
export const PMEM_MAPPINGS_BUILD = 18362;
export const COLD_DISCARD_HINT_BUILD = 18967;
export const CPU_GROUP_BUILD = 19043;
export const NUMA_BUILD = 26100;

/** What one option needs of the host. */
export interface FeatureNeed {
  option: keyof LcowDocumentOptions;
  /** Value of the option that needs it, for people; absent: any that turns it on. */
  value?: string;
  /** Where it stands in the document. */
  field: string;
  build?: number;
  schema?: SchemaVersion;
  /** True: not on arm64. */
  amd64Only?: true;
}

const MEMORY = 'VirtualMachine/ComputeTopology/Memory';
const PMEM = 'VirtualMachine/Devices/VirtualPMem';
const SCHEMA_2_2: SchemaVersion = { Major: 2, Minor: 2 };
const SCHEMA_2_3: SchemaVersion = { Major: 2, Minor: 3 };

interface FeatureGate extends FeatureNeed {
  asked(options: LcowDocumentOptions): boolean;
}

const GATES: readonly FeatureGate[] = [
  {
    option: 'loader',
    value: 'kernel-direct',
    field: 'VirtualMachine/Chipset/LinuxKernelDirect',
    build: KERNEL_DIRECT_BUILD,
    amd64Only: true,
    asked: ({ loader }) => loader === 'kernel-direct',
  },
  {
    option: 'rootDisk',
    value: 'pmem',
    field: `${PMEM}/Devices/0`,
    amd64Only: true,
    asked: ({ rootDisk }) => rootDisk?.kind === 'pmem',
  },
  {
    option: 'virtualPMemCount',
    field: `${PMEM}/MaximumCount`,
    amd64Only: true,
    asked: ({ virtualPMemCount }) => (virtualPMemCount ?? 0) > 0,
  },
  {
    option: 'virtualPMemImages',
    field: `${PMEM}/Devices`,
    amd64Only: true,
    asked: ({ virtualPMemImages }) => (virtualPMemImages?.length ?? 0) > 0,
  },
  {
    option: 'enableColdDiscardHint',
    field: `${MEMORY}/EnableColdDiscardHint`,
    build: COLD_DISCARD_HINT_BUILD,
    asked: ({ enableColdDiscardHint }) => enableColdDiscardHint === true,
  },
  {
    option: 'largePages',
    field: `${MEMORY}/BackingPageSize`,
    schema: SCHEMA_2_2,
    asked: ({ largePages }) => largePages !== undefined,
  },
  {
    option: 'lowMmioGapMiB',
    field: `${MEMORY}/LowMmioGapInMB`,
    schema: SCHEMA_2_3,
    asked: ({ lowMmioGapMiB }) => (lowMmioGapMiB ?? 0) !== 0,
  },
  {
    option: 'highMmioBaseMiB',
    field: `${MEMORY}/HighMmioBaseInMB`,
    schema: SCHEMA_2_3,
    asked: ({ highMmioBaseMiB }) => (highMmioBaseMiB ?? 0) !== 0,
  },
  {
    option: 'highMmioGapMiB',
    field: `${MEMORY}/HighMmioGapInMB`,
    schema: SCHEMA_2_3,
    asked: ({ highMmioGapMiB }) => (highMmioGapMiB ?? 0) !== 0,
  },
  {
    option: 'cpuGroupId',
    field: 'VirtualMachine/ComputeTopology/Processor/CpuGroup',
    build: CPU_GROUP_BUILD,
    asked: ({ cpuGroupId }) => cpuGroupId !== undefined,
  },
  {
    option: 'numa',
    field: 'VirtualMachine/ComputeTopology/Numa',
    build: NUMA_BUILD,
    asked: ({ numa }) => numa !== undefined,
  },
];

/** The needs that can be looked up: everything that a host may lack. */
export const FEATURE_NEEDS: readonly FeatureNeed[] = GATES;

/** The schema's text dates these later than the builds that take them (hcsshim): the build is the judge. */
const JUDGED_BY_BUILD: ReadonlySet<string> = new Set([
  'VirtualMachine/Chipset/LinuxKernelDirect',
  'VirtualMachine/ComputeTopology/Memory/EnableColdDiscardHint',
  'VirtualMachine/ComputeTopology/Processor/CpuGroup',
]);

/**
 * Refuses options that the host cannot serve.
 * @throws HcsError NOT_SUPPORTED with an event for each option, naming it and what the host has
 */
export function checkFeatures(options: LcowDocumentOptions, host: HostVersion): void {
  const events: ErrorEvent[] = [];
  for (const gate of GATES) {
    const lack = gate.asked(options) ? lacks(gate, host) : undefined;
    if (lack === undefined) continue;
    const what = gate.value === undefined ? gate.option : `${gate.option} "${gate.value}"`;
    events.push({ Message: `${what} ${lack}`, Source: gate.field });
  }
  if (events.length > 0) throw new HcsError('build LCOW document', 'NOT_SUPPORTED', events);
}

/** Why the host cannot do it, or undefined. */
function lacks(need: FeatureNeed, host: HostVersion): string | undefined {
  if (need.amd64Only === true && host.arch === 'arm64') return 'does not exist on arm64 hosts';
  if (need.build !== undefined && host.build < need.build) {
    return `needs Windows build ${need.build}: the host has ${host.build}`;
  }
  const newest = newestSchemaVersion(host.schemaVersions);
  if (need.schema !== undefined && (!newest || compareSchemaVersions(need.schema, newest) > 0)) {
    const has = newest === undefined ? 'none' : `${newest.Major}.${newest.Minor}`;
    return `needs schema ${need.schema.Major}.${need.schema.Minor}: the newest of the host is ${has}`;
  }
  return undefined;
}

/**
 * Refuses a built document that has a field the host's schema lacks: attachments and tables are the caller's.
 * @throws HcsError NOT_SUPPORTED naming each field
 */
export function checkDocumentForHost(document: ComputeSystemDocument, host: HostVersion): void {
  checkVersionNeeds(document, host.schemaVersions, 'build LCOW document', JUDGED_BY_BUILD);
}
