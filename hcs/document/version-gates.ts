/**
 * Which field of a document came with which schema version, as data, and what a document thus needs.
 *
 * From Microsoft's schema files by SDK: 1809 = 2.1, 1903 = 2.2, 2004 = 2.3, 2104 = 2.5, Windows 11 21H2 =
 * 2.6 (a test compares). HCS judges by what the host knows, not by the document's own SchemaVersion:
 * hcsshim sends 2.1 with LinuxKernelDirect. So the gates are for telling people why an old host refuses.
 */
import { HcsError } from '../hcs-error.ts';
import type { ComputeSystemDocument } from './compute-system.ts';
import { compareSchemaVersions, type SchemaVersion } from './schema-version.ts';

/** Minor version of schema 2 that first has a field; fields of 2.1 are not listed. `*` is any key. */
export const VERSION_GATES: Readonly<Record<string, number>> = {
  'VirtualMachine/Version': 5,
  'VirtualMachine/Services': 3,
  'VirtualMachine/Services/Shutdown': 5,
  'VirtualMachine/Services/Timesync': 5,
  'VirtualMachine/GuestConnection/UseHostTimeZone': 5,
  'VirtualMachine/Chipset/LinuxKernelDirect': 2,
  'VirtualMachine/Chipset/EnableHibernation': 5,
  'VirtualMachine/Chipset/Uefi/StopOnBootFailure': 2,
  'VirtualMachine/Chipset/Uefi/ApplySecureBootTemplate': 3,
  'VirtualMachine/ComputeTopology/Memory/BackingPageSize': 2,
  'VirtualMachine/ComputeTopology/Memory/PinBackingPages': 2,
  'VirtualMachine/ComputeTopology/Memory/ForbidSmallBackingPages': 2,
  'VirtualMachine/ComputeTopology/Memory/EnableColdDiscardHint': 2,
  'VirtualMachine/ComputeTopology/Memory/FaultClusterSizeShift': 3,
  'VirtualMachine/ComputeTopology/Memory/DirectMapFaultClusterSizeShift': 3,
  'VirtualMachine/ComputeTopology/Memory/LowMmioGapInMB': 3,
  'VirtualMachine/ComputeTopology/Memory/HighMmioBaseInMB': 3,
  'VirtualMachine/ComputeTopology/Memory/HighMmioGapInMB': 3,
  'VirtualMachine/ComputeTopology/Processor/EnablePerfmonPmu': 2,
  'VirtualMachine/ComputeTopology/Processor/EnablePerfmonPebs': 2,
  'VirtualMachine/ComputeTopology/Processor/EnablePerfmonLbr': 2,
  'VirtualMachine/ComputeTopology/Processor/EnablePerfmonIpt': 2,
  'VirtualMachine/ComputeTopology/Processor/Reservation': 5,
  'VirtualMachine/ComputeTopology/Processor/MaximumFrequencyMHz': 5,
  'VirtualMachine/ComputeTopology/Processor/CpuGroup': 5,
  'VirtualMachine/Devices/VirtioSerial': 2,
  'VirtualMachine/Devices/VirtioSerial/Ports/*/ConsoleSupport': 6,
  'VirtualMachine/Devices/Scsi/*/DisableInterruptBatching': 5,
  'VirtualMachine/Devices/Scsi/*/Attachments/*/SupportCompressedVolumes': 3,
  'VirtualMachine/Devices/Scsi/*/Attachments/*/AlwaysAllowSparseFiles': 6,
  'VirtualMachine/Devices/Scsi/*/Attachments/*/SupportEncryptedFiles': 6,
  'VirtualMachine/Devices/VirtualPMem/Devices/*/SizeBytes': 2,
  'VirtualMachine/Devices/VirtualPMem/Devices/*/Mappings': 2,
  'VirtualMachine/Devices/NetworkAdapters/*/InstanceId': 5,
  'VirtualMachine/Devices/NetworkAdapters/*/DisableInterruptBatching': 5,
  'VirtualMachine/Devices/NetworkAdapters/*/IovSettings': 5,
  'VirtualMachine/Devices/NetworkAdapters/*/ConnectionState': 5,
  'VirtualMachine/Devices/Plan9/Shares/*/AllowedFiles': 2,
  'VirtualMachine/Devices/VirtualPci': 3,
  'VirtualMachine/Devices/VirtualPci/*/Functions/*/AllowDirectTranslatedP2P': 5,
};

/** A field of a document that needs a version of the schema. */
export interface VersionNeed {
  field: string;
  version: SchemaVersion;
}

/** Every gated field that a document uses, newest need first. */
export function versionNeeds(document: ComputeSystemDocument): VersionNeed[] {
  const needs: VersionNeed[] = [];
  visit(document.VirtualMachine, 'VirtualMachine', 'VirtualMachine', (field, gate) => {
    const minor = VERSION_GATES[gate];
    if (minor !== undefined) needs.push({ field, version: { Major: 2, Minor: minor } });
  });
  return needs.sort((a, b) => compareSchemaVersions(b.version, a.version));
}

/** The newest version of schema 2 among what a service supports, in any order. */
export function newestSchemaVersion(
  supported: readonly SchemaVersion[],
): SchemaVersion | undefined {
  return supported
    .filter(({ Major }) => Major === 2)
    .toSorted(compareSchemaVersions)
    .at(-1);
}

/**
 * Holds a document against what a service supports (ServiceProperties.Basic.SupportedSchemaVersions).
 * @param except fields that are not judged
 * @throws HcsError NOT_SUPPORTED naming each field that is too new
 */
export function checkVersionNeeds(
  document: ComputeSystemDocument,
  supported: readonly SchemaVersion[],
  op: string,
  except: ReadonlySet<string> = new Set(),
): void {
  const newest = newestSchemaVersion(supported);
  const highest = newest === undefined ? 'none' : `${newest.Major}.${newest.Minor}`;
  const events = versionNeeds(document)
    .filter(({ field }) => !except.has(field))
    .filter(({ version }) => newest === undefined || compareSchemaVersions(version, newest) > 0)
    .map(({ field, version }) => ({
      Message: `${field} needs schema ${version.Major}.${version.Minor}: the host's newest is ${highest}`,
      Source: field,
    }));
  if (events.length > 0) throw new HcsError(op, 'NOT_SUPPORTED', events);
}

/** Calls `found` for each field with its path and its gate: the path with keys and indexes as `*`. */
function visit(
  value: unknown,
  path: string,
  gate: string,
  found: (path: string, gate: string) => void,
): void {
  if (typeof value !== 'object' || value === null) return;
  const keyed = Array.isArray(value) || MAPS.has(gate);
  for (const [key, member] of Object.entries(value)) {
    const at = `${path}/${key}`;
    const gateAt = `${gate}/${keyed ? '*' : key}`;
    found(at, gateAt);
    visit(member, at, gateAt, found);
  }
}

/** The objects whose keys are the caller's. */
const MAPS: ReadonlySet<string> = new Set([
  'VirtualMachine/Devices/ComPorts',
  'VirtualMachine/Devices/VirtioSerial/Ports',
  'VirtualMachine/Devices/Scsi',
  'VirtualMachine/Devices/Scsi/*/Attachments',
  'VirtualMachine/Devices/VirtualPMem/Devices',
  'VirtualMachine/Devices/VirtualPMem/Devices/*/Mappings',
  'VirtualMachine/Devices/NetworkAdapters',
  'VirtualMachine/Devices/HvSocket/HvSocketConfig/ServiceTable',
  'VirtualMachine/Devices/FlexibleIov',
  'VirtualMachine/Devices/VirtualPci',
]);
