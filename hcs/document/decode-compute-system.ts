/**
 * Decodes a compute system document: what `create` takes from a caller who is not trusted.
 *
 * It judges the document alone. Whether the files exist, and whether the host can do it, is found out by
 * the service that executes it.
 */
import { chipset } from './decode-chipset.ts';
import { computeTopology } from './decode-compute-topology.ts';
import { devices, emptyObject } from './decode-devices.ts';
import { boolean, decodeWhole, integer, object, oneOf, required } from './decoder.ts';
import { guid, hostPath, text } from './scalars.ts';
import type { ComputeSystemDocument } from './compute-system.ts';
import type { SchemaVersion } from './schema-version.ts';
import type {
  DebugOptions,
  GuestConnection,
  GuestState,
  IsolationSettings,
  RestoreState,
  SecuritySettings,
  Services,
  StorageQoS,
  VirtualMachine,
} from './virtual-machine.ts';

/**
 * Reads a document, strictly.
 * @param op what the caller is doing, for the error: "cannot <op>: ..."
 * @throws HcsError HCS_E_INVALID_JSON (not of the schema), E_INVALIDARG (a value that is not acceptable) or
 *   NOT_SUPPORTED (of HCS's schema, not done by lcow), with an event for each problem
 */
export function decodeComputeSystemDocument(
  input: unknown,
  op = 'create compute system',
): ComputeSystemDocument {
  return decodeWhole(computeSystem, input, '', op);
}

const uint32 = integer({ type: 'uint32' });
const uint64 = integer({ type: 'uint64' });
const version = object<SchemaVersion>({ Major: required(uint32), Minor: required(uint32) });

const restoreState = object<RestoreState>(
  { SaveStateFilePath: hostPath, TemplateSystemId: text },
  {
    check(value, path, context) {
      const given = Object.keys(value).length;
      if (given === 1) return;
      const message = `${path} has ${given === 0 ? 'neither' : 'both'} of SaveStateFilePath and TemplateSystemId: give one`;
      context.note('refused', path, message);
    },
  },
);

const virtualMachine = object<VirtualMachine>(
  {
    Version: version,
    StopOnReset: boolean,
    Chipset: chipset,
    ComputeTopology: computeTopology,
    Devices: devices,
    Services: object<Services>(
      { Heartbeat: emptyObject, Shutdown: emptyObject, Timesync: emptyObject },
      { unsupported: ['KvpExchange'] },
    ),
    GuestState: object<GuestState>({
      GuestStateFilePath: hostPath,
      GuestStateFileType: text,
      RuntimeStateFilePath: hostPath,
      ForceTransientState: boolean,
    }),
    RestoreState: restoreState,
    StorageQoS: object<StorageQoS>({ IopsMaximum: uint64, BandwidthMaximum: uint64 }),
    GuestConnection: object<GuestConnection>({
      UseVsock: boolean,
      UseConnectedSuspend: boolean,
      UseHostTimeZone: boolean,
    }),
    SecuritySettings: object<SecuritySettings>({
      EnableTpm: boolean,
      Isolation: object<IsolationSettings>({
        IsolationType: oneOf(
          'VirtualizationBasedSecurity',
          'SecureNestedPaging',
          'GuestStateOnly',
          'Disabled',
        ),
        DebugHost: text,
        DebugPort: uint64,
        LaunchData: text,
        HclEnabled: boolean,
      }),
    }),
    DebugOptions: object<DebugOptions>({
      BugcheckSavedStateFileName: hostPath,
      BugcheckNoCrashdumpSavedStateFileName: hostPath,
      TripleFaultSavedStateFileName: hostPath,
      FirmwareDumpFileName: hostPath,
      ShutdownOrResetSavedStateFileName: hostPath,
    }),
    ResourcePartitionId: guid,
  },
  {
    unsupported: ['RegistryChanges', 'MigrationOptions'],
    check(value, path, context) {
      if (value.RestoreState === undefined)
        checkBootable(value, path, (at, message) => {
          context.note('refused', at, message);
        });
      const group = `${path}/ComputeTopology/Processor/CpuGroup`;
      if (
        value.ResourcePartitionId !== undefined &&
        value.ComputeTopology?.Processor?.CpuGroup !== undefined
      ) {
        const at = `${path}/ResourcePartitionId`;
        context.problem('refused', at, value.ResourcePartitionId, `excludes ${group}`);
      }
    },
  },
);

/** A VM that does not continue from saved state needs something to boot, memory and processors. */
function checkBootable(
  vm: VirtualMachine,
  path: string,
  refuse: (at: string, message: string) => void,
): void {
  if (
    vm.Chipset?.LinuxKernelDirect === undefined &&
    vm.Chipset?.Uefi === undefined &&
    vm.GuestState === undefined
  ) {
    const at = `${path}/Chipset`;
    refuse(at, `${at} has neither LinuxKernelDirect nor Uefi: there is nothing to boot`);
  }
  for (const part of ['Memory', 'Processor'] as const) {
    const at = `${path}/ComputeTopology/${part}`;
    if (vm.ComputeTopology?.[part] === undefined) refuse(at, `${at} is missing`);
  }
}

const computeSystem = object<ComputeSystemDocument>(
  {
    Owner: text,
    SchemaVersion: required(version),
    ShouldTerminateOnLastHandleClosed: boolean,
    VirtualMachine: required(virtualMachine),
  },
  {
    unsupported: ['HostingSystemId', 'HostedSystem', 'Container'],
    check(value, path, context) {
      const { Major, Minor } = value.SchemaVersion;
      if (Major === 2) return;
      context.problem('refused', 'SchemaVersion', `${Major}.${Minor}`, 'Major must be 2');
    },
  },
);
