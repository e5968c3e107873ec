/** The virtual machine of a document (schema `VirtualMachine`) and its small parts. Types only. */
import type { Chipset } from './chipset.ts';
import type { ComputeTopology } from './compute-topology.ts';
import type { Devices } from './devices.ts';
import type { SchemaVersion } from './schema-version.ts';

/** Schema `VirtualMachine`. */
export interface VirtualMachine {
  /** The VM's own (configuration) version, not the schema's. */
  Version?: SchemaVersion;
  /** True: a reset by the guest (kernel `panic=-1`, reboot) stops the VM instead. */
  StopOnReset?: boolean;
  /** Absent only where RestoreState brings the machine. */
  Chipset?: Chipset;
  ComputeTopology?: ComputeTopology;
  Devices?: Devices;
  Services?: Services;
  GuestState?: GuestState;
  /** Present: the VM continues from saved state instead of booting. */
  RestoreState?: RestoreState;
  StorageQoS?: StorageQoS;
  /** Present: HCS runs its own bridge to the guest. LCOW leaves it out; the agent is ours. */
  GuestConnection?: GuestConnection;
  SecuritySettings?: SecuritySettings;
  DebugOptions?: DebugOptions;
  /** GUID of the resource partition to run in; excludes Processor.CpuGroup. */
  ResourcePartitionId?: string;
}

/** Schema `RestoreState`: exactly one of the two is given. */
export interface RestoreState {
  /** A file that `save` wrote with SaveType ToFile. */
  SaveStateFilePath?: string;
  /** The id of a system that was saved with SaveType AsTemplate: the new VM is its clone. */
  TemplateSystemId?: string;
}

/** Schema `GuestState`: firmware state (VMGS). */
export interface GuestState {
  GuestStateFilePath?: string;
  /** 'FileMode' or 'BlockStorage'; not in the public schema files, sent by hcsshim for SNP. */
  GuestStateFileType?: string;
  RuntimeStateFilePath?: string;
  ForceTransientState?: boolean;
}

/** Schema `StorageQoS`: limits for all of the VM's disks together; 0 or absent is no limit. */
export interface StorageQoS {
  /** I/O operations of 8 KiB a second. */
  IopsMaximum?: number;
  /** Bytes a second. */
  BandwidthMaximum?: number;
}

/** Schema `GuestConnection`. */
export interface GuestConnection {
  UseVsock?: boolean;
  UseConnectedSuspend?: boolean;
  UseHostTimeZone?: boolean;
}

/** Schema `Services`: Hyper-V's integration services. */
export interface Services {
  Heartbeat?: EmptyObject;
  Shutdown?: EmptyObject;
  Timesync?: EmptyObject;
}

/** hcsshim `SecuritySettings`, for confidential VMs. */
export interface SecuritySettings {
  EnableTpm?: boolean;
  Isolation?: IsolationSettings;
}

/** hcsshim `IsolationSettings`. */
export interface IsolationSettings {
  IsolationType?:
    | 'VirtualizationBasedSecurity'
    | 'SecureNestedPaging'
    | 'GuestStateOnly'
    | 'Disabled';
  DebugHost?: string;
  DebugPort?: number;
  /** base64 */
  LaunchData?: string;
  HclEnabled?: boolean;
}

/** hcsshim `DebugOptions`: where the worker process writes dumps. */
export interface DebugOptions {
  BugcheckSavedStateFileName?: string;
  BugcheckNoCrashdumpSavedStateFileName?: string;
  TripleFaultSavedStateFileName?: string;
  FirmwareDumpFileName?: string;
  ShutdownOrResetSavedStateFileName?: string;
}

/** An object whose presence is its meaning. */
export type EmptyObject = Record<string, never>;
