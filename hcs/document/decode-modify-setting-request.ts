/**
 * Decodes a ModifySettingRequest into a Modification: one table row a resource path.
 *
 * Whether the device exists or may be added is the service's to find out; here only the request is judged.
 */
import {
  cpuGroup,
  memorySize,
  processorFrequency,
  processorLimit,
  processorReservation,
  processorWeight,
} from './decode-compute-topology.ts';
import {
  attachment,
  flexibleIoDevice,
  hvSocketServiceConfig,
  networkAdapter,
  plan9Share,
  plan9ShareName,
  virtualPciDevice,
  virtualPMemDevice,
  virtualPMemMapping,
} from './decode-devices.ts';
import {
  type DecodeContext,
  type Decoder,
  decodeWhole,
  type MapKey,
  object,
  oneOf,
  required,
  show,
  string,
} from './decoder.ts';
import type { Modification, ProcessorLimits } from './modification.ts';
import type { ModifyRequestType, ModifySettingRequest } from './modify-setting-request.ts';
import { controllerKey, guidKey, numberKey } from './scalars.ts';
import { SCSI_LUNS_PER_CONTROLLER } from './scsi.ts';
import { VPMEM_COUNT_MAX, VPMEM_PAGE_BYTES } from './virtual-pmem.ts';

/**
 * Reads a request, strictly.
 * @throws HcsError HCS_E_INVALID_JSON, E_INVALIDARG (unknown path, a request type that the path does not
 *   take, a value out of range) or NOT_SUPPORTED (a path of HCS's that lcow does not serve)
 */
export function decodeModifySettingRequest(
  input: unknown,
  op = 'modify compute system',
): Modification {
  return decodeWhole(modification, input, '', op);
}

/** One resource path: its segments, `*` standing for a key, and what each request type becomes. */
interface Resource {
  path: string;
  keys: readonly MapKey[];
  requests: { [T in ModifyRequestType]?: (request: Request) => Modification | undefined };
}

/** A request whose path and type were recognised. */
interface Request {
  keys: readonly string[];
  settings: unknown;
  context: DecodeContext;
}

const processorLimits = object<ProcessorLimits>({
  Limit: processorLimit,
  Weight: processorWeight,
  Reservation: processorReservation,
  MaximumFrequencyMHz: processorFrequency,
});

const deviceKey = numberKey(VPMEM_COUNT_MAX - 1);

const RESOURCES: readonly Resource[] = [
  {
    path: 'VirtualMachine/ComputeTopology/Memory/SizeInMB',
    keys: [],
    requests: {
      Update: withSettings(memorySize, (sizeInMB) => ({
        kind: 'memory-size',
        request: 'Update',
        sizeInMB,
      })),
    },
  },
  {
    path: 'VirtualMachine/ComputeTopology/Processor/Limits',
    keys: [],
    requests: {
      Update: withSettings(processorLimits, (limits) => ({
        kind: 'processor-limits',
        request: 'Update',
        limits,
      })),
    },
  },
  {
    path: 'VirtualMachine/ComputeTopology/Processor/CpuGroup',
    keys: [],
    requests: {
      Update: withSettings(cpuGroup, (group) => ({
        kind: 'cpu-group',
        request: 'Update',
        cpuGroup: group,
      })),
    },
  },
  {
    path: 'VirtualMachine/Devices/Scsi/*/Attachments/*',
    keys: [controllerKey, numberKey(SCSI_LUNS_PER_CONTROLLER - 1)],
    requests: {
      Add: withSettings(attachment, (disk, keys) => ({
        ...scsiSlot(keys),
        request: 'Add',
        attachment: disk,
      })),
      Update: withSettings(attachment, (disk, keys) => ({
        ...scsiSlot(keys),
        request: 'Update',
        attachment: disk,
      })),
      Remove: withoutSettings((keys) => ({ ...scsiSlot(keys), request: 'Remove' })),
    },
  },
  {
    path: 'VirtualMachine/Devices/VirtualPMem/Devices/*',
    keys: [deviceKey],
    requests: {
      Add: withSettings(virtualPMemDevice, (settings, [device]) => ({
        kind: 'virtual-pmem-device',
        device: Number(device),
        request: 'Add',
        settings,
      })),
      Remove: withoutSettings(([device]) => ({
        kind: 'virtual-pmem-device',
        device: Number(device),
        request: 'Remove',
      })),
    },
  },
  {
    path: 'VirtualMachine/Devices/VirtualPMem/Devices/*/Mappings/*',
    keys: [deviceKey, numberKey(Number.MAX_SAFE_INTEGER, VPMEM_PAGE_BYTES)],
    requests: {
      Add: withSettings(virtualPMemMapping, (mapping, [device, offset]) => ({
        kind: 'virtual-pmem-mapping',
        device: Number(device),
        offset: Number(offset),
        request: 'Add',
        mapping,
      })),
      Remove: withoutSettings(([device, offset]) => ({
        kind: 'virtual-pmem-mapping',
        device: Number(device),
        offset: Number(offset),
        request: 'Remove',
      })),
    },
  },
  {
    path: 'VirtualMachine/Devices/Plan9/Shares',
    keys: [],
    requests: {
      Add: withSettings(plan9Share, (share) => ({ kind: 'plan9-share', request: 'Add', share })),
      Remove: withSettings(plan9ShareName, (share) => ({
        kind: 'plan9-share',
        request: 'Remove',
        share,
      })),
    },
  },
  {
    path: 'VirtualMachine/Devices/NetworkAdapters/*',
    keys: [guidKey],
    requests: {
      Add: withSettings(networkAdapter, (settings, [adapter = '']) => ({
        kind: 'network-adapter',
        adapter,
        request: 'Add',
        settings,
      })),
      Update: withSettings(networkAdapter, (settings, [adapter = '']) => ({
        kind: 'network-adapter',
        adapter,
        request: 'Update',
        settings,
      })),
      // hcsshim repeats the adapter's settings when it removes it.
      Remove: withOptionalSettings(networkAdapter, ([adapter = '']) => ({
        kind: 'network-adapter',
        adapter,
        request: 'Remove',
      })),
    },
  },
  {
    path: 'VirtualMachine/Devices/VirtualPci/*',
    keys: [guidKey],
    requests: {
      Add: withSettings(virtualPciDevice, (settings, [device = '']) => ({
        kind: 'virtual-pci',
        device,
        request: 'Add',
        settings,
      })),
      Remove: withoutSettings(([device = '']) => ({
        kind: 'virtual-pci',
        device,
        request: 'Remove',
      })),
    },
  },
  {
    path: 'VirtualMachine/Devices/FlexibleIov/*',
    keys: [guidKey],
    requests: {
      Add: withSettings(flexibleIoDevice, (settings, [device = '']) => ({
        kind: 'flexible-io',
        device,
        request: 'Add',
        settings,
      })),
      Remove: withoutSettings(([device = '']) => ({
        kind: 'flexible-io',
        device,
        request: 'Remove',
      })),
    },
  },
  {
    path: 'VirtualMachine/Devices/HvSocket/HvSocketConfig/ServiceTable/*',
    keys: [guidKey],
    requests: {
      Add: withSettings(hvSocketServiceConfig, (config, [service = '']) => ({
        kind: 'hvsocket-service',
        service,
        request: 'Add',
        config,
      })),
      Update: withSettings(hvSocketServiceConfig, (config, [service = '']) => ({
        kind: 'hvsocket-service',
        service,
        request: 'Update',
        config,
      })),
      Remove: withoutSettings(([service = '']) => ({
        kind: 'hvsocket-service',
        service,
        request: 'Remove',
      })),
    },
  },
];

/** Paths that HCS has (hcsshim's resourcepaths) and that no part of lcow needs. */
const UNSUPPORTED_PATHS: readonly RegExp[] = [
  /^VirtualMachine\/ComputeTopology\/Processor\/(?:IdledProcessors|CpuFrequencyPowerCap)$/,
  /^VirtualMachine\/ComputeTopology\/Gpu$/,
  /^VirtualMachine\/Devices\/(?:MappedPipes|ComPorts)\/./,
  /^VirtualMachine\/Devices\/(?:Licensing|SharedMemory\/Regions|VirtualSmb\/Shares)$/,
  /^hcs:\/VirtualMachine\/LiveMigrationSocket$/,
];

const opaque: Decoder<{ value: unknown }> = (value) => ({ value });

/** The envelope; Settings are read once the path says what they are. */
const envelope = object<{
  ResourcePath: string;
  RequestType?: NonNullable<ModifySettingRequest['RequestType']>;
  Settings?: { value: unknown };
}>(
  {
    ResourcePath: required(string({ what: 'a resource path' })),
    RequestType: oneOf('Add', 'Remove', 'Update'),
    Settings: opaque,
  },
  { unsupported: ['GuestRequest'] },
);

const modification: Decoder<Modification> = (value, path, context) => {
  const request = envelope(value, path, context);
  if (request === undefined || context.failed) return undefined;
  const { ResourcePath, RequestType = 'Update' } = request;
  const found = findResource(ResourcePath);
  if (found === undefined) {
    if (UNSUPPORTED_PATHS.some((known) => known.test(ResourcePath))) {
      const message = `ResourcePath ${show(ResourcePath)} is HCS's but lcow does not support it`;
      context.note('unsupported', 'ResourcePath', message);
    } else {
      const known = RESOURCES.map((resource) => resource.path).join(', ');
      context.problem('refused', 'ResourcePath', ResourcePath, `known paths are ${known}`);
    }
    return undefined;
  }
  const { resource, segments } = found;
  const keys: string[] = [];
  for (const [index, key] of resource.keys.entries()) {
    const segment = segments[index] ?? '';
    const kept = key.normalize(segment);
    if (kept === undefined) {
      const message = `ResourcePath ${show(ResourcePath)} has the key ${show(segment)}: keys are ${key.what}`;
      context.note('refused', 'ResourcePath', message);
    } else {
      keys.push(kept);
    }
  }
  if (context.failed) return undefined;
  const read = resource.requests[RequestType];
  if (read === undefined) {
    const allowed = `${resource.path} takes ${Object.keys(resource.requests).join(', ')}`;
    context.problem('refused', 'RequestType', RequestType, allowed);
    return undefined;
  }
  return read({ keys, settings: request.Settings?.value, context });
};

/** The row whose segments match, and the segments that stand for its keys. */
function findResource(path: string): { resource: Resource; segments: string[] } | undefined {
  const given = path.split('/', 16);
  for (const resource of RESOURCES) {
    const pattern = resource.path.split('/');
    if (pattern.length !== given.length) continue;
    if (!pattern.every((segment, index) => segment === '*' || segment === given[index])) continue;
    return { resource, segments: given.filter((_, index) => pattern[index] === '*') };
  }
  return undefined;
}

function scsiSlot([controller = '', lun = '']: readonly string[]) {
  return { kind: 'scsi-attachment' as const, controller, lun: Number(lun) };
}

/** A request type whose Settings are required. */
function withSettings<T>(
  decode: Decoder<T>,
  make: (settings: T, keys: readonly string[]) => Modification,
): (request: Request) => Modification | undefined {
  return ({ keys, settings, context }) => {
    if (settings === undefined) {
      context.note('refused', 'Settings', 'Settings is missing');
      return undefined;
    }
    const decoded = decode(settings, 'Settings', context);
    return decoded === undefined ? undefined : make(decoded, keys);
  };
}

/** A request type whose Settings may be there and say nothing more. */
function withOptionalSettings(
  decode: Decoder<unknown>,
  make: (keys: readonly string[]) => Modification,
): (request: Request) => Modification | undefined {
  return ({ keys, settings, context }) => {
    if (settings !== undefined) decode(settings, 'Settings', context);
    return make(keys);
  };
}

/** A request type without Settings; an empty object counts as none. */
function withoutSettings(
  make: (keys: readonly string[]) => Modification,
): (request: Request) => Modification | undefined {
  return withOptionalSettings(object<Record<never, never>>({}), make);
}
