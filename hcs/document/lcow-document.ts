/**
 * Builds the document of an LCOW utility VM: hcsshim's MakeLCOWDoc field for field, non-zero fields only, for
 * the host that will run it.
 *
 * The VM it describes boots the same on Hyper-V and on QEMU; only kernel arguments differ, and those come
 * from kernel-command-line.ts (lcow-vm.ts joins both). Confidential VMs have a document of their own
 * (confidential-document.ts).
 */
import type { ComputeSystemDocument } from './compute-system.ts';
import { decodeComputeSystemDocument } from './decode-compute-system.ts';
import { checkDocumentForHost, checkFeatures } from './host-features.ts';
import { checkHostVersion, type HostVersion, MODERN_HOST } from './host-version.ts';
import { bootChipset } from './lcow-boot.ts';
import { lcowDevices } from './lcow-devices.ts';
import type { LcowDocumentOptions } from './lcow-options.ts';
import { lcowTopology } from './lcow-topology.ts';
import { nonZero } from './non-zero.ts';
import { LCOW_SCHEMA_VERSION } from './schema-version.ts';
import type { VirtualMachine } from './virtual-machine.ts';

export {
  DEFAULT_MEMORY_MIB,
  DEFAULT_PROCESSOR_COUNT,
  hostProcessorCount,
  type LcowDocumentOptions,
  type RootDisk,
} from './lcow-options.ts';

/**
 * Builds and checks the document.
 * @param host default one without the limits of older Windows builds
 * @throws HcsError E_INVALIDARG or HCS_E_INVALID_JSON when an option makes a document that HCS refuses;
 *   NOT_SUPPORTED naming the build, or each option that the host cannot serve
 */
export function lcowDocument(
  options: LcowDocumentOptions,
  host: HostVersion = MODERN_HOST,
): ComputeSystemDocument {
  checkHostVersion(host);
  checkFeatures(options, host);
  const document: ComputeSystemDocument = {
    Owner: options.owner ?? 'lcow',
    SchemaVersion: { ...LCOW_SCHEMA_VERSION },
    ...(options.survivesHost === true ? {} : { ShouldTerminateOnLastHandleClosed: true }),
    VirtualMachine: virtualMachine(options, host),
  };
  const read = decodeComputeSystemDocument(document, 'build LCOW document');
  checkDocumentForHost(read, host);
  return read;
}

function virtualMachine(options: LcowDocumentOptions, host: HostVersion): VirtualMachine {
  const storageQoS = nonZero({
    IopsMaximum: options.storageIopsMaximum,
    BandwidthMaximum: options.storageBandwidthMaximum,
  });
  return {
    StopOnReset: true,
    Chipset: bootChipset(options, host),
    ComputeTopology: lcowTopology(options),
    Devices: lcowDevices(options, host),
    ...(Object.keys(storageQoS).length > 0 ? { StorageQoS: storageQoS } : {}),
    ...(options.resourcePartitionId === undefined
      ? {}
      : { ResourcePartitionId: options.resourcePartitionId }),
  };
}
