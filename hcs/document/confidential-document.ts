/**
 * The document of a confidential LCOW VM, hcsshim's makeLCOWSecurityDoc: AMD SEV-SNP, schema 2.5, everything that
 * boots inside one measured file. There is no kernel line here: it is part of the image.
 *
 * The files are the caller's copies, one VM each, with access for the VM granted: the host opens them for it.
 */
import { HcsError } from '../hcs-error.ts';
import type { ComputeSystemDocument } from './compute-system.ts';
import { decodeComputeSystemDocument } from './decode-compute-system.ts';
import { checkFeatures } from './host-features.ts';
import { checkHostVersion, type HostVersion } from './host-version.ts';
import {
  type HvSocketServiceConfig,
  LCOW_BIND_SECURITY_DESCRIPTOR,
  vsockServiceId,
} from './hv-socket.ts';
import { lcowDevices } from './lcow-devices.ts';
import type { LcowDocumentOptions } from './lcow-options.ts';
import { lcowTopology, type TopologyOptions } from './lcow-topology.ts';
import { checkVersionNeeds } from './version-gates.ts';

/** Everyone on the host may bind: the guest trusts nobody there anyway. */
const EVERYONE = 'D:P(A;;FA;;;WD)';
/** Microsoft's template for kernels that are not signed by it. */
const SECURE_BOOT_TEMPLATE = '1734c6e8-3154-4dda-ba5f-a874cc483422';
const CONFIDENTIAL_SCHEMA = { Major: 2, Minor: 5 } as const;
/** The first build with schema 2.5. */
const CONFIDENTIAL_BUILD = 20348;

export interface ConfidentialOptions
  extends Omit<TopologyOptions, 'allowOvercommit' | 'enableDeferredCommit'>,
    Pick<LcowDocumentOptions, 'owner' | 'console' | 'consolePipe' | 'survivesHost'> {
  /** Host path of the VMGS file with kernel, kernel line and initrd. */
  guestStateFilePath: string;
  /** Host path of the root's VHD with its verity tree; default: the root is in the guest state file. */
  rootDiskPath?: string;
  /** SHA-256 of the security policy, which the hardware reports with the measurement. */
  policyDigest: Uint8Array;
  /** Default HCS's. */
  hclEnabled?: boolean;
  /** Ports that the guest dials, besides hcsshim's if they are wanted; each may be bound. */
  vsockPorts: readonly number[];
}

/**
 * Builds and checks the document.
 * @throws HcsError as lcowDocument; E_INVALIDARG for a digest that is not of 32 bytes or a port that is none
 */
export function confidentialDocument(
  options: ConfidentialOptions,
  host: HostVersion,
): ComputeSystemDocument {
  checkHostVersion(host);
  if (host.build < CONFIDENTIAL_BUILD || host.arch === 'arm64') {
    const has = host.arch === 'arm64' ? 'is arm64' : `has ${host.build}`;
    refuse(
      'NOT_SUPPORTED',
      `guestStateFilePath needs Windows build ${CONFIDENTIAL_BUILD} on amd64: the host ${has}`,
    );
  }
  if (options.policyDigest.length !== 32) {
    refuse('E_INVALIDARG', `policyDigest has ${options.policyDigest.length} bytes: SHA-256 has 32`);
  }
  const described: LcowDocumentOptions = {
    ...options,
    kernelFilePath: '',
    kernelCommandLine: '',
    allowOvercommit: false,
    virtualPMemCount: 0,
    ...(options.rootDiskPath === undefined
      ? {}
      : { rootDisk: { kind: 'scsi', path: options.rootDiskPath } }),
    hvSocket: {
      bindSecurityDescriptor: EVERYONE,
      connectSecurityDescriptor: LCOW_BIND_SECURITY_DESCRIPTOR,
      services: serviceTable(options.vsockPorts),
    },
  };
  checkFeatures(described, host);
  const document = decodeComputeSystemDocument(
    {
      Owner: options.owner ?? 'lcow',
      SchemaVersion: { ...CONFIDENTIAL_SCHEMA },
      ...(options.survivesHost === true ? {} : { ShouldTerminateOnLastHandleClosed: true }),
      VirtualMachine: {
        StopOnReset: true,
        Chipset: {
          Uefi: {
            ApplySecureBootTemplate: 'Apply',
            SecureBootTemplateId: SECURE_BOOT_TEMPLATE,
          },
        },
        ComputeTopology: lcowTopology(described),
        Devices: lcowDevices(described, host),
        GuestState: {
          GuestStateFilePath: options.guestStateFilePath,
          GuestStateFileType: 'FileMode',
          ForceTransientState: true,
        },
        SecuritySettings: {
          EnableTpm: false,
          Isolation: {
            IsolationType: 'SecureNestedPaging',
            LaunchData: Buffer.from(options.policyDigest).toString('base64'),
            ...(options.hclEnabled === undefined ? {} : { HclEnabled: options.hclEnabled }),
          },
        },
      },
    },
    'build confidential LCOW document',
  );
  checkVersionNeeds(document, host.schemaVersions, 'build confidential LCOW document');
  return document;
}

function serviceTable(ports: readonly number[]): Record<string, HvSocketServiceConfig> {
  return Object.fromEntries(
    ports.map((port) => {
      if (!Number.isInteger(port) || port < 0 || port > 0xffffffff) {
        refuse('E_INVALIDARG', `vsockPorts has ${port}, which is not an unsigned 32-bit number`);
      }
      return [
        vsockServiceId(port),
        {
          AllowWildcardBinds: true,
          BindSecurityDescriptor: EVERYONE,
          ConnectSecurityDescriptor: LCOW_BIND_SECURITY_DESCRIPTOR,
        },
      ];
    }),
  );
}

function refuse(name: 'E_INVALIDARG' | 'NOT_SUPPORTED', Message: string): never {
  throw new HcsError('build confidential LCOW document', name, [
    { Message, Source: 'VirtualMachine/GuestState' },
  ]);
}
