/** Decoders of schema `Devices` and its parts. What each field means stands with its type. */
import { boolean, integer, list, map, object, oneOf, required, string } from './decoder.ts';
import {
  controllerKey,
  guid,
  guidKey,
  hostPath,
  macAddress,
  numberKey,
  securityDescriptor,
  text,
} from './scalars.ts';
import type {
  ComPort,
  Devices,
  EnhancedModeVideo,
  FlexibleIoDevice,
  RdpConnectionOptions,
  SharedMemoryConfiguration,
  SharedMemoryRegion,
  VideoMonitor,
  VirtioSerial,
  VirtioSerialPort,
} from './devices.ts';
import type { HvSocket, HvSocketServiceConfig, HvSocketSystemConfig } from './hv-socket.ts';
import type { IovSettings, NetworkAdapter } from './network-adapter.ts';
import { PLAN9_FLAGS, type Plan9, type Plan9Share } from './plan9.ts';
import {
  SCSI_CONTROLLERS_MAX,
  SCSI_LUNS_PER_CONTROLLER,
  type Attachment,
  type ScsiController,
} from './scsi.ts';
import type { EmptyObject } from './virtual-machine.ts';
import type { VirtualPciDevice, VirtualPciFunction } from './virtual-pci.ts';
import {
  VPMEM_COUNT_MAX,
  VPMEM_MAPPINGS_MAX,
  VPMEM_PAGE_BYTES,
  type VirtualPMemController,
  type VirtualPMemDevice,
  type VirtualPMemMapping,
} from './virtual-pmem.ts';

export const emptyObject = object<EmptyObject>({});

export const comPort = object<ComPort>({ NamedPipe: hostPath, OptimizeForDebugger: boolean });

export const attachment = object<Attachment>(
  {
    Type: required(oneOf('VirtualDisk', 'Iso', 'PassThru', 'ExtensibleVirtualDisk')),
    Path: required(hostPath),
    IgnoreFlushes: boolean,
    CachingMode: oneOf('Uncached', 'Cached', 'ReadOnlyCached'),
    NoWriteHardening: boolean,
    DisableExpansionOptimization: boolean,
    IgnoreRelativeLocator: boolean,
    CaptureIoAttributionContext: boolean,
    ReadOnly: boolean,
    SupportCompressedVolumes: boolean,
    AlwaysAllowSparseFiles: boolean,
    SupportEncryptedFiles: boolean,
    ExtensibleVirtualDiskType: string({ what: 'the type of an extensible virtual disk' }),
  },
  {
    check(value, path, context) {
      const extensible = value.Type === 'ExtensibleVirtualDisk';
      if (extensible === (value.ExtensibleVirtualDiskType !== undefined)) return;
      const at = `${path}/ExtensibleVirtualDiskType`;
      const message = `${at} goes with Type "ExtensibleVirtualDisk" and only with it`;
      context.note('refused', at, message);
    },
  },
);

const scsiController = object<ScsiController>({
  Attachments: map(numberKey(SCSI_LUNS_PER_CONTROLLER - 1), attachment),
  DisableInterruptBatching: boolean,
});

const imageFormat = oneOf('Vhdx', 'Vhd1');

export const virtualPMemMapping = object<VirtualPMemMapping>({
  HostPath: required(hostPath),
  ImageFormat: imageFormat,
});

export const virtualPMemDevice = object<VirtualPMemDevice>({
  HostPath: hostPath,
  ReadOnly: boolean,
  ImageFormat: imageFormat,
  SizeBytes: integer({ type: 'uint64', multipleOf: VPMEM_PAGE_BYTES }),
  Mappings: map(
    numberKey(Number.MAX_SAFE_INTEGER, VPMEM_PAGE_BYTES),
    virtualPMemMapping,
    VPMEM_MAPPINGS_MAX,
  ),
});

const virtualPMem = object<VirtualPMemController>(
  {
    Devices: map(numberKey(VPMEM_COUNT_MAX - 1), virtualPMemDevice),
    MaximumCount: integer({ type: 'uint8', max: VPMEM_COUNT_MAX }),
    MaximumSizeBytes: integer({ type: 'uint64', multipleOf: VPMEM_PAGE_BYTES }),
    Backing: oneOf('Virtual', 'Physical'),
  },
  {
    check(value, path, context) {
      const count = value.MaximumCount ?? 0;
      for (const number of Object.keys(value.Devices ?? {})) {
        if (Number(number) < count) continue;
        const at = `${path}/Devices/${number}`;
        context.note('refused', at, `${at} is not below ${path}/MaximumCount, which is ${count}`);
      }
    },
  },
);

const iovSettings = object<IovSettings>({
  OffloadWeight: integer({ type: 'uint32', max: 100 }),
  QueuePairsRequested: integer({ type: 'uint32' }),
  InterruptModeration: oneOf('Default', 'Adaptive', 'Off', 'Low', 'Medium', 'High'),
});

export const networkAdapter = object<NetworkAdapter>({
  EndpointId: guid,
  MacAddress: macAddress,
  InstanceId: guid,
  DisableInterruptBatching: boolean,
  IovSettings: iovSettings,
  ConnectionState: oneOf('Default', 'Disabled', 'Enabled'),
});

export const hvSocketServiceConfig = object<HvSocketServiceConfig>({
  BindSecurityDescriptor: securityDescriptor,
  ConnectSecurityDescriptor: securityDescriptor,
  AllowWildcardBinds: boolean,
  Disabled: boolean,
});

const hvSocket = object<HvSocket>({
  HvSocketConfig: object<HvSocketSystemConfig>({
    DefaultBindSecurityDescriptor: securityDescriptor,
    DefaultConnectSecurityDescriptor: securityDescriptor,
    ServiceTable: map(guidKey, hvSocketServiceConfig),
  }),
});

const PLAN9_ALL_FLAGS = Object.values(PLAN9_FLAGS).reduce((all, flag) => all | flag, 0);

/** A share's name also names a folder of the host's making, hence no separators. */
const shareName = string({
  pattern: /^(?!\.{1,2}$)[^/\\]{1,255}$/s,
  what: 'a name of 1 to 255 characters without separators',
});

const plan9ShareFields = {
  Name: required(shareName),
  AccessName: shareName,
  Path: hostPath,
  Port: integer({ type: 'uint32', min: 1 }),
  Flags: integer({ type: 'uint32' }),
  AllowedFiles: list(shareName),
};

/** A share as a Remove request names it: its path is not needed. */
export const plan9ShareName = object<Plan9Share>(plan9ShareFields);

export const plan9Share = object<Plan9Share>(plan9ShareFields, {
  check(value, path, context) {
    const flags = value.Flags ?? 0;
    if (value.Path === undefined) {
      context.note('refused', `${path}/Path`, `${path}/Path is missing`);
    }
    if ((flags & ~PLAN9_ALL_FLAGS) !== 0) {
      const allowed = `bits are 0x${PLAN9_ALL_FLAGS.toString(16)}`;
      context.problem('refused', `${path}/Flags`, flags, allowed);
    }
    const restricted = (flags & PLAN9_FLAGS.RestrictFileAccess) !== 0;
    if (value.AllowedFiles !== undefined && !restricted) {
      const message = `${path}/AllowedFiles needs flag 0x80 (RestrictFileAccess) in ${path}/Flags`;
      context.note('refused', `${path}/AllowedFiles`, message);
    }
  },
});

const plan9 = object<Plan9>(
  { Shares: list(plan9Share) },
  {
    check(value, path, context) {
      const seen = new Set<string>();
      for (const share of value.Shares ?? []) {
        if (seen.has(share.Name)) {
          context.problem('refused', `${path}/Shares`, share.Name, 'a name of two shares');
        }
        seen.add(share.Name);
      }
    },
  },
);

export const virtualPciDevice = object<VirtualPciDevice>({
  Functions: list(
    object<VirtualPciFunction>({
      DeviceInstancePath: required(string({ what: 'a device instance path' })),
      VirtualFunction: integer({ type: 'uint16' }),
      AllowDirectTranslatedP2P: boolean,
    }),
  ),
  PropagateNumaAffinity: boolean,
});

export const flexibleIoDevice = object<FlexibleIoDevice>({
  EmulatorId: guid,
  HostingModel: oneOf('Internal', 'External', 'ExternalRestricted'),
  Configuration: list(text),
});

const rdpConnection = object<RdpConnectionOptions>({ AccessSids: list(text), NamedPipe: hostPath });

export const devices = object<Devices>(
  {
    ComPorts: map(numberKey(1), comPort),
    VirtioSerial: object<VirtioSerial>({
      Ports: map(
        numberKey(255),
        object<VirtioSerialPort>({ NamedPipe: hostPath, Name: text, ConsoleSupport: boolean }),
      ),
    }),
    Scsi: map(controllerKey, scsiController, SCSI_CONTROLLERS_MAX),
    VirtualPMem: virtualPMem,
    NetworkAdapters: map(guidKey, networkAdapter),
    VideoMonitor: object<VideoMonitor>({
      HorizontalResolution: integer({ type: 'uint16' }),
      VerticalResolution: integer({ type: 'uint16' }),
      ConnectionOptions: rdpConnection,
    }),
    Keyboard: emptyObject,
    Mouse: emptyObject,
    HvSocket: hvSocket,
    EnhancedModeVideo: object<EnhancedModeVideo>({ ConnectionOptions: rdpConnection }),
    Plan9: plan9,
    Battery: emptyObject,
    FlexibleIov: map(guidKey, flexibleIoDevice),
    SharedMemory: object<SharedMemoryConfiguration>({
      Regions: list(
        object<SharedMemoryRegion>({
          SectionName: text,
          StartOffset: integer({ type: 'uint64' }),
          Length: integer({ type: 'uint64' }),
          AllowGuestWrite: boolean,
          HiddenFromGuest: boolean,
        }),
      ),
    }),
    VirtualPci: map(guidKey, virtualPciDevice),
  },
  { unsupported: ['GuestCrashReporting', 'VirtualSmb', 'Licensing', 'GuestInterface'] },
);
