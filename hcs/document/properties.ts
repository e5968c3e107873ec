/** Queries and what they return (schema `Properties`, `ServiceProperties`, the queries). Types only. */
import type { HostArchitecture } from './host-version.ts';
import type { TargetPlatform } from './kernel-command-line.ts';
import type { SchemaVersion } from './schema-version.ts';
import type { NotificationType } from './system-exit-status.ts';

/** Schema `SystemType`. */
export type SystemType = 'Container' | 'VirtualMachine';
/** Schema `OsType`. */
export type OsType = '' | 'Windows' | 'Linux';
/** Schema `State`. */
export type SystemState =
  | 'Created'
  | 'Running'
  | 'Paused'
  | 'Stopped'
  | 'SavedAsTemplate'
  | 'Unknown';

/** The basic members of schema `Properties`: what enumerate and an empty property query return. */
export interface BasicProperties {
  Id: string;
  SystemType: SystemType;
  /** The document's Owner; empty when it had none. */
  Owner: string;
  /** The VM's GUID, which names it to hvsocket; lower case. */
  RuntimeId: string;
  State: SystemState;
  RuntimeOsType: OsType;
  Name?: string;
  /** Of a clone: taken to be its template's RuntimeId, for the schema says no more than that there is one. */
  RuntimeTemplateId?: string;
}

/** Schema `Properties`: the basic members and those that the query asked for. */
export interface ComputeSystemProperties extends BasicProperties {
  /** Set once the system has exited. */
  Stopped?: boolean;
  ExitType?: NotificationType;
  Memory?: MemoryInformation;
  Statistics?: Statistics;
  TerminateOnLastHandleClosed?: boolean;
}

/** Schema `System_PropertyType`, and what hcsshim asks for beyond it. */
export type PropertyType =
  | 'Memory'
  | 'GuestMemory'
  | 'Statistics'
  | 'ProcessList'
  | 'TerminateOnLastHandleClosed'
  | 'SharedMemoryRegion'
  | 'ContainerCredentialGuard'
  | 'GuestConnection'
  | 'ICHeartbeatStatus'
  | 'ProcessorTopology'
  | 'CpuGroup'
  | 'SystemGUID';

/** Schema `System_PropertyQuery`; absent or empty asks for the basic properties. */
export interface PropertyQuery {
  PropertyTypes?: PropertyType[];
}

/** Schema `SystemQuery`: a system is selected when it matches every list that is given. */
export interface SystemQuery {
  Ids?: string[];
  Names?: string[];
  Types?: SystemType[];
  Owners?: string[];
}

/** Schema `MemoryInformationForVm`. */
export interface MemoryInformation {
  VirtualNodeCount?: number;
  VirtualMachineMemory?: {
    /** MiB. */
    AvailableMemory?: number;
    AvailableMemoryBuffer?: number;
    /** Pages of 4 KiB. */
    ReservedMemory?: number;
    AssignedMemory?: number;
    SlpActive?: boolean;
    BalancingEnabled?: boolean;
    DmOperationInProgress?: boolean;
  };
}

/** Schema `Statistics`; times in units of 100 ns. */
export interface Statistics {
  /** RFC 3339. */
  Timestamp?: string;
  ContainerStartTime?: string;
  Uptime100ns?: number;
  Processor?: {
    TotalRuntime100ns?: number;
    RuntimeUser100ns?: number;
    RuntimeKernel100ns?: number;
  };
  Memory?: {
    MemoryUsageCommitBytes?: number;
    MemoryUsageCommitPeakBytes?: number;
    MemoryUsagePrivateWorkingSetBytes?: number;
  };
  Storage?: {
    ReadCountNormalized?: number;
    ReadSizeBytes?: number;
    WriteCountNormalized?: number;
    WriteSizeBytes?: number;
  };
}

/** What a compute service supports: HCS's Basic information, and lcow's word on how guests execute. */
export interface ServiceProperties {
  /** Schema `BasicInformation`: the newest minor version of each major one that is understood. */
  Basic: { SupportedSchemaVersions: SchemaVersion[] };
  /** Not HCS's: every result says with what it was reached. */
  Execution: ExecutionProperties;
  /** Not HCS's: the Windows that it is, on which documents depend; absent elsewhere. */
  Host?: WindowsProperties;
}

/** See ServiceProperties. */
export interface WindowsProperties {
  /** 26100 of "10.0.26100". */
  Build: number;
  /** Of Windows itself, whatever this process is emulated for. */
  Architecture: HostArchitecture;
}

/** How guests are executed. */
export interface ExecutionProperties {
  /** hyperv: Windows' hypervisor. kvm: Linux' one. tcg: QEMU emulates every instruction. */
  Accelerator: Accelerator;
  /** Why that one, for people: "no /dev/kvm", "probe booted in 40 ms". */
  Reason: string;
  /** The program that runs the VM: "qemu-system-x86_64", "vmwp". */
  VmmName: string;
  /** Its version as it states it: "7.2.22", "10.0.26100". */
  VmmVersion: string;
  /** Which arguments of the kernel line make sense (kernel-command-line.ts). */
  Platform: TargetPlatform;
  /** Arguments that a Linux guest boots fastest with here; a line without them boots too. */
  KernelArguments: readonly string[];
}

/** See ExecutionProperties. */
export type Accelerator = 'hyperv' | 'kvm' | 'tcg';
