/**
 * What a host must have for a modification of a running VM, as host-features.ts says it for documents: hcsshim
 * asks for the build, Microsoft's files for the schema version.
 */
import { HcsError } from '../hcs-error.ts';
import { PMEM_MAPPINGS_BUILD } from './host-features.ts';
import { type HostVersion, WINDOWS_BUILDS } from './host-version.ts';
import type { Modification } from './modification.ts';
import { PLAN9_FLAGS } from './plan9.ts';
import { newestSchemaVersion } from './version-gates.ts';

/** hcsshim's numbers. */
export const SINGLE_FILE_SHARE_BUILD = WINDOWS_BUILDS.V19H1;
export const PROCESSOR_LIMITS_BUILD = WINDOWS_BUILDS.V20H2;

interface RequestNeed {
  what: string;
  build?: number;
  /** Minor version of schema 2. */
  minor?: number;
  amd64Only?: true;
}

/** What a modification needs that not every host has, or undefined. */
function needOf(modification: Modification): RequestNeed | undefined {
  switch (modification.kind) {
    case 'processor-limits':
      return { what: 'an update of processor limits', build: PROCESSOR_LIMITS_BUILD };
    case 'virtual-pmem-device':
      return { what: 'a PMem device', amd64Only: true };
    case 'virtual-pmem-mapping':
      return {
        what: 'a mapping of a PMem device',
        build: PMEM_MAPPINGS_BUILD,
        minor: 2,
        amd64Only: true,
      };
    case 'plan9-share': {
      const { AllowedFiles, Flags = 0 } = modification.share;
      const single = AllowedFiles !== undefined || (Flags & PLAN9_FLAGS.RestrictFileAccess) !== 0;
      return single
        ? { what: 'a Plan9 share of a single file', build: SINGLE_FILE_SHARE_BUILD, minor: 2 }
        : undefined;
    }
    case 'virtual-pci':
      return { what: 'a virtual PCI device', minor: 3 };
    case 'network-adapter':
      return modification.request !== 'Remove' && modification.settings.IovSettings !== undefined
        ? { what: 'IovSettings of a network adapter', minor: 5 }
        : undefined;
    case 'memory-size':
    case 'cpu-group':
    case 'scsi-attachment':
    case 'flexible-io':
    case 'hvsocket-service':
      return undefined;
    default:
      return modification satisfies never;
  }
}

/**
 * Refuses a modification that the host cannot make.
 * @param op what the caller is doing, for the error
 * @throws HcsError NOT_SUPPORTED naming what is asked for and what the host has
 */
export function checkModificationForHost(
  modification: Modification,
  host: HostVersion,
  op = 'modify compute system',
): void {
  const need = needOf(modification);
  if (need === undefined) return;
  const refuse = (message: string): never => {
    throw new HcsError(op, 'NOT_SUPPORTED', [
      { Message: `${need.what} ${message}`, Source: modification.kind },
    ]);
  };
  if (need.amd64Only === true && host.arch === 'arm64') refuse('does not exist on arm64 hosts');
  if (need.build !== undefined && host.build < need.build) {
    refuse(`needs Windows build ${need.build}: the host has ${host.build}`);
  }
  const newest = newestSchemaVersion(host.schemaVersions)?.Minor ?? 0;
  if (need.minor !== undefined && newest < need.minor) {
    refuse(`needs schema 2.${need.minor}: the newest of the host is 2.${newest}`);
  }
}
