/**
 * The devices of an LCOW document. A bus is declared at create so that disks, images and shares can be added
 * later; network adapters are always added later, as in hcsshim.
 */
import { HcsError } from '../hcs-error.ts';
import type { Devices } from './devices.ts';
import { PMEM_MAPPINGS_BUILD } from './host-features.ts';
import type { HostVersion } from './host-version.ts';
import { type HvSocketSystemConfig, LCOW_BIND_SECURITY_DESCRIPTOR } from './hv-socket.ts';
import type { HvSocketAccess, LcowDocumentOptions } from './lcow-options.ts';
import { type Attachment, SCSI_CONTROLLERS_MAX, type ScsiController } from './scsi.ts';
import { scsiControllerId } from './scsi-controllers.ts';
import {
  VPMEM_DEFAULT_COUNT,
  VPMEM_DEFAULT_SIZE_BYTES,
  type VirtualPMemController,
} from './virtual-pmem.ts';
import { newestSchemaVersion } from './version-gates.ts';
import { pmemDevices } from './virtual-pmem-packing.ts';

/** Schema 2.2 has the field. */
const PMEM_MAPPINGS_MINOR = 2;

/** Devices that can be hot-added: hcsshim's number, none on arm64. */
export function virtualPMemCount(
  options: Pick<LcowDocumentOptions, 'virtualPMemCount' | 'rootDisk' | 'virtualPMemImages'>,
  host: HostVersion,
): number {
  const count = options.virtualPMemCount ?? (host.arch === 'arm64' ? 0 : VPMEM_DEFAULT_COUNT);
  return options.rootDisk?.kind === 'pmem' ? Math.max(count, 1) : count;
}

/** True where one PMem device can hold several images. */
export function packsPMem(host: HostVersion): boolean {
  const schema = newestSchemaVersion(host.schemaVersions);
  return host.build >= PMEM_MAPPINGS_BUILD && (schema?.Minor ?? 0) >= PMEM_MAPPINGS_MINOR;
}

/** @throws HcsError E_INVALIDARG where two disks want one place or an image has none */
export function lcowDevices(options: LcowDocumentOptions, host: HostVersion): Devices {
  const pmemCount = virtualPMemCount(options, host);
  const controllers = scsiControllers(options, pmemCount);
  return {
    ...comPorts(options),
    ...(Object.keys(controllers).length > 0 ? { Scsi: controllers } : {}),
    ...(pmemCount > 0 || options.virtualPMemImages?.length
      ? { VirtualPMem: virtualPMem(options, pmemCount, host) }
      : {}),
    HvSocket: { HvSocketConfig: hvSocketConfig(options.hvSocket) },
    Plan9: {},
    ...(options.graphicsConsole === true
      ? { Keyboard: {}, EnhancedModeVideo: {}, VideoMonitor: {} }
      : {}),
  };
}

function virtualPMem(
  options: LcowDocumentOptions,
  deviceCount: number,
  host: HostVersion,
): VirtualPMemController {
  const deviceSizeBytes = options.virtualPMemSizeBytes ?? VPMEM_DEFAULT_SIZE_BYTES;
  const root = options.rootDisk?.kind === 'pmem' ? options.rootDisk : undefined;
  const devices = {
    ...(root === undefined
      ? {}
      : { 0: { HostPath: root.path, ReadOnly: true, ImageFormat: 'Vhd1' as const } }),
    ...pmemDevices(options.virtualPMemImages ?? [], {
      deviceCount,
      deviceSizeBytes,
      packed: packsPMem(host),
      reserved: root === undefined ? [] : [0],
    }),
  };
  return {
    ...(Object.keys(devices).length > 0 ? { Devices: devices } : {}),
    MaximumCount: deviceCount,
    MaximumSizeBytes: deviceSizeBytes,
  };
}

function hvSocketConfig(access: HvSocketAccess = {}): HvSocketSystemConfig {
  const services = access.services ?? {};
  return {
    DefaultBindSecurityDescriptor: access.bindSecurityDescriptor ?? LCOW_BIND_SECURITY_DESCRIPTOR,
    ...(access.connectSecurityDescriptor === undefined
      ? {}
      : { DefaultConnectSecurityDescriptor: access.connectSecurityDescriptor }),
    ...(Object.keys(services).length > 0 ? { ServiceTable: { ...services } } : {}),
  };
}

function comPorts(options: LcowDocumentOptions): Pick<Devices, 'ComPorts'> {
  const ports = {
    ...(options.consolePipe !== undefined
      ? { 0: { NamedPipe: options.consolePipe } }
      : options.console === true
        ? { 0: {} }
        : {}),
    ...(options.logPipe === undefined ? {} : { 1: { NamedPipe: options.logPipe } }),
  };
  return Object.keys(ports).length > 0 ? { ComPorts: ports } : {};
}

function scsiControllers(
  options: LcowDocumentOptions,
  pmemCount: number,
): Record<string, ScsiController> {
  const count = options.scsiControllerCount ?? (pmemCount === 0 ? 4 : 1);
  const controllers: Record<string, ScsiController> = {};
  if (!Number.isInteger(count) || count < 0 || count > SCSI_CONTROLLERS_MAX) {
    const most = `a whole number from 0 to ${SCSI_CONTROLLERS_MAX}`;
    refuse(`scsiControllerCount ${count} is not ${most}`, 'VirtualMachine/Devices/Scsi');
  }
  for (let number = 0; number < count; number += 1) controllers[scsiControllerId(number)] = {};
  const attachments: Record<string, Attachment> = { ...options.scsiAttachments };
  if (options.rootDisk?.kind === 'scsi') {
    if ('0' in attachments) {
      const place = `VirtualMachine/Devices/Scsi/${scsiControllerId(0)}/Attachments/0`;
      refuse('scsiAttachments has a disk at LUN 0, which rootDisk "scsi" takes', place);
    }
    attachments['0'] = { Type: 'VirtualDisk', Path: options.rootDisk.path, ReadOnly: true };
  }
  if (Object.keys(attachments).length > 0) {
    controllers[scsiControllerId(0)] = { Attachments: attachments };
  }
  return controllers;
}

function refuse(Message: string, Source: string): never {
  throw new HcsError('build LCOW document', 'E_INVALIDARG', [{ Message, Source }]);
}
